"""Typed notes and ABC: what is read of them, and which token of them can't be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadRequest, Reason
from domain.limits import MAX_SOURCE_BARS
from domain.score import Key, Metre, Mode, Score
from engine.intake.notes import take_notes
from engine.intake.reader import read_notes


def read(text: str) -> Score:
    return take_notes(text, title="x").score


def notes(text: str, part: int = 0) -> list[tuple[int, int, int]]:
    return [(note.onset, note.pitch, note.duration) for note in read(text).parts[part].notes]


def refusal(text: str) -> BadRequest:
    with pytest.raises(BadRequest) as refused:
        take_notes(text, title="x")
    return refused.value


def test_notes_rests_chords_and_lengths_are_read() -> None:
    assert notes("C4 F#4:2 r:1/2 Bb3:1.5 [C4 e4 G♯4]:.5") == [
        (0, 60, 12),
        (12, 66, 24),
        (42, 58, 18),
        (60, 60, 6),
        (60, 64, 6),
        (60, 68, 6),
    ]


def test_settings_are_taken_wherever_they_stand() -> None:
    score = read("tempo=90 key=D minor metre=6/8 D4:1.5 F4:.5 A4")
    assert (score.tempo, score.key, score.metre) == (90, Key(2, Mode.MINOR), Metre(6, 8))
    assert read("C4 速度=80 拍号=3/4 E4 G4 调=A小调").key == Key(9, Mode.MINOR)


@pytest.mark.parametrize(
    ("text", "metre", "first"),
    [
        ("C4 D4 E4 | F4 G4 A4 | B4 A4 G4 |", Metre(3, 4), 0),
        ("G4 | C4 E4 G4 E4 | C4:4 | D4:2 D4:2 |", Metre(4, 4), 36),
        ("|: C4 D4 :|", Metre(4, 4), 0),
        ("metre=3/4 G4:1/2 | C4:3 | E4:2 ||", Metre(3, 4), 30),
    ],
)
def test_bar_lines_tell_the_metre_and_the_upbeat(text: str, metre: Metre, first: int) -> None:
    score = read(text)
    assert (score.metre, score.first_tick) == (metre, first)


@pytest.mark.parametrize(
    "text",
    [
        "Ｃ4：½　Ｅ4：½",  # wide characters of a Chinese keyboard
        "c4:1/2,e4:0.5",
        "C4:1/2;E4:1/2",
    ],
)
def test_what_keyboards_give_is_understood(text: str) -> None:
    assert notes(text) == [(0, 60, 6), (6, 64, 6)]


def test_a_short_last_note_of_its_own_bar_stays() -> None:
    assert notes("G4 | C4:1/2", 0) == [(36, 67, 12), (48, 60, 6)]


def test_a_key_is_guessed_where_none_is_said() -> None:
    assert read("G4 A4 B4 C5 D5 E5 F#5 G5:2 D5 B4 G4:4").key == Key(7)


def test_bars_beyond_the_limit_are_left_out_and_it_is_said() -> None:
    intake = take_notes("C4:4 " * (MAX_SOURCE_BARS + 6), title="Long")
    assert intake.score.bars == MAX_SOURCE_BARS
    assert [remark.values["title"] for remark in intake.left_out] == ["Long"]


@pytest.mark.parametrize(
    ("text", "reason", "value", "place"),
    [
        ("C4 H4 D4", Reason.NOTES_UNREADABLE, "H4", 2),
        ("C4 | D4 <@&123>", Reason.NOTES_UNREADABLE, "<@&123>", 4),
        ("C4 [D4", Reason.NOTES_UNREADABLE, "[", 2),
        ("C4 E4G4", Reason.NOTES_UNREADABLE, "E4G4", 2),
        ("C4 Eb", Reason.NOTES_OCTAVE, "Eb", 2),
        ("C4:0", Reason.NOTES_LENGTH, "C4:0", 1),
        ("C4:1/0", Reason.NOTES_LENGTH, "C4:1/0", 1),
        ("C4:65", Reason.NOTES_LENGTH, "C4:65", 1),
        ("C4: D4", Reason.NOTES_LENGTH, "C4:", 1),
        ("r:x", Reason.NOTES_LENGTH, "r:x", 1),
        ("C9", Reason.NOTES_RANGE, "C9", 1),
        ("B-9", Reason.NOTES_RANGE, "B-9", 1),
        ("[]:2", Reason.NOTES_CHORD, "[]:2", 1),
        ("[C4:2 E4]", Reason.NOTES_CHORD, "[C4:2 E4]", 1),
        ("volume=3 C4", Reason.NOTES_SETTING, "volume=3", None),
        ("tempo=9 C4", Reason.NOTES_SETTING_VALUE, "tempo=9", None),
        ("tempo=nan C4", Reason.NOTES_SETTING_VALUE, "tempo=nan", None),
        ("metre=99/1 C4", Reason.NOTES_SETTING_VALUE, "metre=99/1", None),
    ],
)
def test_a_refusal_names_the_token_and_its_place(
    text: str, reason: Reason, value: str, place: int | None
) -> None:
    error = refusal(text)
    assert (error.reason, error.values["value"], error.values.get("place")) == (reason, value, place)
    assert value in str(error)


def test_a_note_without_octave_is_shown_with_one() -> None:
    assert "write F#4" in str(refusal("f#"))


ABC = """X:1
T:The Test
M:6/8
L:1/8
Q:3/8=100
K:Edor
E|:B2B "Em"BAB|{c}e3 edB|1 A>BA (AGE):|2 (3DEF G [Ec]2 z||
w: passed over"""


def test_a_tune_in_abc_is_read() -> None:
    score = take_notes(ABC, title="").score
    assert take_notes(ABC, title="").title == "The Test"
    assert (score.key, score.metre, score.tempo) == (Key(4, Mode.MINOR), Metre(6, 8), 100)
    upper = [(note.onset, note.pitch) for note in score.parts[0].notes][:5]
    assert upper == [(30, 64), (36, 71), (48, 71), (54, 71), (60, 69)]
    assert {66, 73} <= {note.pitch for note in score.parts[0].notes}  # F and c are sharp in E dorian


def test_abc_without_fields_is_told_from_typed_notes() -> None:
    assert notes("GABc dedB|c2 z2")[:4] == [(0, 67, 6), (6, 69, 6), (12, 71, 6), (18, 72, 6)]
    assert notes("C4 D4 | E4")[0][2] == 12


def test_voices_become_parts() -> None:
    score = read("M:C|\nL:1/4\nK:Bbm\nV:1\nCDEF|GABc|\nV:2\nC,4|[CEG]4|")
    assert [len(part.notes) for part in score.parts] == [8, 4]
    assert score.metre == Metre(2, 2)


@pytest.mark.parametrize(
    ("text", "reason", "value", "line"),
    [
        ("X:1\nK:C\nCDE !unclosed", Reason.ABC_UNREADABLE, "!unclosed", 3),
        ("K:C\nC/0", Reason.ABC_UNREADABLE, "/0", 2),
        ("K:C\n(0CDE", Reason.ABC_UNREADABLE, "(0", 2),
        ("K:C\nC99999", Reason.ABC_UNREADABLE, "99999", 2),
        ("K:C\nc''''' d", Reason.ABC_UNREADABLE, "'''''", 2),
        ("K:Q\nCDE", Reason.ABC_FIELD, "K:Q", 1),
        ("K:C\nM:5/0\nCDE", Reason.ABC_FIELD, "M:5/0", 2),
        ("K:C\nC[L:0/1]D", Reason.ABC_FIELD, "L:0/1", 2),
        ("X:1\nK:C\n", Reason.NOTES_EMPTY, None, None),
    ],
)
def test_a_refusal_of_abc_names_its_line(
    text: str, reason: Reason, value: str | None, line: int | None
) -> None:
    error = refusal(text)
    assert (error.reason, error.values.get("value"), error.values.get("line")) == (reason, value, line)


pieces = st.sampled_from(
    [
        *("C4", "Bb3:1/2", "r", "[C4 E4]", "]", "[", ":", "|", ":|", "=", "tempo=", "key=D minor", "X:1\n"),
        *("K:C\n", "L:1/9\n", "M:3/4\n", "(3", "z9", ">", "<", "//", "'", ",", "^", "_", "V:a\n", "[V:b]"),
        *("\n", " ", "c", "1", "999", "-", '"', "!", "{", "}", "½", "٣", "\ud800", "&", "Q:1/4=100\n"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(pieces, max_size=25).map("".join)))
def test_whatever_is_typed_comes_out_as_music_or_is_refused(text: str) -> None:
    try:
        score = read(text)
    except BadRequest:
        return
    assert 1 <= score.bars <= MAX_SOURCE_BARS
    assert all(0 <= note.pitch <= 127 and note.duration > 0 for part in score.parts for note in part.notes)


async def test_notes_are_read_in_the_fence() -> None:
    intake = await read_notes("C4 E4", title="a\nb")
    assert intake.title == "a b"
    with pytest.raises(BadRequest) as refused:
        await read_notes("C4 E4 what", title="x")
    assert refused.value.values["value"] == "what"
    for text, reason in (("  \n", Reason.NOTES_EMPTY), ("C4 " * 10_000, Reason.NOTES_TOO_LONG)):
        with pytest.raises(BadRequest) as refused:
            await read_notes(text, title="x")
        assert refused.value.reason is reason
