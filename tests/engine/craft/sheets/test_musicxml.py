"""The MusicXML: complete, valid where programs are strict, and saying what the score says."""

from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.score import TICKS_PER_QUARTER, Key, Metre, Mode, Note, Part, Score, Section
from engine.craft.sheets.bars import write
from engine.craft.sheets.musicxml import musicxml
from tests.engine.craft.pieces import chorale, jig, of_notes

LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def xml_of(score: Score, title: str = "A Piece") -> ET.Element:
    return ET.fromstring(musicxml(write(score), title=title))  # noqa: S314 - our own


def texts(element: ET.Element, path: str) -> list[str]:
    return [found.text or "" for found in element.iterfind(path)]


def pitch(note: ET.Element) -> int:
    step, octave = note.findtext("pitch/step", ""), int(note.findtext("pitch/octave", ""))
    return 12 * (octave + 1) + LETTERS[step] + int(note.findtext("pitch/alter", "0"))


def played(part: ET.Element) -> Iterator[tuple[int, int, int]]:
    """(onset, pitch, duration) of each note as a program would play it, ties joined."""
    held: dict[tuple[str, int], tuple[int, int]] = {}  # voice and pitch to onset and ticks so far
    bar_start = 0
    for measure in part.iterfind("measure"):
        now = onset = end = bar_start
        for element in measure:
            ticks = int(element.findtext("duration", "0"))
            if element.tag == "backup":
                now -= ticks
            elif element.tag == "forward":
                now += ticks
                end = max(end, now)
            elif element.tag == "note":
                if element.find("chord") is None:
                    onset, now = now, now + ticks
                end = max(end, now)
                if element.find("rest") is not None:
                    continue
                ties = {tie.get("type") for tie in element.iterfind("tie")}
                place = (element.findtext("voice", ""), pitch(element))
                start, length = held.pop(place) if "stop" in ties else (onset, 0)
                assert start + length == onset
                if "start" in ties:
                    held[place] = (start, length + ticks)
                else:
                    yield start, pitch(element), length + ticks
        assert now == end, "a voice does not fill its bar"
        bar_start = end
    assert not held


def notes_of(score: Score) -> list[tuple[int, int, int]]:
    return sorted((note.onset, note.pitch, note.duration) for part in score.parts for note in part.notes)


def test_a_tune_and_a_chorale_say_what_the_scores_say() -> None:
    for score in (jig(), chorale()):
        root = xml_of(score)
        assert sorted(note for part in root.iterfind("part") for note in played(part)) == notes_of(score)


def test_the_head_of_the_file() -> None:
    root = xml_of(jig(), title="Bread & Butter")
    assert root.findtext("work/work-title") == "Bread & Butter"
    [attributes] = root.iterfind(".//attributes")
    assert attributes.findtext("divisions") == str(TICKS_PER_QUARTER)
    assert (attributes.findtext("key/fifths"), attributes.findtext("key/mode")) == ("1", "major")
    assert (attributes.findtext("time/beats"), attributes.findtext("time/beat-type")) == ("6", "8")
    [metronome] = root.iterfind(".//metronome")
    assert [child.tag for child in metronome] == ["beat-unit", "beat-unit-dot", "per-minute"]
    assert texts(root, ".//score-part/part-name") == ["Whistle"]
    sound = root.find(".//sound")
    assert sound is not None
    assert float(sound.get("tempo", "")) == 115 * 1.5


def test_sections_have_their_marks_and_double_bars() -> None:
    sections = (Section("A", 0, 2), Section("A′", 2, 2))
    root = xml_of(replace(chorale(), sections=sections))
    leader, follower = root.iterfind("part")
    assert texts(leader, "measure/direction/direction-type/rehearsal") == ["A", "A′"]
    assert texts(follower, "measure/direction/direction-type/rehearsal") == []
    for part in (leader, follower):
        styles = [measure.findtext("barline/bar-style") for measure in part.iterfind("measure")]
        assert styles == [None, "light-light", None, "light-heavy"]


def test_an_accidental_holds_for_its_bar_and_is_taken_back_in_it() -> None:
    pitches = [66, 67, 66, 67, 65, 67, 66, 67]
    notes = [Note(12 * place, pitch, 12) for place, pitch in enumerate(pitches)]
    root = xml_of(replace(of_notes(*notes, bars=2), key=Key(0)))
    assert [note.findtext("accidental") for note in root.iterfind(".//note")] == [
        "sharp", None, None, None, None, None, "sharp", None,
    ]  # fmt: skip
    root = xml_of(replace(of_notes(*notes[2:6], bars=2), key=Key(0)))
    assert [note.findtext("accidental") for note in root.iterfind(".//note[pitch]")][:3] == [
        "sharp",
        None,
        None,
    ]


def test_a_tied_note_has_no_accidental_of_its_own() -> None:
    root = xml_of(of_notes(Note(36, 66, 24), Note(60, 66, 12), bars=2))
    signs = [note.findtext("accidental") for note in root.iterfind(".//note[pitch]")]
    assert signs == ["sharp", None, "sharp"]


def test_an_upbeat_is_bar_0_and_its_rest_is_not_written() -> None:
    root = xml_of(of_notes(Note(36, 62, 12), Note(48, 65, 48), bars=2))
    first, second = root.iterfind("part/measure")
    assert (first.get("number"), first.get("implicit"), second.get("number")) == ("0", "yes", "1")
    assert len(list(first.iterfind("note"))) == 1


def test_a_held_ending_is_a_fermata() -> None:
    root = xml_of(of_notes(Note(0, 62, 24), Note(24, 65, 50)))
    assert [note.find("notations/fermata") is not None for note in root.iterfind(".//note")] == [False, True]
    assert not list(xml_of(of_notes(Note(0, 62, 48))).iter("fermata"))


def test_two_voices_have_stems_apart() -> None:
    soprano_and_alto = next(xml_of(chorale()).iterfind("part"))
    assert texts(soprano_and_alto, "measure[@number='1']/note/stem") == ["up"] * 4 + ["down"] * 4


def test_endless_triplets_are_numbered_at_first_only() -> None:
    triplets = [Note(4 * place, 62 + place % 3, 4) for place in range(48)]
    root = xml_of(of_notes(*triplets, bars=4))
    hidden = [start.get("show-number") for start in root.iterfind(".//tuplet[@type='start']")]
    assert hidden == [None] * 4 + ["none"] * 12


def test_a_bar_of_silence_is_a_whole_rest() -> None:
    root = xml_of(of_notes(Note(96, 62, 48), Note(0, 62, 48), bars=3))
    [rest] = root.iterfind("part/measure[@number='2']/note/rest")
    assert rest.get("measure") == "yes"


@st.composite
def scores(draw: st.DrawFn) -> Score:
    metre = Metre.parse(draw(st.sampled_from(["4/4", "3/4", "2/4", "6/8", "9/8", "3/8", "2/2", "3/2"])))
    bars = draw(st.integers(1, 4))
    end = bars * metre.bar_ticks
    parts: list[Part] = []
    for name, program in draw(
        st.sampled_from(
            [
                [("Fiddle", 110)],
                [("Piano, right hand", 0), ("Piano, left hand", 0)],
                [("Soprano", 53), ("Alto", 53), ("Tenor", 53), ("Bass", 53)],
                [("Whistle", 79), ("Guitar", 25), ("Bass", 32)],
                [("Harp", 46)],
            ]
        )
    ):
        times = st.tuples(st.integers(0, end - 2), st.integers(30, 95), st.integers(1, 60))
        drawn = {
            (onset, pitch): length for onset, pitch, length in draw(st.lists(times, min_size=1, max_size=12))
        }
        parts.append(
            Part(name, program, tuple(sorted(Note(*place, length) for place, length in drawn.items())))
        )
    key = Key(draw(st.integers(0, 11)), draw(st.sampled_from(Mode)))
    return Score(key, metre, 100, bars, tuple(parts))


@settings(max_examples=60)
@given(scores())
def test_every_bar_is_full_and_every_pitch_is_there(score: Score) -> None:
    root = xml_of(score)
    written = [note for part in root.iterfind("part") for note in played(part)]
    assert {pitch for _, pitch, _ in written} == {note.pitch for part in score.parts for note in part.notes}
    for part in root.iterfind("part"):
        assert len(list(part.iterfind("measure"))) == score.bars
