"""Simulated people's votes as lessons. Knows neither who votes nor how works are made."""

from collections.abc import Callable, Sequence

import numpy as np

from domain.finetuning import Lesson
from domain.requests import WorkRequest
from domain.score import Score
from domain.verses import Verse


def lessons_of(
    works: Sequence[tuple[WorkRequest, Score | Verse]],
    vote: Callable[[int, np.random.Generator], float],
    *,
    votes: int,
    seed: int,
    at_random: bool,
) -> list[Lesson]:
    """Votes of 1 to 5 on so many of the works, each by its place; at random, each has another one's vote."""
    random = np.random.default_rng([seed, 5])
    rated = [int(place) for place in random.permutation(len(works))[:votes]]
    given = [vote(place, random) for place in rated]
    if at_random:
        given = random.permutation(given).tolist()
    return [lesson_of(place, *works[place], each) for place, each in zip(rated, given, strict=True)]


def lesson_of(work_id: int, request: WorkRequest, made: Score | Verse, vote: float) -> Lesson:
    """What is learned from one person's vote of 1 to 5."""
    return Lesson(work_id=work_id, request=request, made=made, approval=(vote - 3) / 2, voters=1)
