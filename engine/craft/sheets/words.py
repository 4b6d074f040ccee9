"""Words under notes and chord symbols over them, as MusicXML elements. Knows no layout."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from xml.etree import ElementTree as ET

from domain.score import Key, Score
from domain.songs import SungSyllable, Underlay
from engine.craft.harmony import Chord, ChordSpan, Quality
from engine.craft.sheets.musicxml_notes import add
from engine.craft.sheets.spelling import signature

_LINE_OF_FIFTHS = "FCGDAEB"
_KINDS = {
    Quality.MAJOR: ("major", ""),
    Quality.MINOR: ("minor", "m"),
    Quality.SEVENTH: ("dominant", "7"),
}


@dataclass(frozen=True, slots=True)
class Sung:
    """What one verse sings on one note: a syllable, or two that share it; `held` over further notes."""

    verse: int
    syllables: tuple[SungSyllable, ...]
    begins_word: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Annotations:
    """For the first staff: what is sung on the note that begins at a tick, and the chords by their onsets."""

    words: Mapping[int, tuple[Sung, ...]]
    chords: tuple[ChordSpan, ...]
    key: Key

    @property
    def verses(self) -> int:
        return max((sung.verse for row in self.words.values() for sung in row), default=0)


NOTHING = Annotations({}, (), Key(0))


def annotate(score: Score, underlay: Underlay | None, chords: Sequence[ChordSpan]) -> Annotations:
    """The words under the notes of the score's first part, and the chords over them."""
    onsets = sorted({note.onset for note in score.parts[0].notes}) if score.parts else []
    words: dict[int, list[Sung]] = {}
    for verse in range(1, 1 + (underlay.verses if underlay else 0)):
        row = underlay.of_verse(verse) if underlay else ()
        for onset, sung in _by_note(verse, row, onsets):
            words.setdefault(onset, []).append(sung)
    return Annotations({onset: tuple(row) for onset, row in words.items()}, tuple(chords), score.key)


def _by_note(verse: int, row: Sequence[SungSyllable], onsets: Sequence[int]) -> Iterator[tuple[int, Sung]]:
    """What a verse sings on each note."""
    by_note: dict[int, list[SungSyllable]] = {}
    for each in row:
        note = max((onset for onset in onsets if onset <= each.tick), default=None)
        if note is not None:
            by_note.setdefault(note, []).append(each)
    begins = True
    for onset, sung in by_note.items():
        last = sung[-1]
        held = any(last.tick < other < last.tick + last.ticks for other in onsets)
        yield onset, Sung(verse, tuple(sung), begins, held)
        begins = last.syllable.ends_word


def write_words(note: ET.Element, row: Sequence[Sung]) -> None:
    """The `lyric` elements of a note, a verse each."""
    for sung in row:
        lyric = add(note, "lyric", number=str(sung.verse))
        ends = sung.syllables[-1].syllable.ends_word
        add(lyric, "syllabic", _SYLLABICS[sung.begins_word, ends])
        for place, each in enumerate(sung.syllables):
            if place:
                add(lyric, "elision", "‿")
            add(lyric, "text", each.syllable.text)
        if sung.held and ends:
            add(lyric, "extend", type="start")


_SYLLABICS = {(True, True): "single", (True, False): "begin", (False, False): "middle", (False, True): "end"}


def write_chords(measure: ET.Element, annotations: Annotations, first: int, end: int, now: int) -> None:
    """`harmony` elements for the chords that begin from `first` to `end`; the bar is written up to `now`."""
    for span in annotations.chords:
        if first <= span.onset < end:
            harmony = add(measure, "harmony", placement="above")
            _write_chord(harmony, span.chord, annotations.key)
            if span.onset > now:
                add(harmony, "offset", span.onset - now)


def _write_chord(harmony: ET.Element, chord: Chord, key: Key) -> None:
    letter, alter = chord_root(chord.root, key)
    root = add(harmony, "root")
    add(root, "root-step", letter)
    if alter:
        add(root, "root-alter", alter)
    kind, text = _KINDS[chord.quality]
    add(harmony, "kind", kind).set("text", text)


def chord_root(root: int, key: Key) -> tuple[str, int]:
    """A chord's root as a letter and what alters it, as near to the key on the line of fifths as can be."""
    centre = signature(key) + 1
    place = next(
        place for place in sorted(range(-8, 14), key=lambda at: abs(at - centre)) if 7 * place % 12 == root
    )
    return _LINE_OF_FIFTHS[(place + 1) % 7], (place + 1) // 7


def melody_chords(chords: Sequence[ChordSpan], *, first: int) -> tuple[ChordSpan, ...]:
    """The chords where they change, the first one over the first note, which begins at tick `first`."""
    heard = [replace(span, onset=max(span.onset, first)) for span in chords if span.end > first]
    return tuple(
        span
        for before, span in pairwise([None, *heard])
        if span and (not before or before.chord != span.chord)
    )
