"""A score as numpy columns, the top line of each part, and excerpts cut at bar lines.

The common ground of every measure in this package. Knows no model, corpus or figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

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


class Cut(StrEnum):
    """Which end of a long work an excerpt keeps."""

    FIRST = "first"
    LAST = "last"


def excerpts(scores: Sequence[Score], bars: int, *, cut: Cut = Cut.LAST) -> list[Score]:
    """Each score whole where it has at most `bars` bars, otherwise its first or last `bars` bars.

    The last bars are the default, because a generated clip ends as a piece ends. Scores that have
    no note left are dropped.
    """
    cuts = (score if score.bars <= bars else _excerpt(score, bars, cut=cut) for score in scores)
    return [score for score in cuts if any(part.notes for part in score.parts)]


def _excerpt(score: Score, bars: int, *, cut: Cut) -> Score:
    first = 0 if cut is Cut.FIRST else score.bars - bars
    start = first * score.metre.bar_ticks
    stop = (first + bars) * score.metre.bar_ticks
    parts: list[Part] = []
    for part in score.parts:
        notes: list[Note] = []
        for note in part.notes:
            if start <= note.onset < stop:
                # The true end of a piece keeps its held last note; a cut in the middle does not.
                end = note.end if cut is Cut.LAST else min(note.end, stop)
                notes.append(replace(note, onset=note.onset - start, duration=end - note.onset))
        parts.append(replace(part, notes=tuple(notes)))
    return replace(score, bars=bars, parts=tuple(parts))


def _by_onset_and_pitch(note: Note) -> tuple[int, int]:
    return note.onset, note.pitch


def _columns(notes: Sequence[Note]) -> tuple[IntArray, IntArray, IntArray]:
    rows = [(note.onset, note.pitch, note.duration) for note in notes]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]
