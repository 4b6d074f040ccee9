"""Files of gzipped JSON lines, which hold what was prepared. Knows plain values alone."""

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any


def save_json_lines(path: Path, values: Iterable[dict[str, Any]]) -> None:
    """Write one value a line, replacing `path` in one step; the same values give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    # No name and no time in the header, for the sake of the bytes.
    with partial.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed:
        for value in values:
            line = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            packed.write(line.encode() + b"\n")
    partial.replace(path)


def load_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read what `save_json_lines` wrote, line by line. Raises FileNotFoundError at the first of them."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
