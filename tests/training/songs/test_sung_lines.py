"""How people set words, read from a hymn small enough to write here, and what is measured of a song."""

from pathlib import Path

from domain.score import Key, Metre, Note, Part, Score
from domain.songs import SungLine, SungStanza, SungSyllable, Syllable, Underlay
from models.composition.setting import SetSong
from training.songs.evaluation import figures_of
from training.songs.hymns import metrical_number, read_hymns, syllables_of
from training.songs.stanzas import read_stanzas

HYMN = """%OHMETRICAL 4 3
X: 1
T: A Hymn
M: 4/4
L: 1/4
K: C
[V: S1V1] C | D E F2 (G/ A/) |
w: 1.~A- rise, my soul *
w: 2.~O morn- ing light *
[V: S1V2] C | C C C2 C |
[V: S1V1] G E C2 |]
w: Sing and live.
w: Shine on me.
"""


def write_hymn(folder: Path, text: str = HYMN) -> Path:
    (folder / "Complete").mkdir()
    (folder / "Complete" / "hymn.abc").write_text(text, encoding="latin-1")
    return folder


def test_a_metrical_number_is_the_syllables_of_each_line() -> None:
    assert metrical_number("%OHMETRICAL 8 6 8 6\n") == (8, 6, 8, 6)
    assert metrical_number("%OHMETRICAL 8 7 D\n") == (8, 7, 8, 7)
    assert metrical_number("%OHMETRICAL Irregular\n") == ()


def test_words_are_read_note_by_note() -> None:
    assert syllables_of("1.~A- maz- ing * grace!") == [
        ("A", False), ("maz", False), ("ing", True), None, ("grace!", True),
    ]  # fmt: skip


def test_a_hymns_lines_have_their_place_in_the_bar(tmp_path: Path) -> None:
    text = (
        HYMN.replace("D E F2 (G/ A/) |", "D E F2 |")
        .replace("my soul *", "my soul")
        .replace("light *", "light")
    )
    [(_, verses)] = read_hymns(write_hymn(tmp_path, text))
    first, second = verses[0]
    assert [(sung.text, sung.onset, sung.ticks) for sung in first.syllables] == [
        ("A", 36, 12), ("rise,", 48, 12), ("my", 60, 12), ("soul", 72, 24),
    ]  # fmt: skip
    assert [sung.onset for sung in second.syllables] == [0, 12, 24]
    assert [sung.text for sung in verses[1][1].syllables] == ["Shine", "on", "me."]


def test_a_syllable_on_two_notes_lasts_for_both(tmp_path: Path) -> None:
    text = HYMN.replace("D E F2 (G/ A/) |", "D E (F/ G/) A |").replace("my soul *", "my * soul")
    [(_, [[first, _], *_])] = read_hymns(write_hymn(tmp_path, text.replace("ing light *", "ing * light")))
    assert [sung.notes for sung in first.syllables] == [1, 1, 2, 1]
    assert first.syllables[2].ticks == 18


def test_restricted_hymns_are_passed_over(tmp_path: Path) -> None:
    assert list(read_hymns(write_hymn(tmp_path, HYMN + "% copyright: (c) 1999\n"))) == []


def test_every_stanza_that_songs_are_measured_on_has_syllables() -> None:
    written = list(read_stanzas())
    assert len(written) == 40
    assert all(line.syllables for each in written for line in each.stanza.lines)


def test_figures_of_a_song_count_stress_notes_and_ends() -> None:
    line = SungLine((Syllable("a", 0), Syllable("way", 1), Syllable("we", 0), Syllable("go", 1)))
    notes = (*(Note(36 + 12 * place, 60 + place, 12) for place in range(3)), Note(72, 67, 24))
    score = Score(Key(0), Metre(4, 4), 90.0, 2, (Part("lead", 0, notes),))
    ticks = (36, 48, 60, 72)
    sung = [
        SungSyllable(tick, 1, 24 if tick == 72 else 12, 0, syllable)
        for tick, syllable in zip(ticks, line.syllables, strict=True)
    ]
    found = figures_of(SetSong(score, Underlay.of(0, sung), (), 12), [SungStanza((line,))])
    assert (found.stressed, found.stressed_on_strong) == (2, 2)
    assert (found.syllables, found.one_note, found.lines, found.long_ends) == (4, 4, 1, 1)
    assert (found.compass, found.widest_leap) == (7, 5)
