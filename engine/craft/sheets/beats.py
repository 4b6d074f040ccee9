"""A metre's beats: where notes and rests may stand whole on paper, and where they are cut and tied.

After E. Gould, "Behind Bars" (2011), chapter 5: within a bar the beats stay visible, and in bars of four
the half bar too.
"""

from collections.abc import Iterator

from domain.score import TICKS_PER_QUARTER, Metre
from engine.craft.sheets.rounding import EIGHTH, SIXTEENTH

_QUARTER, _HALF = TICKS_PER_QUARTER, 2 * TICKS_PER_QUARTER

# Ticks to the value's name (as in MusicXML) and its dots.
NOTE_VALUES = {
    3: ("16th", 0), 6: ("eighth", 0), 9: ("eighth", 1), 12: ("quarter", 0), 18: ("quarter", 1),
    24: ("half", 0), 36: ("half", 1), 48: ("whole", 0), 72: ("whole", 1),
}  # fmt: skip


class Beats:
    """Where a metre lets a note or a rest stand whole, and where it has to be cut."""

    def __init__(self, metre: Metre) -> None:
        self._bar = metre.bar_ticks
        self._dotted = metre.is_compound or str(metre) == "3/8"
        self._ticks = 3 * EIGHTH if self._dotted else _QUARTER
        # Lines that only notes much longer than a beat may cross.
        strong = {"4/4": _HALF, "2/2": _HALF, "3/2": _HALF, "6/4": 3 * _QUARTER, "12/8": 6 * EIGHTH}
        self._strong = strong.get(str(metre), self._bar)

    @property
    def ticks(self) -> int:
        return self._ticks

    @property
    def beams_halves(self) -> bool:
        """True where four eighths in a row share a beam."""
        return not self._dotted and _HALF in (self._strong, self._bar)

    def cut(self, start: int, end: int, *, rest: bool) -> Iterator[tuple[int, int]]:
        """The stretch in pieces that are note values and show the beats."""
        whole = self._rest_stands(start, end) if rest else self._note_stands(start, end)
        if whole or end - start <= SIXTEENTH:
            yield start, end
            return
        at = self._cut_at(start, end)
        yield from self.cut(start, at, rest=rest)
        yield from self.cut(at, end, rest=rest)

    def _rest_stands(self, start: int, end: int) -> bool:
        ticks = end - start
        if self._dotted and ticks in (2 * EIGHTH, 3 * EIGHTH):
            return start % self._ticks == 0
        longest = _HALF if self._strong % _HALF == 0 else _QUARTER
        return ticks in (SIXTEENTH, EIGHTH, _QUARTER, longest) and start % ticks == 0

    def _note_stands(self, start: int, end: int) -> bool:
        ticks = end - start
        if ticks not in NOTE_VALUES or ticks == self._bar:
            return ticks in NOTE_VALUES
        if self._dotted:
            return self._stands_in_dotted_beats(start, ticks)
        crosses = start // self._strong != (end - 1) // self._strong
        if ticks < _HALF:
            within_beat = start // _QUARTER == (end - 1) // _QUARTER
            syncopated = start % EIGHTH == 0 and ticks in (_QUARTER, 3 * EIGHTH)
            return within_beat or (syncopated and not crosses)
        if ticks == _HALF:
            return start % _QUARTER == 0 and (not crosses or self._strong == _HALF)
        to_the_end = end == self._bar == 2 * self._strong
        return start % _QUARTER == 0 and (start % self._strong == 0 or to_the_end)

    def _stands_in_dotted_beats(self, start: int, ticks: int) -> bool:
        if start % self._ticks == 0:
            crosses = start // self._strong != (start + ticks - 1) // self._strong
            return ticks <= self._ticks or (ticks % self._ticks == 0 and not crosses)
        return start % self._ticks + ticks <= self._ticks and (ticks == SIXTEENTH or start % EIGHTH == 0)

    def _cut_at(self, start: int, end: int) -> int:
        """The weightiest place inside: a strong line, a beat, an eighth, a sixteenth."""
        for step in (self._strong, self._ticks, EIGHTH, SIXTEENTH):
            following, last = (start // step + 1) * step, (end - 1) // step * step
            if following < end:
                return following if start % step else last
        return start + SIXTEENTH
