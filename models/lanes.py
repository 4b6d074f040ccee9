"""Scores as lanes: four lines of one note each on a grid, moved to the tonic C, and back.

What models of whole phrases speak, as rolls do not fit them: a lane holds one note or none at any time,
so whatever a model puts there is a legal line. Music that is denser is thinned, and it is counted what
was lost. Knows nothing of tensors.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from domain.score import TICKS_PER_QUARTER, Metre, Mode, Note, Part, Score
from models.tokens import GRID, Plan, semitones_to_c

LANES = 4
MELODY, UPPER, LOWER, BASS = range(LANES)

LOWEST = 28
PITCHES = 72
"""MIDI pitches 28 to 99, once moved to C; what lies beyond is folded in by octaves."""

SIXTEENTHS = (0, 3, 6, 9)
FINE = GRID
"""Places in a quarter, in ticks: sixteenths alone, and with the eighth-note triplets."""

LAYOUTS = {
    1: ((MELODY, UPPER, LOWER, BASS),),
    2: ((MELODY, UPPER), (LOWER, BASS)),
    3: ((MELODY,), (UPPER, LOWER), (BASS,)),
    4: ((MELODY,), (UPPER,), (LOWER,), (BASS,)),
}
"""Which lanes each part of a piece has, by the number of its parts: two parts are a keyboard's hands."""


@dataclass(frozen=True, slots=True)
class Simplified:
    """How many notes were heard, and what became of those that lanes can't hold as they are.

    `dropped` notes were too many at a time, `folded` ones out of range, `moved` ones off the grid.
    """

    heard: int = 0
    dropped: int = 0
    folded: int = 0
    moved: int = 0

    def __add__(self, other: "Simplified") -> "Simplified":
        return Simplified(
            self.heard + other.heard,
            self.dropped + other.dropped,
            self.folded + other.folded,
            self.moved + other.moved,
        )


@dataclass(frozen=True, slots=True)
class Lanes:
    """Bars of music over S columns.

    pitch (LANES, S): 0 is silence, else 1 + MIDI pitch - LOWEST, in every column that a note sounds in;
    onset (LANES, S): whether a note begins.
    """

    metre: Metre
    mode: Mode
    grid: tuple[int, ...]
    pitch: NDArray[np.int8]
    onset: NDArray[np.bool_]

    @property
    def bars(self) -> int:
        return self.pitch.shape[1] // len(bar_columns(self.metre, self.grid))

    def window(self, first_bar: int, bars: int) -> "Lanes":
        """Some whole bars. A note held into the first of them begins there."""
        width = len(bar_columns(self.metre, self.grid))
        span = slice(first_bar * width, (first_bar + bars) * width)
        pitch, onset = self.pitch[:, span].copy(), self.onset[:, span].copy()
        if onset.shape[1]:
            onset[:, 0] |= pitch[:, 0] > 0
        return replace(self, pitch=pitch, onset=onset)


def bar_columns(metre: Metre, grid: Sequence[int]) -> tuple[int, ...]:
    """The ticks of a bar's columns, counted from its first."""
    return tuple(tick for tick in range(metre.bar_ticks) if tick % TICKS_PER_QUARTER in grid)


def column_ticks(metre: Metre, grid: Sequence[int], bars: int) -> NDArray[np.int64]:
    """(bars x columns + 1,): the tick at which each column begins, and the end."""
    bar = np.asarray(bar_columns(metre, grid), dtype=np.int64)
    ticks = (np.arange(bars)[:, None] * metre.bar_ticks + bar).reshape(-1)
    return np.append(ticks, bars * metre.bar_ticks)


def empty_lanes(metre: Metre, mode: Mode, grid: tuple[int, ...], bars: int) -> Lanes:
    """So many bars of silence."""
    shape = LANES, bars * len(bar_columns(metre, grid))
    return Lanes(metre, mode, grid, np.zeros(shape, np.int8), np.zeros(shape, np.bool_))


def join(pieces: Sequence[Lanes]) -> Lanes:
    """Lanes of one metre and grid, one after the other."""
    pitch = np.concatenate([piece.pitch for piece in pieces], axis=1)
    onset = np.concatenate([piece.onset for piece in pieces], axis=1)
    return replace(pieces[0], pitch=pitch, onset=onset)


def to_lanes(score: Score, grid: tuple[int, ...]) -> tuple[Lanes, Simplified]:
    """The score in lanes, and what it lost on the way.

    Percussion is left out. Of more than four parts the first, the last and two between them are heard.
    """
    parts = [part for part in score.parts if part.notes and not part.percussion]
    heard = sum(len(part.notes) for part in parts)
    if len(parts) > LANES:
        parts = [parts[0], parts[1], parts[-2], parts[-1]]
    lanes = empty_lanes(score.metre, score.key.mode, grid, score.bars)
    ticks = column_ticks(score.metre, grid, score.bars)
    shift = semitones_to_c(score.key)
    kept = folded = moved = 0
    for part, choices in zip(parts, LAYOUTS[len(parts)] if parts else (), strict=True):
        for lane, note in _cast(part, choices, score.bars * score.metre.bar_ticks):
            first = _nearest(ticks[:-1], note.onset)
            end = max(first + 1, int(np.searchsorted(ticks[:-1], note.end)))
            pitch = _within_range(note.pitch + shift)
            moved += int(ticks[first]) != note.onset
            folded += pitch != note.pitch + shift
            # Two notes that fall on one column: the later one is what the ear keeps.
            kept += not lanes.onset[lane, first]
            lanes.onset[lane, first:end] = False
            lanes.onset[lane, first] = True
            lanes.pitch[lane, first:end] = 1 + pitch - LOWEST
    return lanes, Simplified(heard, heard - kept, folded, moved)


def to_score(lanes: Lanes, plan: Plan) -> Score:
    """The score in the plan's key, tempo and number of parts; bars and metre are the lanes' own."""
    shift = -semitones_to_c(plan.key)
    ticks = column_ticks(lanes.metre, lanes.grid, lanes.bars)
    lines = [
        [
            Note(int(ticks[first]), pitch + shift, int(ticks[end] - ticks[first]))
            for first, end, pitch in _notes(lanes.pitch[lane], lanes.onset[lane])
        ]
        for lane in range(LANES)
    ]
    parts = tuple(
        Part(f"part {index + 1}", 0, _merged([note for lane in choices for note in lines[lane]]))
        for index, choices in enumerate(LAYOUTS[plan.parts])
    )
    return Score(key=plan.key, metre=lanes.metre, tempo=plan.tempo, bars=lanes.bars, parts=parts)


def _cast(part: Part, choices: tuple[int, ...], end_tick: int) -> Iterator[tuple[int, Note]]:
    """The part's notes, each with the lane of `choices` that takes it; those that none can take left out."""
    held: dict[int, Note] = {}
    inside = (note for note in part.notes if note.onset < end_tick)
    for onset, group in groupby(inside, key=lambda note: note.onset):
        chord = sorted(group, key=lambda note: -note.pitch)
        sounding = {lane: note.pitch for lane, note in held.items() if note.end > onset}
        for lane, note in _seated(chord, _free(chord[0].pitch, len(chord), choices, sounding)):
            held[lane] = note
            yield lane, note


def _free(pitch: int, notes: int, choices: tuple[int, ...], sounding: Mapping[int, int]) -> tuple[int, ...]:
    """The lanes that a chord of so many notes, `pitch` its highest, may take, from high to low.

    What is held in an outer lane beyond the chord stays there. A note alone is the outer lane's own: the
    bass in the lower hand, else the tune.
    """
    top, bottom = choices[0], choices[-1]
    if len(choices) == 1:
        return choices
    holds_bass = bottom in sounding and sounding[bottom] < pitch
    if top == LOWER:
        return choices if notes > 1 else ((top,) if holds_bass else (bottom,))
    if top not in sounding or sounding[top] <= pitch:
        return choices if notes > 1 else (top,)
    under = choices[1:]
    return under[:-1] if notes == 1 and holds_bass and len(under) > 1 else under[-notes:]


def _seated(chord: Sequence[Note], lanes: tuple[int, ...]) -> Iterator[tuple[int, Note]]:
    """The notes of a chord, high to low, in lanes; the middle of a chord too thick is left out."""
    if len(lanes) == 1:
        yield lanes[0], chord[-1] if lanes[0] == BASS else chord[0]
        return
    yield from zip(lanes[:-1], chord[:-1], strict=False)
    yield lanes[-1], chord[-1]


def _nearest(ticks: NDArray[np.int64], tick: int) -> int:
    """The column nearest to a tick; of two as near the earlier."""
    after = min(bisect_left(ticks, tick), len(ticks) - 1)
    if after > 0 and tick - ticks[after - 1] <= abs(ticks[after] - tick):
        return after - 1
    return after


def _within_range(pitch: int) -> int:
    while pitch < LOWEST:
        pitch += 12
    while pitch >= LOWEST + PITCHES:
        pitch -= 12
    return pitch


def _notes(pitch: NDArray[np.int8], onset: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
    """First column, end column and MIDI pitch of each note; a pitch that changes begins a note."""
    changes = np.flatnonzero(np.diff(pitch, prepend=0) != 0)
    edges = np.unique(np.concatenate([changes, np.flatnonzero(onset), [len(pitch)]]))
    for first, end in pairwise(edges.tolist()):
        if pitch[first] > 0:
            yield first, end, int(pitch[first]) - 1 + LOWEST


def _merged(notes: list[Note]) -> tuple[Note, ...]:
    """A part's notes in order. Of two alike the longer stays; one that is struck again ends."""
    following: dict[int, int] = {}
    kept: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.onset, note.pitch, note.duration), reverse=True):
        until = following.get(note.pitch, note.end)
        if until > note.onset:
            kept.append(replace(note, duration=min(note.end, until) - note.onset))
            following[note.pitch] = note.onset
    return tuple(sorted(kept))
