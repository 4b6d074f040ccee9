"""What takes long to make, kept on disk under a name that says everything it depends on.

Knows plain values, scores and files; not how pieces come about.
"""

import ast
import gzip
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from domain.score import Score
from domain.score_json import score_from_plain, score_to_plain

ROOT = Path(__file__).parents[2]
"""Where the packages are."""


def code_digest(*places: str, root: Path = ROOT) -> str:
    """A digest of what the code of some modules and packages does: comments and docstrings play no part."""
    digest = hashlib.sha256()
    for place in places:
        found = root / place
        for path in sorted(found.rglob("*.py")) if found.is_dir() else [found]:
            digest.update(f"{path.relative_to(root)}\n".encode())
            digest.update(_without_docstrings(path.read_text(encoding="utf-8")).encode())
    return digest.hexdigest()


def keep(folder: Path, name: str, facts: object, make: Callable[[], Any]) -> Any:
    """The plain value kept as `name` for `facts`, made anew where there is none.

    What was kept under the same name for other facts is removed. Both must be what JSON can say.
    """
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    path = folder / f"{name}.{digest[:16]}.json.gz"
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return json.load(file)
    made = make()
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob(f"{name}.*.json.gz"):
        stale.unlink()
    # Renamed when it is whole: an interrupted run leaves nothing that is taken for finished.
    partial = path.with_name(path.name + ".partial")
    with gzip.open(partial, "wt", encoding="utf-8", compresslevel=4) as file:
        json.dump(made, file, separators=(",", ":"))
    partial.replace(path)
    return made


def keep_scores(folder: Path, name: str, facts: object, write: Callable[[], Sequence[Score]]) -> list[Score]:
    """The same of scores."""
    plain = keep(folder, name, facts, lambda: [score_to_plain(score) for score in write()])
    return [score_from_plain(each) for each in plain]


def _without_docstrings(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [statement for statement in node.body if not _is_text(statement)]
    return ast.dump(tree)


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
