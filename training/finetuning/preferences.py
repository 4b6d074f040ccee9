"""From votes to what is learned: which work is liked over which, how sure that is, how well each is liked.

Knows approvals and picks, not what works are like.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.finetuning import Lesson, Preferred

LEAST_SURE = 0.6
"""How probable it must be that a work is better liked than another for the two to be a pair.

One vote of "like" against one of "dislike" is 0.84, one of "like" against one in between 0.69.
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """That the lesson at index `liked` is liked over the one at `disliked`; `weight` 0 (no matter) to 1."""

    liked: int
    disliked: int
    weight: float


def pairs_of(lessons: Sequence[Lesson], preferred: Sequence[Preferred] = ()) -> list[Pair]:
    """All that votes and picks say of two lessons, where it is more than noise.

    A pick between works that are not among the lessons is left out.
    """
    beliefs = [_belief(lesson) for lesson in lessons]
    pairs: list[Pair] = []
    for liked, (mean, variance) in enumerate(beliefs):
        for disliked, (other_mean, other_variance) in enumerate(beliefs):
            sure = _normal((mean - other_mean) / math.sqrt(variance + other_variance))
            if sure >= LEAST_SURE:
                pairs.append(Pair(liked, disliked, 2 * sure - 1))
    places = {lesson.work_id: place for place, lesson in enumerate(lessons)}
    for pick in preferred:
        if pick.liked_id in places and pick.disliked_id in places:
            weight = pick.margin / (pick.margin + 2)
            pairs.append(Pair(places[pick.liked_id], places[pick.disliked_id], weight))
    return pairs


def accuracy(scores: Sequence[float] | NDArray[np.float64], pairs: Sequence[Pair]) -> float:
    """The share of pairs, by their weights, whose liked work has the higher score; ties count half."""
    if not pairs:
        return 0.5
    values = np.asarray(scores)
    apart = values[[pair.liked for pair in pairs]] - values[[pair.disliked for pair in pairs]]
    weights = np.array([pair.weight for pair in pairs])
    return float(weights @ (0.5 + 0.5 * np.sign(apart)) / weights.sum())


def worth(lesson: Lesson) -> float:
    """How well a work is liked, -1 to 1, drawn to 0 where few have voted."""
    return 2 * _belief(lesson)[0] - 1


def _belief(lesson: Lesson) -> tuple[float, float]:
    """Mean and variance of the share of people who like a work, given its votes (Laplace's rule)."""
    likes = lesson.voters * (1 + lesson.approval) / 2
    mean = (likes + 1) / (lesson.voters + 2)
    return mean, mean * (1 - mean) / (lesson.voters + 3)


def _normal(z: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))
