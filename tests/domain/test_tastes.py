from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tastes import Candidate, Evidence, Grounds, choose, grounds, liking, pace


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        (Evidence(by_taste=0.9, by_traits=0.5, liking=9.0, judgement=0.9), Grounds.LIKE_TASTE),
        (Evidence(by_taste=0.1, by_traits=0.5, liking=9.0, judgement=0.9), Grounds.OWN_RATINGS),
        (Evidence(by_taste=-0.5, by_traits=0.01, liking=30.0, judgement=0.9), Grounds.COLD_START),
        (Evidence(by_taste=-0.5, by_traits=-0.1, liking=1.0, judgement=0.9), Grounds.JUDGE),
        (Evidence(liking=-2.0), Grounds.COLD_START),
    ],
)
def test_what_speaks_most_for_a_work_is_told(evidence: Evidence, told: Grounds):
    assert grounds(evidence) is told


@given(
    st.lists(
        st.tuples(st.sampled_from(["reel", "jig", "hymn", None]), st.sampled_from(["en", None])), max_size=40
    ),
    st.integers(1, 12),
)
def test_a_list_is_full_and_of_many_genres_as_far_as_there_are(
    works: list[tuple[str | None, str | None]], limit: int
):
    candidates = [Candidate(number, *sort) for number, sort in enumerate(works)]
    chosen = choose(candidates, limit=limit)
    ids = [candidate.work_id for candidate in chosen]
    assert len(set(ids)) == min(limit, len(works))
    counts = Counter((candidate.genre, candidate.language) for candidate in chosen)
    there = Counter(works)
    most = max(1, -(-3 * limit // 5))
    # More of one genre than its share only where all others are used up to theirs.
    if any(count > most for count in counts.values()):
        assert all(counts[sort] >= min(there[sort], most) for sort in there)
    else:
        assert ids == sorted(ids), "else the best come first"


def test_votes_and_tempos_as_a_taste_reads_them():
    assert [liking(vote) for vote in (1, 2, 5)] == [pytest.approx(-1 / 7), pytest.approx(1 / 7), 1]
    told = [pace(tempo) for tempo in (None, 60, 80, 129.9, 130)]
    assert told == [None, "slow", "moderate", "moderate", "fast"]
