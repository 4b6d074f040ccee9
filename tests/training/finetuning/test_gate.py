"""The gate: what cannot be learned from, what is chance, and what a version must not have lost."""

import numpy as np
import pytest

from domain.finetuning import Preferred, Refusal
from domain.genres import Genre
from tests.training.evaluation_scores import march, waltz
from tests.training.finetuning.lessons import lesson
from training.finetuning.gate import luck, objection, rehearsed, shuffled, verdict
from training.finetuning.preferences import Pair, accuracy, pairs_of

GOOD = {"accuracy": 0.7, "accuracy_before": 0.5, "nats_ratio": 1.01, "diversity_ratio": 1.0}


def test_too_few_votes_and_votes_all_alike_are_turned_away() -> None:
    few = [lesson(number, (-1.0) ** number) for number in range(6)]
    assert objection(few, pairs_of(few)) is Refusal.TOO_LITTLE
    liked = [lesson(number, 1.0) for number in range(20)]
    assert objection(liked, pairs_of(liked)) is Refusal.NO_SPREAD
    mixed = [lesson(number, (-1.0) ** number) for number in range(20)]
    assert objection(mixed, pairs_of(mixed)) is None


def test_accuracy_weighs_pairs_and_halves_ties() -> None:
    pairs = [Pair(0, 1, 1.0), Pair(2, 1, 3.0), Pair(2, 0, 2.0)]
    assert accuracy([1.0, 0.0, 0.0], pairs) == pytest.approx((1 + 1.5 + 0) / 6)
    assert accuracy([0.0, 0.0, 0.0], pairs) == 0.5


def test_agreement_with_votes_is_hardly_luck_and_without_it_is() -> None:
    lessons = [lesson(number, (-1.0) ** number) for number in range(24)]
    pairs = pairs_of(lessons)
    random = np.random.default_rng(0)
    told = [each.approval + random.normal() * 0.5 for each in lessons]
    assert luck(told, pairs, seed=1) < 0.002
    chances = [luck(random.normal(size=24).tolist(), pairs, seed=1, rounds=99) for _ in range(60)]
    assert 0.3 < np.mean(chances) < 0.7
    assert np.mean([chance <= 0.1 for chance in chances]) < 0.25


def test_shuffling_gives_the_same_works_each_others_votes() -> None:
    lessons = [lesson(number, number / 10, voters=number) for number in range(1, 10)]
    mixed, picks = shuffled(lessons, [Preferred(1, 2)] * 40, seed=0, turn=1)
    assert [each.made for each in mixed] == [each.made for each in lessons]
    assert sorted((each.approval, each.voters) for each in mixed) == [
        (each.approval, each.voters) for each in lessons
    ]
    assert {(pick.liked_id, pick.disliked_id) for pick in picks} == {(1, 2), (2, 1)}


@pytest.mark.parametrize(
    ("worse", "refusal"),
    [
        ({}, None),
        ({"accuracy": 0.52}, Refusal.NOT_BETTER),
        ({"nats_ratio": 1.03}, Refusal.FORGETS),
        ({"groove": 1.4, "groove_before": 0.9}, Refusal.OUT_OF_BANDS),
        ({"groove": 1.4, "groove_before": 1.3}, None),
        ({"diversity_ratio": 0.9}, Refusal.LESS_DIVERSE),
        ({"copied": 0.3, "copied_before": 0.1}, Refusal.COPIES),
    ],
)
def test_one_thing_lost_is_enough_to_refuse(worse: dict[str, float], refusal: Refusal | None) -> None:
    gated = verdict(GOOD | worse, sure=True)
    assert (gated.refusal, gated.accepted) == (refusal, refusal is None)
    assert verdict(GOOD | worse, sure=False).refusal is Refusal.NOT_BETTER


def test_rehearsals_show_copies_and_sameness() -> None:
    random = np.random.default_rng(2)
    known = [march(random) for _ in range(12)]
    before = [(Genre.REEL, make(random)) for make in (march, waltz) for _ in range(8)]
    figures = rehearsed(before, [(Genre.REEL, known[0])] * 16, known)
    assert figures["diversity_ratio"] < 0.1
    assert figures["copied"] == 1.0 > figures["copied_before"]
    same = rehearsed(before, before, known)
    assert same["diversity_ratio"] == 1.0
    assert same["groove"] == same["groove_before"]
