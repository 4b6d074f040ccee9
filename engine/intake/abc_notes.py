"""Tunes that strangers write in ABC, put on the grid.

Child side. Reads what is common in tune books: fields, keys and modes, voices, bars, tuplets, ties, broken
rhythms. Repeats are left as written; words, ornaments and chord symbols are passed over.
Source: the ABC music standard 2.1.
"""

import itertools
import re
from dataclasses import dataclass, field
from fractions import Fraction

from domain.errors import BadRequest, Reason
from domain.requests import TEMPO
from domain.score import TICKS_PER_QUARTER, Key, Metre, Mode
from engine.intake.limits import DEFAULT_TEMPO
from engine.intake.messages import Intake
from engine.intake.metres import guess_metre, metre_of_bars
from engine.intake.names import clean_name
from engine.intake.uploads import is_countable, take_midi
from training.corpora.abc import AbcError, VoiceReader
from training.corpora.midi import KeySignature, Midi, TimedNote, Track

_MAX_SHOWN = 24
_MAX_VOICES = 16
_PITCHES = (0, 127)

_HEADER = re.compile(r"\s*([A-Za-z+]):(.*)")
_TELLING = re.compile(r"^\s*[XTMLKQ]:", re.MULTILINE)
_INLINE_VOICE = re.compile(r"\s*\[V:\s*([^\]\s]+)[^\]]*\]")

_ABC_NOTE = r"[\^_=]*[A-Ga-gz][,']*\d*/*\d*"
_ABC_WORD = re.compile(rf"(?:\(\d)?(?:{_ABC_NOTE}[-<>]?)+|[|:\]]+|\[\d|\d")
_BEAMED = re.compile(rf"(?:{_ABC_NOTE}[-<>]?){{2,}}|[\^_=]+[A-Ga-g].*|[A-Ga-g][,']+.*|z\d*|[A-Ga-g]/+\d*")
_TYPED = re.compile(r"(?:[A-Ga-g][#♯xb♭]{0,2}-?\d?|[rR])(?::.*)?|(?:[A-Ga-g][#b]?\d-?){2,}")
"""A word of the other notation, its octave there or forgotten, or the space between two."""

_EXCESSIVE = re.compile(r"\d{4,}|/{5,}|[<>]{4,}|'{5,}|,{5,}|[\^_=]{3,}")
"""No tune has these; they only make numbers that cost."""

_MODES = {
    "": (0, Mode.MAJOR),
    "maj": (0, Mode.MAJOR),
    "ion": (0, Mode.MAJOR),
    "lyd": (1, Mode.MAJOR),
    "mix": (-1, Mode.MAJOR),
    "dor": (-2, Mode.MINOR),
    "m": (-3, Mode.MINOR),
    "min": (-3, Mode.MINOR),
    "aeo": (-3, Mode.MINOR),
    "phr": (-4, Mode.MINOR),
    "loc": (-5, Mode.MINOR),
}
"""By its first letters: sharps beside the major key of the same tonic, and what we call it."""

_KEY = re.compile(r"(?P<letter>[A-G])(?P<sign>[#b♯♭]?)\s*(?P<mode>[A-Za-z]*)")
_FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
_TEMPO = re.compile(r'(?:"[^"]*"\s*)?(?:(\d{1,2})/(\d{1,2})\s*=\s*)?(\d{1,3})\s*(?:"[^"]*")?')


@dataclass
class _Tune:
    """What the fields said so far, and the voices in order. `unit` is None until said."""

    title: str = ""
    metre: Metre | None = None
    tempo: float | None = None
    key: Key | None = None
    unit: Fraction | None = None
    signature: KeySignature = field(default_factory=lambda: KeySignature(0, minor=False))
    voices: dict[str, VoiceReader] = field(default_factory=dict[str, VoiceReader])
    current: str = ""

    @property
    def shortest(self) -> Fraction:
        """The length of a note that says none: of a whole note, by the metre where no field tells."""
        if self.unit is not None:
            return self.unit
        small = self.metre is not None and Fraction(self.metre.beats, self.metre.unit) < Fraction(3, 4)
        return Fraction(1, 16) if small else Fraction(1, 8)

    def voice(self) -> VoiceReader:
        if self.current not in self.voices:
            self.voices[self.current] = VoiceReader(self.shortest, self.signature)
        return self.voices[self.current]


def is_abc(text: str) -> bool:
    """Whether this is ABC: by its fields, or by words that only ABC has, and all of them its own."""
    if _TELLING.search(text):
        return True
    words = [word for word in re.split(r"\s+|(?<=\|)|(?=\|)", text) if word]
    if not all(_ABC_WORD.fullmatch(word) for word in words):
        return False
    return any(_BEAMED.fullmatch(word) and not _TYPED.fullmatch(word) for word in words)


def take_abc(text: str, *, title: str) -> Intake:
    """The composition in a tune. It is called `title`, or as its T: field says where that is empty.

    Raises BadRequest (ABC_UNREADABLE, ABC_FIELD, NOTES_EMPTY), with the line.
    """
    tune = _Tune()
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.partition("%")[0].rstrip()
        header = _HEADER.fullmatch(line)
        if header:
            _read_field(tune, header[1], header[2].strip(), number)
        elif line.strip():
            _read_music(tune, line, number)
    voices = {name: reader.voice for name, reader in tune.voices.items() if reader.voice.notes}
    if not voices:
        raise BadRequest(Reason.NOTES_EMPTY)
    first = next(iter(voices.values()))
    starts = [Fraction(0), *map(Fraction, first.bar_lines)]
    bars = [end - start for start, end in itertools.pairwise(starts)]
    metre = tune.metre or metre_of_bars(bars) or guess_metre(first.notes)
    bar = metre.bar_ticks / TICKS_PER_QUARTER
    # Where a bar line comes early, there is an upbeat before it.
    has_upbeat = bool(bars) and bars[0] < bar and first.notes[-1].end > bars[0]
    later = bar - float(bars[0]) if has_upbeat else 0.0
    midi = Midi(
        tracks=tuple(
            Track(
                clean_name(name) or "Melody",
                0,
                is_drum=False,
                notes=tuple(
                    TimedNote(note.onset + later, note.end + later, note.pitch) for note in voice.notes
                ),
            )
            for name, voice in voices.items()
        ),
        metres=((0.0, metre),),
        keys=(),
        tempos=((0.0, tune.tempo or DEFAULT_TEMPO),),
    )
    return take_midi(midi, title=title or clean_name(tune.title) or "ABC", key=tune.key)


def _read_music(tune: _Tune, line: str, number: int) -> None:
    inline = _INLINE_VOICE.match(line)
    if inline:
        _change_voice(tune, inline[1], number)
        line = line[inline.end() :]
    excessive = _EXCESSIVE.search(line)
    if excessive:
        raise BadRequest(Reason.ABC_UNREADABLE, value=excessive[0][:_MAX_SHOWN], line=number)
    reader = tune.voice()
    written = len(reader.voice.notes)
    try:
        reader.read(line, lambda name, value: _read_field(tune, name, value, number))
    except AbcError as error:
        raise BadRequest(Reason.ABC_UNREADABLE, value=error.found[:_MAX_SHOWN], line=number) from error
    low, high = _PITCHES
    if not all(low <= note.pitch <= high for note in reader.voice.notes[written:]):
        raise BadRequest(Reason.ABC_UNREADABLE, value=line.strip()[:_MAX_SHOWN], line=number)


def _read_field(tune: _Tune, name: str, value: str, number: int) -> None:
    """Take what a field says. Fields that say nothing of notes are passed over."""
    readable = True
    if name == "T":
        tune.title = tune.title or value
    elif name == "M":
        readable = _read_metre(tune, value)
    elif name == "L":
        readable = _read_unit(tune, value)
    elif name == "Q":
        readable = _read_tempo(tune, value)
    elif name == "K":
        readable = _read_key(tune, value)
    elif name == "V" and value:
        _change_voice(tune, value.split(maxsplit=1)[0], number)
    if not readable:
        raise BadRequest(Reason.ABC_FIELD, value=f"{name}:{value}"[:_MAX_SHOWN], line=number)


def _change_voice(tune: _Tune, name: str, number: int) -> None:
    tune.current = name
    if name not in tune.voices and len(tune.voices) >= _MAX_VOICES:
        raise BadRequest(Reason.ABC_FIELD, value=f"V:{name}"[:_MAX_SHOWN], line=number)


def _read_metre(tune: _Tune, value: str) -> bool:
    """The first one holds; whether this is one."""
    common = {"C": Metre(4, 4), "C|": Metre(2, 2)}
    try:
        metre = common.get(value) or Metre.parse(value)
    except ValueError:
        return value.casefold() in ("none", "")
    if not is_countable(metre):
        return False
    tune.metre = tune.metre or metre
    return True


def _read_unit(tune: _Tune, value: str) -> bool:
    match = re.fullmatch(r"(\d{1,2})/(\d{1,3})", value)
    if match is None or not int(match[1]) or not int(match[2]):
        return False
    tune.unit = Fraction(int(match[1]), int(match[2]))
    for reader in tune.voices.values():
        reader.set_unit(tune.unit)
    return True


def _read_tempo(tune: _Tune, value: str) -> bool:
    match = _TEMPO.fullmatch(value)
    if match is None:
        return value.startswith('"') and value.endswith('"')
    beat = Fraction(int(match[1]), int(match[2])) if match[1] and int(match[2]) else Fraction(1, 4)
    quarters = float(4 * beat) * int(match[3])
    low, high = TEMPO
    if not low / 4 <= quarters <= 4 * high:
        return False
    tune.tempo = tune.tempo or quarters
    return True


def _read_key(tune: _Tune, value: str) -> bool:
    if value.casefold() in ("none", "") or value.startswith(("HP", "Hp", "clef")):
        return True
    match = _KEY.match(value)
    if match is None:
        return False
    name = match["mode"].casefold()
    fifths, mode = _MODES.get(name if name == "m" else name[:3], (0, Mode.MAJOR))
    shift = {"#": 7, "♯": 7, "b": -7, "♭": -7}.get(match["sign"], 0)
    total = _FIFTHS[match["letter"]] + shift + fifths
    if abs(total) > 7:
        return False
    tune.signature = KeySignature(total, minor=mode is Mode.MINOR)
    for reader in tune.voices.values():
        reader.set_signature(tune.signature)
    tonic = 7 * (_FIFTHS[match["letter"]] + shift) % 12
    tune.key = tune.key or Key(tonic, mode)
    return True
