"""Lanes hold what fits into them, say what does not, and give back legal scores whatever is in them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.genres import Genre
from domain.score import Key, Metre, Mode, Note, Part, Score
from models.lane_scripts import obey
from models.lanes import (
    BASS,
    FINE,
    LANES,
    LAYOUTS,
    LOWEST,
    MELODY,
    PITCHES,
    SIXTEENTHS,
    Lanes,
    bar_columns,
    join,
    to_lanes,
    to_score,
)
from models.scripts import Arrival, Copy, Script
from models.tokens import METRES, Plan, plan_of

HOME, COMMON = Key(0), Metre(4, 4)
TRIAD = frozenset({0, 4, 7})


def one_part(*notes: tuple[int, int, int], key: Key = HOME, bars: int = 1) -> Score:
    return Score(key, Metre(4, 4), 100.0, bars, (Part("tune", 0, tuple(Note(*note) for note in notes)),))


def plan(parts: int, metre: Metre = COMMON, key: Key = HOME, bars: int = 1) -> Plan:
    return Plan(Genre.HYMN, key, metre, 100.0, bars, parts, 2, 6)


@st.composite
def lanes(draw: st.DrawFn, metre: Metre | None = None, bars: int | None = None) -> Lanes:
    chosen = metre or draw(st.sampled_from(METRES))
    grid = draw(st.sampled_from([SIXTEENTHS, FINE]))
    shape = LANES, (bars or draw(st.integers(1, 3))) * len(bar_columns(chosen, grid))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    pitch = random.integers(0, PITCHES + 1, shape) * (random.random(shape) < 0.7)
    return Lanes(chosen, Mode.MAJOR, grid, pitch.astype(np.int8), random.random(shape) < 0.3)


@given(lanes(), st.sampled_from(list(LAYOUTS)), st.integers(0, 11))
def test_any_lanes_make_a_legal_score(held: Lanes, parts: int, tonic: int) -> None:
    score = to_score(held, plan(parts, held.metre, Key(tonic)))
    assert len(score.parts) == parts
    for part in score.parts:
        until: dict[int, int] = {}
        for note in part.notes:
            assert until.get(note.pitch, 0) <= note.onset < note.end <= score.bars * score.metre.bar_ticks
            until[note.pitch] = note.end
        assert list(part.notes) == sorted(part.notes)


@given(lanes())
def test_four_voices_come_back_as_they_were(held: Lanes) -> None:
    score = to_score(held, plan(4, held.metre))
    again, simplified = to_lanes(score, held.grid)
    if all(part.notes for part in score.parts):
        assert to_score(again, plan(4, held.metre)) == score
        assert (simplified.dropped, simplified.folded, simplified.moved) == (0, 0, 0)


def test_triplets_are_kept_on_the_fine_grid_and_moved_on_the_coarse_one() -> None:
    score = one_part((0, 60, 4), (4, 62, 4), (8, 64, 4), (12, 65, 12))
    fine, lost = to_lanes(score, FINE)
    assert lost.moved == 0
    assert to_score(fine, plan_of(score, Genre.REEL)).parts[0].notes == score.parts[0].notes
    _, lost = to_lanes(score, SIXTEENTHS)
    assert (lost.heard, lost.moved, lost.dropped) == (4, 2, 0)


def test_the_middle_of_a_thick_chord_is_dropped() -> None:
    score = one_part(*[(0, pitch, 48) for pitch in (48, 52, 55, 60, 64, 67)])
    held, lost = to_lanes(score, SIXTEENTHS)
    assert lost.dropped == 2
    assert [int(line[0]) - 1 + LOWEST for line in held.pitch] == [67, 64, 60, 48]


def test_notes_out_of_range_are_folded_by_octaves() -> None:
    held, lost = to_lanes(one_part((0, 16, 12), (12, 108, 12)), SIXTEENTHS)
    assert lost.folded == 2
    assert [int(held.pitch[MELODY, column]) - 1 + LOWEST for column in (0, 4)] == [28, 96]


def test_music_is_moved_to_c_and_back() -> None:
    score = one_part((0, 62, 48), key=Key(2))
    held, _ = to_lanes(score, SIXTEENTHS)
    assert int(held.pitch[MELODY, 0]) - 1 + LOWEST == 60
    assert to_score(held, plan_of(score, Genre.REEL)).parts[0].notes == score.parts[0].notes


def test_a_note_under_a_held_tune_goes_below_it() -> None:
    held, _ = to_lanes(one_part((0, 72, 48), (12, 60, 12), (24, 64, 12)), SIXTEENTHS)
    assert (held.pitch[MELODY] == 72 + 1 - LOWEST).all()
    assert held.onset[BASS].sum() == 2


def test_percussion_and_surplus_parts_are_left_out() -> None:
    parts = [Part(str(pitch), 0, (Note(0, pitch, 48),)) for pitch in (80, 70, 60, 50, 40)]
    drums = Part("drums", 0, (Note(0, 36, 12),), percussion=True)
    score = Score(Key(0), Metre(4, 4), 100.0, 1, (*parts, drums))
    held, lost = to_lanes(score, SIXTEENTHS)
    assert (lost.heard, lost.dropped) == (5, 1)
    assert [int(line[0]) - 1 + LOWEST for line in held.pitch] == [80, 70, 50, 40]


@given(lanes(metre=Metre(3, 4), bars=4))
def test_windows_join_to_the_whole(held: Lanes) -> None:
    joined = join([held.window(0, 1), held.window(1, 3)])
    assert (joined.pitch == held.pitch).all()
    assert joined.bars == 4


@given(lanes(metre=Metre(4, 4), bars=4), st.sampled_from([1, 2, 4]))
def test_lanes_come_to_rest_where_the_script_says(held: Lanes, parts: int) -> None:
    half = Arrival(48 + 24, frozenset({7, 11, 2}), frozenset({7}), frozenset({7, 11, 2}), hold=12)
    final = Arrival(3 * 48 + 24, TRIAD, frozenset({0}), frozenset({0}), final=True)
    score = to_score(obey(held, Script((half, final))), plan(parts, bars=4))
    notes = [note for part in score.parts for note in part.notes]
    for arrival in (half, final):
        sounding = sorted(note.pitch for note in notes if note.onset <= arrival.tick < note.end)
        assert {pitch % 12 for pitch in sounding} <= arrival.chord
        if arrival.final:
            assert sounding[0] % 12 == 0
    assert not any(half.tick < note.onset < half.tick + 12 for note in notes)
    assert max(note.onset for note in notes) <= final.tick
    assert all(note.end == score.bars * 48 for note in notes if note.end > final.tick)


@pytest.mark.parametrize("lane", [MELODY, BASS])
def test_copied_bars_return(lane: int) -> None:
    random = np.random.default_rng(1)
    pitch = random.integers(1, PITCHES, (LANES, 64)).astype(np.int8)
    held = Lanes(Metre(4, 4), Mode.MAJOR, SIXTEENTHS, pitch, np.ones((LANES, 64), np.bool_))
    final = Arrival(3 * 48 + 24, TRIAD, frozenset({0}), TRIAD, final=True)
    again = obey(held, Script((final,), (Copy(96, 144, 0),)))
    assert (again.pitch[lane, 32:48] == again.pitch[lane, :16]).all()
    assert (again.pitch[lane, 48:56] == held.pitch[lane, 48:56]).all()
