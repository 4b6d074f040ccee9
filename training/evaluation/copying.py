"""How much of a piece already stands, note for note, in the training works, in any key.

A piece is read as steps from one note to the next: (interval in semitones, ticks between the
onsets). Rests and articulation do not hide a copy, and neither does transposition. Matching is
exact: a suffix array over all training steps, not hashes. What rate is much or little is for the
caller to say, by measuring held-out human works the same way.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from domain.score import Score
from models.note_table import BoolArray, IntArray, NoteTable, tabulate

GRAM_STEPS = 8

_LONGEST_GAP = 4095
"""Ticks; longer waits between two notes count as this long."""

_DOUBLINGS = 8
"""Runs are followed up to 2 ** (this + 1) - 1 = 511 steps."""


@dataclass(frozen=True, slots=True)
class Copying:
    """What a set of pieces shares with the training works."""

    gram_overlap: float
    """The share of a piece's 8-grams of steps that occur in training, mean over pieces."""
    longest_run_share: float
    """How much of a piece its longest copied run covers, mean over pieces."""
    median_run_notes: float
    longest_run_notes: int
    """The longest run copied by any of the pieces."""


def melody_steps(table: NoteTable) -> list[IntArray]:
    """The steps of each part's top line, as ids."""
    return [_steps(line.onset, line.pitch) for line in table.lines]


def note_steps(table: NoteTable) -> list[IntArray]:
    """The steps through all notes of the score in order of onset, then pitch, as ids."""
    return [_steps(table.onset, table.pitch)]


StepReader = Callable[[NoteTable], list[IntArray]]


def copying(
    sets: Sequence[Sequence[Score]], training: Iterable[Score], *, read: StepReader = melody_steps
) -> list[Copying]:
    """Measure several sets of pieces against the same training works, in one pass over them.

    Raises ValueError for a set without a piece of at least `GRAM_STEPS` steps.
    """
    known = [line for score in training for line in read(tabulate(score))]
    pieces = [[read(tabulate(score)) for score in scores] for scores in sets]
    lines = [line for scores in pieces for piece in scores for line in piece]
    lengths = np.split(_match_lengths(lines, known), np.cumsum([len(line) for line in lines])[:-1])
    following = iter(lengths)
    return [_summary([[next(following) for _ in piece] for piece in scores]) for scores in pieces]


def _summary(pieces: list[list[IntArray]]) -> Copying:
    """Put together one set's match lengths: one array per line, one list per piece."""
    overlaps: list[float] = []
    shares: list[float] = []
    runs: list[int] = []
    for matches in pieces:
        grams = [
            line[: len(line) - GRAM_STEPS + 1] >= GRAM_STEPS for line in matches if len(line) >= GRAM_STEPS
        ]
        if not grams:
            continue
        overlaps.append(float(np.concatenate(grams).mean()))
        # The longest run as a share of the line it lies in: the other parts of a chorale do not dilute it.
        shares.append(max(float(line.max()) / len(line) for line in matches if len(line) >= GRAM_STEPS))
        longest = max(int(line.max()) for line in matches if len(line))
        runs.append(longest + 1)  # n steps join n + 1 notes
    if not runs:
        raise ValueError(f"no piece has a line of {GRAM_STEPS + 1} notes")
    return Copying(
        gram_overlap=float(np.mean(overlaps)),
        longest_run_share=float(np.mean(shares)),
        median_run_notes=float(np.median(runs)),
        longest_run_notes=max(runs),
    )


def _steps(onset: IntArray, pitch: IntArray) -> IntArray:
    return np.diff(pitch) * (_LONGEST_GAP + 1) + np.minimum(np.diff(onset), _LONGEST_GAP)


def _match_lengths(lines: list[IntArray], known: list[IntArray]) -> IntArray:
    """For every step of `lines`, how many steps from there on also follow each other in a known line.

    One array over all lines' steps. The steps of all lines are ranked by what follows them; the
    longest match of a step is with the nearest known step before or after it in that order.
    """
    text, is_known, is_step = _joined(lines, known)
    ranks = _ranks_by_doubling(text)
    order = np.argsort(ranks[-1], kind="stable")
    place = np.arange(len(order))
    known_in_order = is_known[order]
    before = np.maximum.accumulate(np.where(known_in_order, place, -1))
    after = np.minimum.accumulate(np.where(known_in_order, place, len(place))[::-1])[::-1]
    asked_in_order = place[(is_step & ~is_known)[order]]
    asked = order[asked_in_order]
    longest = np.zeros(len(text), np.int64)
    for neighbour in (before, after):
        found = neighbour[asked_in_order]
        exists = (found >= 0) & (found < len(order))
        left, right = asked[exists], order[found[exists]]
        longest[left] = np.maximum(longest[left], _common_length(ranks, left, right))
    return longest[is_step & ~is_known]


def _joined(lines: list[IntArray], known: list[IntArray]) -> tuple[IntArray, BoolArray, BoolArray]:
    """All lines in one array of small ids, each closed by an id of its own that nothing else equals.

    Also which places belong to known lines, and which hold steps (not such closing ids).
    """
    every = [*lines, *known]
    _, ids = np.unique(np.concatenate(every), return_inverse=True)
    lengths = np.array([len(line) for line in every])
    closes = np.cumsum(lengths + 1) - 1
    text = np.zeros(int(lengths.sum()) + len(every), np.int64)
    is_step = np.ones(len(text), bool)
    is_step[closes] = False
    text[is_step] = ids
    text[closes] = len(ids) + np.arange(len(every))
    is_known = np.arange(len(text)) > (closes[len(lines) - 1] if lines else -1)
    return text, is_known, is_step


def _ranks_by_doubling(text: IntArray) -> list[IntArray]:
    """The k-th array ranks each place by the 2 ** k ids that begin there; equal ranks, equal ids."""
    ranks = [text]
    for doubling in range(_DOUBLINGS):
        rank = ranks[-1]
        following = np.zeros(len(rank), np.int64)
        following[: -(2**doubling)] = rank[2**doubling :] + 1
        _, doubled = np.unique(rank * (int(rank.max()) + 2) + following, return_inverse=True)
        ranks.append(doubled)
    return ranks


def _common_length(ranks: list[IntArray], left: IntArray, right: IntArray) -> IntArray:
    """How many ids agree from two places on, for arrays of places."""
    length = np.zeros(len(left), np.int64)
    last = len(ranks[0]) - 1  # a closing id: it agrees with nothing but itself
    for doubling in reversed(range(len(ranks))):
        rank = ranks[doubling]
        agrees = rank[np.minimum(left + length, last)] == rank[np.minimum(right + length, last)]
        length += np.where(agrees, 2**doubling, 0)
    return length
