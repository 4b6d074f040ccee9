"""How a piece is laid out: sections that state an idea, answer it and come home.

Decides which sections there are, what returns and how much of it is varied, from the genre, the number
of bars and a random generator. Knows bars and ticks, no notes and no model.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from domain.genres import Genre
from domain.score import Cadence, Key, Metre, Section

Span = tuple[int, int]
"""Ticks from the start of a section: the first, and the one after the last."""

_PRIMES = ("", "′", "″", "‴")


@dataclass(frozen=True, slots=True)
class Passage:
    """A section and how it is made: anew, or as a varied return of an earlier one.

    Of a return, `fresh` are the spans that are written anew; the rest is what `source`, the passage
    that first stated the idea, has there. A first statement may take up its own opening in its second
    half: then `source` is the passage itself.
    """

    section: Section
    source: int | None = None
    fresh: tuple[Span, ...] = ()


class _Kind(Enum):
    """Families of forms; the letters of each by the number of sections, from one on."""

    DANCE = ("A", "AA", "ABB", "AABB", "AABBA", "AABBCC", "AABBCCA", "AABBAABB")
    CHORALE = ("A", "AB", "AAB", "AABC", "AABCD", "ABABCD", "ABABCDE", "ABABCDEF")
    RAG = ("A", "AA", "ABA", "ABAC", "AABBA", "AABBAC", "AABBACC", "AABBACCA")
    ROUNDED = ("A", "AA", "ABA", "AABA", "AABBA", "AABACA", "AABBACA", "AABACCBA")


_DANCES = frozenset({Genre.REEL, Genre.JIG, Genre.SLIP_JIG, Genre.HORNPIPE, Genre.POLKA})
_KINDS = {
    **dict.fromkeys(_DANCES, _Kind.DANCE),
    Genre.CHORALE: _Kind.CHORALE,
    Genre.RAGTIME: _Kind.RAG,
}

_KEPT = {
    Genre.CHORALE: 0.25,
    Genre.BAROQUE: 0.25,
    Genre.HYMN: 0.2,
    Genre.CLASSICAL: 0.45,
    Genre.RAGTIME: 0.5,
    Genre.GUITAR: 0.6,
}
_USUALLY_KEPT = 0.7
"""The share of an idea that its return keeps, so that pieces repeat as much as people's of the genre do."""

_CHANGED_ON_THE_WAY = 0.5

_ENOUGH_TO_LEAVE_HOME = 6
"""Sections."""

_LONG_BARS = 32
"""From here on sections have eight bars instead of four."""

_LONG_FROM = {
    Genre.REEL: 40,
    Genre.SLIP_JIG: 40,
    **dict.fromkeys((Genre.JIG, Genre.HORNPIPE, Genre.POLKA), 24),
}
"""The same of dances: parts of reels are heard as four bars and their answer, those of others as eight."""


def plan_form(
    genre: Genre,
    key: Key,
    metre: Metre,
    bars: int,
    random: np.random.Generator,
    *,
    comes_back: bool = False,
) -> tuple[Passage, ...]:
    """The passages of a piece, in order, over all its bars.

    Sections have four bars, or eight in longer pieces; bars left over lengthen the last one, and a piece
    shorter than four bars is one section. Where it `comes_back`, its first idea does, as soon as there are
    two sections.
    """
    kind = _KINDS.get(genre, _Kind.ROUNDED)
    lengths = _section_lengths(bars, long_from=_LONG_FROM.get(genre, _LONG_BARS))
    ideas = _ideas(kind, len(lengths))
    if comes_back and ideas[0] not in ideas[1:]:
        ideas = (ideas[0] + ideas)[: len(ideas)]
    passages: list[Passage] = []
    first_bar = 0
    for place, (idea, length) in enumerate(zip(ideas, lengths, strict=True)):
        label = idea + _PRIMES[min(ideas[:place].count(idea), len(_PRIMES) - 1)]
        section = Section(
            label, first_bar, length, _cadence(ideas, place), _local_key(kind, idea, len(lengths), key)
        )
        source = ideas.index(idea)
        if source < place:
            fresh = _varied(genre, length, passages[source].section.bars, metre.bar_ticks, random)
        else:
            source, fresh = _opening_again(kind, place, length, metre.bar_ticks, random)
        passages.append(Passage(section, source, fresh))
        first_bar += length
    return tuple(passages)


def first_section_bars(genre: Genre, bars: int) -> int:
    """How many bars of a piece its first section has."""
    return _section_lengths(bars, long_from=_LONG_FROM.get(genre, _LONG_BARS))[0]


def _section_lengths(bars: int, *, long_from: int) -> list[int]:
    unit = 8 if bars >= long_from else 4
    count = max(1, bars // unit)
    lengths = [unit] * count
    left = bars - sum(lengths)
    if left >= 4:
        lengths.append(left)
    else:
        lengths[-1] += left
    return lengths


def _ideas(kind: _Kind, count: int) -> str:
    """One letter a section. Past what the table knows, the longest form is played again from its start."""
    forms = kind.value
    if count <= len(forms):
        return forms[count - 1]
    again = count - len(forms)
    return forms[-1] + (_ideas(kind, again) if again > 1 else "A")


def _cadence(ideas: str, place: int) -> Cadence:
    """Open where the idea is about to be answered or come back, home where its answer is complete."""
    if place + 1 == len(ideas):
        return Cadence.FULL
    states_first = ideas[place] not in ideas[:place]
    is_answered = ideas[place + 1] == ideas[place]
    return Cadence.HALF if is_answered or (states_first and place > 0) else Cadence.FULL


def _local_key(kind: _Kind, idea: str, sections: int, key: Key) -> Key | None:
    """Long rags and rounded forms go to the subdominant for their third idea: the trio."""
    leaves_home = kind in (_Kind.RAG, _Kind.ROUNDED) and sections >= _ENOUGH_TO_LEAVE_HOME
    return Key((key.tonic + 5) % 12, key.mode) if leaves_home and idea == "C" else None


def _varied(
    genre: Genre, bars: int, source_bars: int, bar_ticks: int, random: np.random.Generator
) -> tuple[Span, ...]:
    """What is new in a return: its close, and often a bar or two on the way there; never its first bar."""
    kept = int(_KEPT.get(genre, _USUALLY_KEPT) * bars + random.random())
    end = min(max(kept, 1), bars - 1, source_bars)
    changes = (2 if bars >= 8 else 1) if random.random() < _CHANGED_ON_THE_WAY else 0
    inner = sorted(random.permutation(np.arange(1, end))[:changes].tolist()) if end > 2 else []
    spans: list[Span] = []
    for bar in inner:
        start = bar * bar_ticks
        spans.append((start + (bar_ticks // 2 if _keeps_half(bar_ticks, random) else 0), start + bar_ticks))
    return (*spans, (end * bar_ticks, bars * bar_ticks))


def _keeps_half(bar_ticks: int, random: np.random.Generator) -> bool:
    return bool(random.random() < 0.5) and bar_ticks % 24 == 0


def _opening_again(
    kind: _Kind, place: int, bars: int, bar_ticks: int, random: np.random.Generator
) -> tuple[int | None, tuple[Span, ...]]:
    """In eight bars of a dance the second four often begin like the first."""
    begins_again = random.random() < 0.6
    if kind is not _Kind.DANCE or bars < 8 or not begins_again:
        return None, ()
    return place, ((0, 4 * bar_ticks), (6 * bar_ticks, bars * bar_ticks))
