"""What makes a line hard or dull to sing, as a cost beside what the gate thinks. Knows one line of notes."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from domain.score import Note

_LEAP_COST = 1.0
_TRITONE_COST = 0.5
_LARGE_COST = 0.25
_CLIMAX_COST = 0.15
_NARROW_COST = 0.5
_STUCK_COST = 4.0
_RESTLESS_COST = 4.0

_LARGE = 7
"""Semitones: a fifth. Wider leaps are for special places, and not twice in a row."""

_USUAL_CLIMAXES = 2
_USUAL_COMPASS = 9
_USUAL_REPEATED = 0.3
_USUAL_LEAPS = 0.2
"""The share of steps wider than a third that hymns have."""


def vocal_cost(notes: Sequence[Note]) -> float:
    """What speaks against a vocal line, in logits of the judge.

    Leaps past an octave, tritones and sevenths, wide leaps one after the other, no single climax, a
    compass of less than a sixth, one note again and again, leaps instead of steps.
    """
    steps = [after.pitch - before.pitch for before, after in pairwise(notes)]
    if not steps:
        return 0.0
    cost = _LEAP_COST * sum(abs(step) > 12 for step in steps)
    cost += _TRITONE_COST * sum(abs(step) in (6, 10, 11) for step in steps)
    cost += _LARGE_COST * sum(abs(one) > _LARGE and abs(other) > 4 for one, other in pairwise(steps))
    heights = Counter(note.pitch for note in notes)
    cost += _CLIMAX_COST * max(0, heights[max(heights)] - _USUAL_CLIMAXES)
    cost += _NARROW_COST * max(0, _USUAL_COMPASS - (max(heights) - min(heights)))
    leaps = sum(abs(step) > 4 for step in steps) / len(steps)
    cost += _RESTLESS_COST * max(0.0, leaps - _USUAL_LEAPS)
    return cost + _STUCK_COST * max(0.0, sum(step == 0 for step in steps) / len(steps) - _USUAL_REPEATED)
