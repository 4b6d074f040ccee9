"""Songs on paper: words under their notes, verses under each other, chords over them."""

import io
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from domain.errors import BadRequest
from domain.score import Key, Metre, Mode, Note, Part, Score, Section
from domain.songs import SungSyllable, Syllable, Underlay
from engine.craft.sheets.lead_sheets import make_lead_sheet
from engine.craft.sheets.words import chord_root

TUNE = Part(
    "melody",
    73,
    tuple(
        Note(36 + 12 * place, pitch, 12) for place, pitch in enumerate((62, 67, 71, 69, 67, 66, 69, 62, 67))
    ),
)
BASS = Part("bass", 32, (Note(48, 43, 48), Note(96, 50, 24), Note(120, 43, 24)))
SONG = Score(Key(7), Metre(4, 4), 96.0, 3, (TUNE, BASS), (Section("A", 0, 3),))


def underlay(*verses: str, ticks: int = 12) -> Underlay:
    sung: list[SungSyllable] = []
    for number, verse in enumerate(verses, 1):
        tick = 36
        for word in verse.split():
            pieces = word.split("-")
            for place, piece in enumerate(pieces):
                length = ticks * (1 + piece.count("_"))
                syllable = Syllable(piece.strip("_"), 0, place == len(pieces) - 1)
                sung.append(SungSyllable(tick, number, length, 0, syllable))
                tick += length
    return Underlay.of(0, sung)


def xml(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - our own


def lyrics(root: ET.Element, verse: int) -> list[tuple[str | None, str | None]]:
    return [
        (lyric.findtext("text"), lyric.findtext("syllabic"))
        for lyric in root.iterfind(f".//lyric[@number='{verse}']")
    ]


def test_words_stand_under_their_notes_verse_by_verse() -> None:
    words = underlay("a morn-ing in the for-est sings low", "the night-in-gale to-day is flown far")
    root = xml(make_lead_sheet(SONG, words, title="Song").musicxml)
    assert lyrics(root, 1)[:3] == [("a", "single"), ("morn", "begin"), ("ing", "end")]
    assert lyrics(root, 2)[:4] == [("the", "single"), ("night", "begin"), ("in", "middle"), ("gale", "end")]
    notes = root.findall(".//note")
    assert [note.findtext("lyric/text") for note in notes[:2]] == ["a", "morn"]


def test_a_syllable_on_two_notes_is_drawn_out_and_two_on_one_share_it() -> None:
    slurred = xml(make_lead_sheet(SONG, underlay("a __high hill la la la la la"), title="S").musicxml)
    texts = [note.findtext("lyric/text") for note in slurred.findall(".//note")]
    assert texts[:4] == ["a", "high", None, None]
    assert slurred.find(".//lyric/extend") is not None
    both = underlay("a b c d", ticks=6)
    shared = xml(make_lead_sheet(SONG, both, title="S").musicxml)
    first = shared.find(".//note/lyric")
    assert first is not None
    assert [text.text for text in first.findall("text")] == ["a", "b"]


def test_the_lead_sheet_has_the_melody_alone_and_chords_over_it() -> None:
    root = xml(make_lead_sheet(SONG, underlay("la " * 9), title="Song").musicxml)
    assert len(root.findall("part")) == 1
    roots = [harmony.findtext("root/root-step") for harmony in root.iterfind(".//harmony")]
    assert roots[0] == "G"
    assert len(set(roots)) > 1
    whole = xml(make_lead_sheet(SONG, underlay("la " * 9), title="Song", whole=True).musicxml)
    assert len(whole.findall("part")) == 2
    assert len(whole.findall(".//lyric")) == 9


def test_words_make_ink_and_labels_name_what_begins() -> None:
    def ink(words: Underlay) -> int:
        [page] = make_lead_sheet(SONG, words, title="Song", labels={0: "Verse"}).pages
        return int((np.asarray(Image.open(io.BytesIO(page)).convert("L")) < 128).sum())

    assert ink(underlay("la " * 9)) > ink(Underlay(0, ())) + 500
    assert (
        b"<rehearsal>Verse" in make_lead_sheet(SONG, underlay("la"), title="S", labels={0: "Verse"}).musicxml
    )


def test_a_song_without_notes_is_refused() -> None:
    with pytest.raises(BadRequest):
        make_lead_sheet(Score(Key(0), Metre(4, 4), 90, 1, ()), Underlay(0, ()), title="")


def test_chords_are_named_as_the_key_spells_them() -> None:
    assert chord_root(10, Key(5)) == ("B", -1)
    assert chord_root(6, Key(2)) == ("F", 1)
    assert chord_root(3, Key(0, Mode.MINOR)) == ("E", -1)
    assert chord_root(1, Key(9)) == ("C", 1)
