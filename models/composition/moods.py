"""What each mood means in notes: mode, tempo, density and register together, and what it suits best.

All of it is relative to what a genre's training works are like, so that a mood never asks the model for
music it has not seen. Loudness is not here: that belongs to who plays.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from domain.genres import Genre
from domain.moods import Mood
from domain.requests import TEMPO
from domain.score import Metre, Mode
from models.composition.length import KEPT, REACH
from models.plans import Habit, Profile

_DENSITIES_AN_OCTAVE = 4.0
"""How many density classes are as far apart as a tempo and its double."""

_AS_NEAR = 0.5
"""Habits this little farther from a wish than the nearest are as good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A mood, relative to the genre's habits.

    `tempo` is a factor; `density` and `register` are classes up or down (see models.tokens). With
    `needs_mode` the other mode contradicts the mood. Genres and metres are what is drawn among where
    that is open; none means any.
    """

    mode: Mode | None = None
    needs_mode: bool = False
    tempo: float = 1.0
    density: int = 0
    register: int = 0
    genres: tuple[Genre, ...] = ()
    metres: tuple[Metre, ...] = ()


NO_MOOD = Meaning()

_MEANINGS: dict[Mood, Meaning] = {
    Mood.CALM: Meaning(
        mode=Mode.MAJOR,
        tempo=0.85,
        density=-1,
        register=-1,
        genres=(Genre.CHORALE, Genre.HYMN, Genre.GUITAR, Genre.CLASSICAL, Genre.ROMANTIC, Genre.SONG),
    ),
    Mood.BRIGHT: Meaning(
        mode=Mode.MAJOR,
        needs_mode=True,
        tempo=1.08,
        register=1,
        genres=(
            *(Genre.REEL, Genre.JIG, Genre.SLIP_JIG, Genre.HORNPIPE, Genre.POLKA),
            *(Genre.CLASSICAL, Genre.BAROQUE, Genre.GUITAR),
        ),
    ),
    Mood.SAD: Meaning(
        mode=Mode.MINOR,
        needs_mode=True,
        tempo=0.82,
        density=-1,
        register=-1,
        genres=(
            *(Genre.CHORALE, Genre.FOLK, Genre.GUITAR, Genre.BAROQUE, Genre.CLASSICAL),
            *(Genre.ROMANTIC, Genre.SONG),
        ),
    ),
    Mood.LULLABY: Meaning(
        mode=Mode.MAJOR,
        tempo=0.8,
        density=-1,
        register=1,
        genres=(Genre.FOLK, Genre.GUITAR, Genre.HYMN, Genre.CLASSICAL, Genre.SONG),
        metres=(Metre(3, 4), Metre(6, 8)),
    ),
    Mood.FESTIVE: Meaning(
        mode=Mode.MAJOR,
        needs_mode=True,
        tempo=1.1,
        density=1,
        register=1,
        genres=(Genre.REEL, Genre.POLKA, Genre.JIG, Genre.HORNPIPE, Genre.RAGTIME),
    ),
    Mood.TENSE: Meaning(
        mode=Mode.MINOR,
        needs_mode=True,
        tempo=1.12,
        density=1,
        register=-1,
        genres=(Genre.BAROQUE, Genre.CLASSICAL, Genre.ROMANTIC),
    ),
}


def meaning_of(mood: Mood | None) -> Meaning:
    return NO_MOOD if mood is None else _MEANINGS[mood]


def nearest_habits(habits: Sequence[Habit], meaning: Meaning) -> list[Habit]:
    """Those of the habits that come nearest to the mood's density and tempo; without a mood, all."""
    if meaning == NO_MOOD:
        return list(habits)
    density = _median([(habit.density, habit.works) for habit in habits]) + meaning.density
    tempo = _median([(habit.tempo, habit.works) for habit in habits]) * meaning.tempo

    def distance(habit: Habit) -> float:
        octaves = abs(math.log2(habit.tempo / tempo))
        return abs(habit.density - density) + _DENSITIES_AN_OCTAVE * octaves

    nearest = min(map(distance, habits))
    return [habit for habit in habits if distance(habit) <= nearest + _AS_NEAR]


def mood_tempo(habit: Habit, meaning: Meaning) -> float:
    """The tempo that pieces like this have in this mood."""
    low, high = TEMPO
    return min(max(habit.tempo * meaning.tempo, low), high)


def mood_register(register: int, profile: Profile, meaning: Meaning) -> int:
    """The register class moved as the mood has it, but not out of what the genre's works show."""
    seen = profile.registers
    moved = min(max(register + meaning.register, seen.start), seen.stop - 1)
    return moved if meaning.register else register


def contradicts(tempo: float, usual_tempo: float, meaning: Meaning) -> bool:
    """Whether a tempo goes against the mood, by more than fitting a length ever bends one."""
    ratio = tempo / usual_tempo
    return (meaning.tempo < 1 and ratio > REACH * KEPT) or (meaning.tempo > 1 and ratio < 1 / (REACH * KEPT))


def _median(counted: list[tuple[float, int]]) -> float:
    """The middle of values that occur so many times each."""
    half = sum(count for _, count in counted) / 2
    below = 0
    for value, count in sorted(counted):
        below += count
        if below >= half:
            return value
    raise ValueError("no values")
