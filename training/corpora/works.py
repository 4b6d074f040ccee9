"""Works: scores with their provenance, and the one file that keeps them between commands.

Knows nothing of where the works come from.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.genres import Genre
from domain.score import Score
from domain.score_json import score_from_plain, score_to_plain
from training.corpora.json_lines import load_json_lines, save_json_lines

WORKS_FILE = "works.jsonl.gz"

SPLITS = ("train", "valid", "test", "judge")
"""`judge` is held out from every generator, for calibrating what judges them."""


@dataclass(frozen=True)
class Work:
    """A score that stands alone, and where it is from.

    `path` is its file within the upstream. `family` is shared by everything that must stay in one split:
    the sections and movements of one work, other arrangements of its tune, near-duplicates. `split` is one
    of `SPLITS`, or empty before splitting.
    """

    id: str
    title: str
    composer: str
    source: str
    path: str
    licence: str
    genre: Genre
    split: str
    family: str
    score: Score


def save_works(path: Path, works: Iterable[Work]) -> None:
    """Write works as gzipped JSON lines, replacing `path` in one step."""
    save_json_lines(path, map(_to_plain, works))


def load_works(path: Path) -> list[Work]:
    """Read what `save_works` wrote. Raises FileNotFoundError when the corpora were never prepared."""
    return [_from_plain(plain) for plain in load_json_lines(path)]


def _to_plain(work: Work) -> dict[str, Any]:
    return {
        "id": work.id,
        "title": work.title,
        "composer": work.composer,
        "source": work.source,
        "path": work.path,
        "licence": work.licence,
        "genre": str(work.genre),
        "split": work.split,
        "family": work.family,
        **score_to_plain(work.score),
    }


def _from_plain(plain: dict[str, Any]) -> Work:
    return Work(
        id=plain["id"],
        title=plain["title"],
        composer=plain["composer"],
        source=plain["source"],
        path=plain["path"],
        licence=plain["licence"],
        genre=Genre(plain["genre"]),
        split=plain["split"],
        family=plain["family"],
        score=score_from_plain(plain),
    )
