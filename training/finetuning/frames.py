"""Rated works as numbers that a leaning can be fitted to: music in one frame, verse in one of its language.

Knows what works are like; neither votes nor weights.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.finetuning import Lesson
from domain.genres import Genre
from domain.score import Score
from domain.verses import LyricsRequest, Verse
from models.leanings import BENDING, FARTHEST, TRAITS, VERSE_TRAITS, Described, Leaning, Liking, describe
from models.lyrics.verse_traits import describe_verse

Floats = NDArray[np.float64]

BEND_COST, GENRE_COST = 30.0, 0.7
"""How much more or less than a trait's weight its bend, or a genre's worth, is held back."""

MOST_WORTH = 6.0
"""Logits that nothing is worth more than."""

_LEAST_DEVIATION: Mapping[str, float] = {
    "minor": 0.3,
    "pace": 0.1,
    "density": 0.1,
    "speed": 0.1,
    "register": 2.0,
    "leaps": 0.2,
    "voices": 0.3,
    "triple": 0.3,
    "lines": 0.3,
    "line": 0.5,
    "uneven": 0.5,
    "couplets": 0.2,
    "rhymes": 0.2,
    "words": 0.05,
    "metre": 0.1,
    "exclaims": 0.05,
    "asks": 0.05,
    "pauses": 0.15,
    "bright": 0.15,
    "nature": 0.15,
    "self": 0.1,
}
"""By trait, whatever the language: works that are all alike in it are no reason to make much of a small
difference."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Lessons of one kind as `columns` (N, F): traits in deviations, squares of some, and genres."""

    lessons: tuple[Lesson, ...]
    columns: Floats
    traits: tuple[str, ...]
    means: Mapping[str, float]
    deviations: Mapping[str, float]
    bending: tuple[str, ...] = ()
    genres: tuple[Genre, ...] = ()

    @classmethod
    def of(
        cls,
        lessons: Sequence[Lesson],
        described: Sequence[Described],
        traits: tuple[str, ...],
        *,
        bending: tuple[str, ...] = (),
        genres: Sequence[Genre] = (),
    ) -> "Frame":
        """`described` has all traits of every lesson, `genres` that of each, or none."""
        values = np.array([[each[trait] for trait in traits] for each in described])
        means = values.mean(0)
        deviations = np.maximum(values.std(0), [_LEAST_DEVIATION[trait.split()[-1]] for trait in traits])
        apart = ((values - means) / deviations).clip(-FARTHEST, FARTHEST)
        bends = apart[:, [traits.index(trait) for trait in bending]] ** 2 - 1
        known = tuple(sorted(set(genres)))
        named = np.array([[float(genre == each) for each in known] for genre in genres])
        columns = np.column_stack([apart, bends, named.reshape(len(lessons), len(known))])
        told = (dict(zip(traits, row.tolist(), strict=True)) for row in (means, deviations))
        return cls(tuple(lessons), columns, traits, *told, bending=bending, genres=known)

    @property
    def costs(self) -> Floats:
        """(F,): how much each weight is held back, beside one another."""
        kinds = ((1.0, self.traits), (BEND_COST, self.bending), (GENRE_COST, self.genres))
        return np.array([cost for cost, names in kinds for _ in names])

    def leaning(self, weights: Floats) -> Leaning:
        """The leaning that has these weights (F,)."""
        count = len(self.traits)
        bounded: list[float] = np.clip(weights, -MOST_WORTH, MOST_WORTH).tolist()
        bends: dict[str, float] = dict(zip(self.bending, bounded[count:], strict=False))
        likings = {
            trait: Liking(self.means[trait], self.deviations[trait], bounded[place], bends.get(trait, 0.0))
            for place, trait in enumerate(self.traits)
        }
        return Leaning(likings, dict(zip(self.genres, bounded[count + len(self.bending) :], strict=True)))


def framed(lessons: Sequence[Lesson]) -> Iterator[Frame]:
    """A frame of the music among the lessons, and of the verse in each language, as far as there is any."""
    music = [(lesson, lesson.made) for lesson in lessons if isinstance(lesson.made, Score)]
    sounding = [(lesson, score) for lesson, score in music if score.end_tick > 0]
    if sounding:
        works = [lesson for lesson, _ in sounding]
        described = [describe(score) for _, score in sounding]
        yield Frame.of(works, described, TRAITS, bending=BENDING, genres=[genre_of(work) for work in works])
    for language, traits in VERSE_TRAITS.items():
        written = [(lesson, lesson.made) for lesson in lessons if isinstance(lesson.made, Verse)]
        told = [(lesson, describe_verse(verse)) for lesson, verse in written]
        whole = [(lesson, each) for lesson, each in told if each.keys() >= set(traits)]
        if whole:
            bending = (f"{language} line",)
            works, described = [lesson for lesson, _ in whole], [each for _, each in whole]
            yield Frame.of(works, described, traits, bending=bending)


def genre_of(lesson: Lesson) -> Genre:
    """The genre that a work was made in or from; a song where that is not known."""
    request = lesson.request
    named = getattr(request, "genre", None)
    if named is None and not isinstance(request, LyricsRequest):
        named = next((source.genre for source in request.sources if source.genre is not None), None)
    return Genre(named) if named is not None else Genre.SONG
