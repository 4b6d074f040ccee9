from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ensembles import Ensemble
from domain.genres import Genre
from domain.remarks import Topic
from domain.score import Key, Metre, Note, Part, Score, Section
from engine.craft.arranging import arrange
from engine.craft.instruments import family_for, lineup_for
from tests.engine.craft.any_scores import any_scores
from tests.engine.craft.pieces import chorale, jig

MUSIC_BOX = 10

genres = st.sampled_from(Genre)
ensembles = st.none() | st.sampled_from(Ensemble)


def score(*parts: tuple[Note, ...], bars: int = 2) -> Score:
    return Score(Key(0), Metre(4, 4), 120.0, bars, tuple(Part("", 0, notes) for notes in parts))


def test_parts_get_the_genres_instruments_and_silent_ones_fall_out() -> None:
    arranged = arrange(score((Note(0, 60, 96),), (), (Note(0, 48, 96),)), Genre.HYMN, hold_seconds=0).score
    assert [part.name for part in arranged.parts] == ["Organ 1", "Organ 2"]
    assert {part.program for part in arranged.parts} == {19}


def test_a_dance_gets_a_band_and_a_piece_in_parts_does_not() -> None:
    reel = arrange(jig(), Genre.JIG, hold_seconds=0).score
    assert [part.name for part in reel.parts] == ["Whistle", "Guitar", "Bass", "Bodhrán"]
    assert [part.percussion for part in reel.parts] == [False, False, False, True]
    sung = arrange(chorale(), Genre.CHORALE, hold_seconds=0).score
    assert [part.name for part in sung.parts] == ["Soprano", "Alto", "Tenor", "Bass"]


def test_a_folk_tune_is_accompanied_only_where_it_is_alone() -> None:
    melody, bass = (Note(0, 72, 48), Note(48, 74, 48)), (Note(0, 48, 96),)
    alone = arrange(score(melody), Genre.FOLK, hold_seconds=0).score
    together = arrange(score(melody, bass), Genre.FOLK, hold_seconds=0).score
    assert len(alone.parts) == 2
    assert [note.pitch for note in together.parts[1].notes] == [48]
    assert len(together.parts) == 2


def test_all_parts_move_by_the_same_octave_when_most_of_the_music_lies_too_high() -> None:
    high = score((Note(0, 98, 48), Note(48, 96, 48)), (Note(0, 90, 96),))
    arranged = arrange(high, Genre.FOLK, hold_seconds=0)
    assert [[note.pitch for note in part.notes] for part in arranged.score.parts] == [[86, 84], [78]]
    assert arranged.remarks == ()


def test_what_a_music_box_cannot_play_is_moved_and_remarked_on() -> None:
    arranged = arrange(chorale(), Genre.CHORALE, hold_seconds=0, ensemble=Ensemble.MUSIC_BOX)
    assert {part.program for part in arranged.score.parts} == {MUSIC_BOX}
    (remark,) = arranged.remarks  # its bass is too low
    assert (remark.topic, remark.values) == (Topic.RANGE_OF_INSTRUMENTS, {"instruments": "music box"})
    assert "music box" in str(remark)


def test_what_everyone_can_play_needs_no_remark() -> None:
    for ensemble in (Ensemble.PIANO, Ensemble.HARP):
        assert arrange(chorale(), Genre.CHORALE, hold_seconds=0, ensemble=ensemble).remarks == ()


def test_strings_share_out_four_parts_by_their_ranges() -> None:
    arranged = arrange(chorale(), Genre.CHORALE, hold_seconds=0, ensemble=Ensemble.STRINGS).score
    programs = [part.program for part in arranged.parts]
    assert programs[0] == 40
    assert programs[-1] == 42
    assert programs == sorted(programs)


def test_a_single_note_out_of_reach_moves_alone() -> None:
    low_note = score((Note(0, 74, 24), Note(24, 40, 24), Note(48, 76, 48)))
    arranged = arrange(low_note, Genre.REEL, hold_seconds=0).score
    assert [note.pitch for note in arranged.parts[0].notes] == [74, 64, 76]


def test_a_long_silence_is_filled_by_the_note_before_it_and_a_short_one_is_left() -> None:
    # At 120 a tick is 1/24 s: the first rest lasts 0.5 s, the second 3.5 s.
    notes = (Note(0, 60, 12), Note(24, 62, 12), Note(120, 64, 72))
    arranged = arrange(score(notes, bars=4), Genre.REEL, hold_seconds=0).score
    assert [note.duration for note in arranged.parts[0].notes][:2] == [12, 96]


def test_the_last_chord_is_held_to_the_end_by_everyone_who_sounds() -> None:
    melody = (Note(0, 72, 48), Note(48, 71, 12), Note(72, 72, 6))
    bass = (Note(0, 48, 48), Note(48, 43, 12), Note(60, 48, 30))
    arranged = arrange(score(melody, bass), Genre.FOLK, hold_seconds=1.0).score
    ends = {part.notes[-1].end for part in arranged.parts}
    assert ends == {96 + 24}
    assert [note.duration for note in arranged.parts[0].notes[:2]] == [48, 12]


@pytest.mark.parametrize("ensemble", Ensemble)
def test_every_ensemble_plays_dances_and_chorales(ensemble: Ensemble) -> None:
    for piece, genre in ((jig(), Genre.JIG), (chorale(), Genre.CHORALE)):
        arranged = arrange(piece, genre, hold_seconds=0, ensemble=ensemble).score
        names = [part.name for part in arranged.parts]
        assert len(set(names)) == len(names)
        assert sum(not part.percussion for part in arranged.parts) <= 4


def test_one_instrument_in_two_hands_is_named_for_them() -> None:
    arranged = arrange(jig(), Genre.JIG, hold_seconds=0, ensemble=Ensemble.PIANO).score
    assert [part.name for part in arranged.parts] == ["Piano, right hand", "Piano, left hand"]


def test_nothing_is_arranged_as_nothing() -> None:
    assert arrange(score(()), Genre.REEL, hold_seconds=0).score.parts == ()


@given(any_scores(parts=4), genres, ensembles, st.floats(0, 5))
def test_the_melody_is_untouched_but_for_octaves_silences_and_the_ending(
    written: Score, genre: Genre, ensemble: Ensemble | None, hold_seconds: float
) -> None:
    arranged = arrange(written, genre, hold_seconds=hold_seconds, ensemble=ensemble).score
    for before, after in zip(written.parts, arranged.parts, strict=False):
        sounding = {(note.onset, note.pitch % 12) for note in before.notes}
        assert {(note.onset, note.pitch % 12) for note in after.notes} == sounding
    assert (arranged.bars, arranged.metre, arranged.tempo) == (written.bars, written.metre, written.tempo)
    assert arranged.sections == written.sections


@given(any_scores(parts=4), genres, ensembles)
def test_everything_is_within_reach_of_who_plays_it(
    written: Score, genre: Genre, ensemble: Ensemble | None
) -> None:
    arranged = arrange(written, genre, hold_seconds=0, ensemble=ensemble).score
    family = family_for(genre, ensemble)
    players = [*family.members, *([family.wide] if family.wide else [])]
    if lineup := lineup_for(genre, ensemble):
        players += [lineup.lead, lineup.chords, lineup.bass]
    for part in arranged.parts:
        if part.percussion:
            continue
        ranges = [player for player in players if player.program == part.program]
        lowest, highest = min(p.lowest for p in ranges), max(p.highest for p in ranges)
        assert all(lowest <= note.pitch <= highest for note in part.notes)


@given(any_scores(), genres, ensembles, st.floats(0, 5))
def test_an_accompaniment_ends_with_the_piece(
    written: Score, genre: Genre, ensemble: Ensemble | None, hold_seconds: float
) -> None:
    arranged = arrange(written, genre, hold_seconds=hold_seconds, ensemble=ensemble).score
    for part in arranged.parts[1:]:
        assert part.notes[-1].end == arranged.end_tick or part.percussion
        assert all(before.onset <= after.onset for before, after in pairwise(part.notes))


def test_a_form_survives() -> None:
    form = (Section("A", 0, 8), Section("A′", 8, 8))
    piece = Score(Key(7), Metre(6, 8), 115, 16, jig().parts, form)
    assert arrange(piece, Genre.JIG, hold_seconds=0).score.sections == form
