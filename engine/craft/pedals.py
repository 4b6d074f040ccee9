"""When a pianist holds the sustaining pedal, and what keeps ringing on harps and bells.

A pedal is held for one harmony: it is lifted where a bass note or a step in the melody would blur.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.score import Metre, Note, Part, Score
from engine.craft.manners import Manner

PIANOS = frozenset({0, 1, 2, 4, 5})
RINGING = frozenset({8, 10, 11, 14, 46})
"""Celesta, music box, vibraphone, tubular bells, harp: what they play rings on in any music."""

_BLUR_SEMITONES = 2
_BASS_BELOW = 55


@dataclass(frozen=True, slots=True)
class Span:
    """A pedal held from `start` to `end`, in ticks."""

    start: int
    end: int


def pedals(score: Score, manner: Manner) -> tuple[tuple[Span, ...], ...]:
    """For every part of the score, when its pedal is held. Parts of one instrument share theirs."""
    spans = {
        program: _spans([note for part in parts for note in part.notes], score.metre)
        for program, parts in _by_instrument(score).items()
        if program in RINGING or (manner.pedal and program in PIANOS)
    }
    return tuple(() if part.percussion else spans.get(part.program, ()) for part in score.parts)


def _by_instrument(score: Score) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = {}
    for part in score.parts:
        if not part.percussion:
            found.setdefault(part.program, []).append(part)
    return found


def _spans(notes: Sequence[Note], metre: Metre) -> tuple[Span, ...]:
    """Beat by beat: hold on while all that was struck goes together, begin anew where it does not."""
    struck, sounding = _by_beat(notes, metre.beat_ticks)
    bar_beats = metre.bar_ticks // metre.beat_ticks
    spans: list[Span] = []
    start: int | None = None
    held: set[int] = set()
    beats = max(sounding, default=-1) + 1
    for beat in range(beats):
        fresh = struck.get(beat, set())
        blurred = _blurs(fresh)
        changes = beat % bar_beats == 0 or _clash(fresh, held) or _new_bass(fresh, held)
        if start is not None and (blurred or changes or beat not in sounding):
            spans.append(Span(start, beat * metre.beat_ticks))
            start = None
        if start is None and fresh and not blurred:
            start, held = beat * metre.beat_ticks, set()
        held |= fresh
    if start is not None:
        spans.append(Span(start, max(note.end for note in notes)))
    return tuple(spans)


def _by_beat(notes: Sequence[Note], beat_ticks: int) -> tuple[dict[int, set[int]], set[int]]:
    """Pitches struck within each beat, and the beats in which any note sounds."""
    struck: dict[int, set[int]] = {}
    sounding: set[int] = set()
    for note in notes:
        struck.setdefault(note.onset // beat_ticks, set()).add(note.pitch)
        sounding.update(range(note.onset // beat_ticks, -(-note.end // beat_ticks)))
    return struck, sounding


def _blurs(pitches: set[int]) -> bool:
    ordered = sorted(pitches)
    return any(above - below <= _BLUR_SEMITONES for below, above in pairwise(ordered))


def _clash(fresh: set[int], held: set[int]) -> bool:
    """Whether new notes rub against what rings: a step away, or a semitone in any octave."""
    return _blurs(fresh | held) or any((new - old) % 12 in (1, 11) for new in fresh for old in held)


def _new_bass(fresh: set[int], held: set[int]) -> bool:
    """Whether another bass note is struck: not above the old one, but for a third."""
    if not fresh or not held:
        return False
    new, old = min(fresh), min(held)
    return new < _BASS_BELOW and new <= old + 4 and new % 12 != old % 12
