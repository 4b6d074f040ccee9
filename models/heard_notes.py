"""The notes of any score as columns that can be compared: on the grid, from the tonic, parts in order.

Knows nothing of what is made of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from domain.score import TICKS_PER_QUARTER, Mode, Note, Score
from models.tokens import GRID, LOWEST_PITCH, PITCHES, semitones_to_c

Integers = NDArray[np.int64]

PART_ROOM = 64
PITCH_ROOM = 128
SCALES = {Mode.MAJOR: (0, 2, 4, 5, 7, 9, 11), Mode.MINOR: (0, 2, 3, 5, 7, 8, 10)}
"""Semitones above the tonic; the minor scale is the natural one."""

_SNAPPED = np.asarray(
    [
        min((*GRID, TICKS_PER_QUARTER), key=lambda place: abs(place - tick))
        for tick in range(TICKS_PER_QUARTER)
    ]
)


@dataclass(frozen=True, slots=True)
class HeardNotes:
    """Columns over N notes in order of onset, part and pitch from above, within `bars` bars.

    `part` counts from high to low; `pitch` from the lowest of the keyboard, the tonic being a C.
    """

    part: Integers
    onset: Integers
    pitch: Integers
    duration: Integers
    bars: int
    bar_ticks: int
    parts: int

    @property
    def places(self) -> Integers:
        """(N,): onset and part in one number; PART_ROOM to a tick."""
        return self.onset * PART_ROOM + np.minimum(self.part, PART_ROOM - 1)

    @property
    def places_and_pitches(self) -> Integers:
        """(N,): onset, part and pitch in one number that rises; PITCH_ROOM to a place."""
        return self.places * PITCH_ROOM + (PITCH_ROOM - 1 - self.pitch)

    def window(self, first: int, bars: int) -> "HeardNotes":
        """What begins in `bars` bars from `first` on."""
        start, stop = first * self.bar_ticks, (first + bars) * self.bar_ticks
        inside = self.take((self.onset >= start) & (self.onset < stop))
        duration = np.minimum(inside.duration, stop - inside.onset)
        return replace(inside, onset=inside.onset - start, duration=duration, bars=bars)

    def take(self, rows: Integers | NDArray[np.bool_]) -> "HeardNotes":
        """Some of the notes: those of these indices, or of a mask."""
        columns = (self.part[rows], self.onset[rows], self.pitch[rows], self.duration[rows])
        return HeardNotes(*columns, self.bars, self.bar_ticks, self.parts)


def read_notes(score: Score) -> HeardNotes | None:
    """The notes on the grid, at the tonic C, parts from high to low, without doubles; None without notes."""
    heard = [part.notes for part in score.parts if part.notes and not part.percussion]
    if not heard:
        return None
    heard.sort(key=_mean_pitch, reverse=True)
    rows = np.asarray(
        [
            (index, note.onset, note.pitch, note.duration)
            for index, notes in enumerate(heard)
            for note in notes
        ],
        dtype=np.int64,
    )
    part, onset, pitch, duration = rows.T
    bar_ticks = max(1, score.metre.bar_ticks)
    bar, tick = np.divmod(np.maximum(onset, 0), bar_ticks)
    quarter, rest = np.divmod(tick, TICKS_PER_QUARTER)
    onset = bar * bar_ticks + np.minimum(quarter * TICKS_PER_QUARTER + _SNAPPED[rest], bar_ticks - 1)
    bars = max(score.bars, int(onset.max()) // bar_ticks + 1)
    shift = semitones_to_c(score.key)
    row = np.clip(pitch + shift - LOWEST_PITCH, 0, PITCHES - 1)
    duration = np.clip(duration, 1, bars * bar_ticks - onset)
    notes = HeardNotes(part, onset, row, duration, bars, bar_ticks, len(heard))
    return notes.take(np.unique(notes.places_and_pitches, return_index=True)[1])


def _mean_pitch(notes: Sequence[Note]) -> float:
    return sum(note.pitch for note in notes) / len(notes)
