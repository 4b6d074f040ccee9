"""Scores as token ids and back: the one language all music models speak.

A piece is a sequence of moments. A moment is its notes, ordered by part and from high to low, each
followed by its duration, and then one closing token: SHIFT to the next moment, or END. Pieces are
moved to the tonic C, so that a model learns scale degrees once instead of twelve times over.
Knows nothing of tensors or of how tokens are chosen.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from domain.genres import Genre
from domain.score import TICKS_PER_QUARTER, Key, Metre, Mode, Note, Part, Score

LOWEST_PITCH = 21
PITCHES = 88
MAX_PARTS = 4
MAX_NOTES = 12
"""The most notes that may begin in one moment."""

GRID = (0, 3, 4, 6, 8, 9)
"""Where notes may begin within a quarter, in ticks: sixteenths and eighth-note triplets."""

DURATIONS = (
    *(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 18, 20, 21, 24, 27, 30, 32, 33, 36, 42, 45, 48),
    *(54, 60, 66, 72, 84, 96, 120, 144),
)
MAX_SHIFT = 48

PAD, END = 0, 1
FIRST_SHIFT = 2
FIRST_DURATION = FIRST_SHIFT + MAX_SHIFT
FIRST_NOTE = FIRST_DURATION + len(DURATIONS)
VOCABULARY = FIRST_NOTE + MAX_PARTS * PITCHES

METRES = tuple(
    Metre.parse(text) for text in ("4/4", "3/4", "2/4", "6/8", "9/8", "12/8", "3/8", "2/2", "6/4", "3/2")
)
DENSITY_EDGES = (0.6, 0.9, 1.2, 1.6, 2.1, 2.8, 3.6)
"""Upper edges of the density classes, in moments a quarter note."""
TEMPO_EDGES = (60.0, 75.0, 90.0, 105.0, 120.0, 140.0, 170.0)
REGISTER_EDGES = (51.0, 54.0, 57.0, 60.0, 63.0, 66.0, 69.0, 72.0, 75.0, 78.0, 81.0)
"""Upper edges of the register classes: the mean MIDI pitch of a piece, once moved to C."""
MAX_BARS_TOLD = 48
POSITIONS = 144
LOOKBACK_BARS = (1, 2, 4, 8)

CONDITIONS = (
    len(Genre),
    len(Mode),
    len(METRES),
    len(TEMPO_EDGES) + 1,
    len(DENSITY_EDGES) + 1,
    len(REGISTER_EDGES) + 1,
    MAX_PARTS,
    POSITIONS,
    MAX_BARS_TOLD,
    MAX_BARS_TOLD,
)
"""Sizes of a moment's conditions: seven of the piece, then position in the bar, bars gone, bars to go."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a model is told of a piece before its first note.

    `density` is a class of DENSITY_EDGES: how many moments a quarter note holds on average;
    `register` one of REGISTER_EDGES.
    """

    genre: Genre
    key: Key
    metre: Metre
    tempo: float
    bars: int
    parts: int
    density: int
    register: int

    @property
    def end_tick(self) -> int:
        return self.bars * self.metre.bar_ticks

    def conditions(self, ticks: Sequence[int]) -> NDArray[np.int64]:
        """(len(ticks), len(CONDITIONS)): what is told at moments that begin at these ticks."""
        told = np.empty((len(ticks), len(CONDITIONS)), dtype=np.int64)
        told[:, :7] = (
            list(Genre).index(self.genre),
            list(Mode).index(self.key.mode),
            METRES.index(self.metre),
            bisect_left(TEMPO_EDGES, self.tempo),
            self.density,
            self.register,
            self.parts - 1,
        )
        bars, positions = np.divmod(np.asarray(ticks, dtype=np.int64), self.metre.bar_ticks)
        told[:, 7] = positions
        told[:, 8] = np.minimum(bars, MAX_BARS_TOLD - 1)
        told[:, 9] = np.clip(self.bars - 1 - bars, 0, MAX_BARS_TOLD - 1)
        return told


@dataclass(frozen=True, slots=True)
class TokenSequence:
    """A piece as tokens: one tuple a moment, and the tick at which each moment begins."""

    plan: Plan
    moments: tuple[tuple[int, ...], ...]
    ticks: tuple[int, ...]

    @property
    def flat(self) -> list[int]:
        return [token for moment in self.moments for token in moment]


def note_token(part: int, pitch: int) -> int:
    return FIRST_NOTE + part * PITCHES + (PITCHES - 1 - (pitch - LOWEST_PITCH))


def read_note(token: int) -> tuple[int, int]:
    """The (part, MIDI pitch) of a note token."""
    part, below_top = divmod(token - FIRST_NOTE, PITCHES)
    return part, LOWEST_PITCH + PITCHES - 1 - below_top


def read_moment(moment: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """The (part, MIDI pitch, duration in ticks) of each note of a moment, its closing token left out."""
    for token, length in zip(moment[:-1:2], moment[1::2], strict=True):
        yield *read_note(token), DURATIONS[length - FIRST_DURATION]


def duration_token(ticks: int) -> int:
    """The token of the nearest duration (the shorter of two as near)."""
    index = min(range(len(DURATIONS)), key=lambda i: (abs(DURATIONS[i] - ticks), i))
    return FIRST_DURATION + index


def semitones_between(key: Key, other: Key) -> int:
    """How far to transpose so that the tonic of `key` becomes that of `other`: -6 to 5."""
    return (other.tonic - key.tonic + 6) % 12 - 6


def semitones_to_c(key: Key) -> int:
    """How far to transpose so that the tonic becomes C: -6 to 5."""
    return semitones_between(key, Key(0))


def density_class(moments: int, bars: int, metre: Metre) -> int:
    quarters = bars * metre.bar_ticks / TICKS_PER_QUARTER
    return bisect_left(DENSITY_EDGES, moments / quarters)


def mean_pitch(score: Score) -> float:
    """The mean MIDI pitch of all notes; 0 for an empty score."""
    pitches = [note.pitch for part in score.parts for note in part.notes]
    return sum(pitches) / max(1, len(pitches))


def register_class(mean: float, key: Key) -> int:
    """The class of a piece in `key` whose pitches average `mean`."""
    return bisect_left(REGISTER_EDGES, mean + semitones_to_c(key))


def plan_of(score: Score, genre: Genre) -> Plan:
    """The plan under which this score could have been written."""
    onsets = {note.onset for part in score.parts for note in part.notes}
    return Plan(
        genre=genre,
        key=score.key,
        metre=score.metre,
        tempo=score.tempo,
        bars=score.bars,
        parts=len(score.parts),
        density=density_class(len(onsets), score.bars, score.metre),
        register=register_class(mean_pitch(score), score.key),
    )


def encode(score: Score, genre: Genre) -> TokenSequence:
    """Tokens of a score whose notes lie on the grid.

    Raises ValueError where it can't be said in tokens: a metre or grid position that is not known, more than
    MAX_PARTS parts, a pitch that leaves the keyboard on the way to C, or no notes at all.
    """
    plan = plan_of(score, genre)
    if plan.metre not in METRES or not 1 <= plan.parts <= MAX_PARTS:
        raise ValueError(f"no tokens for {plan.metre} in {plan.parts} parts")
    shift = semitones_to_c(score.key)
    notes = sorted(
        (note.onset, note_token(index, note.pitch + shift), note.duration, note.pitch + shift)
        for index, part in enumerate(score.parts)
        for note in part.notes
    )
    if not notes or notes[-1][0] >= plan.end_tick:
        raise ValueError("no notes, or notes past the last bar")
    ticks: list[int] = []
    contents: list[list[int]] = []
    if notes[0][0] > 0:
        ticks.append(0)
        contents.append([])
    for onset, group in groupby(notes, key=lambda note: note[0]):
        if onset % TICKS_PER_QUARTER not in GRID:
            raise ValueError(f"a note begins off the grid, at tick {onset}")
        while ticks and onset - ticks[-1] > MAX_SHIFT:  # a long rest: moments without notes
            ticks.append(ticks[-1] + MAX_SHIFT)
            contents.append([])
        ticks.append(onset)
        contents.append(_moment(list(group)))
    for index, tick in enumerate(ticks[:-1]):
        contents[index].append(FIRST_SHIFT + ticks[index + 1] - tick - 1)
    contents[-1].append(END)
    return TokenSequence(plan, tuple(tuple(content) for content in contents), tuple(ticks))


def _moment(notes: list[tuple[int, int, int, int]]) -> list[int]:
    """Notes of one onset, in token order, without doubles; the middle of a chord too thick is thinned."""
    tokens: list[int] = []
    previous = -1
    distinct: list[tuple[int, int]] = []
    for _, token, duration, pitch in notes:
        if not LOWEST_PITCH <= pitch < LOWEST_PITCH + PITCHES:
            raise ValueError(f"pitch {pitch} is off the keyboard")
        if token != previous:
            distinct.append((token, duration))
        previous = token
    half = MAX_NOTES // 2
    if len(distinct) > MAX_NOTES:
        distinct = distinct[:half] + distinct[-half:]
    for token, duration in distinct:
        tokens += [token, duration_token(duration)]
    return tokens


def decode(sequence: TokenSequence) -> Score:
    """The score that tokens spell, in its plan's key; notes of one pitch and part never overlap."""
    plan = sequence.plan
    shift = -semitones_to_c(plan.key)
    parts: list[dict[int, list[Note]]] = [{} for _ in range(plan.parts)]
    for tick, moment in zip(sequence.ticks, sequence.moments, strict=True):
        for part, pitch, length in read_moment(moment):
            duration = min(length, plan.end_tick - tick)
            sounded = parts[part].setdefault(pitch, [])
            if sounded and sounded[-1].end > tick:
                last = sounded[-1]
                sounded[-1] = Note(last.onset, last.pitch, tick - last.onset, last.velocity)
            sounded.append(Note(tick, pitch + shift, duration))
    return Score(
        key=plan.key,
        metre=plan.metre,
        tempo=plan.tempo,
        bars=plan.bars,
        parts=tuple(
            Part(f"part {index + 1}", 0, tuple(sorted(note for notes in pitches.values() for note in notes)))
            for index, pitches in enumerate(parts)
        ),
    )


def lookback_ticks(tick: int, metre: Metre) -> tuple[int, ...]:
    """The ticks, LOOKBACK_BARS bars ago, whose moments a model is shown again; they may be negative."""
    return tuple(tick - bars * metre.bar_ticks for bars in LOOKBACK_BARS)
