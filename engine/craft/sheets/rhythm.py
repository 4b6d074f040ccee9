"""One voice's bar as note values: notes and rests, cut and tied so that the beats can be seen.

Knows ticks and metres; pitches only travel along.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from domain.score import TICKS_PER_QUARTER, Metre
from engine.craft.sheets.beats import NOTE_VALUES, Beats
from engine.craft.sheets.rounding import SIXTEENTH, cell_ticks
from engine.craft.sheets.voices import Chord

_QUARTER, _HALF = TICKS_PER_QUARTER, 2 * TICKS_PER_QUARTER

# Within triplets, three of these stand in the time of two.
_TRIPLET_VALUES = {
    1: ("32nd", 0), 2: ("16th", 0), 3: ("16th", 1), 4: ("eighth", 0), 6: ("eighth", 1), 8: ("quarter", 0),
    16: ("half", 0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Triplet:
    """A symbol's place in a triplet; `beamed` ones need no bracket."""

    first: bool
    last: bool
    beamed: bool = False


@dataclass(frozen=True, slots=True)
class Symbol:
    """A chord, or a rest where `chord` is None, that lasts from `start`, in ticks from the bar line.

    `value` and `dots` are its look; without a value it is a rest of the whole bar. `beams` says of each
    of its beams whether it begins, continues, ends or is a hook, as MusicXML does.
    """

    start: int
    ticks: int
    chord: Chord | None
    value: str | None = None
    dots: int = 0
    tied_from: bool = False
    tied_on: bool = False
    triplet: Triplet | None = None
    beams: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        return self.start + self.ticks


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What sounds, or rests, from `start` to `end` within a bar."""

    start: int
    end: int
    chord: Chord | None


def write_bar(chords: Sequence[Chord], metre: Metre, *, first_tick: int, ticks: int) -> tuple[Symbol, ...]:
    """The symbols of a bar that begins at `first_tick`; `chords` are a voice's that sound in it, in order.

    `ticks` is the bar's length, shorter than the metre's in an upbeat, whose bar ends on the bar line.
    """
    # An upbeat is written like the end of a whole bar.
    origin = first_tick + ticks - metre.bar_ticks
    missing = metre.bar_ticks - ticks
    stretches = list(_stretches(chords, origin, missing, metre.bar_ticks))
    if all(stretch.chord is None for stretch in stretches):
        return (Symbol(0, ticks, None),)
    beats = Beats(metre)
    symbols: list[Symbol] = []
    for stretch in stretches:
        symbols += _symbols(stretch, beats, _triplet_spans(stretches, metre))
    return tuple(replace(symbol, start=symbol.start - missing) for symbol in _tied(symbols, origin))


def _stretches(chords: Sequence[Chord], origin: int, first: int, last: int) -> Iterator[_Stretch]:
    """Chords and the rests between them, from `first` to `last` within the bar."""
    now = first
    for chord in chords:
        start, end = max(chord.onset - origin, first), min(chord.end - origin, last)
        if start >= end:
            continue
        if start > now:
            yield _Stretch(now, start, None)
        yield _Stretch(start, end, chord)
        now = end
    if now < last:
        yield _Stretch(now, last, None)


def _triplet_spans(stretches: Sequence[_Stretch], metre: Metre) -> list[tuple[int, int]]:
    """Where the bar divides in three: cells with limits off the grid of sixteenths, and pairs of such cells
    that hold three notes of one length.
    """
    limits = {stretch.start for stretch in stretches} | {stretch.end for stretch in stretches}
    cell = cell_ticks(metre)
    cells = {limit // cell * cell for limit in limits if limit % SIXTEENTH}
    spans: list[tuple[int, int]] = []
    for start in sorted(cells):
        inner = {limit - start for limit in limits if start < limit < start + _HALF}
        if cell == _QUARTER and start % _HALF == 0 and inner == {8, 16}:
            spans.append((start, start + _HALF))
        elif not spans or start >= spans[-1][1]:
            spans.append((start, start + cell))
    return spans


def _symbols(stretch: _Stretch, beats: Beats, spans: Sequence[tuple[int, int]]) -> Iterator[Symbol]:
    """The stretch cut at the limits of triplets, and then into note values."""
    limits = sorted(
        {
            stretch.start,
            stretch.end,
            *(tick for span in spans for tick in span if stretch.start < tick < stretch.end),
        }
    )
    for start, end in pairwise(limits):
        span = next((span for span in spans if span[0] <= start and end <= span[1]), None)
        if span is None:
            for first, last in beats.cut(start, end, rest=stretch.chord is None):
                value, dots = NOTE_VALUES.get(last - first, ("16th", 0))
                yield Symbol(first, last - first, stretch.chord, value, dots)
        else:
            for first, last in _triplet_pieces(start, end, span):
                value, dots = _TRIPLET_VALUES[last - first]
                place = Triplet(first == span[0], last == span[1])
                yield Symbol(first, last - first, stretch.chord, value, dots, triplet=place)


def _triplet_pieces(start: int, end: int, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """A stretch within a triplet in pieces that are values there."""
    while end - start not in _TRIPLET_VALUES:
        third = (span[1] - span[0]) // 3
        piece = third - (start - span[0]) % third if (start - span[0]) % third else third
        yield start, start + piece
        start += piece
    yield start, end


def _tied(symbols: Sequence[Symbol], origin: int) -> list[Symbol]:
    return [
        symbol
        if symbol.chord is None
        else replace(
            symbol,
            tied_from=origin + symbol.start > symbol.chord.onset,
            tied_on=origin + symbol.end < symbol.chord.end,
        )
        for symbol in symbols
    ]
