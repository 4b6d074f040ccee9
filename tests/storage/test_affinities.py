from array import array
from itertools import chain

import numpy as np
import pytest

from domain.tastes import liking
from storage.affinities import Affinities, Library, learn

HERE, THERE = 7, 8


def _library(genres: list[str | None], *, judgements: list[float | None] | None = None) -> Library:
    """Works 10, 20, 30 ... of these genres."""
    count = len(genres)
    return Library(
        ids=range(10, 10 * count + 1, 10),
        places=[HERE] * count,
        judgements=judgements or [None] * count,
        traits=[{"genre": genre} for genre in genres],
    )


def _votes(*votes: tuple[int, int, int]) -> "array[int]":
    return array("q", chain.from_iterable(votes))


def _two_camps() -> tuple[Affinities, Library]:
    """Thirty people like every other of twenty works, thirty the others; some votes are missing."""
    rng = np.random.default_rng(3)
    votes = [
        (10 * work, 100 + person, 5 if (work + person) % 2 else 1)
        for person in range(60)
        for work in range(1, 21)
        if rng.random() < 0.7
    ]
    library = _library([None] * 20)
    return learn(library, _votes(*votes)), library


def test_where_nothing_is_known_the_judge_decides_and_then_age():
    affinities = learn(_library(["reel", None, None, "hymn"], judgements=[0.9, 0.5, None, 0.2]), _votes())
    nobody = affinities.person({})
    assert affinities.best(HERE, nobody, 9) == [10, 30, 20, 40]
    assert affinities.best(HERE, nobody, 2) == [10, 30]
    assert (
        affinities.best(THERE, nobody, 9) == affinities.kin(nobody) == affinities.liked("genre", nobody) == []
    )
    assert affinities.raised(10, nobody) == (0, 0)
    with pytest.raises(ValueError, match="11"):
        affinities.raised(11, nobody)


def test_an_empty_library_has_nothing_to_tell():
    affinities = learn(_library([]), _votes((10, 1, 5)))
    assert affinities.best(HERE, affinities.person({10: 1.0}), 9) == []


def test_people_who_vote_alike_are_kin_and_their_likings_promise():
    affinities, _ = _two_camps()
    person = affinities.person({10: liking(5), 20: liking(1), 30: liking(5), 40: liking(1), 999: 1.0})
    kin = affinities.kin(person)
    assert len(kin) > 10
    assert {each % 2 for each in kin} == {0}
    best = affinities.best(HERE, person, 20)
    assert {work_id // 10 % 2 for work_id in best[:10]} == {1}
    by_sides, by_traits = affinities.raised(best[0], person)
    assert by_sides > 0.2
    assert by_traits == 0
    other = affinities.person({20: liking(5), 10: liking(1)})
    assert {work_id // 10 % 2 for work_id in affinities.best(HERE, other, 10)} == {0}


def test_who_likes_works_of_a_genre_is_promised_others_of_it_without_a_vote():
    affinities = learn(_library(["reel"] * 9 + ["hymn"] * 3), _votes((120, 1, 5), (30, 2, 5)))
    person = affinities.person({120: 1.0, 30: -1 / 7})
    assert affinities.liked("genre", person) == ["hymn"]
    assert affinities.best(HERE, person, 3) == [120, 110, 100]
    by_sides, by_traits = affinities.raised(110, person)
    assert by_traits > abs(by_sides)
    assert affinities.raised(10, person)[1] < 0


def test_a_disliked_genre_sinks_and_more_votes_say_more():
    affinities = learn(_library(["reel", "reel", "reel", "hymn", "jig"]), _votes((10, 1, 5), (40, 2, 5)))
    once, often = affinities.person({10: 1.0}), affinities.person({10: 1.0, 20: 1.0, 30: 1.0})
    assert 0 < affinities.raised(30, once)[1] < affinities.raised(30, often)[1]
    assert affinities.raised(30, affinities.person({10: liking(1)}))[1] < 0


def test_the_same_is_learned_again():
    first, again = (_two_camps()[0] for _ in range(2))
    assert np.array_equal(first.works, again.works)
    assert np.array_equal(first.people, again.people)
