"""A score as numpy columns, and the top line of each part: the common ground of whatever measures music.

Knows no model, corpus or figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.score import Metre, Mode, Note, Part, Score

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.floating]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Line:
    """The top note of one part at each of its onsets, in order; arrays of shape (notes,), times in ticks."""

    onset: IntArray
    pitch: IntArray
    duration: IntArray


@dataclass(frozen=True, slots=True)
class NoteTable:
    """All notes of a score in order of onset, then pitch; arrays of shape (notes,), times in ticks."""

    onset: IntArray
    pitch: IntArray
    duration: IntArray
    lines: tuple[Line, ...]
    bars: int
    bar_ticks: int
    metre: Metre
    tonic: int
    mode: Mode

    @property
    def is_empty(self) -> bool:
        return len(self.onset) == 0

    @property
    def degree(self) -> IntArray:
        """Pitch classes counted from the tonic, 0 to 11, shape (notes,)."""
        return (self.pitch - self.tonic) % 12

    @property
    def bar(self) -> IntArray:
        """The bar in which each note begins, shape (notes,)."""
        return self.onset // self.bar_ticks


def tabulate(score: Score) -> NoteTable:
    notes = sorted((note for part in score.parts for note in part.notes), key=_by_onset_and_pitch)
    onset, pitch, duration = _columns(notes)
    return NoteTable(
        onset=onset,
        pitch=pitch,
        duration=duration,
        lines=tuple(top_line(part) for part in score.parts if part.notes),
        bars=score.bars,
        bar_ticks=score.metre.bar_ticks,
        metre=score.metre,
        tonic=score.key.tonic,
        mode=score.key.mode,
    )


def top_line(part: Part) -> Line:
    """The highest note at every onset: what a listener takes for the part's melody."""
    highest: dict[int, Note] = {}
    for note in part.notes:
        held = highest.get(note.onset)
        if held is None or note.pitch > held.pitch:
            highest[note.onset] = note
    return Line(*_columns([highest[onset] for onset in sorted(highest)]))


def bar_similarity(table: NoteTable) -> FloatArray:
    """How alike each two bars are: shared notes (pitch and place in the bar) over all notes of both.

    Shape (bars, bars), 0 to 1; empty bars are alike nothing.
    """
    inside = table.bar < table.bars
    place = (table.onset % table.bar_ticks * 128 + table.pitch)[inside]
    places, column = np.unique(place, return_inverse=True)
    holds = np.zeros((table.bars, len(places)))
    holds[table.bar[inside], column] = 1.0
    shared = holds @ holds.T
    sizes = holds.sum(axis=1)
    either = sizes[:, None] + sizes[None, :] - shared
    return shared / np.maximum(either, 1.0)


def _by_onset_and_pitch(note: Note) -> tuple[int, int]:
    return note.onset, note.pitch


def _columns(notes: Sequence[Note]) -> tuple[IntArray, IntArray, IntArray]:
    rows = [(note.onset, note.pitch, note.duration) for note in notes]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]
