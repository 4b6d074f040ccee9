"""Words on their way to music: stanzas of lines of syllables, and which syllable is sung at which tick.

Knows nothing of how syllables are found in words, nor of how a melody is made for them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

UNSTRESSED, PRIMARY, SECONDARY = 0, 1, 2
"""How strongly a syllable is spoken, in the numbers of the CMU Pronouncing Dictionary."""


@dataclass(frozen=True, slots=True)
class Syllable:
    """What is sung on one note. `ends_word` is False where a hyphen leads to the next one."""

    text: str
    stress: int = UNSTRESSED
    ends_word: bool = True


@dataclass(frozen=True, slots=True)
class SungLine:
    """A line of verse. `rhyme` is the same letter for lines that rhyme, empty where it rhymes with none."""

    syllables: tuple[Syllable, ...]
    rhyme: str = ""

    @property
    def text(self) -> str:
        """The words as they are read."""
        return "".join(
            syllable.text + (" " if syllable.ends_word else "") for syllable in self.syllables
        ).rstrip()


class StanzaKind(StrEnum):
    """What a stanza is to the song: verses share a melody, the chorus has its own."""

    VERSE = "verse"
    CHORUS = "chorus"


@dataclass(frozen=True, slots=True)
class SungStanza:
    """Lines that belong together."""

    lines: tuple[SungLine, ...]
    label: StanzaKind = StanzaKind.VERSE

    @property
    def scheme(self) -> str:
        """The rhymes of its lines as letters from A on, `-` for a line without one: ABAB, A-A-."""
        letters: dict[str, str] = {}
        return "".join(
            letters.setdefault(line.rhyme, chr(ord("A") + len(letters))) if line.rhyme else "-"
            for line in self.lines
        )


@dataclass(frozen=True, slots=True, order=True)
class SungSyllable:
    """A syllable that begins at `tick` and is held for `ticks`, over as many notes as begin until then.

    `verse` counts the stanzas that are sung to the same notes, from 1; `line` those of its stanza, from 0.
    """

    tick: int
    verse: int
    ticks: int
    line: int
    syllable: Syllable


@dataclass(frozen=True, slots=True)
class Underlay:
    """The words under one part's notes, in order of time and then of verses."""

    part: int
    sung: tuple[SungSyllable, ...]

    @classmethod
    def of(cls, part: int, sung: Iterable[SungSyllable]) -> "Underlay":
        """The syllables put in order."""
        return cls(part, tuple(sorted(sung, key=lambda each: (each.tick, each.verse))))

    @property
    def verses(self) -> int:
        """How many stanzas stand under each other at most."""
        return max((each.verse for each in self.sung), default=0)

    def of_verse(self, verse: int) -> tuple[SungSyllable, ...]:
        """One stanza's syllables, in order of time."""
        return tuple(each for each in self.sung if each.verse == verse)
