"""Where the bar lines fall in music whose file does not say so: the length of the upbeat.

Listens for what bar lines are made of (long notes, low notes, the last note, whole bars); knows
nothing of keys or genres.
"""

from collections.abc import Sequence

import numpy as np

from domain.score import Metre, Note, Part

_STEP_TICKS = 6
_PRIOR_NO_PICKUP = 0.10
_FINAL_ON_DOWNBEAT = 0.25
_FINAL_ON_STRONG = 0.20
_WHOLE_BARS = 0.10


def find_pickup(parts: Sequence[Part], metre: Metre, *, longest_ticks: int | None = None) -> int:
    """How many ticks sound before the first bar line; 0 when the music starts on it."""
    notes = [note for part in parts for note in part.notes]
    start = min(note.onset for note in notes)
    scores = {
        pickup: _score(notes, metre, pickup=pickup)
        for pickup in range(0, (longest_ticks or metre.bar_ticks - _STEP_TICKS) + 1, _STEP_TICKS)
    }
    return max(scores, key=lambda pickup: (scores[pickup], -pickup)) if start == 0 else 0


def shift(parts: Sequence[Part], ticks: int) -> tuple[Part, ...]:
    """Move everything later by `ticks`."""
    return tuple(
        Part(
            part.name,
            part.program,
            tuple(Note(note.onset + ticks, note.pitch, note.duration, note.velocity) for note in part.notes),
        )
        for part in parts
    )


def _score(notes: Sequence[Note], metre: Metre, *, pickup: int) -> float:
    bar = metre.bar_ticks
    strong = _strong_ticks(metre)
    weights = np.array([min(note.duration, bar) for note in notes], dtype=float)
    places = np.array([(note.onset - pickup) % bar for note in notes])
    total = weights.sum()
    score = float(weights[places == 0].sum() / total)
    score += 0.5 * float(weights[np.isin(places, strong)].sum() / total)
    end = max(note.end for note in notes)
    last = max(note.onset for note in notes)
    final = (last - pickup) % bar
    score += _FINAL_ON_DOWNBEAT * (final == 0) + _FINAL_ON_STRONG * (final in strong)
    score += _WHOLE_BARS * ((end - pickup) % bar == 0) + _PRIOR_NO_PICKUP * (pickup == 0)
    return score


def _strong_ticks(metre: Metre) -> tuple[int, ...]:
    """Where a secondary accent falls inside the bar, in ticks."""
    if metre.is_compound:
        return tuple(range(metre.beat_ticks, metre.bar_ticks, metre.beat_ticks))
    return (metre.bar_ticks // 2,) if metre.beats % 4 == 0 else ()
