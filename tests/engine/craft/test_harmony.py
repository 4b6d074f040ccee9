from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given

from domain.score import Cadence, Key, Metre, Mode, Note, Part, Score, Section
from engine.craft.harmony import Chord, Quality, find_chords
from tests.engine.craft.any_scores import any_scores
from tests.engine.craft.pieces import jig

G, C, F, D = (Chord(root, Quality.MAJOR) for root in (7, 0, 5, 2))


def bars_of(*bars: tuple[int, ...], key: str = "C major", tempo: float = 160) -> Score:
    """One line in 4/4 whose bars are the given pitches, equally long."""
    notes = tuple(
        Note(48 * bar + place * (48 // len(pitches)), pitch, 48 // len(pitches))
        for bar, pitches in enumerate(bars)
        for place, pitch in enumerate(pitches)
    )
    return Score(Key.parse(key), Metre(4, 4), tempo, len(bars), (Part("", 0, notes),))


def chord_at(score: Score, tick: int) -> Chord:
    return next(span.chord for span in find_chords(score) if span.onset <= tick < span.end)


def downbeats(score: Score) -> list[Chord]:
    return [chord_at(score, bar * score.metre.bar_ticks) for bar in range(score.bars)]


def test_broken_chords_are_found_again() -> None:
    score = bars_of((60, 64, 67, 64), (65, 69, 72, 69), (67, 71, 74, 71), (72, 67, 64, 60))
    assert downbeats(score) == [C, F, G, C]


def test_a_passing_note_between_beats_is_no_reason_to_change() -> None:
    score = bars_of((60, 62, 64, 65, 67, 65, 64, 62), (60, 64, 67, 72))
    assert {span.chord for span in find_chords(score)} == {C}


def test_modal_tunes_get_the_chords_that_fiddlers_expect() -> None:
    mixolydian = bars_of((67, 71, 74, 71), (65, 69, 72, 69), (67, 71, 74, 71), (67, 67), key="G major")
    assert downbeats(mixolydian) == [G, F, G, G]
    dorian = bars_of((57, 60, 64, 60), (62, 66, 69, 66), (55, 59, 62, 59), (57, 57), key="A minor")
    assert downbeats(dorian)[1:3] == [D, G]


def test_the_irish_washerwoman_goes_where_everyone_takes_it() -> None:
    chords = downbeats(jig())
    assert chords[:2] == [G, G]
    assert chords[2].root in (9, 2)  # A minor or D
    assert chords[14].root == 2
    assert chords[15] == G


@pytest.mark.parametrize("tonic", range(12))
def test_a_transposed_tune_gets_transposed_chords(tonic: int) -> None:
    tune = jig()
    (part,) = tune.parts
    higher = tuple(replace(note, pitch=note.pitch + tonic) for note in part.notes)
    transposed = replace(tune, key=Key((7 + tonic) % 12), parts=(replace(part, notes=higher),))
    roots = [(span.chord.root + tonic) % 12 for span in find_chords(tune)]
    assert [span.chord.root for span in find_chords(transposed)] == roots


def test_sections_end_as_planned_whatever_the_notes_say() -> None:
    tune = bars_of(*[(64, 67, 72, 67)] * 8)
    open_then_closed = (Section("A", 0, 4, Cadence.HALF), Section("A′", 4, 4, Cadence.FULL))
    tune = replace(tune, sections=open_then_closed)
    assert chord_at(tune, 4 * 48 - 1).root == 7
    *_, before, last = find_chords(tune)
    assert (before.chord.root, last.chord) == (7, C)
    assert last.onset >= 7 * 48


def test_a_section_in_another_key_has_its_chords() -> None:
    home, away = (60, 64, 67, 72), (67, 71, 74, 78)
    tune = bars_of(*[home] * 4, *[away] * 4, *[home] * 4)
    dominant = Section("B", 4, 4, Cadence.FULL, Key(7))
    tune = replace(tune, sections=(Section("A", 0, 4), dominant, Section("A′", 8, 4, Cadence.FULL)))
    chords = [chord_at(tune, tick) for tick in range(4 * 48, 8 * 48, 12)]
    assert D.root in {chord.root for chord in chords}
    assert chords[-1] == G
    assert chord_at(tune, 12 * 48 - 1) == C


def test_chords_change_with_the_bar_where_it_is_quick_and_within_it_where_it_is_slow() -> None:
    arpeggios = (60, 64, 67, 65, 69, 72, 67, 71, 74, 60, 64, 67)
    notes = tuple(Note(4 * place, pitch, 4) for place, pitch in enumerate(arpeggios * 2))
    quick = Score(Key(0), Metre(2, 4), 240, 4, (Part("", 0, notes),))
    assert all(span.onset % 24 == 0 for span in find_chords(quick))
    roots = [span.chord.root for span in find_chords(replace(quick, tempo=40))]
    assert roots == [0, 5, 7, 0, 5, 7, 0]


@given(any_scores(parts=3))
def test_chords_cover_any_score_and_come_home(score: Score) -> None:
    spans = find_chords(score)
    assert (spans[0].onset, spans[-1].end) == (0, score.bars * score.metre.bar_ticks)
    assert all(before.end == after.onset for before, after in pairwise(spans))
    assert all(before.chord != after.chord for before, after in pairwise(spans))
    third = Quality.MAJOR if score.key.mode is Mode.MAJOR else Quality.MINOR
    assert spans[-1].chord == Chord(score.key.tonic, third)


@given(any_scores())
def test_planned_cadences_are_kept_in_any_score(score: Score) -> None:
    for section in score.sections:
        last = chord_at(score, section.end_bar * score.metre.bar_ticks - 1)
        tonic = (section.key or score.key).tonic
        if section.cadence is Cadence.FULL or section.end_bar == score.bars:
            assert last.root == tonic
        elif section.cadence is Cadence.HALF:
            assert last.root == (tonic + 7) % 12


def test_a_score_without_bars_has_no_chords() -> None:
    assert find_chords(Score(Key(0), Metre(4, 4), 120, 0, ())) == ()
