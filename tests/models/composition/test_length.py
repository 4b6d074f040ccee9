"""Whatever length and tempo are asked for, bars, tempo and the last hold add up to it, in whole phrases."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.requests import LENGTH_SECONDS, TEMPO
from domain.score import Metre
from models.composition.length import (
    KEPT,
    MAX_HOLD_SECONDS,
    REACH,
    RELEASE_SECONDS,
    Length,
    fit_length,
)
from models.plans import Profile
from models.registry import WEIGHTS
from models.tokens import METRES

LENGTHS = st.floats(*LENGTH_SECONDS)
TEMPOS = st.floats(*TEMPO)


def sounding_seconds(fitted: Length, metre: Metre) -> float:
    bars = fitted.bars * metre.bar_ticks / metre.beat_ticks * 60 / fitted.tempo
    return bars + fitted.hold_seconds + RELEASE_SECONDS


def usual_ways() -> Iterator[tuple[Metre, float]]:
    """Metre and tempo of every habit of every genre that the shipped model learned."""
    card = json.loads((WEIGHTS / "rnn.json").read_text(encoding="utf-8"))
    for plain in card["profiles"].values():
        for habit in Profile.from_plain(plain).habits:
            yield Metre.parse(habit.metre), habit.tempo


USUAL_WAYS = sorted(set(usual_ways()), key=str)


@example(15.0, Metre(6, 4), 46.0, 40.0)
@given(LENGTHS, st.sampled_from(METRES), st.none() | TEMPOS, TEMPOS)
def test_the_sound_is_as_long_as_asked_within_two_seconds(length, metre, tempo, usual) -> None:
    fitted = fit_length(length, metre, tempo=tempo, usual_tempo=usual)
    one_bar = sounding_seconds(Length(1, fitted.tempo, 0.0), metre)
    if one_bar > length + 1.6:  # not even one bar fits: one bar it is
        assert fitted.bars == 1
    else:
        assert abs(sounding_seconds(fitted, metre) - length) <= 1.61
    bar_seconds = one_bar - RELEASE_SECONDS
    assert 0 <= fitted.hold_seconds <= max(MAX_HOLD_SECONDS, bar_seconds - 2.5)
    assert TEMPO[0] <= fitted.tempo <= TEMPO[1]
    low, high = (usual / REACH, usual * REACH) if tempo is None else (tempo / KEPT, tempo * KEPT)
    assert low - 1e-6 <= fitted.tempo <= high + 1e-6


@given(LENGTHS, st.sampled_from(METRES), st.none() | TEMPOS, TEMPOS)
def test_a_length_that_was_chosen_is_chosen_again_when_its_tempo_is_asked_for(
    length, metre, tempo, usual
) -> None:
    chosen = fit_length(length, metre, tempo=tempo, usual_tempo=usual)
    assert fit_length(length, metre, tempo=chosen.tempo, usual_tempo=usual) == chosen


@pytest.mark.parametrize("length", [15, 17, 20, 23, 30, 45, 61, 90, 120])
def test_phrases_are_whole_at_any_length_in_every_genres_habits(length: int) -> None:
    fitted = {way: fit_length(length, way[0], tempo=None, usual_tempo=way[1]) for way in USUAL_WAYS}
    assert {way: fit for way, fit in fitted.items() if fit.bars % 4} == {}
    assert all(abs(sounding_seconds(fit, way[0]) - length) <= 1.0 for way, fit in fitted.items())


@pytest.mark.parametrize("length", range(5, 15))
def test_a_short_clip_has_half_a_phrase_only_where_no_whole_one_fits(length: int) -> None:
    for metre, usual in USUAL_WAYS:
        fitted = fit_length(length, metre, tempo=None, usual_tempo=usual)
        fastest = min(usual * REACH, TEMPO[1])
        for bars in (4, 2):
            if sounding_seconds(Length(bars, fastest * (0.96 if bars == 2 else 1.0), 0.0), metre) <= length:
                assert fitted.phrase >= bars, (metre, usual)
                break


def test_a_tempo_that_fits_is_kept_exactly() -> None:
    # 16 bars of two seconds and the release.
    fitted = fit_length(32 + RELEASE_SECONDS, Metre(4, 4), tempo=120.0, usual_tempo=90.0)
    assert fitted == Length(16, 120.0, 0.0)


def test_a_tempo_asked_for_moves_a_little_for_whole_phrases() -> None:
    # Twenty bars of six seconds would be two seconds too many.
    fitted = fit_length(118 + RELEASE_SECONDS, Metre(4, 4), tempo=40.0, usual_tempo=80.0)
    assert fitted.bars == 20
    assert 40.0 < fitted.tempo <= 41.2


def test_bars_are_left_over_where_the_tempo_asked_for_leaves_no_choice() -> None:
    # Nine bars of six seconds: eight or ten are six seconds away, more than a hold or 3% make up for.
    fitted = fit_length(54 + RELEASE_SECONDS, Metre(4, 4), tempo=40.0, usual_tempo=80.0)
    assert fitted == Length(9, 40.0, 0.0)


def test_without_need_nothing_is_bent_or_held() -> None:
    fitted = fit_length(32 + RELEASE_SECONDS, Metre(4, 4), tempo=None, usual_tempo=120.0)
    assert fitted == Length(16, 120.0, 0.0)
