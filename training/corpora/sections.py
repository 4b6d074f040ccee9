"""From a written piece to scores: sections of one metre and one key, on the grid and on true bar lines.

Knows nothing of where the piece is from or how its staves are to be played.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from domain.score import TICKS_PER_QUARTER, Key, Metre, Note, Part
from training.corpora.bars import find_pickup
from training.corpora.keys import find_key
from training.corpora.midi import KeySignature, TimedNote
from training.corpora.quantize import Snapped, bar_count, shift, snap, truncate_overlaps
from training.corpora.written import Staff, Written

# How each written metre is kept: the metre, and what its times are multiplied by. Sixes and eights of
# quarters are bars of two halves; longer note values are read as shorter ones.
_KEPT: dict[str, tuple[Metre, float]] = {
    "4/4": (Metre(4, 4), 1.0),
    "2/2": (Metre(4, 4), 1.0),
    "4/2": (Metre(4, 4), 1.0),
    "8/4": (Metre(4, 4), 1.0),
    "3/4": (Metre(3, 4), 1.0),
    "6/4": (Metre(3, 4), 1.0),
    "3/2": (Metre(3, 4), 0.5),
    "2/4": (Metre(2, 4), 1.0),
    "4/8": (Metre(2, 4), 1.0),
    "6/8": (Metre(6, 8), 1.0),
    "9/8": (Metre(9, 8), 1.0),
    "12/8": (Metre(12, 8), 1.0),
    "3/8": (Metre(3, 8), 1.0),
}
Value = TypeVar("Value")

_LEAST_KEY_BARS = 12
_LONGEST_BARS = 256
_LONGEST_NOTE_BARS = 4
_MOST_BENT = 0.2
_LEAST_TRUE_BARS = 0.85
_LEAST_NOTES_A_BAR = 1.5
_MOST_NOTES_A_QUARTER = 16
_MOST_EMPTY_BARS = 0.34
_MOST_OFFBEAT = 0.6


@dataclass(frozen=True)
class Section:
    """Music in one metre and key. `number` counts a piece's sections, from 0; parts are as its staves."""

    number: int
    metre: Metre
    key: Key
    bars: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class _Span:
    """A stretch of a piece in one written metre, in quarters."""

    start: float
    end: float
    metre: Metre

    @property
    def bar(self) -> float:
        return self.metre.bar_ticks / TICKS_PER_QUARTER


def sections(written: Written, *, least_bars: int) -> Iterator[Section]:
    """Cut a piece where its metre or key signature changes and yield what can be put on the grid.

    Left out: sections of fewer than `least_bars`, in metres too rare to keep, too free for the grid,
    mostly rests, or too dense to be played.
    """
    end = max((note.end for staff in written.staves for note in staff.notes), default=0.0)
    number = 0
    for stretch in _stretches(written, end):
        kept = _KEPT.get(str(stretch.metre))
        if kept is None:
            continue
        first_bar = _first_bar(written, stretch, *kept)
        for span in _spans(written, stretch):
            if first_bar is None:
                continue
            section = _section(written, span, first_bar, *kept, number=number, is_last=span.end >= end)
            number += 1
            if section is not None and section.bars >= least_bars and _is_playable(section):
                yield section


def _stretches(written: Written, end: float) -> Iterator[_Span]:
    """Split at every change of metre."""
    metres = _merged(written.metres)
    ends = [*(at for at, _ in metres[1:]), end]
    for (start, metre), stop in zip(metres, ends, strict=False):  # no metre, no stretch
        yield _Span(start, stop, metre)


def _spans(written: Written, stretch: _Span) -> Iterator[_Span]:
    """Split at changes of key that last, and what is very long."""
    least = _LEAST_KEY_BARS * stretch.bar
    cuts = [stretch.start]
    for at, _ in _merged(written.keys):
        if at - cuts[-1] >= least and stretch.end - at >= least:
            cuts.append(at)
    for first, last in pairwise([*cuts, stretch.end]):
        yield from _chunks(_Span(first, last, stretch.metre))


def _chunks(span: _Span) -> Iterator[_Span]:
    """A span in pieces of at most `_LONGEST_BARS`."""
    longest = _LONGEST_BARS * span.bar
    start = span.start
    while span.end - start > longest:
        yield _Span(start, start + longest, span.metre)
        start += longest
    yield _Span(start, span.end, span.metre)


def _merged(changes: Sequence[tuple[float, Value]]) -> list[tuple[float, Value]]:
    """Changes that change something, the last word at each moment."""
    merged: list[tuple[float, Value]] = []
    for at, value in sorted(dict(changes).items()):
        if not merged or merged[-1][1] != value:
            merged.append((at, value))
    return merged


def _signature(written: Written, start: float, end: float) -> KeySignature | None:
    """The signature that holds for most of a stretch."""
    lasting: dict[KeySignature, float] = {}
    changes = _merged(written.keys)
    ends = [*(at for at, _ in changes[1:]), end]
    for (at, signature), until in zip(changes, ends, strict=False):
        overlap = min(until, end) - max(at, start)
        if overlap > 0:
            lasting[signature] = lasting.get(signature, 0.0) + overlap
    return max(lasting, key=lambda signature: lasting[signature], default=None)


def _section(
    written: Written,
    span: _Span,
    first_bar: float,
    metre: Metre,
    scale: float,
    *,
    number: int,
    is_last: bool,
) -> Section | None:
    pickup = round((first_bar - span.start) * scale * TICKS_PER_QUARTER) % metre.bar_ticks
    lead = (metre.bar_ticks - pickup) % metre.bar_ticks
    snapped = [
        snap(_notes_within(staff, span, scale, is_last=is_last), later=lead / TICKS_PER_QUARTER)
        for staff in written.staves
    ]
    if _bent_share(snapped) > _MOST_BENT:
        return None
    parts = [
        Part(staff.name, staff.program, _shortened(part.notes, metre))
        for staff, part in zip(written.staves, snapped, strict=True)
        if part.notes
    ]
    if not parts:
        return None
    moved = _without_leading_bars(parts, metre)
    key = find_key(moved, signature=_signature(written, span.start, span.end), closes=is_last)
    return Section(number, metre, key, bar_count(moved, metre), moved)


def _notes_within(staff: Staff, span: _Span, scale: float, *, is_last: bool) -> list[TimedNote]:
    """The notes that begin in a span, from its start; in the last one they may outlast it."""
    return [
        TimedNote(
            (note.onset - span.start) * scale,
            ((note.end if is_last else min(note.end, span.end)) - span.start) * scale,
            note.pitch,
        )
        for note in staff.notes
        if span.start - 1e-6 <= note.onset < span.end - 1e-6
    ]


def _bent_share(snapped: Sequence[Snapped]) -> float:
    heard = sum(part.heard for part in snapped)
    return sum(part.bent_share * part.heard for part in snapped) / max(heard, 1)


def _first_bar(written: Written, stretch: _Span, metre: Metre, scale: float) -> float | None:
    """The quarter of a bar line in a stretch; None where the file's bar lines contradict its metre."""

    def ticks(quarters: float) -> int:
        return round((quarters - stretch.start) * scale * TICKS_PER_QUARTER)

    def quarters(pickup: int) -> float:
        return stretch.start + pickup / (scale * TICKS_PER_QUARTER)

    if written.bar_lines is not None:
        lines = [ticks(at) for at in written.bar_lines if stretch.start < at <= stretch.end]
        if not lines:
            return None
        pickup = lines[0] % metre.bar_ticks
        true = sum(line % metre.bar_ticks == pickup for line in lines)
        return quarters(pickup) if true >= _LEAST_TRUE_BARS * len(lines) else None
    snapped = [snap(_notes_within(staff, stretch, scale, is_last=True)).notes for staff in written.staves]
    parts = [Part("", 0, notes) for notes in snapped if notes]
    if not parts:
        return None
    changes = (*_merged(written.metres), *_merged(written.keys))
    marks = [ticks(at) for at, _ in changes if stretch.start < at <= stretch.end]
    return quarters(find_pickup(parts, metre, marks=marks))


def _shortened(notes: Iterable[Note], metre: Metre) -> tuple[Note, ...]:
    """Notes without endless ones, which are mistakes of a file or an organ's pedal points."""
    longest = _LONGEST_NOTE_BARS * metre.bar_ticks
    return tuple(Note(note.onset, note.pitch, min(note.duration, longest)) for note in notes)


def _without_leading_bars(parts: Sequence[Part], metre: Metre) -> tuple[Part, ...]:
    """Drop the whole bars of silence before the first note."""
    first = min(note.onset for part in parts for note in part.notes)
    silent = first // metre.bar_ticks * metre.bar_ticks
    return tuple(Part(part.name, part.program, shift(part.notes, -silent)) for part in parts)


def _is_playable(section: Section) -> bool:
    notes = [note for part in section.parts for note in part.notes]
    bar = section.metre.bar_ticks
    sounding = {place for note in notes for place in range(note.onset // bar, -(-note.end // bar))}
    quarters = section.bars * bar / TICKS_PER_QUARTER
    return (
        len(notes) >= _LEAST_NOTES_A_BAR * section.bars
        and len(notes) <= _MOST_NOTES_A_QUARTER * quarters
        and len(sounding) >= (1 - _MOST_EMPTY_BARS) * section.bars
        and all(_offbeat_share(part) <= _MOST_OFFBEAT for part in section.parts)
    )


def _offbeat_share(part: Part) -> float:
    """The share of notes on the weakest sixteenths: most of them, where a staff lags behind its file."""
    return sum(note.onset % 6 == 3 for note in part.notes) / len(part.notes)


def merge(parts: Sequence[Part], *, name: str, program: int) -> Part:
    """Several staves as one part."""
    return Part(name, program, tuple(truncate_overlaps(note for part in parts for note in part.notes)))


def mean_pitch(part: Part) -> float:
    return sum(note.pitch for note in part.notes) / len(part.notes)


def high_to_low(parts: Sequence[Part]) -> list[Part]:
    """Parts in order of their mean pitch, the highest first."""
    return sorted(parts, key=mean_pitch, reverse=True)
