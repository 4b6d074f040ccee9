"""Votes as pairs, and works held out: what is more than noise, and the same every time."""

import pytest

from domain.finetuning import Preferred
from tests.training.finetuning.lessons import lesson
from training.finetuning.preferences import pairs_of, worth
from training.finetuning.splits import folds, within


def test_a_pair_is_what_votes_are_fairly_sure_of() -> None:
    lessons = [lesson(1, 1.0), lesson(2, -1.0), lesson(3, 0.9), lesson(4, 1.0, voters=9)]
    weights = {(pair.liked, pair.disliked): pair.weight for pair in pairs_of(lessons)}
    assert set(weights) == {(0, 1), (2, 1), (3, 1), (3, 0), (3, 2)}  # nine who like it are surer than one
    assert weights[3, 1] > weights[0, 1] > weights[2, 1] > 0


def test_picks_count_by_their_margin_and_only_between_lessons() -> None:
    lessons = [lesson(7, 0.0), lesson(8, 0.0), lesson(9, 0.0)]
    pairs = pairs_of(lessons, [Preferred(8, 7), Preferred(9, 7, 6), Preferred(8, 100)])
    assert [(pair.liked, pair.disliked, pair.weight) for pair in pairs] == [
        (1, 0, pytest.approx(1 / 3)),
        (2, 0, pytest.approx(3 / 4)),
    ]


def test_worth_needs_voters() -> None:
    assert 0 < worth(lesson(1, 1.0)) < worth(lesson(1, 1.0, voters=8)) < 1
    assert worth(lesson(1, 0.0, voters=0)) == 0


def test_folds_are_fair_keep_like_works_together_and_depend_on_nothing_but_works_and_seed() -> None:
    lessons = [lesson(number, 1.0 if number % 3 else -1.0) for number in range(30)]
    lessons.append(lesson(99, 1.0, made=lessons[4].made))  # the same notes again
    found = folds(lessons, 2, seed=3)
    assert found == folds(lessons, 2, seed=3) != folds(lessons, 2, seed=4)
    assert found[-1] == found[4]
    for side in (1.0, -1.0):
        sizes = [
            sum(at == fold and each.approval == side for at, each in zip(found, lessons, strict=True))
            for fold in range(2)
        ]
        assert abs(sizes[0] - sizes[1]) <= 2
    kept = [at == 0 for at in found]
    assert all(kept[pair.liked] and kept[pair.disliked] for pair in within(pairs_of(lessons), kept))
