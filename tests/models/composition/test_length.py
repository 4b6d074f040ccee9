"""Whatever length and tempo are asked for, bars, tempo and the last hold add up to it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.requests import LENGTH_SECONDS, TEMPO
from domain.score import Metre
from models.composition.length import MAX_HOLD_SECONDS, RELEASE_SECONDS, Length, fit_length
from models.tokens import METRES

LENGTHS = st.floats(*LENGTH_SECONDS)
TEMPOS = st.floats(*TEMPO)


def sounding_seconds(fitted: Length, metre) -> float:
    bars = fitted.bars * metre.bar_ticks / metre.beat_ticks * 60 / fitted.tempo
    return bars + fitted.hold_seconds + RELEASE_SECONDS


@example(15.0, Metre(6, 4), 46.0, 40.0)
@given(LENGTHS, st.sampled_from(METRES), st.none() | TEMPOS, TEMPOS)
def test_the_sound_is_as_long_as_asked_within_two_seconds(length, metre, tempo, usual) -> None:
    fitted = fit_length(length, metre, tempo=tempo, usual_tempo=usual)
    one_bar = sounding_seconds(Length(1, fitted.tempo, 0.0), metre)
    if one_bar > length:  # not even one bar fits: one bar it is
        assert fitted.bars == 1
    else:
        assert abs(sounding_seconds(fitted, metre) - length) <= 2
    bar_seconds = one_bar - RELEASE_SECONDS
    assert 0 <= fitted.hold_seconds <= max(MAX_HOLD_SECONDS, bar_seconds - 2.5)
    assert TEMPO[0] <= fitted.tempo <= TEMPO[1]


@given(LENGTHS, st.sampled_from(METRES), TEMPOS)
def test_a_form_that_was_chosen_is_chosen_again_when_its_tempo_is_asked_for(length, metre, usual) -> None:
    chosen = fit_length(length, metre, tempo=None, usual_tempo=usual)
    assert fit_length(length, metre, tempo=chosen.tempo, usual_tempo=usual) == chosen


@pytest.mark.parametrize("length", [20, 30, 45, 60, 90, 120])
def test_a_free_tempo_bends_to_whole_phrases(length: int) -> None:
    fitted = fit_length(length, METRES[0], tempo=None, usual_tempo=108)
    assert fitted.bars % 4 == 0
    assert fitted.tempo == pytest.approx(108, rel=0.19)
