"""Which syllable is sung on which notes: one each where they are as many, slurred or split where not.

Finds the best way by dynamic programming, a line at a time; knows notes as onsets and durations alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from domain.score import Metre
from domain.songs import Syllable
from models.composition.rhythm_habits import strong_ticks
from models.composition.strophes import strength

Timed = tuple[int, int]
"""A note's onset and duration."""

_SLUR_COST = 1.0
_LONGER_SLUR_COST = 0.7
_SPLIT_COST = 2.0
_MISPLACED_COST = 1.2
_SHORT_END_COST = 1.0

MOST_SLURRED = 4
"""Notes that a syllable may be sung on."""

SHORTEST_SPLIT = 6
"""What each half of a split note has to last, in ticks."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A syllable on `notes` notes from `tick` for `ticks`; 0 notes: the other half of a split one."""

    syllable: int
    tick: int
    ticks: int
    notes: int


def place_line(
    syllables: Sequence[Syllable], notes: Sequence[Timed], metre: Metre
) -> tuple[Placed, ...] | None:
    """A line's syllables over all of these notes; None where no slurs and splits make them fit."""
    count, total = len(syllables), len(notes)
    # best[i][j]: the first i syllables on the first j notes.
    best: list[list[float]] = [[math.inf] * (total + 1) for _ in range(count + 1)]
    moves: list[list[tuple[int, int]]] = [[(0, 0)] * (total + 1) for _ in range(count + 1)]
    best[0][0] = 0.0
    for said in range(count):
        for sung in range(total):
            if best[said][sung] == math.inf:
                continue
            for more, taken, cost in _moves(syllables, notes, said, sung, metre):
                worth = best[said][sung] + cost
                if worth < best[said + more][sung + taken]:
                    best[said + more][sung + taken] = worth
                    moves[said + more][sung + taken] = (more, taken)
    if best[count][total] == math.inf:
        return None
    placed: list[Placed] = []
    said, sung = count, total
    while said:
        more, taken = moves[said][sung]
        said, sung = said - more, sung - taken
        placed = [*_placed(said, more, notes[sung : sung + taken]), *placed]
    return tuple(placed)


def _moves(
    syllables: Sequence[Syllable], notes: Sequence[Timed], said: int, sung: int, metre: Metre
) -> list[tuple[int, int, float]]:
    """(syllables, notes, cost): a syllable on one note or a slur, or two that share one."""
    accent = _misplaced(syllables[said], notes[sung][0], metre)
    moves = [(1, 1, accent)]
    moves += [
        (1, taken, accent + _SLUR_COST + _LONGER_SLUR_COST * (taken - 2))
        for taken in range(2, min(MOST_SLURRED, len(notes) - sung) + 1)
    ]
    onset, duration = notes[sung]
    if said + 1 < len(syllables) and duration >= 2 * SHORTEST_SPLIT:
        second = _misplaced(syllables[said + 1], onset + first_half(duration), metre)
        at_end = _SHORT_END_COST if said + 2 == len(syllables) else 0.0
        moves.append((2, 1, accent + second + _SPLIT_COST + at_end - 0.02 * duration))
    return moves


def first_half(duration: int) -> int:
    """How long the first of two syllables that share a note is sung: half of it, or two thirds if dotted."""
    if duration % 18 == 0:
        return duration * 2 // 3
    return duration // 2 // 3 * 3


def _misplaced(syllable: Syllable, tick: int, metre: Metre) -> float:
    strong = tick % metre.bar_ticks in strong_ticks(metre)
    return _MISPLACED_COST * (
        strength(syllable.stress) if not strong else 0.5 * (1 - strength(syllable.stress))
    )


def _placed(said: int, more: int, notes: Sequence[Timed]) -> list[Placed]:
    onset = notes[0][0]
    end = notes[-1][0] + notes[-1][1]
    if more == 1:
        return [Placed(said, onset, end - onset, len(notes))]
    middle = onset + first_half(end - onset)
    return [Placed(said, onset, middle - onset, 1), Placed(said + 1, middle, end - middle, 0)]
