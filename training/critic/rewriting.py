"""Scores taken apart into bars, stretches and parts, and put together again.

The tools of `corruption` and of whoever cuts passages. Knows no reason for what it is asked to do.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from domain.genres import Genre
from domain.score import TICKS_PER_QUARTER, Note, Part, Score
from models.heard_notes import SCALES
from models.tokens import DURATIONS, GRID, LOWEST_PITCH, PITCHES, decode, encode, semitones_to_c

Bars = list[list[list[Note]]]
"""The notes of each part in each bar, their onsets counted from the bar's beginning."""

_SNAPPED = [
    min((*GRID, TICKS_PER_QUARTER), key=lambda place: abs(place - tick)) for tick in range(TICKS_PER_QUARTER)
]


def as_written(score: Score, genre: Genre) -> Score | None:
    """The score as the tokens of the models say it, notes snapped to their grid; None where they can't."""
    shift = semitones_to_c(score.key)
    last = score.bars * score.metre.bar_ticks - 1

    def settle(note: Note) -> Note:
        onset = min(max(note.onset, 0), last)
        snapped = onset - onset % TICKS_PER_QUARTER + _SNAPPED[onset % TICKS_PER_QUARTER]
        if snapped > last:
            snapped = onset - onset % TICKS_PER_QUARTER
        pitch = note.pitch
        while pitch + shift < LOWEST_PITCH:
            pitch += 12
        while pitch + shift >= LOWEST_PITCH + PITCHES:
            pitch -= 12
        return replace(note, onset=snapped, pitch=pitch)

    try:
        return decode(encode(map_notes(score, settle), genre))
    except ValueError:
        return None


def map_notes(score: Score, change: Callable[[Note], Note]) -> Score:
    """Every note replaced by what `change` makes of it, parts in order again."""
    parts = (replace(part, notes=tuple(sorted(map(change, part.notes)))) for part in score.parts)
    return replace(score, parts=tuple(parts))


def filter_notes(part: Part, keep: Callable[[Note], bool]) -> Part:
    return replace(part, notes=tuple(filter(keep, part.notes)))


def change_part(score: Score, random: np.random.Generator, change: Callable[[Part], Part]) -> Score:
    """One part, drawn by chance, replaced by what `change` makes of it."""
    chosen = int(random.integers(len(score.parts)))
    parts = list(score.parts)
    changed = change(parts[chosen])
    parts[chosen] = replace(changed, notes=tuple(sorted(changed.notes)))
    return replace(score, parts=tuple(parts))


def draw_stretch(score: Score, share: float, random: np.random.Generator) -> range:
    """A stretch of about this share of the bars, at least one, anywhere in the score."""
    length = min(score.bars, max(1, round(share * score.bars)))
    first = int(random.integers(score.bars - length + 1))
    return range(first, first + length)


def split_bars(score: Score) -> Bars:
    bars: Bars = [[[] for _ in score.parts] for _ in range(score.bars)]
    for index, part in enumerate(score.parts):
        for note in part.notes:
            bar, tick = divmod(note.onset, score.metre.bar_ticks)
            if 0 <= bar < score.bars:
                bars[bar][index].append(replace(note, onset=tick))
    return bars


def join_bars(like: Score, bars: Bars) -> Score:
    """The bars in this order, with the parts and everything else of `like`."""
    parts: list[Part] = []
    for index, part in enumerate(like.parts):
        notes = (
            replace(note, onset=note.onset + place * like.metre.bar_ticks)
            for place, bar in enumerate(bars)
            for note in bar[index]
        )
        parts.append(replace(part, notes=tuple(sorted(notes))))
    return replace(like, parts=tuple(parts), bars=len(bars))


def bars_to_borrow(donor: Score, like: Score) -> Bars:
    """The bars of `donor` in the key, the parts and the length of bar of `like`."""
    shift = semitones_to_c(donor.key) - semitones_to_c(like.key)
    borrowed: Bars = []
    for bar in split_bars(donor):
        fitted = [
            [replace(note, pitch=note.pitch + shift) for note in notes if note.onset < like.metre.bar_ticks]
            for notes in bar
        ]
        fitted += [[] for _ in range(len(like.parts) - len(fitted))]
        borrowed.append(fitted[: len(like.parts)])
    return borrowed


def step_along_scale(pitch: int, steps: int, score: Score) -> int:
    """The pitch so many degrees higher; one outside the scale keeps its distance from the degree below."""
    scale = SCALES[score.key.mode]
    octave, height = divmod(pitch - score.key.tonic, 12)
    degree = max(index for index, place in enumerate(scale) if place <= height)
    octaves, stepped = divmod(degree + steps, len(scale))
    return score.key.tonic + 12 * (octave + octaves) + scale[stepped] + height - scale[degree]


def cut(score: Score, first: int, bars: int) -> Score:
    """Bars `first` to `first + bars`; what began before is left out, what goes on after ends there.

    Notes cut short keep to durations that the tokens know.
    """
    start, stop = first * score.metre.bar_ticks, (first + bars) * score.metre.bar_ticks
    parts: list[Part] = []
    for part in score.parts:
        notes = (
            replace(note, onset=note.onset - start, duration=_at_most(note.duration, stop - note.onset))
            for note in part.notes
            if start <= note.onset < stop
        )
        parts.append(replace(part, notes=tuple(notes)))
    return replace(score, bars=bars, parts=tuple(parts), sections=())


def _at_most(duration: int, room: int) -> int:
    return duration if duration <= room else DURATIONS[bisect_right(DURATIONS, room) - 1]


def altered_bars(before: Score, after: Score) -> NDArray[np.bool_]:
    """(bars,): the bars in which another note begins than did before."""

    def by_bar(score: Score) -> list[set[tuple[int, int, int, int]]]:
        found: list[set[tuple[int, int, int, int]]] = [set() for _ in range(before.bars)]
        for index, part in enumerate(score.parts):
            for note in part.notes:
                found[note.onset // before.metre.bar_ticks].add((index, *_plain(note)))
        return found

    pairs = zip(by_bar(before), by_bar(after), strict=True)
    return np.asarray([ours != theirs for ours, theirs in pairs], dtype=np.bool_)


def _plain(note: Note) -> tuple[int, int, int]:
    return note.onset, note.pitch, note.duration
