"""Lines of verse as people set them: when each syllable begins in the bar, and how long it is sung.

What hymns and songs have in common; where they come from is told in `hymns` and `lieder_words`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from domain.score import TICKS_PER_QUARTER, Metre

KINDS = {
    Metre(4, 4): (Metre(4, 4), Fraction(1)),
    Metre(2, 2): (Metre(4, 4), Fraction(1)),
    Metre(4, 2): (Metre(4, 4), Fraction(1, 2)),
    Metre(2, 4): (Metre(4, 4), Fraction(2)),
    Metre(3, 4): (Metre(3, 4), Fraction(1)),
    Metre(3, 2): (Metre(3, 4), Fraction(1, 2)),
    Metre(3, 8): (Metre(3, 4), Fraction(2)),
    Metre(6, 8): (Metre(6, 8), Fraction(1)),
    Metre(6, 4): (Metre(6, 8), Fraction(1, 2)),
}
"""The metres that are counted, what each is counted as, and what its lengths are multiplied by for that."""


@dataclass(frozen=True, slots=True)
class Sung:
    """A syllable from `onset` to `end`, in ticks from a bar line, on so many `notes`."""

    onset: int
    end: int
    notes: int
    text: str
    ends_word: bool

    @property
    def ticks(self) -> int:
        return self.end - self.onset


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line under notes in `metre`, its onsets counted from the bar line before its first one."""

    metre: Metre
    syllables: tuple[Sung, ...]
    next_onset: int | None

    @property
    def bars(self) -> int:
        """How many bars the line takes up, from its onset to that of the next."""
        end = self.syllables[-1].end if self.next_onset is None else self.next_onset
        return round((end - self.syllables[0].onset) / self.metre.bar_ticks)


def ticks(quarters: float, factor: Fraction) -> int:
    """Quarters as ticks of the metre that is counted."""
    return round(quarters * TICKS_PER_QUARTER * factor)


def as_line(metre: Metre, sung: Sequence[Sung], following: Sung | None) -> SetLine:
    """The line moved so that its first syllable is in bar 0."""
    moved = sung[0].onset // metre.bar_ticks * metre.bar_ticks
    return SetLine(
        metre,
        tuple(
            Sung(each.onset - moved, each.end - moved, each.notes, each.text, each.ends_word) for each in sung
        ),
        None if following is None else following.onset - moved,
    )
