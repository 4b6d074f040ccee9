"""What the judge hears of a score: its notes, moments and bars as arrays of numbers.

Notes are heard from the tonic, in parts ordered from high to low, each beside what sounds with it, what
came before it and what stood there some bars ago. Tempo, names, instruments and loudness are not heard,
nor how the notes came about. Knows no network.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.score import TICKS_PER_QUARTER, Mode, Score
from models.heard_notes import PART_ROOM, PITCH_ROOM, SCALES, HeardNotes, Integers, read_notes
from models.tokens import DURATIONS, LOWEST_PITCH, METRES, PITCHES, POSITIONS

WINDOW_BARS = 32
"""The most bars heard at once; a longer score is heard in windows that overlap by half."""
MAX_WINDOWS = 16
LAGS = (1, 2, 4, 8, 16)
"""How many bars before and after a note or bar is compared with what stands there."""

Floats = NDArray[np.float32]

_WIDEST = 14
_INTERVALS = 2 * _WIDEST + 2
_ABOVE = 38
_METRE_CLASSES = len(METRES) + 1
_ROLES = 5
NOTE_CLASSES = (
    PITCHES,
    POSITIONS,
    len(DURATIONS),
    _ROLES,
    _INTERVALS,
    _INTERVALS,
    len(DURATIONS) + 1,
    _ABOVE,
    _ABOVE,
)
"""Sizes of a note's classes: pitch, tick in the bar, duration, role, interval from the note before and to
the one after in its part, time since the one before, semitones above the lowest note that sounds with it
and below the highest."""

NOTE_FACTS = 24 + 4 * len(LAGS)
"""Pitch classes sounding with a note, then those of a bar around it, both counted from it; then for each
lag whether the same note, and whether any note of its part, stands so many bars before and after."""

LIKENESSES = 3
"""Bars are alike in where notes begin, in which notes begin where, and in their pitch classes."""

BAR_FACTS = LIKENESSES * (2 * len(LAGS) + 2) + 3
WHOLE_FACTS = LIKENESSES * (2 * len(LAGS) + 2) + 16
TOLD = (len(Mode), _METRE_CLASSES)
"""Sizes of what is told of a passage: its mode and its metre."""

_DURATION_CLASS = np.asarray(
    [
        min(range(len(DURATIONS)), key=lambda i: abs(DURATIONS[i] - ticks))
        for ticks in range(DURATIONS[-1] + 1)
    ]
)
_COPY = 0.999
"""Bars more alike than this, in cosine, are copies."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Up to WINDOW_BARS bars of N notes in T moments over B bars.

    classes (N, len(NOTE_CLASSES)), facts (N, NOTE_FACTS), moments (N,): the moment each note begins;
    moment_bars (T,): the bar each moment lies in; bars (B, BAR_FACTS); likeness (LIKENESSES, B, B): how
    alike bars are, 0 to 1, in each way; whole (WHOLE_FACTS,); told (2,).
    """

    classes: Integers
    facts: Floats
    moments: Integers
    moment_bars: Integers
    bars: Floats
    likeness: Floats
    whole: Floats
    told: Integers


def hear(score: Score) -> list[Passage]:
    """A score as passages: one where it has at most WINDOW_BARS bars (and an upbeat), none without notes."""
    return [passage for _, passage in hear_placed(score)]


def hear_placed(score: Score) -> list[tuple[int, Passage]]:
    """The passages of a score, each with the bar that it begins at."""
    notes = read_notes(score)
    if notes is None:
        return []
    told = np.asarray(
        [
            list(Mode).index(score.key.mode),
            METRES.index(score.metre) if score.metre in METRES else len(METRES),
        ]
    )
    if notes.bars <= WINDOW_BARS + 1:
        return [(0, _hear(notes, told, score.key.mode))]
    last = notes.bars - WINDOW_BARS
    count = min(MAX_WINDOWS, -(-last // (WINDOW_BARS // 2)) + 1)
    firsts = np.unique(np.linspace(0, last, count).round().astype(int))
    windows = ((int(first), notes.window(int(first), WINDOW_BARS)) for first in firsts)
    return [(first, _hear(window, told, score.key.mode)) for first, window in windows if len(window.onset)]


def _hear(notes: HeardNotes, told: Integers, mode: Mode) -> Passage:
    ticks, moments = np.unique(notes.onset, return_inverse=True)
    before, after, waited, is_top = _melodic(notes)
    sounding = (notes.onset <= ticks[:, None]) & (notes.onset + notes.duration > ticks[:, None])
    pitch = notes.pitch.astype(np.int16)
    lowest = np.where(sounding, pitch, np.int16(PITCHES)).min(1)[moments]
    highest = np.where(sounding, pitch, np.int16(-1)).max(1)[moments]
    classes = np.stack(
        [
            notes.pitch,
            np.minimum(notes.onset % notes.bar_ticks, POSITIONS - 1),
            _DURATION_CLASS[np.minimum(notes.duration, DURATIONS[-1])],
            _roles(notes, is_top),
            before,
            after,
            waited,
            np.minimum(notes.pitch - lowest, _ABOVE - 1),
            np.minimum(highest - notes.pitch, _ABOVE - 1),
        ],
        axis=1,
    )
    chroma = (notes.pitch + LOWEST_PITCH) % 12
    near = np.abs(notes.onset - ticks[:, None]) <= notes.bar_ticks
    weights = np.minimum(notes.duration, 2 * TICKS_PER_QUARTER) / TICKS_PER_QUARTER
    classes_of = np.eye(12, dtype=np.float32)[chroma]
    now = np.minimum(sounding.astype(np.float32) @ classes_of, 2)
    around = near.astype(np.float32) @ (classes_of * weights[:, None].astype(np.float32))
    around /= np.maximum(around.sum(1, keepdims=True), 1e-6)
    relative = (chroma[:, None] + np.arange(12)) % 12
    facts = np.concatenate(
        [
            now[moments[:, None], relative],
            4 * around[moments[:, None], relative],
            _returns(notes),
        ],
        axis=1,
    ).astype(np.float32)
    likeness = np.stack([_cosines(rows) for rows in _bar_rows(notes, chroma)])
    bars, whole = _form(notes, chroma, likeness, mode)
    return Passage(classes, facts, moments, ticks // notes.bar_ticks, bars, likeness, whole, told)


def _roles(notes: HeardNotes, is_top: NDArray[np.bool_]) -> Integers:
    """Alone, top, bottom or between of the parts; of one part, its top line apart from the rest."""
    if notes.parts == 1:
        return np.where(is_top, 0, 4)
    role = np.full(len(notes.onset), 2)
    role[notes.part == 0] = 1
    role[notes.part == notes.parts - 1] = 3
    return role


def _melodic(notes: HeardNotes) -> tuple[Integers, Integers, Integers, NDArray[np.bool_]]:
    """Interval classes from the note before and to the one after, the wait's class, and who is on top.

    The top note of a chord continues the top of the one before, the others its bottom.
    """
    count = len(notes.onset)
    before = np.full(count, _INTERVALS - 1)
    after = np.full(count, _INTERVALS - 1)
    waited = np.full(count, len(DURATIONS))
    top = np.zeros(count, dtype=np.bool_)
    for part in range(notes.parts):
        rows = np.flatnonzero(notes.part == part)
        if len(rows) == 0:
            continue
        onset, pitch = notes.onset[rows], notes.pitch[rows]
        starts = np.flatnonzero(np.diff(onset, prepend=-1))
        group = np.cumsum(np.diff(onset, prepend=-1) > 0) - 1
        ends = np.append(starts[1:], len(rows)) - 1
        # Within a chord notes run from high to low.
        highest, bottom = pitch[starts], pitch[ends]
        on_top = np.zeros(len(rows), dtype=np.bool_)
        on_top[starts] = True
        top[rows] = on_top
        has_before, has_after = group > 0, group < len(starts) - 1
        earlier, later = np.maximum(group - 1, 0), np.minimum(group + 1, len(starts) - 1)
        step = pitch - np.where(on_top, highest[earlier], bottom[earlier])
        before[rows[has_before]] = np.clip(step, -_WIDEST, _WIDEST)[has_before] + _WIDEST
        step = np.where(on_top, highest[later], bottom[later]) - pitch
        after[rows[has_after]] = np.clip(step, -_WIDEST, _WIDEST)[has_after] + _WIDEST
        wait = np.minimum(onset - onset[starts][earlier], DURATIONS[-1])
        waited[rows[has_before]] = _DURATION_CLASS[wait][has_before]
    return before, after, waited, top


def _returns(notes: HeardNotes) -> Floats:
    """(N, 4 * len(LAGS)): whether the same note, and any note of the part, stands some bars away."""
    # Both columns rise with the order of the notes, so that looking up needs no sorting.
    places, same = notes.places, notes.places_and_pitches
    found = np.empty((len(places), 4 * len(LAGS)), dtype=np.float32)
    for index, lag in enumerate(LAGS):
        away = lag * notes.bar_ticks * PART_ROOM
        found[:, 4 * index] = _are_among(same - away * PITCH_ROOM, same)
        found[:, 4 * index + 1] = _are_among(same + away * PITCH_ROOM, same)
        found[:, 4 * index + 2] = _are_among(places - away, places)
        found[:, 4 * index + 3] = _are_among(places + away, places)
    return found


def _are_among(wanted: Integers, known: Integers) -> NDArray[np.bool_]:
    """Whether each value occurs in `known`, which never falls."""
    return known[np.minimum(np.searchsorted(known, wanted), len(known) - 1)] == wanted


def _form(notes: HeardNotes, chroma: Integers, likeness: Floats, mode: Mode) -> tuple[Floats, Floats]:
    """Facts of each bar, (B, BAR_FACTS), and of the whole passage, (WHOLE_FACTS,)."""
    bars = notes.bars
    bar = notes.onset // notes.bar_ticks
    count = np.bincount(bar, minlength=bars).astype(np.float32)
    columns: list[Floats] = []
    summary: list[float] = []
    for table in likeness:
        for lag in LAGS:
            diagonal = np.diagonal(table, -lag) if lag < bars else np.empty(0, dtype=np.float32)
            backward, forward = np.zeros((2, bars), dtype=np.float32)
            if len(diagonal):
                backward[lag:], forward[:-lag] = diagonal, diagonal
            columns += [backward, forward]
            summary += (
                [float(diagonal.mean()), float((diagonal > _COPY).mean())] if len(diagonal) else [0.0, 0.0]
            )
        earlier = np.tril(table, -1).max(1) if bars > 1 else np.zeros(bars, dtype=np.float32)
        columns += [earlier, (earlier > _COPY).astype(np.float32)]
        summary += [float(earlier.mean()), float((earlier > _COPY).mean())]
    quarters = notes.bar_ticks / TICKS_PER_QUARTER
    columns += [(count / quarters / 4).astype(np.float32), (count == 0).astype(np.float32)]
    columns.append(np.full(bars, bars / WINDOW_BARS, dtype=np.float32))
    outside = ~np.isin(chroma, SCALES[mode])
    share = np.bincount(chroma, minlength=12) / len(chroma)
    summary += [*share.tolist(), float(outside.mean()), float((count == 0).mean())]
    summary += [float(np.std(count) / (count.mean() + 1)), _entropy(share)]
    return np.stack(columns, axis=1).astype(np.float32), np.asarray(summary, dtype=np.float32)


def _entropy(share: NDArray[np.float64]) -> float:
    kept = share[share > 0]
    return float(-(kept * np.log(kept)).sum() / np.log(12))


def _bar_rows(notes: HeardNotes, chroma: Integers) -> list[Floats]:
    """What bars are compared by, a row a bar, in the order of LIKENESSES."""
    bar, tick = np.divmod(notes.onset, notes.bar_ticks)
    rhythm = np.zeros((notes.bars, notes.bar_ticks), dtype=np.float32)
    np.add.at(rhythm, (bar, tick), 1)
    exact = np.zeros((notes.bars, notes.bar_ticks * PITCHES), dtype=np.float32)
    exact[bar, tick * PITCHES + notes.pitch] = 1
    harmony = np.zeros((notes.bars, 12), dtype=np.float32)
    np.add.at(harmony, (bar, chroma), np.minimum(notes.duration, notes.bar_ticks))
    return [rhythm, exact[:, exact.any(0)], harmony]


def _cosines(rows: Floats) -> Floats:
    """(B, B): cosine similarity of rows; empty bars are like nothing."""
    norms = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    unit = rows / norms
    return unit @ unit.T
