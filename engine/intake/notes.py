"""Notes as people type them, put on the grid: `tempo=100 metre=3/4 key=D C4 E4:2 r:1/2 [C4 E4 G4]:2 |`.

Child side. A note is a letter, accidentals and an octave (C4 is the middle one); behind a colon stands its
length in quarter notes, 1 where none stands. Bar lines are passed over, but a short first bar is an upbeat,
and where no metre is given they tell it. What is written in ABC goes to `engine.intake.abc_notes`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from domain.errors import BadRequest, Reason
from domain.requests import TEMPO
from domain.score import TICKS_PER_QUARTER, Key, Metre
from engine.intake.abc_notes import is_abc, take_abc
from engine.intake.limits import DEFAULT_TEMPO
from engine.intake.messages import Intake
from engine.intake.metres import guess_metre, metre_of_bars
from engine.intake.uploads import is_countable, take_midi
from training.corpora.midi import Midi, TimedNote, Track

PITCHES = (21, 108)
"""A piano's."""

_LENGTHS = (Fraction(1, TICKS_PER_QUARTER), Fraction(64))
_MAX_CHORD = 8
_MAX_SHOWN = 24

_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARPS = {"#": 1, "♯": 1, "x": 2, "𝄪": 2, "b": -1, "♭": -1, "𝄫": -2, "♮": 0}

_TOKEN = re.compile(
    r"""(?P<space>[\s,;]+)
    |(?P<bar>:?\|[|:\]]*)
    |(?P<setting>[^\W\d_]+\s*=\s*[^\s,;|\[\]]+(?:\s+(?:major|minor|maj|min|大调|小调)(?![^\s,;|]))?)
    |(?P<chord>\[[^\[\]|]*\](?::(?!\|)[^\s,;|\[\]]*)?)
    |(?P<word>(?:(?!:?\|)[^\s,;\[\]])+|[\[\]])""",
    re.VERBOSE | re.IGNORECASE,
)
_NOTE = re.compile(r"(?P<letter>[A-Ga-g])(?P<shifts>[#♯x𝄪b♭𝄫♮]{0,2})(?P<octave>-?\d)?(?P<length>:.*)?")
_REST = re.compile(r"[rR](?P<length>:.*)?")
_LENGTH = re.compile(r"(\d{1,3})/(\d{1,2})|(\d{0,3}\.\d{1,6}|\d{1,3}\.?)")

_SETTINGS = {
    "tempo": "tempo",
    "bpm": "tempo",
    "速度": "tempo",
    "metre": "metre",
    "meter": "metre",
    "拍号": "metre",
    "key": "key",
    "调": "key",
    "调性": "key",
}


@dataclass
class _Typed:
    """What was read so far; times and lengths of bars in quarters."""

    notes: list[TimedNote] = field(default_factory=list[TimedNote])
    now: Fraction = Fraction(0)
    bar_start: Fraction = Fraction(0)
    bars: list[Fraction] = field(default_factory=list[Fraction])
    tempo: float | None = None
    metre: Metre | None = None
    key: Key | None = None

    def sound(self, pitches: list[int], length: Fraction) -> None:
        end = self.now + length
        self.notes.extend(TimedNote(float(self.now), float(end), pitch) for pitch in pitches)
        self.now = end

    def close_bar(self) -> None:
        if self.now > self.bar_start:
            self.bars.append(self.now - self.bar_start)
            self.bar_start = self.now


def take_notes(text: str, *, title: str) -> Intake:
    """The composition in what somebody typed.

    Raises BadRequest: NOTES_... for the token that can't be read, ABC_... where it is ABC.
    """
    if is_abc(text):
        return take_abc(text, title=title)
    typed = _read(text)
    if not typed.notes:
        raise BadRequest(Reason.NOTES_EMPTY)
    metre = typed.metre or metre_of_bars(typed.bars) or guess_metre(typed.notes)
    bar = Fraction(metre.bar_ticks, TICKS_PER_QUARTER)
    # Where a bar line comes early, there is an upbeat before it.
    has_upbeat = bool(typed.bars) and typed.bars[0] < min(bar, typed.now)
    later = float(bar - typed.bars[0]) if has_upbeat else 0.0
    notes = tuple(TimedNote(note.onset + later, note.end + later, note.pitch) for note in typed.notes)
    tempo = DEFAULT_TEMPO if typed.tempo is None else typed.tempo * metre.beat_ticks / TICKS_PER_QUARTER
    midi = Midi(
        tracks=(Track("Melody", 0, is_drum=False, notes=notes),),
        metres=((0.0, metre),),
        keys=(),
        tempos=((0.0, tempo),),
    )
    return take_midi(midi, title=title, key=typed.key, closes=False)


def _read(text: str) -> _Typed:
    # Wide characters, ½ and the like, as a plain keyboard has them.
    text = unicodedata.normalize("NFKC", text).replace("\u2044", "/")
    typed = _Typed()
    for place, (kind, token) in enumerate(_tokens(text), start=1):
        if kind == "bar":
            typed.close_bar()
        elif kind == "setting":
            _set(typed, token)
        elif kind == "chord":
            pitches, length = _chord(token, place)
            typed.sound(pitches, length)
        elif rest := _REST.fullmatch(token):
            typed.sound([], _length(rest["length"], token, place))
        else:
            note = _NOTE.fullmatch(token)
            if note is None:
                raise BadRequest(Reason.NOTES_UNREADABLE, value=token[:_MAX_SHOWN], place=place)
            typed.sound([_pitch(note, token, place)], _length(note["length"], token, place))
    return typed


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Each token's kind and text. Every character but spaces is in one."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup is not None and match.lastgroup != "space":
            yield match.lastgroup, match[0]


def _set(typed: _Typed, token: str) -> None:
    name, _, value = (side.strip() for side in token.partition("="))
    known = _SETTINGS.get(name.casefold())
    if known is None:
        raise BadRequest(Reason.NOTES_SETTING, value=token[:_MAX_SHOWN])
    low, high = TEMPO
    try:
        if known == "tempo":
            typed.tempo = float(value)
        elif known == "metre":
            typed.metre = Metre.parse(value)
        else:
            typed.key = Key.parse(re.sub("[-_]", " ", value))
    except ValueError:
        fits = False
    else:
        fits = (typed.tempo is None or low <= typed.tempo <= high) and (
            typed.metre is None or is_countable(typed.metre)
        )
    if not fits:
        raise BadRequest(Reason.NOTES_SETTING_VALUE, value=token[:_MAX_SHOWN], low=low, high=high)


def _chord(token: str, place: int) -> tuple[list[int], Fraction]:
    inside, _, after = token[1:].partition("]")
    words = re.findall(r"[^\s,;]+", inside)
    notes = [_NOTE.fullmatch(word) for word in words]
    if not 0 < len(notes) <= _MAX_CHORD:
        raise BadRequest(Reason.NOTES_CHORD, value=token[:_MAX_SHOWN], place=place, limit=_MAX_CHORD)
    pitches: list[int] = []
    for word, note in zip(words, notes, strict=True):
        if note is None or note["length"]:
            raise BadRequest(Reason.NOTES_CHORD, value=token[:_MAX_SHOWN], place=place, limit=_MAX_CHORD)
        pitches.append(_pitch(note, word, place))
    return sorted(set(pitches)), _length(after or None, token, place)


def _pitch(note: re.Match[str], token: str, place: int) -> int:
    if note["octave"] is None:
        better = f"{note['letter'].upper()}{note['shifts']}4"
        raise BadRequest(Reason.NOTES_OCTAVE, value=token[:_MAX_SHOWN], place=place, better=better)
    shift = sum(_SHARPS[sign] for sign in note["shifts"].lower())
    pitch = 12 * (int(note["octave"]) + 1) + _CLASSES[note["letter"].upper()] + shift
    low, high = PITCHES
    if not low <= pitch <= high:
        raise BadRequest(Reason.NOTES_RANGE, value=token[:_MAX_SHOWN], place=place, low="A0", high="C8")
    return pitch


def _length(written: str | None, token: str, place: int) -> Fraction:
    """Quarters, by what stands from the colon on."""
    if not written:
        return Fraction(1)
    match = _LENGTH.fullmatch(written[1:])
    shortest, longest = _LENGTHS
    length = Fraction(0)
    if match and match[1]:
        length = Fraction(int(match[1]), int(match[2])) if int(match[2]) else length
    elif match:
        length = Fraction(match[3])
    if not shortest <= length <= longest:
        raise BadRequest(Reason.NOTES_LENGTH, value=token[:_MAX_SHOWN], place=place, limit=int(longest))
    return length
