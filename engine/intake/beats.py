"""Where the beats are under notes that were sung or played: from seconds to quarters.

Child side. A hidden Markov model: each onset falls on one of a quarter's six places, and the tempo may drift
a little from note to note; simple places, lengths and moderate tempos are the likelier ones (as in Raphael,
"A hybrid graphical model for rhythmic parsing", 2002). Knows nothing of bars and keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.score import TICKS_PER_QUARTER
from engine.intake.hearing import HeardNote
from training.corpora.midi import TimedNote
from training.corpora.quantize import POSITIONS

_PLACES = np.array(POSITIONS[:-1])
_PLACE_COSTS = np.array([0.0, 1.6, 2.6, 0.5, 2.6, 1.6])
"""Of sixteenths, triplets and eighths."""

_MOST_QUARTERS = 8
_LONG_COST = 0.15
"""Of each quarter that a note is longer than one."""

_QUARTER_SECONDS = np.geomspace(0.27, 1.25, 64)
"""222 down to 48 quarters a minute, a fortieth from one to the next."""

_USUAL_SECONDS = 0.63
_TEMPO_COST = 0.7
"""Of each note, for every octave of the tempo away from the usual one, squared."""

_DRIFT_COST = 2.0
"""Of going to the next tempo, squared for two."""

_MOST_DRIFT = 2
_SLACK_SECONDS = 0.028
_SLACK_SHARE = 0.05
"""How far an onset is off: so much, and so much of the time since the last one."""

_MOST_OFF = 30.0
_LEGATO = 0.6
"""A note that sounds for more of the time until the next one lasts until it."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Beaten:
    """Notes in quarters, counted from a beat at or before the first one; `tempo` in quarters a minute."""

    notes: tuple[TimedNote, ...]
    tempo: float


def find_beats(notes: Sequence[HeardNote]) -> Beaten:
    """The notes on the beats that explain them best. At least two notes, in order."""
    onsets = np.array([note.onset for note in notes])
    ticks, seconds = _follow(onsets)
    played: list[TimedNote] = []
    for place, note in enumerate(notes):
        start = ticks[place] / TICKS_PER_QUARTER
        length = (note.end - note.onset) / seconds[place]
        if place + 1 < len(notes):
            until = (ticks[place + 1] - ticks[place]) / TICKS_PER_QUARTER
            length = until if length > _LEGATO * until else length
        played.append(TimedNote(start, start + max(length, 1 / TICKS_PER_QUARTER), note.pitch))
    return Beaten(tuple(played), 60 / _mean_quarter(onsets, ticks))


def _mean_quarter(onsets: Array, ticks: NDArray[np.int64]) -> float:
    """Seconds, from the line through all onsets."""
    slope = np.polyfit(ticks / TICKS_PER_QUARTER, onsets, 1)[0]
    return float(np.clip(slope, _QUARTER_SECONDS[0], _QUARTER_SECONDS[-1]))


def _follow(onsets: Array) -> tuple[NDArray[np.int64], Array]:
    """Each onset's tick, and the seconds that a quarter lasts there (Viterbi)."""
    places, tempos = len(_PLACES), len(_QUARTER_SECONDS)
    # Every way from a place to a place of the same or a later quarter, in ticks: (from, to, quarters).
    quarters = np.arange(_MOST_QUARTERS + 1) * TICKS_PER_QUARTER
    ticks = _PLACES[None, :, None] - _PLACES[:, None, None] + quarters
    way_costs = _LONG_COST * np.maximum(ticks / TICKS_PER_QUARTER - 1, 0)
    way_costs = np.where(ticks > 0, way_costs + _PLACE_COSTS[None, :, None], np.inf)
    expected = ticks[..., None] / TICKS_PER_QUARTER * _QUARTER_SECONDS
    tempo_costs = _TEMPO_COST * np.square(np.log2(_QUARTER_SECONDS / _USUAL_SECONDS))
    sofar = _PLACE_COSTS[:, None] + tempo_costs[None, :]
    steps = len(onsets) - 1
    came_tempo = np.zeros((steps, places, tempos), dtype=np.int64)
    came_way = np.zeros((steps, places, tempos), dtype=np.int64)
    for step in range(steps):
        passed = onsets[step + 1] - onsets[step]
        drifted, came_tempo[step] = _drift(sofar)
        slack = _SLACK_SECONDS + _SLACK_SHARE * passed
        off = np.minimum(np.square((passed - expected) / slack) / 2, _MOST_OFF)
        costs = drifted[:, None, None, :] + way_costs[..., None] + off
        by_target = costs.transpose(1, 0, 2, 3).reshape(places, -1, tempos)
        came_way[step] = by_target.argmin(axis=1)
        sofar = np.take_along_axis(by_target, came_way[step][:, None, :], axis=1)[:, 0] + tempo_costs
    return _traced(sofar, came_tempo, came_way)


def _drift(costs: Array) -> tuple[Array, NDArray[np.int64]]:
    """The cheapest way to each tempo from those around it, and which that was: (places, tempos)."""
    tempos = costs.shape[1]
    shifts = range(-_MOST_DRIFT, _MOST_DRIFT + 1)
    moved = np.full((len(shifts), *costs.shape), np.inf)
    for row, shift in enumerate(shifts):
        source = np.arange(tempos) + shift
        inside = (source >= 0) & (source < tempos)
        moved[row][:, inside] = costs[:, source[inside]] + _DRIFT_COST * shift * shift
    best = moved.argmin(axis=0)
    return moved.min(axis=0), np.arange(tempos) + best - _MOST_DRIFT


def _traced(
    last: Array, came_tempo: NDArray[np.int64], came_way: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Array]:
    steps = len(came_way)
    place, tempo = (int(index) for index in np.unravel_index(int(last.argmin()), last.shape))
    lengths = np.zeros(steps, dtype=np.int64)
    seconds = np.zeros(steps + 1)
    seconds[-1] = _QUARTER_SECONDS[tempo]
    for step in range(steps - 1, -1, -1):
        way = int(came_way[step, place, tempo])
        before, quarters = divmod(way, _MOST_QUARTERS + 1)
        lengths[step] = _PLACES[place] - _PLACES[before] + quarters * TICKS_PER_QUARTER
        place, tempo = before, int(came_tempo[step, before, tempo])
        seconds[step] = _QUARTER_SECONDS[tempo]
    return np.concatenate([[_PLACES[place]], _PLACES[place] + np.cumsum(lengths)]), seconds
