"""A reader of compressed MusicXML, for what the notes are, where the bars fall, and the words of one verse.

Dynamics and layout are passed over; grace notes are left out; repeats stay as written.
"""

import io
import xml.etree.ElementTree as ET
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field, replace
from fractions import Fraction

from domain.score import Metre
from training.corpora.midi import KeySignature, TimedNote
from training.corpora.written import Staff, Written

_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


class MusicXmlError(ValueError):
    """The file is not a partwise MusicXML score."""


@dataclass(frozen=True)
class Word:
    """A syllable of the first verse, from `onset` to `end` in quarters, on so many notes."""

    onset: float
    end: float
    notes: int
    text: str
    ends_word: bool


@dataclass(frozen=True)
class Song:
    """A score's title, composer and music. `staves_by_part` counts the staves of each part in order.

    `words` are those under the first part.
    """

    title: str
    composer: str
    written: Written
    staves_by_part: tuple[int, ...]
    words: tuple[Word, ...] = ()


@dataclass
class _Marks:
    """What the first part says for all: bar lines and changes, by quarter."""

    bar_lines: list[Fraction] = field(default_factory=list[Fraction])
    metres: dict[Fraction, Metre] = field(default_factory=dict[Fraction, Metre])
    keys: dict[Fraction, KeySignature] = field(default_factory=dict[Fraction, KeySignature])
    tempo: float | None = None


def read_music_xml(content: bytes) -> Song:
    """Read an .mxl file. Raises MusicXmlError."""
    root = _root(content)
    marks = _Marks()
    staves: list[Staff] = []
    counts: list[int] = []
    words: list[Word] = []
    for index, part in enumerate(root.iterfind("part")):
        reader = _read_part(part, marks if index == 0 else _Marks())
        own = reader.staves
        words = words if index else reader.words
        name = (root.findtext(f"part-list/score-part[@id='{part.get('id')}']/part-name") or "").strip()
        staves.extend(Staff(name, 0, tuple(sorted(notes))) for _, notes in sorted(own.items()))
        counts.append(len(own))
    work = root.findtext("work/work-title") or ""
    movement = root.findtext("movement-title") or ""
    written = Written(
        staves=tuple(staves),
        metres=tuple((float(at), metre) for at, metre in sorted(marks.metres.items())),
        keys=tuple((float(at), signature) for at, signature in sorted(marks.keys.items())),
        bar_lines=tuple(map(float, marks.bar_lines)),
        tempo=marks.tempo,
    )
    composer = root.findtext("identification/creator[@type='composer']") or ""
    return Song(movement or work, composer, written, tuple(counts), tuple(words))


def _root(content: bytes) -> ET.Element:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            # Only archives whose checksum is known, or the user's own clone, are read.
            container = ET.fromstring(packed.read("META-INF/container.xml"))  # noqa: S314
            place = container.find(".//{*}rootfile")
            if place is None:
                raise MusicXmlError("the container names no score")
            root = ET.fromstring(packed.read(place.get("full-path", "")))  # noqa: S314
    except (zipfile.BadZipFile, KeyError, ET.ParseError) as error:
        raise MusicXmlError(str(error)) from error
    if root.tag != "score-partwise":
        raise MusicXmlError(f"a {root.tag}, not a partwise score")
    return root


def _read_part(part: ET.Element, marks: _Marks) -> "_PartReader":
    """The notes of each staff of a part, tied notes joined, and its words."""
    reader = _PartReader(marks)
    for measure in part.iterfind("measure"):
        reader.read_measure(measure)
    return reader


class _PartReader:
    def __init__(self, marks: _Marks) -> None:
        self.staves: dict[int, list[TimedNote]] = defaultdict(list)
        self.words: list[Word] = []
        self._marks = marks
        self._divisions = 1
        self._bar = Fraction(0)
        self._now = Fraction(0)
        self._chord_onset = Fraction(0)
        self._tied: dict[tuple[int, int], int] = {}

    def read_measure(self, measure: ET.Element) -> None:
        self._now = self._bar
        self._marks.bar_lines.append(self._bar)
        longest = self._bar
        for element in measure:
            if element.tag == "note":
                self._read_note(element)
            elif element.tag == "backup":
                self._now -= self._duration(element)
            elif element.tag == "forward":
                self._now += self._duration(element)
            elif element.tag == "attributes":
                self._read_attributes(element)
            elif element.tag == "direction" and self._marks.tempo is None:
                sound = element.find("sound[@tempo]")
                if sound is not None:
                    self._marks.tempo = float(sound.get("tempo", "0")) or None
            longest = max(longest, self._now)
        self._bar = longest

    def _read_attributes(self, element: ET.Element) -> None:
        self._divisions = int(element.findtext("divisions") or self._divisions)
        fifths = element.findtext("key/fifths")
        if fifths is not None:
            minor = element.findtext("key/mode") == "minor"
            self._marks.keys[self._now] = KeySignature(int(fifths), minor=minor)
        beats, unit = element.findtext("time/beats"), element.findtext("time/beat-type")
        if beats and unit:
            # 3+2/8 is one metre that no score here keeps: its sum stands for it.
            self._marks.metres[self._now] = Metre(sum(map(int, beats.split("+"))), int(unit))

    def _read_note(self, element: ET.Element) -> None:
        # One pass over the children: a score has tens of thousands of notes.
        fields = {child.tag: child for child in element}
        if "grace" in fields:
            return
        duration = Fraction(int(fields["duration"].text or 0), self._divisions)
        if "chord" not in fields:
            self._chord_onset = self._now
            self._now += duration
        if "pitch" not in fields or "cue" in fields:
            return
        pitch = {child.tag: child.text or "0" for child in fields["pitch"]}
        number = 12 * (int(pitch["octave"]) + 1) + _CLASSES[pitch["step"]] + int(float(pitch.get("alter", 0)))
        ties = {child.get("type") for child in element if child.tag == "tie"}
        staff = int(fields["staff"].text or 1) if "staff" in fields else 1
        self._sound(staff, number, duration, ties)
        if staff == 1 and "chord" not in fields:
            self._read_lyric(element.find("lyric"), duration, tied="stop" in ties)

    def _read_lyric(self, lyric: ET.Element | None, duration: Fraction, *, tied: bool) -> None:
        """The note's syllable; a note without one goes on with the syllable before."""
        onset, end = float(self._chord_onset), float(self._chord_onset + duration)
        text = "" if lyric is None else " ".join(part.text or "" for part in lyric.iterfind("text")).strip()
        if lyric is not None and text:
            ends = lyric.findtext("syllabic") not in ("begin", "middle")
            self.words.append(Word(onset, end, 1, text, ends))
        elif self.words and self.words[-1].end == onset:
            last = self.words[-1]
            self.words[-1] = replace(last, end=end, notes=last.notes + (not tied))

    def _sound(self, staff: int, pitch: int, duration: Fraction, ties: set[str | None]) -> None:
        notes = self.staves[staff]
        end = float(self._chord_onset + duration)
        index = self._tied.pop((staff, pitch), None) if "stop" in ties else None
        if index is None:
            index = len(notes)
            notes.append(TimedNote(float(self._chord_onset), end, pitch))
        else:
            notes[index] = notes[index]._replace(end=end)
        if "start" in ties:
            self._tied[staff, pitch] = index

    def _duration(self, element: ET.Element) -> Fraction:
        return Fraction(int(element.findtext("duration") or 0), self._divisions)
