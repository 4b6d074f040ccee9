"""What becomes of a stranger's file: limits, metre, tempo, grid, key, parts. Without the fence, for speed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadRequest, Reason
from domain.remarks import Topic
from domain.score import Key, Metre, Mode, Note, Score
from engine.craft.midi_files import midi_bytes
from engine.intake.messages import Intake, read_answer, write_answer
from engine.intake.uploads import take_upload
from tests.engine.craft.pieces import chorale, jig
from tests.engine.intake import files
from tests.engine.intake.files import midi, notes, scale, track


def taken(content: bytes) -> Intake:
    return take_upload(content, title="Ode")


def topics(content: bytes) -> list[Topic]:
    return [remark.topic for remark in taken(content).left_out]


@pytest.mark.parametrize("score", [jig(), chorale()], ids=["jig", "chorale"])
def test_a_clean_file_is_taken_note_for_note(score: Score) -> None:
    intake = taken(midi_bytes(score))
    written = [[(note.onset, note.pitch, note.duration) for note in part.notes] for part in score.parts]
    read = [[(note.onset, note.pitch, note.duration) for note in part.notes] for part in intake.score.parts]
    assert read == written
    assert replace(intake.score, parts=()) == replace(score, parts=(), sections=())
    assert intake.left_out == ()


REFUSED = {
    "not MIDI": (b"RIFF\0\0\0\0WAVEfmt ", Reason.NOT_MIDI),
    "a web page": (b"<!doctype html><title>404</title>", Reason.NOT_MIDI),
    "half a header": (b"MThd\0\0", Reason.MIDI_DAMAGED),
    "cut short": (midi(track(notes(scale())))[:60], Reason.MIDI_DAMAGED),
    "a wrong header": (b"MThd\0\0\0\x09" + midi(track(notes(scale())))[8:], Reason.MIDI_DAMAGED),
    "pitch 188": (midi(track(b"\0\x90\xbc\x50")), Reason.MIDI_DAMAGED),
    "film frames": (midi(track(notes(scale())), division=0xE728), Reason.MIDI_SMPTE),
    "no division": (midi(track(notes(scale())), division=0), Reason.MIDI_DIVISION),
    "too fine": (midi(track(notes(scale())), division=0x7FFF), Reason.MIDI_DIVISION),
    "no tracks": (midi(), Reason.MIDI_NO_NOTES),
    "no notes": (midi(track(files.name("Empty"), files.tempo(120))), Reason.MIDI_NO_NOTES),
    "only a note that never ends": (midi(track(b"\0\x90\x3c\x50")), Reason.MIDI_NO_NOTES),
    "drums only": (midi(track(notes(scale(), channel=9))), Reason.MIDI_DRUMS_ONLY),
    "65 tracks": (midi(*[track(notes(scale(1)))] * 65), Reason.MIDI_TOO_MANY_TRACKS),
    "60,000 empty tracks": (midi(*[track()] * 60_000), Reason.MIDI_TOO_MANY_TRACKS),
    "60,000 notes": (files.many_notes(60_000), Reason.MIDI_TOO_MANY_NOTES),
    "501 metres": (files.many_metres(501), Reason.MIDI_TOO_MANY_CHANGES),
    "120,000 metres": (files.many_metres(120_000), Reason.MIDI_TOO_MANY_CHANGES),
    "2001 tempos": (midi(track(files.tempo(120) * 2001, notes(scale()))), Reason.MIDI_TOO_MANY_CHANGES),
    "a note of nine hours": (files.nine_hours(), Reason.MIDI_TOO_LONG),
    "beyond 32 bits": (files.beyond_32_bits(), Reason.MIDI_TOO_LONG),
    "eleven minutes": (midi(track(files.tempo(60), notes(scale(165)))), Reason.MIDI_TOO_LONG),
    "slower than any": (midi(track(files.tempo(9), notes(scale()))), Reason.MIDI_TEMPO),
    "no time at all": (midi(track(files.meta(0x51, b"\0\0\0"), notes(scale()))), Reason.MIDI_TEMPO),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_not_be_read_is_refused_for_its_reason(case: str) -> None:
    content, reason = REFUSED[case]
    with pytest.raises(BadRequest) as refusal:
        taken(content)
    assert refusal.value.reason is reason
    assert str(refusal.value).endswith(".")


def test_the_limits_themselves_are_within() -> None:
    assert taken(files.many_notes(50_000)).score.parts
    assert taken(midi(*[track(notes(scale(1)))] * 64)).score.parts
    assert taken(files.many_metres(500)).score.metre == Metre(4, 4)
    assert taken(midi(track(files.tempo(60), notes(scale(149))))).score.bars == 64


def test_a_tempo_that_nobody_hears_is_no_reason() -> None:
    setup = midi(track(files.tempo(2000), files.tempo(100, after=96), notes(scale())))
    assert taken(setup).score.tempo == 100


def test_silence_before_the_first_bar_falls_away() -> None:
    late = taken(midi(track(files.metre(4, 2), notes(scale(later=5 * 48 + 24))))).score
    assert late.first_tick == 24
    assert late.bars == 5


def test_more_than_64_bars_are_cut_at_a_bar_line() -> None:
    intake = taken(midi(track(notes(scale(100)), files.tempo(300)), track(notes([Note(0, 40, 100 * 48)]))))
    assert (intake.score.bars, intake.score.end_tick) == (64, 64 * 48)
    assert [str(remark) for remark in intake.left_out] == ["“Ode” has 100 bars; I worked on the first 64."]


def test_a_first_measure_of_its_own_is_an_upbeat() -> None:
    upbeat = track(files.metre(1, 2), files.metre(3, 2, after=96), notes([]))
    tune = track(notes([Note(0, 67, 12), *(Note(12 + 36 * bar, 72, 36) for bar in range(8))]))
    intake = taken(midi(upbeat, tune))
    assert intake.score.metre == Metre(3, 4)
    assert [note.onset for note in intake.score.parts[0].notes][:3] == [24, 36, 72]
    assert intake.left_out == ()


def test_of_several_metres_the_longest_stays_and_that_is_said() -> None:
    changes = track(files.metre(4, 2), files.metre(3, 2, after=4 * 96))
    content = midi(changes, track(notes(scale(12))))
    assert taken(content).score.metre == Metre(3, 4)
    assert topics(content) == [Topic.METRE_CHANGES]


def test_a_metre_that_nobody_counts_is_replaced() -> None:
    content = midi(track(files.metre(1, 5), notes(scale())))
    intake = taken(content)
    assert intake.score.metre == Metre(4, 4)
    assert [str(remark) for remark in intake.left_out] == [
        "“Ode” is in 1/32, which I can't count; I took it in 4/4."
    ]


def test_rubato_leaves_the_tempo_and_changes_are_said() -> None:
    ending = midi(track(files.tempo(100), files.tempo(60, after=15 * 96)), track(notes(scale())))
    assert (taken(ending).score.tempo, topics(ending)) == (100, [])
    halves = midi(track(files.tempo(100), files.tempo(60, after=9 * 96)), track(notes(scale())))
    assert (taken(halves).score.tempo, topics(halves)) == (100, [Topic.TEMPO_CHANGES])
    crawling = midi(track(files.tempo(20), notes(scale())))
    assert (taken(crawling).score.tempo, topics(crawling)) == (40, [Topic.TEMPO_REPLACED])


def test_a_tempo_counts_the_beats_of_the_metre() -> None:
    assert taken(midi(track(files.tempo(120), files.metre(6, 3), notes(scale())))).score.tempo == 80


def test_free_playing_comes_onto_the_grid_and_that_is_said() -> None:
    crooked = b"".join(
        files.vlq(17 if place else 0)
        + bytes([0x90, 60 + place % 5, 80])
        + files.vlq(20)
        + bytes([60 + place % 5, 0])
        for place in range(40)
    )
    intake = taken(midi(track(crooked)))
    assert {note.onset % 12 for note in intake.score.parts[0].notes} <= {0, 3, 4, 6, 8, 9}
    assert [remark.topic for remark in intake.left_out] == [Topic.PLAYED_FREELY]


def thirty_seconds(tempo: float) -> bytes:
    """Four to an eighth, in 2/4, for four bars."""
    runs = b"".join(
        files.vlq(0) + bytes([0x90, 60 + place % 7, 80]) + files.vlq(12) + bytes([60 + place % 7, 0])
        for place in range(64)
    )
    return midi(track(files.tempo(tempo), files.metre(2, 2), runs))


def test_thirty_seconds_are_counted_as_sixteenths_where_the_tempo_allows_it() -> None:
    slow = taken(thirty_seconds(60))
    assert [note.onset for note in slow.score.parts[0].notes] == list(range(0, 192, 3))
    assert (slow.score.tempo, slow.score.bars, slow.score.metre) == (120, 8, Metre(2, 4))
    assert [str(remark) for remark in slow.left_out] == [
        "“Ode” has notes shorter than sixteenths, so I counted twice as many beats."
    ]
    fast = taken(thirty_seconds(125))
    assert (fast.score.tempo, fast.score.bars) == (125, 4)
    assert [remark.topic for remark in fast.left_out] == [Topic.PLAYED_FREELY]


def test_drums_are_dropped_and_that_is_said() -> None:
    intake = taken(midi(track(notes(scale())), track(notes(scale(lowest=36), channel=9))))
    assert [part.percussion for part in intake.score.parts] == [False]
    assert [str(remark) for remark in intake.left_out] == ["I left out the drums of “Ode”."]


def test_of_many_tracks_the_tune_the_bass_and_what_adds_most_stay() -> None:
    tune, bass, chords = scale(lowest=72), scale(lowest=36), [Note(48 * bar, 55, 48) for bar in range(4)]
    doubling = scale(lowest=84)
    effects = [Note(0, 100, 6)]
    inner = [Note(24 * half, 62 + half % 3, 24) for half in range(8)]
    intake = taken(
        midi(
            track(files.name("Bass"), notes(bass)),
            track(files.name("Piccolo"), notes(doubling)),
            track(files.name("Melody"), notes(tune)),
            track(files.name("Effects"), notes(effects)),
            track(files.name("Horn"), notes(chords)),
            track(files.name("Viola"), notes(inner)),
        )
    )
    assert [part.name for part in intake.score.parts] == ["Melody", "Viola", "Horn", "Bass"]
    assert [str(remark) for remark in intake.left_out] == ["“Ode” has 6 tracks; I kept the 4 that carry it."]


def test_an_instrument_that_changes_its_sound_stays_one_part() -> None:
    first, second = scale(2), scale(2)
    content = midi(
        track(files.name("Lead"), files.program(40), notes(first), files.program(41), notes(second)), kind=0
    )
    assert len(taken(content).score.parts) == 1
    assert topics(content) == []


@pytest.mark.parametrize(
    ("fifths", "minor", "lowest", "key"),
    [(0, False, 60, Key(0)), (0, False, 62, Key(2)), (-3, False, 63, Key(3)), (9, False, 67, Key(7))],
)
def test_the_key_is_the_one_heard(fifths: int, minor: bool, lowest: int, key: Key) -> None:
    """Also where the signature is what programs write when told nothing, or none there is."""
    content = midi(track(files.signature(fifths, minor=minor), notes(scale(8, lowest=lowest))))
    assert taken(content).score.key == key


def test_the_signature_decides_between_modes() -> None:
    steps = (9, 11, 12, 14, 16, 14, 12, 11)
    minor = [Note(12 * beat, 60 + steps[beat % 8], 12) for beat in range(32)] + [Note(12 * 32, 69, 48)]
    content = midi(track(files.signature(0, minor=True), notes(minor)))
    assert taken(content).score.key == Key(9, Mode.MINOR)


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("主旋律", "utf-8", "主旋律"),
        ("主旋律", "gbk", "Part 1"),
        ("Flute\x1b[31m\n@everyone", "utf-8", "Flute[31m @everyone"),
    ],
)
def test_names_are_fit_to_be_shown(text: str, encoding: str, shown: str) -> None:
    content = midi(track(files.name(text, encoding), notes(scale())))
    assert taken(content).score.parts[0].name == shown


def tried(content: bytes) -> Intake | BadRequest:
    """The refusal as a value. Any other error goes through."""
    try:
        return taken(content)
    except BadRequest as refusal:
        return refusal


def test_a_bar_is_not_begun_by_a_note_that_comes_a_little_early() -> None:
    first = files.vlq(4 * 96 - 13) + b"\x90\x3c\x50" + files.vlq(96 + 13) + b"\x3c\0"
    score = taken(midi(track(files.metre(4, 2), first, notes(scale())))).score
    assert (score.first_tick, score.bars) == (0, 5)


def test_what_a_dropped_track_played_alone_is_no_bar_of_rests() -> None:
    drone = track(files.name("Drone"), notes([Note(0, 50, 6)]))
    voices = [track(notes(scale(lowest=lowest, later=10 * 48))) for lowest in (36, 48, 60, 72)]
    score = taken(midi(drone, *voices)).score
    assert (len(score.parts), score.first_tick, score.bars) == (4, 0, 4)


def sound(score: Score) -> bool:
    """Whether a score holds to all that is promised of one."""
    bar = score.metre.bar_ticks
    return (
        1 <= score.bars <= 64
        and 12 <= bar <= 144
        and 40 <= score.tempo <= 240
        and 1 <= len(score.parts) <= 4
        and score.first_tick < bar
        and score.end_tick > (score.bars - 1) * bar
        and all(
            part.notes
            and not part.percussion
            and list(part.notes) == sorted(part.notes)
            and all(
                0 <= note.pitch <= 127 and note.duration >= 1 and note.end <= score.bars * bar
                for note in part.notes
            )
            for part in score.parts
        )
    )


WHOLE = [
    midi_bytes(jig(bars=4)),
    midi_bytes(chorale()),
    midi(
        track(
            files.tempo(90), files.metre(3, 2), files.signature(-1, minor=True), files.tempo(70, after=200)
        ),
        track(files.name("A"), notes(scale())),
        track(files.name("B"), notes(scale(lowest=40), channel=1)),
        track(notes(scale(lowest=36), channel=9)),
    ),
]


PLAYED = st.lists(
    st.builds(Note, st.integers(0, 80 * 48), st.integers(20, 108), st.integers(1, 200), st.integers(1, 127)),
    max_size=30,
)
CONDUCTED = st.lists(
    st.builds(files.tempo, st.floats(12, 390), after=st.integers(0, 3000))
    | st.builds(files.metre, st.integers(0, 13), st.integers(0, 6), after=st.integers(0, 3000))
    | st.builds(files.signature, st.integers(-8, 8), minor=st.booleans()),
    max_size=6,
)
TRACKS = st.lists(
    st.tuples(st.sampled_from(["", "Melody", "Viola", "低音"]), PLAYED, st.sampled_from([0, 0, 1, 2, 9])),
    min_size=1,
    max_size=7,
)


@settings(max_examples=80, deadline=2000)
@given(CONDUCTED, TRACKS, st.sampled_from([24, 96, 480, 1000]))
def test_whatever_is_played_there_is_a_sound_score_or_a_plain_refusal(
    conducted: list[bytes], tracks: list[tuple[str, list[Note], int]], division: int
) -> None:
    players = [track(files.name(name), notes(played, channel)) for name, played, channel in tracks]
    outcome = tried(midi(track(*conducted), *players, division=division))
    if isinstance(outcome, BadRequest):
        assert outcome.reason in {
            Reason.MIDI_NO_NOTES,
            Reason.MIDI_DRUMS_ONLY,
            Reason.MIDI_TOO_LONG,
            Reason.MIDI_TEMPO,
        }
    else:
        assert sound(outcome.score)
        assert read_answer(write_answer(outcome)) == outcome


@settings(max_examples=200, deadline=2000)
@given(st.data())
def test_whatever_is_changed_in_a_file_there_is_a_sound_score_or_a_plain_refusal(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        match data.draw(st.sampled_from(["set", "cut", "repeat", "insert"])):
            case "set":
                content[place] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]) | st.integers(0, 255))
            case "cut":
                del content[place : place + data.draw(st.integers(1, 30))]
            case "repeat":
                content[place:place] = content[place : place + 40]
            case _:
                content[place:place] = data.draw(st.binary(max_size=8))
        if not content:
            break
    outcome = tried(bytes(content))
    assert str(outcome) if isinstance(outcome, BadRequest) else sound(outcome.score)
