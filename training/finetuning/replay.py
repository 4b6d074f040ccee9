"""A small sample of the corpora beside the weights, so that learning forgets nothing where there are none.

Works that models learned from are replayed; works that they did not learn from say how much was forgotten.
The works are kept as tokens, their passages cut; `python -m training replay` writes the file.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from domain.genres import Genre
from domain.score import Key, Metre
from models.tokens import END, FIRST_DURATION, FIRST_SHIFT, Plan, TokenSequence, encode
from training.corpora.works import Work

REPLAYED, HELD_OUT = "train", "valid"
"""The splits that the two halves of a sample are from. No figure is reported on either."""

LEARNED_EACH, HELD_EACH = 24, 6
"""Works of a genre in each half, as far as there are so many."""

LARGEST_BYTES = 500_000

Read = TypeVar("Read")

_LONGEST = 320
"""Moments; of a longer work the beginning is kept, to the end of a bar."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What a style learned from, and works that it did not learn from."""

    replayed: tuple[TokenSequence, ...]
    held_out: tuple[TokenSequence, ...]


def replay_file(weights: Path, name: str) -> Path:
    """Where the sample for the weights of this name belongs."""
    return weights / f"{name}.replay"


def read_replay(weights: Path, name: str) -> Replay:
    """Read what `write_replay` wrote. Raises OSError or ValueError where it is missing or damaged."""
    return Replay(*read_halves(replay_file(weights, name), _from_plain))


def read_halves(path: Path, from_plain: Callable[[dict[str, Any]], Read]) -> list[tuple[Read, ...]]:
    """Both halves of what `write_rows` wrote. Raises OSError or ValueError where it is missing or damaged."""
    try:
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        rows = [json.loads(line) for line in lines]
        halves = [
            tuple(from_plain(row) for row in rows if row["split"] == split) for split in (REPLAYED, HELD_OUT)
        ]
    except (EOFError, zlib.error, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"not a sample: {error}") from error
    if not all(halves):
        raise ValueError("an empty sample")
    return halves


def write_replay(works: Iterable[Work], genres: Sequence[Genre], path: Path) -> int:
    """Write a sample of these genres; its size in bytes. Raises ValueError where that is too large."""
    return write_rows([_to_plain(split, sequence) for (split, _), sequence in _chosen(works, genres)], path)


def write_rows(rows: Iterable[Mapping[str, Any]], path: Path) -> int:
    """Write a sample's rows, each with its split; its size in bytes. Raises ValueError when too large."""
    lines = [json.dumps(row, separators=(",", ":")) for row in rows]
    content = gzip.compress("\n".join(lines).encode(), mtime=0)
    if len(content) > LARGEST_BYTES:
        raise ValueError(f"a sample of {len(content)} bytes")
    path.write_bytes(content)
    return len(content)


def _chosen(works: Iterable[Work], genres: Sequence[Genre]) -> list[tuple[tuple[str, Genre], TokenSequence]]:
    """Works of every genre and split, spread evenly over the families there are; one of a family."""
    kinds = {REPLAYED: LEARNED_EACH, HELD_OUT: HELD_EACH}
    wanted = sorted(
        (work for work in works if work.split in kinds and work.genre in genres),
        key=lambda work: (work.split, work.genre, work.family, work.id),
    )
    chosen: list[tuple[tuple[str, Genre], TokenSequence]] = []
    for kind, group in groupby(wanted, key=lambda work: (work.split, work.genre)):
        first = [next(family) for _, family in groupby(group, key=lambda work: work.family)]
        sayable = [sequence for work in first if (sequence := _sequence(work)) is not None]
        places = np.linspace(0, len(sayable) - 1, min(kinds[kind[0]], len(sayable))).round().astype(int)
        chosen += [(kind, sayable[place]) for place in places]
    return chosen


def _sequence(work: Work) -> TokenSequence | None:
    """A work's tokens, cut where it is long; None where it has none."""
    try:
        sequence = encode(work.score, work.genre)
    except ValueError:
        return None
    if len(sequence.moments) <= _LONGEST:
        return sequence
    bars = sequence.ticks[_LONGEST] // sequence.plan.metre.bar_ticks
    end = bars * sequence.plan.metre.bar_ticks
    kept = sum(tick < end for tick in sequence.ticks)
    moments = (*sequence.moments[: kept - 1], (*sequence.moments[kept - 1][:-1], END))
    return TokenSequence(replace(sequence.plan, bars=bars), moments, sequence.ticks[:kept])


def _to_plain(split: str, sequence: TokenSequence) -> dict[str, Any]:
    plan = sequence.plan
    return {
        "split": split,
        "genre": str(plan.genre),
        "key": str(plan.key),
        "metre": str(plan.metre),
        "tempo": plan.tempo,
        "bars": plan.bars,
        "parts": plan.parts,
        "density": plan.density,
        "register": plan.register,
        "tokens": sequence.flat,
    }


def _from_plain(plain: dict[str, Any]) -> TokenSequence:
    plan = Plan(
        genre=Genre(plain["genre"]),
        key=Key.parse(plain["key"]),
        metre=Metre.parse(plain["metre"]),
        tempo=plain["tempo"],
        bars=plain["bars"],
        parts=plain["parts"],
        density=plain["density"],
        register=plain["register"],
    )
    moments: list[tuple[int, ...]] = []
    ticks, tick = [], 0
    moment: list[int] = []
    for token in plain["tokens"]:
        moment.append(token)
        if token < FIRST_DURATION:  # a shift or the end, which closes a moment
            moments.append(tuple(moment))
            ticks.append(tick)
            tick += token - FIRST_SHIFT + 1
            moment = []
    return TokenSequence(plan, tuple(moments), tuple(ticks))
