"""Whatever length and tempo are asked for, bars, tempo and the last hold add up to it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.requests import LENGTH_SECONDS, TEMPO
from domain.score import Metre
from engine.craft.form import MAX_HOLD_SECONDS, RELEASE_SECONDS, Form, fit_form
from models.tokens import METRES

LENGTHS = st.floats(*LENGTH_SECONDS)
TEMPOS = st.floats(*TEMPO)


def sounding_seconds(form: Form, metre) -> float:
    bars = form.bars * metre.bar_ticks / metre.beat_ticks * 60 / form.tempo
    return bars + form.hold_seconds + RELEASE_SECONDS


@example(15.0, Metre(6, 4), 46.0, 40.0)
@given(LENGTHS, st.sampled_from(METRES), st.none() | TEMPOS, TEMPOS)
def test_the_sound_is_as_long_as_asked_within_two_seconds(length, metre, tempo, usual) -> None:
    form = fit_form(length, metre, tempo=tempo, usual_tempo=usual)
    one_bar = sounding_seconds(Form(1, form.tempo, 0.0), metre)
    if one_bar > length:  # not even one bar fits: one bar it is
        assert form.bars == 1
    else:
        assert abs(sounding_seconds(form, metre) - length) <= 2
    bar_seconds = one_bar - RELEASE_SECONDS
    assert 0 <= form.hold_seconds <= max(MAX_HOLD_SECONDS, bar_seconds - 2.5)
    assert TEMPO[0] <= form.tempo <= TEMPO[1]


@given(LENGTHS, st.sampled_from(METRES), TEMPOS)
def test_a_form_that_was_chosen_is_chosen_again_when_its_tempo_is_asked_for(length, metre, usual) -> None:
    chosen = fit_form(length, metre, tempo=None, usual_tempo=usual)
    assert fit_form(length, metre, tempo=chosen.tempo, usual_tempo=usual) == chosen


@pytest.mark.parametrize("length", [20, 30, 45, 60, 90, 120])
def test_a_free_tempo_bends_to_whole_phrases(length: int) -> None:
    form = fit_form(length, METRES[0], tempo=None, usual_tempo=108)
    assert form.bars % 4 == 0
    assert form.tempo == pytest.approx(108, rel=0.19)
