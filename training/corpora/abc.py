"""A reader of the ABC notation that the Open Hymnal uses: voices in parallel, with true bar lines.

Slurs and decorations are passed over, words kept as they stand. Repeats are left as written.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from domain.score import Metre
from training.corpora.midi import KeySignature, TimedNote

_FIFTHS = {
    "C": 0,
    "G": 1,
    "D": 2,
    "A": 3,
    "E": 4,
    "B": 5,
    "F#": 6,
    "C#": 7,
    "F": -1,
    "Bb": -2,
    "Eb": -3,
    "Ab": -4,
    "Db": -5,
    "Gb": -6,
    "Cb": -7,
}
_SHARP_ORDER = "FCGDAEB"
_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ACCIDENTALS = {"^": 1, "_": -1, "=": 0, "^^": 2, "__": -2}

_TOKEN = re.compile(
    r"""(?P<field>\[[A-Za-z]:[^\]]*\])
    |(?P<skip>"[^"]*"|![^!\n]*!|\{[^}]*\}|[.~yvuHTS\s\\`]|\[\d|(?<=[|\]])\d|\d(?=\s))
    |(?P<bar>\|\]|\|\||\|:|:\||::|\[\||\|)
    |(?P<tuplet>\(\d(?::\d*)*)
    |(?P<slur>[()])
    |(?P<overlay>&)
    |(?P<chord>\[(?:[\^_=]*[A-Ga-g][,']*[\d/]*-?)+\])
    |(?P<note>[\^_=]*[A-Ga-gzxZ][,']*)
    |(?P<broken>[<>]+)
    |(?P<tie>-)""",
    re.VERBOSE,
)
_WRITTEN_LENGTH = re.compile(r"[\d/]+")
_LENGTH = re.compile(r"(\d*)(/*)(\d*)")
_PITCH = re.compile(r"([\^_=]*)([A-Ga-g])([,']*)([\d/]*)")


_NO_SIGNATURE = KeySignature(0, minor=False)


class AbcError(ValueError):
    """The tune is outside the part of ABC that this reader knows. `found` is where it stopped."""

    def __init__(self, problem: str, found: str) -> None:
        super().__init__(f"{problem}: {found!r}")
        self.found = found


@dataclass
class WordRow:
    """A `w:` line as it stands: a verse's words under the written notes from number `first` on."""

    verse: int
    first: int
    text: str


@dataclass
class Voice:
    """One voice: its notes, and the onset of every bar line, both in quarters.

    `written` has for each note or chord on paper the index of its first note, the same for two that are tied.
    """

    notes: list[TimedNote] = field(default_factory=list[TimedNote])
    bar_lines: list[float] = field(default_factory=list[float])
    written: list[int] = field(default_factory=list[int])
    words: list[WordRow] = field(default_factory=list[WordRow])


@dataclass
class Tune:
    """A tune's header and voices. `metre` is None where the tune has none or changes it."""

    titles: list[str] = field(default_factory=list[str])
    credits: list[str] = field(default_factory=list[str])
    metre: Metre | None = None
    signature: KeySignature = _NO_SIGNATURE
    tempo: float | None = None
    voices: dict[str, Voice] = field(default_factory=dict[str, Voice])


def read_abc(text: str) -> Tune:
    """Parse one tune. `tempo` is in quarters a minute. Raises AbcError for what cannot be read."""
    tune = Tune()
    unit = Fraction(1, 8)
    readers: dict[str, VoiceReader] = {}
    above: VoiceReader | None = None
    for raw in text.splitlines():
        line = raw.partition("%")[0].rstrip()
        header = re.match(r"([A-Za-z]):(.*)", line)
        inline = re.match(r"\s*\[V:\s*([^\]\s]+)[^\]]*\](.*)", line)
        if header:
            name, value = header[1], header[2].strip()
            if name == "L":
                unit = Fraction(value)
            elif name == "w" and above is not None:
                above.read_words(value)
            else:
                _read_header(tune, name, value)
        elif inline:
            if inline[1] not in readers:
                readers[inline[1]] = VoiceReader(unit, tune.signature)
            above = readers[inline[1]]
            above.read(inline[2], lambda name, value: _read_inline(tune, name, value))
    tune.voices = {name: reader.voice for name, reader in readers.items() if reader.voice.notes}
    return tune


def _read_header(tune: Tune, name: str, value: str) -> None:
    if name == "T":
        tune.titles.append(value)
    elif name in "CS":
        tune.credits.append(value)
    elif name == "M":
        tune.metre = Metre.parse(value) if re.fullmatch(r"\d+/\d+", value) else None
    elif name == "Q":
        tune.tempo = _read_tempo(value)
    elif name == "K":
        tune.signature = _read_signature(value)


def _read_inline(tune: Tune, name: str, value: str) -> None:
    if name == "Q" and tune.tempo is None:
        tune.tempo = _read_tempo(value)
    elif name == "M":
        tune.metre = None
    elif name == "K":
        raise AbcError("the key signature changes", value)


def _read_tempo(value: str) -> float | None:
    match = re.search(r"(\d+)/(\d+)\s*=\s*(\d+)", value)
    return None if match is None else int(match[3]) * 4 * int(match[1]) / int(match[2])


def _read_signature(value: str) -> KeySignature:
    match = re.match(r"([A-G][b#]?)\s*(m(?:in)?(?![a-z]))?", value)
    if match is None:
        raise AbcError("no key signature", value)
    minor = match[2] is not None
    return KeySignature(_FIFTHS[match[1]] - 3 * minor, minor=minor)


class VoiceReader:
    """Reads the lines of one voice, one after the other."""

    def __init__(self, unit: Fraction, signature: KeySignature) -> None:
        self.voice = Voice()
        self._unit = 4 * unit
        self._signature = _signature_alterations(signature.fifths)
        self._now = Fraction(0)
        self._bar_start = Fraction(0)
        self._altered: dict[tuple[str, int], int] = {}
        self._tied: dict[int, int] = {}
        self._tuplet: tuple[int, Fraction] = (0, Fraction(1))
        self._stretch = Fraction(1)
        self._last: list[int] = []
        self._line_start = 0
        self._verses = 0

    def set_unit(self, unit: Fraction) -> None:
        """From here on a note without a length is so much of a whole note."""
        self._unit = 4 * unit

    def set_signature(self, signature: KeySignature) -> None:
        """From here on notes are in this key signature."""
        self._signature = _signature_alterations(signature.fifths)

    def read_words(self, text: str) -> None:
        """A line of words under the music read last."""
        self._verses += 1
        self.voice.words.append(WordRow(self._verses, self._line_start, text))

    def read(self, music: str, read_field: Callable[[str, str], None]) -> None:
        """A line of music. Fields within it go to `read_field`, by name and value."""
        place = 0
        self._line_start, self._verses = len(self.voice.written), 0
        while place < len(music):
            match = _TOKEN.match(music, place)
            if match is None:
                raise AbcError("unknown notation", music[place : place + 12])
            place = match.end()
            kind, text = match.lastgroup, match[0]
            if kind in ("note", "chord"):
                written = _WRITTEN_LENGTH.match(music, place)
                length = written[0] if written else ""
                place += len(length)
                self._sound(text, _length(length))
            elif kind == "bar":
                self._close_bar()
            elif kind == "field":
                read_field(text[1], text[3:-1].strip())
            elif kind == "tuplet":
                self._tuplet = _tuplet(text)
            elif kind == "overlay":
                self._now = self._bar_start
            elif kind == "broken":
                self._break(text)
            elif kind == "tie":
                self._tie()

    def _sound(self, text: str, times: Fraction) -> None:
        duration = self._unit * times * self._stretch
        self._stretch = Fraction(1)
        left, ratio = self._tuplet
        if left:
            duration *= ratio
            self._tuplet = (left - 1, ratio)
        tied, self._tied = self._tied, {}
        self._last = []
        if text[0] not in "zxZ":
            for accidental, letter, octave, own in _PITCH.findall(text):
                pitch = self._pitch(accidental, letter, octave)
                self._add(pitch, duration * _length(own), tied)
            self.voice.written.append(self._last[0])
        self._now += duration

    def _add(self, pitch: int, duration: Fraction, tied: dict[int, int]) -> None:
        notes = self.voice.notes
        end = float(self._now + duration)
        if pitch in tied:
            index = tied[pitch]
            notes[index] = notes[index]._replace(end=end)
        else:
            index = len(notes)
            notes.append(TimedNote(float(self._now), end, pitch))
        self._last.append(index)

    def _pitch(self, accidental: str, letter: str, octave: str) -> int:
        height = octave.count("'") - octave.count(",") + letter.islower()
        name = letter.upper()
        if accidental:
            self._altered[name, height] = _ACCIDENTALS[accidental]
        shift = self._altered.get((name, height), self._signature.get(name, 0))
        return 60 + 12 * height + _CLASSES[name] + shift

    def _close_bar(self) -> None:
        if self._now > self._bar_start:
            self.voice.bar_lines.append(float(self._now))
            self._bar_start = self._now
        self._altered = {}

    def _tie(self) -> None:
        self._tied = {self.voice.notes[index].pitch: index for index in self._last}

    def _break(self, text: str) -> None:
        """`A>B`: the note before is lengthened by half, the next shortened by as much."""
        change = Fraction(1, 2) ** len(text)
        before = 2 - change if text[0] == ">" else change
        for index in self._last:
            note = self.voice.notes[index]
            length = (Fraction(note.end) - Fraction(note.onset)) * before
            self.voice.notes[index] = note._replace(end=float(Fraction(note.onset) + length))
            self._now = Fraction(note.onset) + length
        self._stretch = 2 - before


def _length(text: str) -> Fraction:
    """`2`, `/`, `3/2`, `//` as factors of the unit length."""
    match = _LENGTH.fullmatch(text)
    if match is None:
        raise AbcError("no note length", text)
    above = int(match[1] or 1)
    below = int(match[3] or 2) if match[2] == "/" else 2 ** len(match[2])
    if not above or not below:
        raise AbcError("no note length", text)
    return Fraction(above, below)


def _tuplet(text: str) -> tuple[int, Fraction]:
    """`(3::2` as how many notes it holds and what each is multiplied by."""
    numbers = [int(number) if number else 0 for number in text[1:].split(":")] + [0, 0]
    size = numbers[0]
    if not size:
        raise AbcError("no tuplet", text)
    into = numbers[1] or {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}.get(size, 2)
    return numbers[2] or size, Fraction(into, size)


def _signature_alterations(fifths: int) -> dict[str, int]:
    if fifths >= 0:
        return dict.fromkeys(_SHARP_ORDER[:fifths], 1)
    return dict.fromkeys(_SHARP_ORDER[fifths:], -1)
