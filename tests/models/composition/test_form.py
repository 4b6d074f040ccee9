"""Forms cover their piece in whole phrases, and what returns keeps its first bar."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.genres import Genre
from domain.score import Cadence, Key, Mode
from models.composition.form import Passage, plan_form
from models.tokens import METRES


@st.composite
def forms(draw: st.DrawFn) -> tuple[int, int, tuple[Passage, ...]]:
    """Bars, ticks a bar and the passages of any piece."""
    metre = draw(st.sampled_from(METRES))
    bars = draw(st.integers(1, 130))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return bars, metre.bar_ticks, plan_form(draw(st.sampled_from(list(Genre))), Key(0), metre, bars, random)


@given(forms())
def test_sections_follow_each_other_over_all_bars_and_end_at_home(
    form: tuple[int, int, tuple[Passage, ...]],
) -> None:
    bars, _, passages = form
    sections = [passage.section for passage in passages]
    assert sections[0].first_bar == 0
    assert all(before.end_bar == after.first_bar for before, after in pairwise(sections))
    assert sections[-1].end_bar == bars
    assert sections[-1].cadence is Cadence.FULL
    assert all(section.bars in (4, 8) for section in sections[:-1])
    assert bars % 4 or sections[-1].bars in (4, 8)


@given(forms())
def test_a_return_keeps_its_first_bar_and_renews_its_last(
    form: tuple[int, int, tuple[Passage, ...]],
) -> None:
    _, bar_ticks, passages = form
    for place, passage in enumerate(passages):
        edges = [edge for span in passage.fresh for edge in span]
        assert edges == sorted(edges)
        if passage.source is not None and passage.source != place:
            assert passage.section.idea == passages[passage.source].section.idea
            assert edges[0] >= bar_ticks
            assert edges[-1] == passage.section.bars * bar_ticks
            assert passage.fresh[-1][0] <= edges[-1] - bar_ticks


def test_dances_go_through_their_parts_twice_and_songs_come_back() -> None:
    def labels(genre: Genre, bars: int) -> list[str]:
        passages = plan_form(genre, Key(0), METRES[0], bars, np.random.default_rng(0))
        return [passage.section.label for passage in passages]

    assert labels(Genre.REEL, 16) == ["A", "A′", "B", "B′"]
    assert labels(Genre.FOLK, 16) == ["A", "A′", "B", "A″"]
    assert labels(Genre.CHORALE, 12) == ["A", "A′", "B"]
    assert labels(Genre.RAGTIME, 16) == ["A", "B", "A′", "C"]


@pytest.mark.parametrize("genre", list(Genre))
def test_what_is_to_come_back_does_wherever_there_is_room(genre: Genre) -> None:
    for bars in range(8, 70):
        random = np.random.default_rng(0)
        first, *others = plan_form(genre, Key(0), METRES[0], bars, random, comes_back=True)
        assert any(other.section.idea == first.section.idea and other.source == 0 for other in others)
        assert others[-1].section.end_bar == bars


def test_a_long_rag_has_its_trio_in_the_subdominant() -> None:
    key = Key(7, Mode.MINOR)
    long, short = (
        plan_form(Genre.RAGTIME, key, METRES[2], bars, np.random.default_rng(0)) for bars in (48, 16)
    )
    assert [passage.section.key for passage in long if passage.section.idea == "C"] == [Key(0, Mode.MINOR)]
    assert all(passage.section.key is None for passage in long if passage.section.idea != "C")
    assert all(passage.section.key is None for passage in short)
