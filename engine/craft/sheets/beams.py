"""Beams over the notes of a beat. Knows note values; pitches and stems are the engraver's matter."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from domain.score import TICKS_PER_QUARTER, Metre
from engine.craft.sheets.beats import Beats
from engine.craft.sheets.rhythm import Symbol
from engine.craft.sheets.rounding import EIGHTH

_HALF = 2 * TICKS_PER_QUARTER
_FLAGS = {"eighth": 1, "16th": 2, "32nd": 3}


def beamed(symbols: Sequence[Symbol], metre: Metre) -> list[Symbol]:
    """The symbols with beams over each beat, or over each half bar of nothing but eighths."""
    beats = Beats(metre)
    window = beats.ticks
    halves: set[int] = set()
    if beats.beams_halves:
        by_half = groupby(symbols, key=lambda symbol: symbol.start // _HALF)
        halves = {half for half, group in by_half if all(_is_plain_eighth(symbol) for symbol in group)}

    def beam_of(symbol: Symbol) -> tuple[bool, int] | None:
        if symbol.chord is None or _flags(symbol) == 0:
            return None
        half = symbol.start // _HALF
        return (True, half) if half in halves else (False, symbol.start // window)

    done: list[Symbol] = []
    for beam, group in groupby(symbols, key=beam_of):
        together = list(group)
        done += together if beam is None or len(together) == 1 else _with_beams(together)
    return _with_brackets(done)


def _is_plain_eighth(symbol: Symbol) -> bool:
    return symbol.chord is not None and (symbol.value, symbol.dots, symbol.triplet) == ("eighth", 0, None)


def _flags(symbol: Symbol) -> int:
    return _FLAGS.get(symbol.value or "", 0)


def _with_beams(symbols: Sequence[Symbol]) -> list[Symbol]:
    flags = [_flags(symbol) for symbol in symbols]

    def beam(index: int, level: int) -> str:
        before = index > 0 and flags[index - 1] >= level
        after = index + 1 < len(flags) and flags[index + 1] >= level
        if before and after:
            return "continue"
        if before or after:
            return "end" if before else "begin"
        forward = index == 0 or (index + 1 < len(flags) and symbols[index].start % EIGHTH == 0)
        return "forward hook" if forward else "backward hook"

    return [
        replace(symbol, beams=tuple(beam(index, level) for level in range(1, flags[index] + 1)))
        for index, symbol in enumerate(symbols)
    ]


def _with_brackets(symbols: Sequence[Symbol]) -> list[Symbol]:
    """Triplets told apart: those under one beam, which need no bracket, and the rest."""
    told: list[Symbol] = []
    triplet: list[Symbol] = []
    for symbol in symbols:
        if symbol.triplet is None:
            told.append(symbol)
            continue
        triplet.append(symbol)
        if symbol.triplet.last:
            inner = ["begin", *["continue"] * (len(triplet) - 2), "end"]
            beamed = [each.beams[0] if each.beams else "" for each in triplet] == inner
            told += [
                replace(each, triplet=replace(each.triplet, beamed=beamed))
                for each in triplet
                if each.triplet
            ]
            triplet = []
    return told
