"""Chords found from a melody, as an accompanist finds them: what fits the notes, and goes somewhere.

The best way through the chords of the key (Viterbi), given the notes, the bar lines and the cadences that
are known. Pure: takes a score, gives spans of chords; knows nothing of how they are played.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from domain.score import TICKS_PER_QUARTER, Cadence, Key, Metre, Mode, Note, Score, Section
from models.composition.cadences import DOMINANT, TONIC, cadence_tick


class Quality(Enum):
    """What is built on a chord's root, as semitones above it."""

    MAJOR = (0, 4, 7)
    MINOR = (0, 3, 7)
    SEVENTH = (0, 4, 7, 10)


@dataclass(frozen=True, slots=True)
class Chord:
    """A root (pitch class, 0 is C) and what is built on it."""

    root: int
    quality: Quality

    @property
    def classes(self) -> tuple[int, ...]:
        """Pitch classes from the root upwards: root, third, fifth, and the seventh if there is one."""
        return tuple((self.root + interval) % 12 for interval in self.quality.value)


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """A chord from `onset` to `end`, in ticks."""

    onset: int
    end: int
    chord: Chord


@dataclass(frozen=True, slots=True)
class _Choice:
    """A chord of the key: semitones above the tonic, quality, and what it costs to go there."""

    degree: int
    quality: Quality
    cost: float


# The triads of the key, and what modal tunes take from beside it (flat seventh, minor dominant, dorian
# fourth). These costs and the weights below began as estimates and were then moved, one at a time, to
# where the chords of the Nottingham Music Database's training tunes are found best.
_CHORDS: Mapping[Mode, tuple[_Choice, ...]] = {
    Mode.MAJOR: (
        _Choice(0, Quality.MAJOR, 0.0),
        _Choice(5, Quality.MAJOR, 0.5),
        _Choice(7, Quality.MAJOR, 1.1),
        _Choice(7, Quality.SEVENTH, 1.7),
        _Choice(2, Quality.MINOR, 1.5),
        _Choice(9, Quality.MINOR, 2.2),
        _Choice(10, Quality.MAJOR, 2.0),
        _Choice(4, Quality.MINOR, 4.0),
        _Choice(7, Quality.MINOR, 4.0),
    ),
    Mode.MINOR: (
        _Choice(0, Quality.MINOR, 0.0),
        _Choice(10, Quality.MAJOR, 0.8),
        _Choice(5, Quality.MINOR, 0.8),
        _Choice(7, Quality.SEVENTH, 1.2),
        _Choice(7, Quality.MAJOR, 1.4),
        _Choice(8, Quality.MAJOR, 1.4),
        _Choice(5, Quality.MAJOR, 1.6),
        _Choice(3, Quality.MAJOR, 1.7),
        _Choice(7, Quality.MINOR, 1.8),
    ),
}

# What an eighth note on a beat says for a chord, by its semitones above the root.
_FIT: Mapping[Quality, tuple[float, ...]] = {
    Quality.MAJOR: (1.0, -2.0, -1.3, -2.0, 0.9, -1.7, -1.2, 0.8, -2.0, -0.7, -1.6, -0.9),
    Quality.MINOR: (1.0, -2.0, -1.3, 0.9, -2.0, -1.7, -1.2, 0.8, -1.3, -0.7, -1.6, -0.9),
    Quality.SEVENTH: (1.0, -2.0, -1.3, -2.0, 0.9, -1.7, -1.2, 0.8, -2.0, -0.7, 0.3, -0.9),
}
_EIGHTH = TICKS_PER_QUARTER // 2
_BETWEEN_BEATS = 0.8
_PASSING = 0.6
"""A dissonance between beats counts less still: it passes."""

_FOREIGN_TONE = 0.8
_RARE, _PRESENT = 0.01, 0.03
"""A chord suffers whose tone is rare in the tune where the semitone beside it is present (F for F#)."""

# Degrees that lead on to each other, beyond what they are worth by themselves.
_MOTIONS: Mapping[tuple[int, int], float] = {(7, 0): 0.45, (7, 5): -0.7, (2, 7): 0.6}

_MIN_SECONDS = 0.45
"""No chord lasts less."""

# What changing the chord costs within a bar. Where bars are slow, chords change within them almost as
# readily as they do between two quick ones.
_WITHIN_BAR = 3.0
_QUICK_SECONDS, _SLOW_SECONDS, _SLOW_SHARE = 1.6, 3.0, 0.25

_DOMINANTS = frozenset({7, 10})
"""What leads home: the dominant, and in modal tunes the major chord on the flat seventh."""


def find_chords(score: Score) -> tuple[ChordSpan, ...]:
    """The chords under all notes of the score, from tick 0 to its last bar line without a gap.

    The piece ends on its tonic. A section with a full cadence ends with dominant and tonic, one with a
    half cadence on the dominant, whatever the notes say; its chords are those of its own key, if it has one.
    """
    unit = _unit_ticks(score.metre, score.seconds_per_tick)
    keys = _keys(score, unit)
    if not keys:
        return ()
    fits = _fits(score, keys, unit=unit)
    for place, degrees in _known_degrees(score, fits, keys, unit=unit).items():
        for index, choice in enumerate(_CHORDS[keys[place].mode]):
            if choice.degree not in degrees:
                fits[place][index] = -math.inf
    path = _best_path(fits, keys, [_change_cost(place * unit, score) for place in range(len(keys))])
    return tuple(_spans(path, keys, unit=unit))


def _unit_ticks(metre: Metre, seconds_per_tick: float) -> int:
    """How long a chord lasts at least: a beat, half a bar, or a bar where those are over too soon."""
    bar, beat = metre.bar_ticks, metre.beat_ticks
    units = [beat] if bar % beat == 0 else []
    units += [bar // 2] if bar % (2 * beat) == 0 else []
    return next((unit for unit in units if unit * seconds_per_tick >= _MIN_SECONDS), bar)


def _keys(score: Score, unit: int) -> list[Key]:
    """The key of each unit of time."""
    keys = [score.key] * (score.bars * score.metre.bar_ticks // unit)
    for section in score.sections:
        if section.key is not None:
            first, end = (bar * score.metre.bar_ticks // unit for bar in (section.first_bar, section.end_bar))
            keys[first:end] = [section.key] * len(keys[first:end])
    return keys


def _fits(score: Score, keys: Sequence[Key], *, unit: int) -> list[list[float]]:
    """For each unit of time, how well each chord of its key fits the notes that sound in it."""
    notes = [note for part in score.parts for note in part.notes]
    avoided = {
        key: [-_FOREIGN_TONE * _foreign_tones(notes, key.tonic, choice) for choice in _CHORDS[key.mode]]
        for key in set(keys)
    }
    fits = [list(avoided[key]) for key in keys]
    for note in notes:
        on_beat = note.onset % score.metre.beat_ticks == 0
        weight, dissonance = (1.0, 1.0) if on_beat else (_BETWEEN_BEATS, _PASSING)
        for place in range(note.onset // unit, min(-(-note.end // unit), len(keys))):
            key = keys[place]
            eighths = (min(note.end, (place + 1) * unit) - max(note.onset, place * unit)) / _EIGHTH
            for index, choice in enumerate(_CHORDS[key.mode]):
                fit = _FIT[choice.quality][(note.pitch - key.tonic - choice.degree) % 12]
                fits[place][index] += eighths * weight * (fit if fit > 0 else fit * dissonance)
    return fits


def _foreign_tones(notes: Sequence[Note], tonic: int, choice: _Choice) -> int:
    """How many of a chord's tones the tune avoids, having the semitone beside them instead."""
    shares = [0.0] * 12
    total = sum(note.duration for note in notes) or 1
    for note in notes:
        shares[(note.pitch - tonic) % 12] += note.duration / total
    tones = [(choice.degree + interval) % 12 for interval in choice.quality.value]
    return sum(
        shares[tone] < _RARE and max(shares[(tone + 1) % 12], shares[tone - 1]) > _PRESENT for tone in tones
    )


def _known_degrees(
    score: Score, fits: Sequence[Sequence[float]], keys: Sequence[Key], *, unit: int
) -> dict[int, frozenset[int]]:
    """The degrees that chords may have where the form says so, by unit of time."""
    bar = score.metre.bar_ticks
    known: dict[int, frozenset[int]] = {}
    for section in score.sections:
        last, cadence = section.end_bar * bar // unit - 1, cadence_tick(score.metre, section) // unit
        if section.cadence is Cadence.HALF:
            known |= dict.fromkeys(range(cadence, last + 1), frozenset({DOMINANT}))
        elif section.cadence is Cadence.FULL:
            choices = _CHORDS[keys[last].mode]
            arrival = _arrival(section, fits, choices, bar_units=bar // unit, latest=cadence)
            known |= dict.fromkeys(range(arrival, last + 1), frozenset({TONIC}))
            if arrival > section.first_bar * bar // unit:
                known[arrival - 1] = _DOMINANTS
    return known | {len(fits) - 1: frozenset({TONIC})}


def _arrival(
    section: Section,
    fits: Sequence[Sequence[float]],
    choices: Sequence[_Choice],
    *,
    bar_units: int,
    latest: int,
) -> int:
    """The unit in a section's last bar, up to `latest`, at which dominant and tonic fit the notes best."""
    home = next(index for index, choice in enumerate(choices) if choice.degree == TONIC)
    leading = [index for index, choice in enumerate(choices) if choice.degree in _DOMINANTS]
    first, last = (section.end_bar - 1) * bar_units, section.end_bar * bar_units

    def fit(arrival: int) -> float:
        before = range(max(first - 1, 0), arrival - 1)
        return (
            sum(fits[place][home] for place in range(arrival, last))
            + (max(fits[arrival - 1][index] for index in leading) if arrival else 0.0)
            + sum(max(fits[place]) for place in before)
        )

    return max(range(first, max(latest, first) + 1), key=fit)


def _change_cost(tick: int, score: Score) -> float:
    """What it costs to change the chord at a tick, beyond what the new chord costs."""
    bar = score.metre.bar_ticks
    if tick % bar == 0:
        return 0.0
    slowness = (bar * score.seconds_per_tick - _QUICK_SECONDS) / (_SLOW_SECONDS - _QUICK_SECONDS)
    return _WITHIN_BAR * (1 - (1 - _SLOW_SHARE) * min(max(slowness, 0.0), 1.0))


def _best_path(
    fits: Sequence[Sequence[float]], keys: Sequence[Key], change_costs: Sequence[float]
) -> list[int]:
    """The index of the chord in each unit of time, so that fits less costs are greatest in sum."""
    moves = {mode: _moves(choices) for mode, choices in _CHORDS.items()}
    indices = range(len(fits[0]))
    totals = [fit - choice.cost for fit, choice in zip(fits[0], _CHORDS[keys[0].mode], strict=True)]
    origins: list[list[int]] = []
    for fit, key, change_cost in zip(fits[1:], keys[1:], change_costs[1:], strict=True):
        came_from: list[int] = []
        reached: list[float] = []
        for after in indices:
            values = [
                totals[before] + moves[key.mode][after][before] - (change_cost if before != after else 0.0)
                for before in indices
            ]
            best = max(indices, key=values.__getitem__)
            came_from.append(best)
            reached.append(values[best] + fit[after])
        origins.append(came_from)
        totals = reached
    path = [max(indices, key=totals.__getitem__)]
    for came_from in reversed(origins):
        path.append(came_from[path[-1]])
    return path[::-1]


def _moves(choices: Sequence[_Choice]) -> list[list[float]]:
    """What moving to each chord (rows) from each chord (columns) is worth; staying is worth nothing."""
    return [
        [
            0.0 if before is after else _MOTIONS.get((before.degree, after.degree), 0.0) - after.cost
            for before in choices
        ]
        for after in choices
    ]


def _spans(path: Sequence[int], keys: Sequence[Key], *, unit: int) -> Iterator[ChordSpan]:
    chosen = [_CHORDS[key.mode][index] for index, key in zip(path, keys, strict=True)]
    chords = [
        Chord((key.tonic + choice.degree) % 12, choice.quality)
        for choice, key in zip(chosen, keys, strict=True)
    ]
    for chord, places in groupby(range(len(chords)), key=chords.__getitem__):
        within = list(places)
        yield ChordSpan(within[0] * unit, (within[-1] + 1) * unit, chord)
