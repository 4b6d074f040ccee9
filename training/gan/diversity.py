"""How different pieces are from each other, and how many of their bars stand in the training works.

Takes scores; knows no model. What is much or little is said by measuring people's works the same way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from domain.score import Score
from models.features import YANG_LERCH, measure
from models.note_table import FloatArray
from models.tokens import semitones_to_c

Bar = frozenset[tuple[int, int]]
"""Where notes begin in a bar, in ticks, and their pitches, moved to C."""

SAME = 0.5
"""Pieces of which at least this share of notes is the same are of one mode."""


@dataclass(frozen=True, slots=True)
class Diversity:
    """Of a set of pieces: mean distances of pairs, and the share of pieces in the largest mode.

    `features` is Euclidean, over features scaled alike; `notes` one minus the share of notes in common.
    """

    features: float
    notes: float
    largest_mode: float


def diversity(pieces: Sequence[Score], people: Sequence[Score]) -> Diversity:
    """Of `pieces`; features are scaled by how they vary among `people`."""
    alike = _shared_notes(pieces)
    modes = (alike >= SAME).sum(axis=1)
    return Diversity(
        features=float(_distances(_scaled(pieces, people)).mean()),
        notes=float(1 - alike[np.triu_indices(len(alike), 1)].mean()),
        largest_mode=float(modes.max() / len(pieces)),
    )


def bars_of(score: Score) -> list[Bar]:
    """The bars in which a note begins."""
    shift, length = semitones_to_c(score.key), score.metre.bar_ticks
    bars: dict[int, set[tuple[int, int]]] = {}
    for part in score.parts:
        for note in part.notes:
            bar, tick = divmod(note.onset, length)
            bars.setdefault(bar, set()).add((tick, note.pitch + shift))
    return [frozenset(bars[bar]) for bar in sorted(bars)]


def copied_bars(pieces: Sequence[Score], training: Iterable[Score]) -> float:
    """The share of all bars that a training work has, note for note."""
    known = {bar for score in training for bar in bars_of(score)}
    bars = [bar for score in pieces for bar in bars_of(score)]
    return sum(bar in known for bar in bars) / max(1, len(bars))


def _scaled(pieces: Sequence[Score], people: Sequence[Score]) -> FloatArray:
    """(pieces, values): every feature over its deviation among people's, each feature weighing the same."""
    ours, theirs = measure(pieces, YANG_LERCH), measure(people, YANG_LERCH)
    columns: list[FloatArray] = []
    for name, values in ours.items():
        # A histogram is one feature: its bins are scaled together.
        spread = float(np.sqrt(theirs[name].var(axis=0).sum())) or 1.0
        columns.append(values / spread)
    return np.concatenate(columns, axis=1)


def _distances(rows: FloatArray) -> FloatArray:
    """Between all pairs of rows (N, values): (N (N - 1) / 2,)."""
    return np.concatenate([np.linalg.norm(rows[at + 1 :] - row, axis=1) for at, row in enumerate(rows)])


def _shared_notes(pieces: Sequence[Score]) -> FloatArray:
    """(pieces, pieces): the notes that two pieces have in common, of all that either has."""
    sets = [{(place, *note) for place, bar in enumerate(bars_of(piece)) for note in bar} for piece in pieces]
    names = {note: column for column, note in enumerate(sorted(set().union(*sets)))}
    holds = np.zeros((len(sets), len(names)), dtype=np.float32)
    for row, notes in enumerate(sets):
        holds[row, [names[note] for note in notes]] = 1
    shared = holds @ holds.T
    sizes = holds.sum(axis=1)
    return shared / np.maximum(sizes[:, None] + sizes[None, :] - shared, 1)
