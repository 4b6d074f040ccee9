"""Words that keep company: for each word of a language those that share its stanzas most tellingly.

Knows a table, kept in a file beside the weights; not how it was counted.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from sys import intern

NEIGHBOURS_FILE = "neighbours.json.gz"

Neighbours = Mapping[str, Sequence[str]]
"""Word to its neighbours, the nearest first."""


def save_neighbours(path: Path, neighbours: Neighbours) -> None:
    text = json.dumps(dict(sorted(neighbours.items())), ensure_ascii=False, separators=(",", ":"))
    path.parent.mkdir(parents=True, exist_ok=True)
    # No time in the header: the same table gives the same bytes.
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def load_neighbours(path: Path) -> dict[str, tuple[str, ...]]:
    """Read what `save_neighbours` wrote. Raises OSError or ValueError for anything else."""
    plain: dict[str, list[str]] = json.loads(gzip.decompress(path.read_bytes()))
    # A word is a neighbour of many, and in memory but once.
    return {word: tuple(map(intern, near)) for word, near in plain.items()}
