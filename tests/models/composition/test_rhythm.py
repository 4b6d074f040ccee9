"""Lines of verse get the rhythms that people give them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.score import Metre
from models.composition.rhythm import METRES, MOST_SYLLABLES, LineRhythm, choose_metre, set_lines
from models.composition.rhythm_habits import strong_ticks
from models.composition.strophes import strophes_of
from models.tokens import DURATIONS
from tests.models.composition.songs import COMMON_METRE, DACTYLIC, TROCHAIC, stanza


def stresses(text: str) -> list[tuple[float, ...]]:
    [strophe] = strophes_of([stanza(text)])
    return [strophe.stresses(line) for line in range(len(strophe.syllables))]


def rhythms(text: str, metre: Metre, seed: int = 1) -> tuple[LineRhythm, ...]:
    return set_lines([stresses(text)], metre, np.random.default_rng(seed))[0]


@pytest.mark.parametrize("seed", range(5))
def test_iambic_lines_begin_with_an_upbeat_and_trochaic_ones_on_the_beat(seed: int) -> None:
    strong = strong_ticks(Metre(4, 4))
    assert all(line.onsets[0] % 48 not in strong for line in rhythms(COMMON_METRE, Metre(4, 4), seed))
    assert all(line.onsets[0] % 48 in strong for line in rhythms(TROCHAIC, Metre(4, 4), seed))


@pytest.mark.parametrize("text", [COMMON_METRE, TROCHAIC, DACTYLIC])
def test_stressed_syllables_are_sung_on_strong_beats(text: str) -> None:
    lines = stresses(text)
    right = stressed = 0
    for seed in range(4):
        metre = choose_metre(lines, METRES, np.random.default_rng(seed))
        for line, its_stresses in zip(rhythms(text, metre, seed), lines, strict=True):
            for onset, stress in zip(line.onsets, its_stresses, strict=True):
                stressed += stress == 1
                right += stress == 1 and onset % metre.bar_ticks in strong_ticks(metre)
    assert right >= 0.9 * stressed


def test_feet_of_three_are_set_in_three() -> None:
    lines = stresses(DACTYLIC)
    chosen = [choose_metre(lines, METRES, np.random.default_rng(seed)) for seed in range(20)]
    assert sum(metre in (Metre(3, 4), Metre(6, 8)) for metre in chosen) >= 14


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=16), min_size=1, max_size=6),
    st.sampled_from(METRES),
    st.integers(0, 1000),
)
def test_whatever_the_words_their_notes_follow_each_other(
    lines: list[list[float]], metre: Metre, seed: int
) -> None:
    [unit] = set_lines([lines], metre, np.random.default_rng(seed))
    at = metre.bar_ticks
    notes: list[tuple[int, int]] = []
    for line, its_stresses in zip(unit, lines, strict=True):
        assert len(line.notes) == len(its_stresses)
        notes += [(at + onset, duration) for onset, duration in line.notes]
        at += line.bars * metre.bar_ticks
    assert notes[0][0] >= 0
    assert all(onset + duration <= after for (onset, duration), (after, _) in pairwise(notes))
    assert all(duration in DURATIONS for _, duration in notes)
    assert notes[-1][0] + notes[-1][1] <= at


def test_lines_end_on_long_notes() -> None:
    for text in (COMMON_METRE, TROCHAIC):
        for line in rhythms(text, Metre(4, 4)):
            assert line.notes[-1][1] >= max(duration for _, duration in line.notes[:-1])


@pytest.mark.parametrize("metre", [Metre(4, 4), Metre(3, 4)])
def test_between_long_lines_there_is_time_for_a_breath_and_no_long_upbeat(metre: Metre) -> None:
    text = "\n".join(COMMON_METRE.splitlines()[::2] * 2)
    sung = [rhythms(text, metre, seed) for seed in range(8)]
    assert all(2 * line.pickup <= metre.bar_ticks for lines in sung for line in lines)
    longer = [lines for lines in sung if lines[0].notes[-1][1] > lines[0].notes[1][1] or lines[0].bars > 2]
    assert len(longer) >= 2


def test_another_seed_is_another_rhythm() -> None:
    assert len({rhythms(COMMON_METRE, Metre(4, 4), seed) for seed in range(12)}) > 1
    assert rhythms(COMMON_METRE, Metre(3, 4), 3) == rhythms(COMMON_METRE, Metre(3, 4), 3)


def test_a_line_that_nobody_could_sing_is_refused() -> None:
    with pytest.raises(ValueError, match="too many"):
        set_lines([[[0.0] * (MOST_SYLLABLES + 1)]], Metre(4, 4), np.random.default_rng(1))
    [[long]] = set_lines([[[0.0, 1.0] * (MOST_SYLLABLES // 2)]], Metre(4, 4), np.random.default_rng(1))
    assert len(long.notes) == MOST_SYLLABLES
