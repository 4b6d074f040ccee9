"""Where the beats and bars of music are, from its notes in seconds: ways of counting it, and the likeliest.

What speaks for a way is weighed as fitted to people's works (`python -m training train judging`). For music
that keeps time, as synthesizers and metronomes do. Knows no sound.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from domain.score import TICKS_PER_QUARTER, Metre
from models.critic.sound import Tone

BEATS_FILE = Path(__file__).parent / "beats.json"

METRES = tuple(Metre.parse(text) for text in ("4/4", "3/4", "2/4", "6/8", "9/8", "12/8", "3/8"))

_SIMPLE, _COMPOUND = 0, 1
_FAMILIES = (_SIMPLE, _SIMPLE, _SIMPLE, _COMPOUND, _COMPOUND, _COMPOUND, _COMPOUND)
"""Of each metre: whether its quarters are counted, or its eighths in threes."""

_QUARTERS_A_SECOND = (0.62, 4.4)
_DIVISION = 4
"""Sixteenths to a quarter: the units that moments are put on."""

_WAYS = 8
"""Pulses of each family that are looked into."""

_MULTIPLES = (2 / 3, 1, 2, 3, 4)
"""Of the quarter: a dotted one, itself, halves, triplets and sixteenths."""

_PULSES = {_SIMPLE: (0.0, 1.0, 1.0, 0.4, 0.6), _COMPOUND: (1.0, 0.0, 1.0, 0.0, 0.4)}
"""What each multiple speaks for a pulse of a family, before anything else is looked at."""

_USUALLY_OFF_SECONDS = 0.012
_FURTHEST = 4.0
"""How far onsets usually lie from where they are counted, and how many times as far tells no more."""

_TOGETHER_SECONDS = 0.03
_LONG_SECONDS = 1.5
_AROUND_SECONDS = 0.9

_LEVELS = 6
"""A bar's beginning, its middle, its beats, their halves (or eighths in threes), sixteenths, and halves of
beats that are in threes."""

_ACCENTS = 7
_TEMPI = np.log(np.geomspace(0.24, 1.5, 12))
"""Centres, in the logarithm of a quarter's seconds, between which the tempo is told."""

_REPEATS = (1, 2, 4, 8)

FACTS = (_ACCENTS + 2) * _LEVELS + len(_MULTIPLES) + len(_REPEATS) + 2 + len(_TEMPI)

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Count:
    """A way of counting: how long a quarter is, when a bar begins, in seconds, and in which metre."""

    quarter: float
    bar_line: float
    metre: Metre


@dataclass(frozen=True, slots=True)
class Weighing:
    """(metres, FACTS): what each fact speaks for a way of counting in each metre."""

    weights: Array

    def of(self, facts: Array, metres: NDArray[np.int_]) -> Array:
        """(ways,): from facts (ways, FACTS) and the metre of each."""
        return (facts * self.weights[metres]).sum(axis=1)


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways of counting, with what speaks for them: facts (ways, FACTS) and the place of their metres."""

    counts: list[Count]
    facts: Array
    metres: NDArray[np.int_]


@cache
def load_weighing(path: Path = BEATS_FILE) -> Weighing:
    """Raises OSError or ValueError where it can't be read."""
    return Weighing(np.asarray(json.loads(path.read_text(encoding="utf-8")), dtype=np.float64))


def save_weighing(weighing: Weighing, path: Path = BEATS_FILE) -> None:
    path.write_text(json.dumps(np.round(weighing.weights, 3).tolist(), separators=(",", ":")) + "\n")


def likely_counts(tones: Sequence[Tone], most: int) -> list[tuple[Count, float]]:
    """The likeliest ways of counting with their probabilities, the likeliest first.

    `tones` in order of onset, of at least two moments.
    """
    ways = ways_of_counting(tones)
    shares = softmax(load_weighing().of(ways.facts, ways.metres))
    best = np.argsort(-shares)[:most]
    return [(ways.counts[place], float(shares[place])) for place in best]


def ways_of_counting(tones: Sequence[Tone]) -> Ways:
    moments = _moments(tones)
    counts, facts, metres = list[Count](), list[Array](), list[int]()
    frequencies, pulses = _pulses(moments.onsets)
    for family in (_SIMPLE, _COMPOUND):
        for place in _peaks(_PULSES[family] @ pulses * _usual(frequencies)):
            quarter, phase = _settled(moments.onsets, float(frequencies[place]))
            unit = quarter / _DIVISION
            at = (moments.onsets - phase) / unit
            units = np.rint(at).astype(np.int64)
            bent = np.abs(at - units)
            off = np.minimum(bent * unit / _USUALLY_OFF_SECONDS, _FURTHEST) ** 2
            if (units % 2).mean() > 0.5:  # what most moments are on are eighths
                units, phase = units - 1, phase + unit
            units_first = int(units.min())
            rows = _rows(moments, units - units_first)
            tempo = np.maximum(0, 1 - np.abs(np.log(quarter) - _TEMPI) / (_TEMPI[1] - _TEMPI[0]))
            for metre, of in enumerate(_FAMILIES):
                if of != family:
                    continue
                own = np.concatenate(
                    [
                        pulses[:, place],
                        _returns(rows, _levels(metre)),
                        [np.sqrt(np.mean(bent**2)), off.mean()],
                        tempo,
                    ]
                )
                starts, told = _placed(moments, units, metre)
                facts.append(np.concatenate([told, np.tile(own, (len(starts), 1))], axis=1))
                counts += [Count(quarter, phase + start * unit, METRES[metre]) for start in starts]
                metres += [metre] * len(starts)
    return Ways(counts, np.concatenate(facts), np.asarray(metres))


@dataclass(frozen=True, slots=True)
class _Moments:
    """M moments: onsets (M,) in seconds; accents (_ACCENTS, M), each kind 1 in all; chroma (M, 12)."""

    onsets: Array
    accents: Array
    chroma: Array


def _moments(tones: Sequence[Tone]) -> _Moments:
    onsets = np.asarray([tone.onset for tone in tones])
    firsts = np.flatnonzero(np.diff(onsets, prepend=-1e9) > _TOGETHER_SECONDS)
    sizes = np.diff(firsts, append=len(tones))
    times = np.add.reduceat(onsets, firsts) / sizes
    lengths = np.minimum(np.asarray([tone.end - tone.onset for tone in tones]), _LONG_SECONDS)
    pitches = np.asarray([tone.pitch for tone in tones], dtype=np.float64)
    lowest, highest = np.minimum.reduceat(pitches, firsts), np.maximum.reduceat(pitches, firsts)
    chroma = np.zeros((len(firsts), 12))
    np.add.at(chroma, (np.repeat(np.arange(len(firsts)), sizes), pitches.astype(np.int64) % 12), lengths)
    gaps = np.append(np.minimum(np.diff(times), _LONG_SECONDS), _LONG_SECONDS / 2)
    near = np.abs(times - times[:, None]) < _AROUND_SECONDS
    deep = np.clip(near @ lowest / near.sum(1) - lowest, 0, 12)
    top = np.clip(highest - (near @ highest) / near.sum(1), 0, 12)
    accents = np.stack(
        [
            np.ones(len(firsts)),
            sizes.astype(np.float64),
            np.maximum.reduceat(lengths, firsts),
            gaps,
            deep + 0.1,
            top + 0.1,
            _changes(times, chroma) + 0.02,
        ]
    )
    return _Moments(times, accents / accents.sum(axis=1, keepdims=True), chroma)


def _changes(times: Array, chroma: Array) -> Array:
    """(M,): how unlike the pitch classes from each moment on are to those before it."""
    later = times - times[:, None]
    after = ((later >= 0) & (later < _AROUND_SECONDS)) @ chroma
    before = ((later < 0) & (later >= -_AROUND_SECONDS)) @ chroma
    sizes = np.linalg.norm(after, axis=1) * np.linalg.norm(before, axis=1)
    return 1 - (after * before).sum(axis=1) / np.maximum(sizes, 1e-6)


def _pulses(onsets: Array) -> tuple[Array, Array]:
    """Frequencies of quarters (F,), and how well onsets keep to the multiples of each, (multiples, F)."""
    low, high = _QUARTERS_A_SECOND
    span = max(float(onsets[-1] - onsets[0]), 4.0)
    frequencies = np.arange(low, high, 0.12 / span)
    # To a third of a quarter, so that a dotted one is a multiple too.
    turns = np.exp(2j * np.pi * (frequencies[:, None] / 3) * onsets)
    powers = {2: turns**2, 3: turns**3}
    powers[6] = powers[3] ** 2
    powers[9] = powers[6] * powers[3]
    powers[12] = powers[6] ** 2
    return frequencies, np.stack([np.abs(powers[round(3 * each)].mean(axis=1)) for each in _MULTIPLES])


def _usual(frequencies: Array) -> Array:
    return 0.6 + np.exp(-0.5 * (np.log(frequencies / 1.8) / 0.6) ** 2)


def _peaks(merits: Array) -> list[int]:
    """The best local maxima."""
    inner = merits[1:-1]
    found = np.flatnonzero((inner >= merits[:-2]) & (inner > merits[2:])) + 1
    best = found[np.argsort(-merits[found])][:_WAYS]
    return [int(place) for place in best] or [int(np.argmax(merits))]


def _settled(onsets: Array, frequency: float) -> tuple[float, float]:
    """The length of a quarter, fitted to all onsets, and where a sixteenth begins."""
    unit = 1 / (frequency * _DIVISION)
    phase = float(np.angle(np.exp(2j * np.pi * onsets / unit).mean()) / (2 * np.pi)) * unit
    for _ in range(2):
        at = (onsets - phase) / unit
        places = np.rint(at)
        weights = np.exp(-0.5 * ((at - places) / 0.15) ** 2) + 1e-3
        middle = np.average(places, weights=weights)
        spread = float((weights * (places - middle) ** 2).sum())
        if spread < 1:
            break
        slope = float((weights * (places - middle) * (onsets - np.average(onsets, weights=weights))).sum())
        unit = min(max(slope / spread, 0.97 * unit), 1.03 * unit)
        phase = float(np.average(onsets - places * unit, weights=weights))
    return unit * _DIVISION, phase


def _rows(moments: _Moments, units: NDArray[np.int64]) -> Array:
    """(units, 13): the pitch classes that begin in each, and whether any does."""
    rows = np.zeros((int(units.max()) + 1, 13))
    np.add.at(rows[:, :12], units, np.minimum(moments.chroma, 0.5) * 2)
    np.add.at(rows[:, 12], units, 1)
    return rows


def _returns(rows: Array, bar: NDArray[np.int_]) -> Array:
    """How much music is like itself some bars later."""
    size = float((rows**2).sum()) or 1.0
    lags = [times * len(bar) for times in _REPEATS]
    return np.asarray(
        [
            float((rows[lag:] * rows[:-lag]).sum()) / size * len(rows) / (len(rows) - lag)
            if 2 * lag <= len(rows)
            else 0.0
            for lag in lags
        ]
    )


def _placed(moments: _Moments, units: NDArray[np.int64], metre: int) -> tuple[list[int], Array]:
    """Units at which a bar may begin, and (starts, (_ACCENTS + 2) * _LEVELS): what falls where then.

    After the accents come the levels of the first moment and of the last.
    """
    levels = _levels(metre)
    bar = len(levels)
    places = units % bar
    shares = np.stack([np.bincount(places, accents, bar) for accents in moments.accents])
    first, last = (np.eye(bar)[places[place]] for place in (0, -1))
    shares = np.concatenate([shares, first[None], last[None]])
    starts = list(range(0, bar, _DIVISION // 2))
    onto = np.stack([np.eye(_LEVELS)[np.roll(levels, start)] for start in starts])
    return starts, np.einsum("kb,sbl->skl", shares, onto).reshape(len(starts), -1)


@cache
def _levels(metre: int) -> NDArray[np.int_]:
    """(sixteenths of a bar,): the level of each."""
    is_simple = _FAMILIES[metre] == _SIMPLE
    beat = [2, 4, 3, 4] if is_simple else [2, 4, 3, 5, 3, 4]
    levels = np.tile(beat, METRES[metre].bar_ticks * _DIVISION // (TICKS_PER_QUARTER * len(beat)))
    middle = {16: 8, 24: 12}.get(len(levels))
    levels[0] = 0
    if middle is not None:
        levels[middle] = 1
    return levels
