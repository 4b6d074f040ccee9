"""English verse out of TEI: cleaned as a reader would, cut without breaking couplets, tagged."""

from pathlib import Path

import pytest

from models.lyrics.stanzas import Line
from training.corpora.verse_en import clean_stanzas, cut, read_verses
from training.corpora.verse_lines import clean_line, recased
from training.corpora.verse_tei import Poem, read_poems
from training.corpora.verse_words import is_about_nature, is_archaic, is_sacred

_FILE = """<TEI><titleStmt><title>T</title><author>{author}</author></titleStmt>
<death><date>{death}</date></death><text><front><lg><l n="1">In front of it</l></lg></front><body>
<lg type="poem"><head>SONG</head>
<lg type="stanza" n="1">
<l n="1">The birds are in the forest ,</l><l n="2">The wind is in the tree ,</l>
<l n="3">And do n't you hear the river<span type="note_anchor">[ 1 ]</span></l>
<l n="4">That 's running to the sea ?</l></lg>
<lg type="stanza" n="2"><l n="5">I wander 'd through the meadow ,</l>
<l n="6">I slept beneath the hill ,</l></lg>
<note><l>A note is not of it</l></note></lg></body></text></TEI>"""


def _archive(folder: Path, *, death: str = "1850", author: str = "A. Poet") -> Path:
    root = folder / "english"
    root.mkdir(exist_ok=True)
    (root / f"{author}.xml").write_text(_FILE.format(author=author, death=death), encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("“ And do n't you hear , ” she said — ‘ t is late !", "And don't you hear, she said — 'tis late!"),
        ("The bird 's song , lov 'd of all , to-night", "The bird's song, loved of all, tonight"),
        ("Tho ' he cry 'd .... and stopp 'd", "Tho he cried… and stopped"),
        ("O'er hill and dale I 'll go ;", "O'er hill and dale I'll go;"),
        ("The rose-wing 'd cloud , a café in the rain 160", "The rose-winged cloud, a cafe in the rain"),
        ("ALONG the river 's shore ,— I walk", "Along the river's shore, I walk"),
    ],
)
def test_lines_are_put_together_again(raw: str, shown: str) -> None:
    line = clean_line(raw)

    assert line is not None
    assert recased(line, {"i": "I", "i'll": "I'll"}).text() == shown


@pytest.mark.parametrize(
    "raw",
    [
        "and so it went on in prose",
        "XVII .",
        "Chapter The Second Of The Book",
        "[ Illustration : a bird ]",
        "Quisquam plebiscitum vobiscum quaerentibus omnium",
        "Published in 1870 by Smith",
        "In " + "very " * 20 + "long lines",
        "Gwine down to de river",
        "",
    ],
)
def test_what_is_no_clean_verse_is_left_out(raw: str) -> None:
    assert clean_line(raw) is None


def test_poems_are_read_without_notes_and_front_matter(tmp_path: Path) -> None:
    (poem,) = read_poems(_archive(tmp_path), dead_by=1955)

    assert poem.author == "A. Poet"
    assert [len(stanza) for stanza in poem.stanzas] == [4, 2]
    assert poem.stanzas[0][2] == "And do n't you hear the river"


@pytest.mark.parametrize("death", ["1956", "?", ""])
def test_authors_not_known_to_be_long_dead_are_left_out(tmp_path: Path, death: str) -> None:
    assert not list(read_poems(_archive(tmp_path, death=death), dead_by=1955))


def test_a_corpus_is_tagged_and_its_stanzas_follow_each_other(tmp_path: Path) -> None:
    verses, counts = read_verses(_archive(tmp_path))

    assert (counts.lines, counts.stanzas, counts.modern, counts.nature) == (6, 2, 1, 1)
    assert [verse.follows for verse in verses] == [False, True]
    assert verses[0].scheme == "ABCB"
    assert (verses[0].metre, verses[0].register, verses[0].nature) == ("iambic", "modern", True)
    assert verses[1].stanza.lines[0].text() == "I wandered through the meadow,"


def test_a_stanza_is_taken_once_and_whole_or_not_at_all() -> None:
    stanza = ("The birds are in the forest ,", "The wind is in the tree ,")
    spoilt = (*stanza, "[ Illustration ]")

    found = list(clean_stanzas([Poem("a", "A", (stanza, spoilt)), Poem("b", "B", (stanza,))]))

    assert [(one.author, len(one.lines)) for one in found] == [("A", 2)]


def _ending(*words: str) -> list[Line]:
    return [Line((word,), ("",)) for word in words]


def test_long_stanzas_are_cut_between_couplets() -> None:
    lines = _ending("sun", "day", "way", "light", "night", "tree", "sea", "rain", "plain", "bird", "word")

    assert [len(part) for part in cut(lines)] == [3, 4, 4]
    assert [len(part) for part in cut(_ending(*["sun", "day", "light", "tree"] * 3, "bird"))] == [4, 4, 5]


def test_words_tell_register_faith_and_nature() -> None:
    assert is_archaic("goeth")
    assert is_archaic("lov'st")
    assert not is_archaic("teeth")
    assert is_sacred(["my", "god"])
    assert not is_sacred(["bless", "me"])
    assert is_about_nature(["birds", "rivers"])
    assert not is_about_nature(["birds", "bird"])
