"""Works: scores with their provenance, and the one file that keeps them between commands.

Knows nothing of where the works come from. Velocities are not kept: every note reads back with the default.
"""

import gzip
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.genres import Genre
from domain.score import Key, Metre, Mode, Note, Part, Score

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
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    # No name and no time in the header: the same works give the same bytes.
    with partial.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed:
        for work in works:
            line = json.dumps(_to_plain(work), ensure_ascii=False, separators=(",", ":"))
            packed.write(line.encode() + b"\n")
    partial.replace(path)


def load_works(path: Path) -> list[Work]:
    """Read what `save_works` wrote. Raises FileNotFoundError when the corpora were never prepared."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [_from_plain(json.loads(line)) for line in lines]


def _to_plain(work: Work) -> dict[str, Any]:
    score = work.score
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
        "key": [score.key.tonic, str(score.key.mode)],
        "metre": str(score.metre),
        "tempo": score.tempo,
        "bars": score.bars,
        "parts": [[part.name, part.program, list(_flatten(part.notes))] for part in score.parts],
    }


def _from_plain(plain: dict[str, Any]) -> Work:
    tonic, mode = plain["key"]
    score = Score(
        key=Key(tonic, Mode(mode)),
        metre=Metre.parse(plain["metre"]),
        tempo=plain["tempo"],
        bars=plain["bars"],
        parts=tuple(Part(name, program, _unflatten(flat)) for name, program, flat in plain["parts"]),
    )
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
        score=score,
    )


def _flatten(notes: Iterable[Note]) -> Iterator[int]:
    """Ticks since the note before, pitch, duration; again and again."""
    before = 0
    for note in notes:
        yield note.onset - before
        yield note.pitch
        yield note.duration
        before = note.onset


def _unflatten(flat: list[int]) -> tuple[Note, ...]:
    onsets = itertools.accumulate(flat[::3])
    return tuple(map(Note, onsets, flat[1::3], flat[2::3]))
