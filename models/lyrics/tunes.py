"""Tune patterns of Chinese ci (词牌): how long each line is, how it ends and what it rhymes with.

Knows a table kept beside the weights, counted from the ci of the Song; no melody is known of any of them.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

TUNES_FILE = "tunes.json"


@dataclass(frozen=True, slots=True)
class Half:
    """One part (片) of a tune: characters, end mark and rhyme letter of each line."""

    syllables: tuple[int, ...]
    end_marks: tuple[str, ...]
    scheme: str


Tunes = dict[str, tuple[Half, ...]]
"""Tune name to its one or two parts."""


def save_tunes(path: Path, tunes: Mapping[str, tuple[Half, ...]]) -> None:
    plain = {name: [asdict(half) for half in halves] for name, halves in sorted(tunes.items())}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plain, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def load_tunes(path: Path) -> Tunes:
    """Read what `save_tunes` wrote. Raises OSError, KeyError, TypeError or ValueError for anything else."""
    plain: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    return {name: tuple(_half(half) for half in halves) for name, halves in plain.items()}


def _half(plain: dict[str, Any]) -> Half:
    return Half(tuple(plain["syllables"]), tuple(plain["end_marks"]), plain["scheme"])
