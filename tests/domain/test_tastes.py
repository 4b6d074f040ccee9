import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.tastes import (
    MOST_KIN,
    MOST_OF_ALL_KIN,
    MOST_OF_KIN,
    Candidate,
    Grounds,
    Overlap,
    Taste,
    Traits,
    choose,
    interest,
    kin,
    liking,
    pace,
    weight,
)

REEL, CHORALE = Traits(genre="reel", mode="major"), Traits(genre="chorale", mode="minor")
NO_TASTE = Taste([], [REEL, CHORALE])


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.integers(1, 200), st.tuples(st.just(0.0) | st.floats(0.01, 50), st.integers(1, 900)))
)
def test_kin_are_few_and_weigh_one_together_the_closest_first(people: dict[int, tuple[float, int]]):
    overlaps = [Overlap(user_id, *given_) for user_id, given_ in people.items()]
    close = kin(overlaps)
    votes = {each.user_id: min(each.votes, MOST_OF_KIN) for each in overlaps if each.interest > 0}
    listened = sum(votes[user_id] for user_id in close)
    assert len(close) <= MOST_KIN
    assert listened <= MOST_OF_ALL_KIN
    if len(close) < min(len(votes), MOST_KIN):
        assert listened + MOST_OF_KIN > MOST_OF_ALL_KIN
    assert list(close.values()) == sorted(close.values(), reverse=True)
    assert not close or sum(close.values()) == pytest.approx(1)
    assert kin(random.Random(1).sample(overlaps, len(overlaps))) == close


def test_who_shares_more_of_fewer_votes_is_closer():
    close = kin([Overlap(7, 2.0, 10), Overlap(8, 1.0, 10), Overlap(9, 2.0, 400), Overlap(6, 0.0, 1)])
    assert list(close) == [7, 8, 9]
    assert close[7] == pytest.approx(2 * close[8])


def test_what_everybody_votes_on_tells_little_and_what_is_disliked_less():
    assert [weight(votes) for votes in (0, 1, 3)] == [1, 1, 0.5]
    assert weight(900) < 0.11
    assert [interest(vote) for vote in (1, 2, 5)] == [pytest.approx(1 / 3), 0.5, 1]


def test_a_taste_is_what_is_liked_more_often_than_it_is_there():
    there = [REEL] * 9 + [CHORALE]
    nothing_special = Taste([(REEL, 1.0)] * 9 + [(CHORALE, 1.0)], there)
    assert nothing_special.of(REEL) == pytest.approx(0)
    likes_chorales = Taste([(CHORALE, 1.0)] * 8 + [(REEL, -1 / 3)], there)
    assert likes_chorales.favourites("genre") == ["chorale"]
    assert likes_chorales.of(CHORALE) > 0.5
    assert likes_chorales.of(REEL) < 0
    assert NO_TASTE.of(REEL) == likes_chorales.of(Traits()) == likes_chorales.of(Traits(style="rnn")) == 0


def test_each_of_the_grounds_is_told_and_none_that_does_not_hold():
    taste = Taste([(CHORALE, 1.0)] * 8, [REEL] * 9 + [CHORALE])
    candidates = [
        Candidate(1, REEL, kin=0.5, people=3, judgement=0.9, liking=9.0),
        Candidate(2, CHORALE, judgement=0.4),
        Candidate(3, Traits(genre="polka"), judgement=0.1, liking=30.0),
        Candidate(4, Traits(genre="hymn"), kin=0.02, people=0, judgement=1.0),
        Candidate(5, Traits(genre="jig"), liking=-2.0),
    ]
    told = {choice.candidate.work_id: choice.grounds for choice in choose(taste, candidates, limit=9)}
    assert told == {
        1: Grounds.LIKE_TASTE,
        2: Grounds.OWN_RATINGS,
        3: Grounds.COLD_START,
        4: Grounds.JUDGE,
        5: Grounds.COLD_START,
    }
    assert next(iter(told)) == 1
    assert list(told)[-1] == 5


def test_where_nothing_is_known_the_judge_decides_and_then_age():
    candidates = [
        Candidate(1, REEL, judgement=0.9),
        Candidate(2, CHORALE),
        Candidate(3, CHORALE),
        Candidate(4, REEL, judgement=0.2),
    ]
    assert [choice.candidate.work_id for choice in choose(Taste([], []), candidates, limit=9)] == [1, 4, 3, 2]
    assert choose(NO_TASTE, [], limit=9) == []


@given(
    st.lists(
        st.tuples(st.sampled_from(["reel", "jig", "hymn", None]), st.floats(0, 1), st.floats(-3, 30)),
        max_size=40,
    ),
    st.integers(1, 12),
)
def test_a_list_is_full_and_of_many_genres_as_far_as_there_are(
    works: list[tuple[str | None, float, float]], limit: int
):
    candidates = [
        Candidate(number, Traits(genre=genre), kin=share, liking=liking_)
        for number, (genre, share, liking_) in enumerate(works)
    ]
    chosen = choose(NO_TASTE, candidates, limit=limit)
    ids = [choice.candidate.work_id for choice in chosen]
    assert len(ids) == len(set(ids)) == min(limit, len(works))
    counts = Counter(choice.candidate.traits.genre for choice in chosen)
    there = Counter(genre for genre, _, _ in works)
    most = max(1, -(-3 * limit // 5))
    # More of one genre than its share only where all others are used up to theirs.
    if any(count > most for count in counts.values()):
        assert all(counts[genre] >= min(there[genre], most) for genre in there)
    assert chosen == choose(NO_TASTE, candidates[::-1], limit=limit)


def test_votes_and_tempos_as_a_taste_reads_them():
    assert [liking(vote) for vote in (1, 2, 5)] == [pytest.approx(-1 / 3), 0, 1]
    told = [pace(tempo) for tempo in (None, 60, 80, 129.9, 130)]
    assert told == [None, "slow", "moderate", "moderate", "fast"]
