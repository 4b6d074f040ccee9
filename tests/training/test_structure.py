"""Cadences, returns, endings and phrases of pieces whose form is known."""

from dataclasses import replace
from math import isnan

import pytest

from domain.score import Cadence, Score, Section
from tests.training.evaluation_scores import quarters, score
from training.evaluation.structure import (
    cadences_kept,
    lag_similarity,
    likeness,
    phrase_share,
    structure,
)

OPENING = (60, 62, 64, 65)
ANSWER = (67, 69, 71, 72)


def piece(*bars: tuple[int, ...], labels: tuple[str, ...], cadence: Cadence | None = None) -> Score:
    """One line of quarters, one bar a section."""
    sections = tuple(Section(label, place, 1, cadence) for place, label in enumerate(labels))
    return replace(quarters(*(pitch for bar in bars for pitch in bar)), sections=sections)


def test_a_line_keeps_a_full_cadence_on_the_tonic_at_the_half_bar():
    rests, wanders = (64, 62, 60, 60), (60, 62, 64, 60)
    found = piece(rests, wanders, labels=("A", "B"), cadence=Cadence.FULL)
    assert cadences_kept(found, Cadence.FULL) == [True, False]
    assert cadences_kept(found, Cadence.HALF) == []


@pytest.mark.parametrize(("pitch", "kept"), [(67, True), (62, True), (59, True), (60, False), (65, False)])
def test_a_line_implies_the_dominant_with_any_of_its_tones(pitch: int, kept: bool):
    found = piece((60, 64, pitch, 60), labels=("A",), cadence=Cadence.HALF)
    assert cadences_kept(found, Cadence.HALF) == [kept]


@pytest.mark.parametrize(("bass", "kept"), [(43, True), (47, False), (48, False)])
def test_under_parts_the_bass_makes_the_cadence_and_may_be_held(bass: int, kept: bool):
    parts = score([(0, 71, 48)], [(0, 48, 12), (12, bass, 36)])
    found = replace(parts, sections=(Section("A", 0, 1, Cadence.HALF),))
    assert cadences_kept(found, Cadence.HALF) == [kept]


def test_silence_is_no_cadence():
    found = replace(score([(0, 60, 24)]), sections=(Section("A", 0, 1, Cadence.FULL),))
    assert cadences_kept(found, Cadence.FULL) == [False]


def test_a_varied_return_is_closer_than_another_idea():
    varied = (60, 62, 64, 67)
    found = likeness(piece(OPENING, varied, ANSWER, labels=("A", "A′", "B")))
    assert found is not None
    assert found.returns == pytest.approx(3 / 5)
    assert found.contrasts == 0
    assert found.returns_are_closer


def test_a_return_in_name_alone_is_not_closer():
    found = likeness(piece(OPENING, ANSWER, OPENING, labels=("A", "A′", "B")))
    assert found is not None
    assert not found.returns_are_closer


def test_bars_are_matched_by_place_over_the_shorter_section():
    bars = quarters(*OPENING, *ANSWER, *OPENING, *ANSWER[::-1])
    sections = (Section("A", 0, 2), Section("A′", 2, 1), Section("B", 3, 1))
    found = likeness(replace(bars, sections=sections))
    assert found is not None
    assert found.returns == 1


@pytest.mark.parametrize("labels", [("A", "B"), ("A", "A′"), ()])
def test_without_a_return_and_another_idea_there_is_nothing_to_compare(labels: tuple[str, ...]):
    assert likeness(piece(OPENING, ANSWER, labels=labels)) is None


def test_lags_compare_bars_that_lie_as_far_apart():
    found = quarters(*OPENING, *ANSWER, *OPENING, *ANSWER)
    assert lag_similarity(found, (2,)) == 1
    assert lag_similarity(found, (1, 3)) == 0
    assert isnan(lag_similarity(found, (4, 8)))


def test_phrases_have_four_or_eight_bars():
    assert phrase_share(Section("A", 0, bars) for bars in (4, 8, 6, 4)) == 0.75
    assert isnan(phrase_share([]))


def test_shares_of_a_set_count_what_can_be_said():
    kept = piece(OPENING, OPENING, (67, 65, 60, 60), labels=("A", "A′", "B"), cadence=None)
    ends = replace(kept, sections=(*kept.sections[:2], Section("B", 2, 1, Cadence.FULL)))
    strays = piece((60, 62, 65, 62), labels=("A",), cadence=Cadence.FULL)
    found = structure([ends, strays, replace(strays, parts=())])
    assert found.pieces == 2
    assert (found.cadences, found.cadences_kept, found.full_cadences_kept) == (2, 0.5, 0.5)
    assert isnan(found.half_cadences_kept)
    assert (found.clips_with_return, found.returns_closer) == (1, 1)
    assert (found.bass_home, found.melody_home) == (0.5, 0.5)


def test_a_piece_is_home_when_melody_and_bass_rest_on_the_tonic_in_the_last_bar():
    def ending(top: int, bass: int, *, bars: int = 1) -> tuple[float, float]:
        found = structure([score([(0, 67, 24), (24, top, 24)], [(0, 55, 24), (24, bass, 24)], bars=bars)])
        return found.bass_home, found.melody_home

    assert ending(72, 48) == (1, 1)
    assert ending(76, 48) == (1, 0)
    assert ending(72, 52) == (0, 0)
    assert ending(72, 48, bars=2) == (0, 0)
