"""Our own MIDI files read back, and damaged ones refused."""

from dataclasses import replace

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadRequest, Reason
from domain.score import Cadence, Key, Metre, Mode, Note, Part, Score, Section
from engine.craft.midi_files import midi_bytes
from engine.intake.clip_files import composition_of, read_score
from tests.engine.craft.pieces import chorale, jig


def without_dynamics(score: Score) -> Score:
    return replace(
        score,
        parts=tuple(
            replace(part, notes=tuple(replace(note, velocity=80) for note in part.notes))
            for part in score.parts
        ),
    )


@pytest.mark.parametrize("score", [jig(), chorale(), jig(tempo=117.3)], ids=["jig", "chorale", "tempo"])
def test_a_file_reads_back_as_its_score(score: Score) -> None:
    assert without_dynamics(read_score(midi_bytes(score))) == without_dynamics(score)


def test_sections_come_back_without_their_cadences() -> None:
    sections = (Section("A", 0, 2, Cadence.HALF), Section("A′", 2, 2, Cadence.FULL))
    read = read_score(midi_bytes(replace(chorale(), sections=sections)))
    assert read.sections == (Section("A", 0, 2), Section("A′", 2, 2))


def test_a_held_ending_adds_no_bar() -> None:
    held = Score(Key(0), Metre(4, 4), 100, 2, (Part("Solo", 0, (Note(0, 60, 48), Note(48, 62, 90))),))
    read = read_score(midi_bytes(held))
    assert (read.bars, read.end_tick) == (2, 138)


@pytest.mark.parametrize("mode", Mode)
def test_every_key_comes_back(mode: Mode) -> None:
    for tonic in range(12):
        key = Key(tonic, mode)
        assert read_score(midi_bytes(replace(jig(bars=1), key=key))).key == key


def test_drums_come_back_as_drums() -> None:
    drums = Part("Drums", 0, (Note(0, 36, 6), Note(12, 38, 6)), percussion=True)
    read = read_score(midi_bytes(replace(jig(), parts=(*jig().parts, drums))))
    assert [part.percussion for part in read.parts] == [False, True]


def accompanied(*, drums: bool) -> Score:
    guitar = Part("Guitar", 25, (Note(0, 48, 18, 60), Note(18, 52, 18, 50)))
    bodhran = Part("Bodhrán", 0, (Note(0, 36, 6), Note(12, 38, 6)), percussion=True)
    return replace(jig(), parts=(*jig().parts, guitar, *([bodhran] if drums else [])))


@pytest.mark.parametrize("drums", [True, False])
def test_the_composition_is_the_parts_that_the_recipe_counts(drums: bool) -> None:
    assert composition_of(accompanied(drums=drums), 1).parts == without_dynamics(jig()).parts
    assert [part.name for part in composition_of(accompanied(drums=drums), 2).parts] == ["Whistle", "Guitar"]


def test_where_nothing_was_counted_drums_tell_a_tune_of_one_part_from_a_piece_of_two() -> None:
    assert [part.name for part in composition_of(accompanied(drums=True), None).parts] == ["Whistle"]
    assert [part.name for part in composition_of(accompanied(drums=False), None).parts] == [
        "Whistle",
        "Guitar",
    ]


def test_a_composition_has_no_dynamics() -> None:
    played = read_score(midi_bytes(chorale()))
    assert played != without_dynamics(played)
    assert composition_of(played, None) == without_dynamics(played)


def test_drums_alone_are_no_composition() -> None:
    drums = Part("Drums", 0, (Note(0, 36, 6),), percussion=True)
    with pytest.raises(BadRequest) as refusal:
        composition_of(replace(jig(), parts=(drums,)), None)
    assert refusal.value.reason is Reason.MIDI_UNREADABLE


def refused(midi: bytes) -> bool:
    """Whether the file is refused, for the one reason there is. Any other error goes through."""
    try:
        read_score(midi)
    except BadRequest as error:
        return error.reason is Reason.MIDI_UNREADABLE
    return False


def test_damaged_files_are_refused_plainly(tmp_path) -> None:
    whole = midi_bytes(jig())
    assert all(refused(damaged) for damaged in (b"", b"MThd toy", whole[:200], whole[20:], b"\0" * 100))
    silent = mido.MidiFile(
        tracks=[mido.MidiTrack([mido.MetaMessage("time_signature", numerator=4, denominator=4)])]
    )
    silent.save(tmp_path / "silent.mid")
    assert refused((tmp_path / "silent.mid").read_bytes())


@given(st.data())
def test_whatever_is_damaged_there_is_a_score_or_a_plain_error(data: st.DataObject) -> None:
    midi = bytearray(midi_bytes(jig(bars=2)))
    for place in data.draw(st.lists(st.integers(0, len(midi) - 1), min_size=1, max_size=6)):
        midi[place] = data.draw(st.integers(0, 255))
    if not refused(bytes(midi)):
        score = read_score(bytes(midi))
        assert 1 <= score.bars <= 1000
        assert score.metre.bar_ticks > 0
