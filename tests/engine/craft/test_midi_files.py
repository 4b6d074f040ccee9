import io
from dataclasses import replace

import mido
import pretty_midi
import pytest
import symusic

from domain.genres import Genre
from domain.score import Key, Metre, Mode, Note, Part, Score, Section
from engine.craft.midi_files import MAX_PARTS, midi_bytes
from engine.craft.performance import interpret
from tests.engine.craft.pieces import PIANO, chorale, jig, of_notes

TICKS = 480 // 12


@pytest.mark.parametrize("score", [jig(), chorale()], ids=["jig", "chorale"])
def test_a_file_reads_back_as_the_score(score: Score) -> None:
    read = symusic.Score.from_midi(midi_bytes(score))
    assert read.ticks_per_quarter == 480
    assert [(track.name, track.program, track.is_drum) for track in read.tracks] == [
        (part.name, part.program, False) for part in score.parts
    ]
    for track, part in zip(read.tracks, interpret(score).parts, strict=True):
        assert sorted((n.time, n.pitch, n.duration, n.velocity) for n in track.notes) == [
            (n.onset * TICKS, n.pitch, n.duration * TICKS, n.velocity) for n in part.notes
        ]
    (signature,) = read.time_signatures
    assert (signature.numerator, signature.denominator) == (score.metre.beats, score.metre.unit)


def test_a_file_says_its_tempo_so_that_players_take_as_long_as_the_score() -> None:
    for score in (jig(tempo=117.3), chorale(tempo=40), jig(tempo=240)):
        heard = pretty_midi.PrettyMIDI(io.BytesIO(midi_bytes(score)))
        assert heard.get_end_time() == pytest.approx(score.seconds, abs=0.002)


@pytest.mark.parametrize(
    ("key", "sharps"),
    [
        (Key(0), 0), (Key(7), 1), (Key(5), -1), (Key(6), 6), (Key(1), -5), (Key(10), -2),
        (Key(9, Mode.MINOR), 0), (Key(6, Mode.MINOR), 3), (Key(3, Mode.MINOR), -6), (Key(8, Mode.MINOR), 5),
    ],
)  # fmt: skip
def test_key_signatures(key: Key, sharps: int) -> None:
    (signature,) = symusic.Score.from_midi(midi_bytes(Score(key, Metre(4, 4), 120, 1, ()))).key_signatures
    assert (signature.key, signature.tonality) == (sharps, int(key.mode is Mode.MINOR))


def test_sections_and_the_last_bar_line_are_markers() -> None:
    score = replace(chorale(), sections=(Section("A", 0, 2), Section("A′", 2, 2)))
    bar = 4 * 480
    read = symusic.Score.from_midi(midi_bytes(score))
    assert [(marker.time, marker.text) for marker in read.markers] == [
        (0, "A"),
        (2 * bar, "A′"),
        (4 * bar, "End"),
    ]
    assert [marker.text for marker in symusic.Score.from_midi(midi_bytes(jig())).markers] == ["End"]


def test_the_same_score_gives_the_same_bytes() -> None:
    assert midi_bytes(chorale()) == midi_bytes(chorale())
    assert midi_bytes(chorale()) != midi_bytes(chorale(tempo=85))


def test_no_part_lands_on_the_drum_channel() -> None:
    part = Part("Voice", 52, (Note(0, 60, 12),))
    score = Score(Key(0), Metre(3, 4), 90, 1, (part,) * MAX_PARTS)
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(score)))
    channels = {message.channel for track in file.tracks for message in track if message.type == "note_on"}
    assert channels == set(range(16)) - {9}
    with pytest.raises(ValueError, match="16 parts"):
        midi_bytes(Score(Key(0), Metre(3, 4), 90, 1, (part,) * 16))


def test_all_percussion_shares_the_drum_channel() -> None:
    drums = Part("Bodhran", 0, (Note(0, 47, 6), Note(12, 38, 6)), percussion=True)
    shaker = Part("Shaker", 12, (Note(6, 70, 6),), percussion=True)
    score = replace(chorale(), parts=(*chorale().parts, drums, *((chorale().parts[0],) * 11), shaker))
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(score)))
    channels = [{message.channel for message in track if not message.is_meta} for track in file.tracks[1:]]
    assert channels[4] == channels[-1] == {9}
    assert set.union(*channels[:4], *channels[5:-1]) == set(range(16)) - {9}
    read = symusic.Score.from_midi(midi_bytes(score))
    assert [track.is_drum for track in read.tracks] == [part.percussion for part in score.parts]
    assert {track.program for track in read.tracks if track.is_drum} == {0}  # the standard kit


def test_a_piano_is_pedalled_in_the_file_and_its_notes_stay_on_the_grid() -> None:
    score = chorale(program=PIANO)
    (track, *_) = symusic.Score.from_midi(midi_bytes(score, genre=Genre.HYMN)).tracks
    moves = [(control.time, control.value) for control in track.controls if control.number == 64]
    downs, ups = moves[::2], moves[1::2]
    assert len(downs) == len(ups) > 8
    assert {value for _, value in downs} == {127}
    assert {value for _, value in ups} == {0}
    assert all(down < up for (down, _), (up, _) in zip(downs, ups, strict=True))
    assert [(note.time, note.duration) for note in track.notes] == [
        (note.onset * TICKS, note.duration * TICKS) for note in score.parts[0].notes
    ]
    dry = symusic.Score.from_midi(midi_bytes(score, genre=Genre.RAGTIME)).tracks[0]
    assert not dry.controls


def test_a_repeated_note_ends_before_it_begins_again() -> None:
    """Else a synthesizer would silence the second with the end of the first."""
    repeated = of_notes(Note(0, 60, 12), Note(12, 60, 12))
    track = mido.MidiFile(file=io.BytesIO(midi_bytes(repeated))).tracks[1]
    kinds = [message.type for message in track if message.type.startswith("note")]
    assert kinds == ["note_on", "note_off", "note_on", "note_off"]


def test_a_pitch_struck_while_it_is_held_sounds_again() -> None:
    score = of_notes(Note(0, 60, 24, 80), Note(12, 60, 24, 90), Note(12, 60, 12, 90))
    (track,) = symusic.Score.from_midi(midi_bytes(score)).tracks
    assert [(n.time, n.duration) for n in track.notes] == [(0, 12 * TICKS), (12 * TICKS, 24 * TICKS)]


def test_a_name_may_be_written_in_any_script() -> None:
    score = Score(Key(0), Metre(4, 4), 90, 1, (Part("古箏 é", 107, (Note(0, 60, 12),)),))
    assert symusic.Score.from_midi(midi_bytes(score)).tracks[0].name == "古箏 é"
