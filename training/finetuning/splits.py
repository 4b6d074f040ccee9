"""Which lessons are held out from what: folds of whole works, the same ones for the same lessons and seed.

Knows works and how well they are liked, not what is learned from them.
"""

import hashlib
from collections.abc import Sequence

from domain.finetuning import Lesson
from training.finetuning.preferences import Pair, worth


def folds(lessons: Sequence[Lesson], count: int, *, seed: int) -> list[int]:
    """The fold, 0 to count - 1, of each lesson.

    Works with the same notes or words share a fold. Every fold gets as many liked and disliked works as any
    other, as far as that goes.
    """
    groups: dict[str, list[int]] = {}
    for place, lesson in enumerate(lessons):
        groups.setdefault(_origin(lesson), []).append(place)
    drawn = sorted(groups.values(), key=lambda group: _chance(seed, lessons[group[0]].work_id))
    # Taking turns from the worst liked to the best gives each fold its share of both.
    ranked = sorted(drawn, key=lambda group: _side(lessons, group))
    found = [0] * len(lessons)
    for turn, group in enumerate(ranked):
        for place in group:
            found[place] = turn % count
    return found


def within(pairs: Sequence[Pair], kept: Sequence[bool]) -> list[Pair]:
    """The pairs of which both works are kept."""
    return [pair for pair in pairs if kept[pair.liked] and kept[pair.disliked]]


def _origin(lesson: Lesson) -> str:
    """The same for works with the same notes or words."""
    return hashlib.sha256(repr(lesson.made).encode()).hexdigest()


def _side(lessons: Sequence[Lesson], group: Sequence[int]) -> int:
    """-1, 0 or 1: whether the works of a group are rather disliked or liked."""
    total = sum(worth(lessons[place]) for place in group)
    return (total > 0) - (total < 0)


def _chance(seed: int, work_id: int) -> bytes:
    """A random number that hangs on nothing but these two."""
    return hashlib.sha256(f"{seed}:{work_id}".encode()).digest()
