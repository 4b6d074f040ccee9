"""A score as bars to be written: which there are, and what each staff's voices have in them."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from domain.score import Metre, Part, Score
from engine.craft.sheets.beams import beamed
from engine.craft.sheets.rhythm import Symbol, write_bar
from engine.craft.sheets.rounding import EIGHTH, SIXTEENTH, cell_ticks, is_swung, round_voice, straighten
from engine.craft.sheets.staves import Player, Staff, lay_out
from engine.craft.sheets.voices import Voice, divide

_LINE_BARS = 4

_FERMATA_TICKS = EIGHTH
"""A last note held on for less than this past the last bar line is not worth a fermata."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that begins at `first_tick`; number 0 is an upbeat. `label` names a section that begins here.

    `opens_line`: a line of the sheet had best begin here.
    """

    number: int
    first_tick: int
    ticks: int
    label: str = ""
    ends_section: bool = False
    opens_line: bool = False

    @property
    def end_tick(self) -> int:
        return self.first_tick + self.ticks


@dataclass(frozen=True, slots=True)
class Layer:
    """One voice's symbols in one bar. Its rests may be left out where another voice makes them plain."""

    symbols: tuple[Symbol, ...]
    rests_shown: bool


@dataclass(frozen=True, slots=True)
class WrittenStaff:
    """A staff with, for each bar, its one or two layers."""

    staff: Staff
    bars: tuple[tuple[Layer, ...], ...]


@dataclass(frozen=True, slots=True)
class WrittenScore:
    """All that is on the sheet but the title. `held`: the last notes are held on; `swung`: eighths swing."""

    score: Score
    bars: tuple[Bar, ...]
    players: tuple[tuple[Player, tuple[WrittenStaff, ...]], ...]
    held: bool
    swung: bool


def write(score: Score) -> WrittenScore:
    """The whole score as symbols. A last note that is held past the last bar line ends there, as `held`."""
    end = score.bars * score.metre.bar_ticks
    held = score.end_tick >= end + _FERMATA_TICKS
    swung = is_swung(score)
    score = replace(score, parts=tuple(_until(part, end) for part in score.parts))
    players = lay_out(score)
    voices = [[_voices(staff, score.metre, swung=swung) for staff in player.staves] for player in players]
    onsets = {chord.onset for staves in voices for staff in staves for voice in staff for chord in voice}
    bars = _bars(score, onsets)
    written = tuple(
        (
            player,
            tuple(
                _written(staff, its_voices, bars, score.metre)
                for staff, its_voices in zip(player.staves, its_staves, strict=True)
            ),
        )
        for player, its_staves in zip(players, voices, strict=True)
    )
    return WrittenScore(score, bars, written, held, swung)


def _until(part: Part, end: int) -> Part:
    notes = (note for note in part.notes if note.onset < end)
    return replace(
        part, notes=tuple(replace(note, duration=min(note.end, end) - note.onset) for note in notes)
    )


def _bars(score: Score, onsets: Set[int]) -> tuple[Bar, ...]:
    """The bars, the first cut to an upbeat where it begins with silence for half of it or more."""
    length = score.metre.bar_ticks
    silent = _silence(onsets, cell_ticks(score.metre))
    upbeat = score.bars > 1 and 2 * silent >= length > silent
    labels = {section.first_bar: section.label for section in score.sections}
    ends = {section.end_bar - 1 for section in score.sections}
    lines = set(_line_starts(score))
    if upbeat:  # ideas and lines count from the first whole bar
        labels = {max(bar, 1): label for bar, label in labels.items()}
    bars: list[Bar] = []
    for index in range(score.bars):
        missing = silent if upbeat and index == 0 else 0
        bars.append(
            Bar(
                number=index if upbeat else index + 1,
                first_tick=index * length + missing,
                ticks=length - missing,
                label=labels.get(index, ""),
                ends_section=index in ends,
                opens_line=index in lines,
            )
        )
    return tuple(bars)


def _silence(onsets: Set[int], cell: int) -> int:
    """The eighth, or before a triplet the quarter, with which music begins."""
    first = min(onsets, default=0)
    beat = first // cell * cell
    in_triplets = any(onset % SIXTEENTH for onset in onsets if beat <= onset < beat + cell)
    return beat if in_triplets else first // EIGHTH * EIGHTH


def _line_starts(score: Score) -> Iterator[int]:
    """Every fourth bar of each section, but for a last bar that would stand alone."""
    spans = [(section.first_bar, section.end_bar) for section in score.sections] or [(0, score.bars)]
    for first, end in spans:
        for start in range(first, end, _LINE_BARS):
            if end - start > 1 or start == first:
                yield start


def _voices(staff: Staff, metre: Metre, *, swung: bool) -> tuple[Voice, ...]:
    voices = divide(staff)
    return tuple(round_voice(straighten(voice) if swung else voice, metre) for voice in voices)


def _written(staff: Staff, voices: Sequence[Voice], bars: Sequence[Bar], metre: Metre) -> WrittenStaff:
    by_voice = [_symbols_by_bar(voice, bars, metre) for voice in voices]
    return WrittenStaff(
        staff, tuple(_layers([symbols[index] for symbols in by_voice], staff) for index in range(len(bars)))
    )


def _symbols_by_bar(voice: Voice, bars: Sequence[Bar], metre: Metre) -> list[tuple[Symbol, ...]]:
    written: list[tuple[Symbol, ...]] = []
    first = 0
    for bar in bars:
        while first < len(voice) and voice[first].end <= bar.first_tick:
            first += 1
        last = first
        while last < len(voice) and voice[last].onset < bar.end_tick:
            last += 1
        symbols = write_bar(voice[first:last], metre, first_tick=bar.first_tick, ticks=bar.ticks)
        written.append(tuple(beamed(symbols, metre)))
    return written


def _layers(voices: Sequence[tuple[Symbol, ...]], staff: Staff) -> tuple[Layer, ...]:
    """The voices that have notes in this bar; where none has, the first.

    A lower voice alone stands as the first, unless a tie would then lead from one voice to another.
    """
    if staff.apart:
        return tuple(Layer(symbols, rests_shown=True) for symbols in voices)
    sounding = [symbols for symbols in voices if any(symbol.chord for symbol in symbols)] or voices[:1]
    tied = any(symbols[0].tied_from or symbols[-1].tied_on for symbols in voices[1:])
    return tuple(
        Layer(symbols, rests_shown=len(sounding) == 1 and not tied)
        for symbols in (voices if tied else sounding)
    )
