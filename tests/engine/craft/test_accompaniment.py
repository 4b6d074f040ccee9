from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ensembles import Ensemble
from domain.genres import Genre
from domain.score import Cadence, Note, Part, Score, Section
from engine.craft.accompaniment import FULL, LIGHT, PLAIN, accompany, damped, fullness_by_bar
from engine.craft.harmony import find_chords
from engine.craft.instruments import Lineup, lineup_for
from tests.engine.craft.any_scores import any_scores
from tests.engine.craft.pieces import jig, of_notes

DANCES = (Genre.REEL, Genre.JIG, Genre.SLIP_JIG, Genre.HORNPIPE, Genre.POLKA, Genre.FOLK)
LINEUPS = [
    lineup
    for genre in DANCES
    for ensemble in (None, *Ensemble)
    if (lineup := lineup_for(genre, ensemble)) is not None
]
FORM = (
    Section("A", 0, 4, Cadence.HALF),
    Section("A′", 4, 4, Cadence.FULL),
    Section("B", 8, 4, Cadence.HALF),
    Section("B′", 12, 4, Cadence.FULL),
)

lineups = st.sampled_from(LINEUPS)


def jig_lineup() -> Lineup:
    lineup = lineup_for(Genre.JIG, None)
    assert lineup is not None
    return lineup


def band(tune: Score, lineup: Lineup) -> tuple[Part, ...]:
    return accompany(tune, find_chords(tune), lineup, end=tune.bars * tune.metre.bar_ticks + 30)


def in_bars(part: Part, tune: Score, first: int, end: int) -> list[Note]:
    bar = tune.metre.bar_ticks
    return [note for note in part.notes if first * bar <= note.onset < end * bar]


@given(any_scores(), lineups)
def test_everyone_stays_in_range_and_ends_with_the_piece(tune: Score, lineup: Lineup) -> None:
    end = max(tune.bars * tune.metre.bar_ticks + 30, tune.end_tick)
    parts = accompany(tune, find_chords(tune), lineup, end=end)
    ranges = {lineup.chords.name: lineup.chords, lineup.bass.name: lineup.bass}
    lowest, highest = lineup.bass.lowest, lineup.chords.highest
    for part in parts:
        assert all(tune.first_tick <= note.onset < note.end <= end for note in part.notes)
        assert all(1 <= note.velocity <= 127 for note in part.notes)
        if part.percussion:
            continue
        if not lineup.is_one_player:
            lowest, highest = ranges[part.name].lowest, ranges[part.name].highest
        assert all(lowest <= note.pitch <= highest for note in part.notes)
        assert part.notes[-1].end == end


@given(any_scores(), lineups)
def test_nobody_strikes_a_pitch_that_they_hold(tune: Score, lineup: Lineup) -> None:
    for part in band(tune, lineup):
        assert list(part.notes) == sorted(part.notes)
        for pitch in {note.pitch for note in part.notes}:
            line = [note for note in part.notes if note.pitch == pitch]
            assert all(before.end <= after.onset for before, after in pairwise(line))


@given(any_scores(), lineups)
def test_the_same_tune_is_always_accompanied_alike(tune: Score, lineup: Lineup) -> None:
    assert band(tune, lineup) == band(tune, lineup)


@pytest.mark.parametrize("lineup", LINEUPS)
def test_a_band_is_small_and_plays_only_chord_tones_above_the_bass(lineup: Lineup) -> None:
    tune = jig()
    pitched = [part for part in band(tune, lineup) if not part.percussion]
    assert len(pitched) <= 2
    spans = find_chords(tune)
    for note in pitched[0].notes:
        if note.pitch >= lineup.chords.lowest:
            chord = next(span.chord for span in spans if span.onset <= note.onset < span.end)
            assert note.pitch % 12 in chord.classes


def test_the_bass_has_the_root_when_the_chord_changes_and_steps_into_a_new_section() -> None:
    tune = replace(jig(), sections=FORM)
    _, bass, _ = band(tune, jig_lineup())
    sounding = {note.onset: note.pitch for note in bass.notes}
    for span in find_chords(tune):
        if span.onset in sounding:
            assert sounding[span.onset] % 12 == span.chord.root
    half_cadence = in_bars(bass, tune, 3, 4)
    (home, *_) = in_bars(bass, tune, 4, 5)
    assert abs(half_cadence[-1].pitch - home.pitch) <= 2


def test_chords_lie_below_the_tune_where_there_is_room_and_move_little() -> None:
    tune = jig()
    (melody,) = tune.parts
    high = replace(
        tune,
        parts=(replace(melody, notes=tuple(replace(n, pitch=n.pitch + 12) for n in melody.notes)),),
    )
    guitar, *_ = band(high, jig_lineup())
    assert max(note.pitch for note in guitar.notes) < min(note.pitch for note in high.parts[0].notes)
    tops = [
        max(n.pitch for n in guitar.notes if n.onset == o) for o in sorted({n.onset for n in guitar.notes})
    ]
    leaps = [abs(after - before) for before, after in pairwise(tops)]
    assert max(leaps) <= 7
    assert sum(leaps) / len(leaps) < 1.5


def test_over_a_chord_that_stays_something_moves() -> None:
    tune = of_notes(*(Note(48 * bar, 86, 48) for bar in range(8)), bars=8)
    guitar, *_ = band(replace(tune, tempo=200), jig_lineup())
    chords = [{n.pitch for n in in_bars(guitar, tune, bar, bar + 1)} for bar in range(7)]
    assert len(find_chords(tune)) == 1
    assert chords[0] == chords[1]
    assert chords[1] != chords[2]


def test_sections_grow_fuller_and_drums_come_in_at_the_second() -> None:
    tune = replace(jig(), sections=FORM)
    assert fullness_by_bar(tune) == (LIGHT,) * 4 + (PLAIN,) * 4 + (FULL,) * 8
    guitar, _, drums = band(tune, jig_lineup())
    strokes = [len({n.onset for n in in_bars(guitar, tune, first, first + 3)}) for first in (0, 4, 8)]
    assert strokes[0] < strokes[1] < strokes[2]
    assert not in_bars(drums, tune, 0, 3)
    assert all(in_bars(drums, tune, bar, bar + 1) for bar in range(4, 16))


def test_a_fill_leads_into_a_new_section_but_not_into_the_end() -> None:
    tune = replace(jig(), sections=FORM)
    *_, drums = band(tune, jig_lineup())
    usual = {note.pitch for note in in_bars(drums, tune, 4, 5)}
    for bar in (3, 7, 11):
        strokes = [note.pitch for note in in_bars(drums, tune, bar, bar + 1)]
        assert len(strokes) > 2
        assert set(strokes) <= usual
    assert [n.pitch for n in in_bars(drums, tune, 7, 8)] != [n.pitch for n in in_bars(drums, tune, 6, 7)]


def test_the_last_chord_meets_the_last_note_and_nothing_is_struck_after_it() -> None:
    tune = jig()
    last_onset = tune.parts[0].notes[-1].onset
    guitar, bass, drums = band(tune, jig_lineup())
    for part in (guitar, bass, drums):
        assert part.notes[-1].onset == last_onset
    assert len([note for note in guitar.notes if note.onset == last_onset]) == 4
    assert {note.end for note in (guitar.notes[-1], bass.notes[-1])} == {16 * 36 + 30}
    assert drums.notes[-1].end <= 16 * 36


def test_the_band_waits_out_an_upbeat() -> None:
    tune = of_notes(Note(42, 67, 6), *(Note(48 + 12 * n, 60 + n, 12) for n in range(12)), bars=4)
    for part in band(tune, jig_lineup()):
        assert part.notes[0].onset >= 48


def test_no_tune_no_accompaniment() -> None:
    tune = of_notes()
    assert accompany(tune, find_chords(tune), jig_lineup(), end=48) == ()


def test_damped_notes_end_before_their_pitch_returns_and_doubles_go() -> None:
    notes = (Note(0, 60, 20), Note(0, 60, 30), Note(12, 60, 6), Note(12, 64, 48))
    assert damped(notes) == (Note(0, 60, 12), Note(12, 60, 6), Note(12, 64, 48))
