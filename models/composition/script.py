"""From the passages of a form to the script that a draft is held to. Pure; knows no model."""

from collections.abc import Iterator, Sequence

from domain.genres import Genre
from domain.score import Cadence, Mode
from models.composition.cadences import DOMINANT_TRIAD, cadence_degrees, cadence_tick
from models.composition.form import Passage, Span
from models.grammar import TRIADS
from models.scripts import Arrival, Copy, Script, Stated
from models.tokens import Plan

_MODAL_DOMINANT = frozenset({7, 2})
"""Of a minor line without chords, whose seventh degree may be raised or not."""

_WITH_FERMATAS = frozenset({Genre.CHORALE, Genre.HYMN})


def script_of(passages: Sequence[Passage], plan: Plan, stated: Stated | None = None) -> Script:
    """What the piece states, where each passage arrives after that, and which of its bars return."""
    arrivals = [_arrival(passage, plan, final=passage is passages[-1]) for passage in passages]
    copies = [copy for place in range(len(passages)) for copy in _copies(passages, place, plan)]
    if stated is not None:
        arrivals = [arrival for arrival in arrivals if arrival.tick >= stated.end]
        copies = [_from(copy, stated.end) for copy in copies if copy.end > stated.end]
    return Script(tuple(arrivals), tuple(copies), stated=stated)


def _from(copy: Copy, tick: int) -> Copy:
    """The copy, what it has before `tick` left out."""
    start = max(copy.start, tick)
    return Copy(start, copy.end, copy.source + start - copy.start)


def _arrival(passage: Passage, plan: Plan, *, final: bool) -> Arrival:
    cadence = passage.section.cadence or Cadence.FULL
    mode = plan.key.mode
    if cadence is Cadence.FULL:
        chord = TRIADS[mode]
    else:
        chord = _MODAL_DOMINANT if mode is Mode.MINOR and plan.parts == 1 else DOMINANT_TRIAD
    bass = cadence_degrees(cadence, plan.parts) & chord
    holds = plan.genre in _WITH_FERMATAS and not final
    return Arrival(
        cadence_tick(plan.metre, passage.section),
        chord,
        bass,
        top=bass if final else chord,
        hold=plan.metre.beat_ticks if holds else 0,
        final=final,
    )


def _copies(passages: Sequence[Passage], place: int, plan: Plan) -> Iterator[Copy]:
    passage = passages[place]
    if passage.source is None:
        return
    bar = plan.metre.bar_ticks
    start = passage.section.first_bar * bar
    # Within its own section a passage takes up what it had four bars before.
    source = start - 4 * bar if passage.source == place else passages[passage.source].section.first_bar * bar
    for first, end in _between(passage.fresh, passage.section.bars * bar):
        yield Copy(start + first, start + end, source + first)


def _between(fresh: Sequence[Span], length: int) -> Iterator[Span]:
    """The spans of 0 to `length` that are not fresh."""
    at = 0
    for first, end in fresh:
        if first > at:
            yield at, first
        at = end
    if at < length:
        yield at, length
