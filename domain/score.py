"""Written music as values: notes on a tick grid, in parts, under one metre and one key.

Knows nothing of models, files or sound. Time is counted in ticks, `TICKS_PER_QUARTER` to a
quarter note, so that sixteenths (3) and eighth-note triplets (4) are both whole numbers.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

TICKS_PER_QUARTER = 12

PITCH_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""Tonic names by pitch class, spelled as players most often write them."""

_LETTER_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_KEY_PATTERN = re.compile(
    r"(?P<letter>[A-Ga-g])\s*(?P<accidental>[#b♯♭]|sharp|flat)?\s*(?P<mode>major|minor|maj|min|m|大调|小调)?",
    re.IGNORECASE,
)
_METRE_PATTERN = re.compile(r"(?P<beats>[1-9]\d?)\s*/?\s*(?P<unit>1|2|4|8|16)")


class Mode(StrEnum):
    MAJOR = "major"
    MINOR = "minor"


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic and a mode. `tonic` is a pitch class, 0 (C) to 11 (B)."""

    tonic: int
    mode: Mode = Mode.MAJOR

    def __str__(self) -> str:
        return f"{PITCH_NAMES[self.tonic]} {self.mode}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `D`, `F# minor`, `Bbm`, `e♭ major`.

        Raises ValueError when the text names no key.
        """
        match = _KEY_PATTERN.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"not a key: {text!r}")
        tonic = _LETTER_CLASSES[match["letter"].upper()]
        accidental = (match["accidental"] or "").lower()
        if accidental in ("#", "♯", "sharp"):
            tonic += 1
        elif accidental in ("b", "♭", "flat"):
            tonic -= 1
        mode = match["mode"] or "major"
        # "M" is major and "m" minor in chord shorthand, so case decides for the single letter.
        is_minor = mode.lower() in ("minor", "min", "小调") or mode == "m"
        return cls(tonic % 12, Mode.MINOR if is_minor else Mode.MAJOR)


@dataclass(frozen=True, slots=True)
class Metre:
    """A time signature, such as 6/8."""

    beats: int
    unit: int

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `6/8`, `6 / 8`, `68`. Raises ValueError when the text names no metre."""
        match = _METRE_PATTERN.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"not a metre: {text!r}")
        return cls(int(match["beats"]), int(match["unit"]))

    @property
    def is_compound(self) -> bool:
        """True where the beat divides in three (6/8, 9/8, 12/8)."""
        return self.unit >= 8 and self.beats % 3 == 0 and self.beats > 3

    @property
    def bar_ticks(self) -> int:
        return self.beats * 4 * TICKS_PER_QUARTER // self.unit

    @property
    def beat_ticks(self) -> int:
        """The length of the beat that a tempo counts: dotted when compound, a quarter in 2/2."""
        if self.is_compound:
            return 3 * 4 * TICKS_PER_QUARTER // self.unit
        return TICKS_PER_QUARTER


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note. `onset` and `duration` in ticks, `pitch` a MIDI number, `velocity` 1 to 127."""

    onset: int
    pitch: int
    duration: int
    velocity: int = 80

    @property
    def end(self) -> int:
        return self.onset + self.duration


@dataclass(frozen=True, slots=True)
class Part:
    """One player's line: notes in order of onset, on a General MIDI `program` (0 to 127).

    Of a part that is `percussion`, pitches are keys of the General MIDI drum kit, and the program
    means nothing.
    """

    name: str
    program: int
    notes: tuple[Note, ...]
    percussion: bool = False


class Cadence(StrEnum):
    """How a section ends: at home on the tonic, or open, on the dominant."""

    FULL = "full"
    HALF = "half"


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of whole bars that states an idea.

    Sections whose labels begin with the same letter state the same one; a prime marks a varied
    return (A, A′, A″). `key` is None where the section is in the piece's own.
    """

    label: str
    first_bar: int
    bars: int
    cadence: Cadence | None = None
    key: Key | None = None

    @property
    def idea(self) -> str:
        """The letter alone."""
        return self.label[0]

    @property
    def end_bar(self) -> int:
        """The first bar after it."""
        return self.first_bar + self.bars


@dataclass(frozen=True, slots=True)
class Score:
    """A whole piece. `tempo` counts beats a minute, the beat being `metre.beat_ticks` long.

    The last note may sound past the last bar line (a held ending), never by more than two bars.
    `sections` cover all bars in order, or are empty where the form is not known.
    """

    key: Key
    metre: Metre
    tempo: float
    bars: int
    parts: tuple[Part, ...]
    sections: tuple[Section, ...] = ()

    @property
    def seconds_per_tick(self) -> float:
        return 60.0 / (self.tempo * self.metre.beat_ticks)

    @property
    def first_tick(self) -> int:
        """Where the first note begins; 0 for an empty score."""
        return min((part.notes[0].onset for part in self.parts if part.notes), default=0)

    @property
    def end_tick(self) -> int:
        """Where the last note ends; 0 for an empty score."""
        return max((note.end for part in self.parts for note in part.notes), default=0)

    @property
    def seconds(self) -> float:
        """From the first tick to the end of the last note, without the sound's release."""
        return self.end_tick * self.seconds_per_tick
