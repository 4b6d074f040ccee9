"""What people usually do when they set a line of verse, in one metre: logarithms of what was counted.

`rhythm_counts.json` (`python -m training train songs`) says where lines begin in the bar, which steps in time
lead on from where, where they end, and which beats carry the stress of a word.
"""

import json
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from domain.score import Metre

COUNTS_FILE = Path(__file__).parent / "rhythm_counts.json"

GRID = 6
"""Syllables begin on eighths."""

LONGEST_STEP = 48

_CROWDS = (2.5, 3.5, 5.0)
"""Edges between classes of syllables a bar: where there are three, none is twice as long as the next."""

_OTHER_CROWDS = 0.1
SMOOTHING = 0.5
"""What is added to every count: nothing is impossible."""

_NOISE = 0.4
"""How far a seed bends what is usual, in nats."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What is usual in one metre, as logarithms, bent by a seed."""

    metre: Metre
    entries: Mapping[int, float]
    steps: Mapping[int, Mapping[tuple[int, int], float]]
    ends: Mapping[int, float]
    stressed: Mapping[int, tuple[float, float]]


def crowding(syllables: int, bars: int) -> int:
    """A class of how many syllables a bar of the line has, 0 to 3."""
    return bisect_right(_CROWDS, syllables / max(bars, 1))


def strong_ticks(metre: Metre) -> frozenset[int]:
    """The positions in a bar that are strong: its first beat, and a beat in its middle."""
    if metre.is_compound:
        return frozenset(range(0, metre.bar_ticks, metre.beat_ticks))
    return frozenset({0, metre.bar_ticks // 2} if metre.beats % 2 == 0 else {0})


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts in one metre, by position in the bar."""

    entries: Mapping[int, float]
    steps: Mapping[int, Mapping[int, Mapping[int, float]]]
    ends: Mapping[int, Mapping[int, float]]
    bars: Mapping[int, Mapping[int, float]]
    accents: Mapping[int, Sequence[float]]

    @property
    def lines(self) -> float:
        return sum(self.entries.values())


@cache
def counts() -> Mapping[str, Counted]:
    plain = json.loads(COUNTS_FILE.read_text(encoding="utf-8"))["metres"]
    return {
        metre: Counted(
            {int(place): count for place, count in found["entries"].items()},
            {int(crowd): _table(steps) for crowd, steps in found["steps"].items()},
            _table(found["ends"]),
            _table(found["bars"]),
            {int(place): counts for place, counts in found["accents"].items()},
        )
        for metre, found in plain.items()
    }


def _table(plain: Mapping[str, Mapping[str, float]]) -> dict[int, dict[int, float]]:
    return {int(key): {int(inner): count for inner, count in counts.items()} for key, counts in plain.items()}


def habits_of(metre: Metre, random: np.random.Generator | None) -> Habits:
    """What is usual in a metre; with random numbers, bent by them."""
    counted = counts()[str(metre)]
    places = range(0, metre.bar_ticks, GRID)
    lengths = range(GRID, LONGEST_STEP + 1, GRID)

    def bent() -> float:
        return 0.0 if random is None else _NOISE * float(random.standard_normal())

    entries = _logs({place: counted.entries.get(place, 0.0) for place in places})
    ends = _logs({place: sum(counted.ends.get(place, {}).values()) for place in places})
    bends = {(place, length): bent() for place in places for length in lengths}
    steps: dict[int, dict[tuple[int, int], float]] = {}
    for crowd in range(len(_CROWDS) + 1):
        steps[crowd] = {}
        for place in places:
            shares = {length: _seen(counted, crowd, place, length) for length in lengths}
            steps[crowd] |= {
                (place, length): log + bends[place, length] for length, log in _logs(shares).items()
            }
    stressed: dict[int, tuple[float, float]] = {}
    for place in places:
        weak, strong = counted.accents.get(place, (0.0, 0.0))
        share = (strong + 1) / (weak + strong + 2.5)
        stressed[place] = math.log(1 - share), math.log(share)
    return Habits(metre, entries, steps, ends, stressed)


def _seen(counted: Counted, crowd: int, place: int, length: int) -> float:
    """How often people take a step in lines as crowded, and for a little in all others."""
    near = counted.steps.get(crowd, {}).get(place, {}).get(length, 0.0)
    all_found = sum(steps.get(place, {}).get(length, 0.0) for steps in counted.steps.values())
    return near + _OTHER_CROWDS * all_found


def _logs(counts: Mapping[int, float]) -> dict[int, float]:
    total = sum(counts.values()) + SMOOTHING * len(counts)
    return {key: math.log((count + SMOOTHING) / total) for key, count in counts.items()}
