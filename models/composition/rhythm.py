"""The rhythm of words: when each syllable of a line is sung, as people set such lines.

What people do is counted in `rhythm_counts.json` (`python -m training count rhythms`): where lines begin in the
bar, which steps in time lead on from where, where they end, and which beats carry the stress of a word. The best
rhythm of a line, and of all lines that share one, is found by dynamic programming. Knows no pitches.
"""

import json
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from domain.score import Metre
from models.tokens import DURATIONS

COUNTS_FILE = Path(__file__).parent / "rhythm_counts.json"

Stresses = Sequence[float]
"""How strongly each syllable of a line is spoken, 0 to 1; of lines sung to one melody, the mean."""

METRES = (Metre(4, 4), Metre(3, 4), Metre(6, 8))

_GRID = 6
"""Syllables begin on eighths."""

_LONGEST_STEP = 48
_STRESS_WEIGHT = 2.0
"""How much more stress counts than what is usual."""

_LENGTHS = (2, 4)
"""Bars of a line; of one that has more syllables than those hold, eight."""

MOST_SYLLABLES = 40
"""Of a line."""

_CROWDS = (2.5, 3.5, 5.0)
"""Edges between classes of syllables a bar: where there are three, none is twice as long as the next."""

_OTHER_CROWDS = 0.1
_SMOOTHING = 0.5
_FULLEST = 0.75
"""The share of a line's eighths that may have a syllable."""

_FIT_WEIGHT = 12.0
"""How much the fit of words and metre weighs beside how usual the metre is."""

_NOISE = 0.4
"""How far a seed bends what is usual, in nats."""

_IDLE_COST = 1.6
"""What a beat costs by which the last note of a line is longer than a bar and a beat, in nats."""

_OTHER_PICKUP = 1.5
"""What it costs that a line begins elsewhere in the bar than the lines before, in nats."""

_OWN_RHYTHM = 0.6
"""Nats a syllable by which a line has to be better off to get a rhythm of its own among lines as long."""


@dataclass(frozen=True, slots=True)
class LineRhythm:
    """(onset, duration) of each syllable, in ticks from the line's first bar line: an upbeat's are negative."""

    notes: tuple[tuple[int, int], ...]
    bars: int

    @property
    def pickup(self) -> int:
        """How many ticks before its first bar line the line begins."""
        return -self.notes[0][0]

    @property
    def onsets(self) -> tuple[int, ...]:
        return tuple(onset for onset, _ in self.notes)


@dataclass(frozen=True, slots=True)
class _Habits:
    """What is usual in one metre, as logarithms, bent by a seed."""

    metre: Metre
    entries: Mapping[int, float]
    steps: Mapping[int, Mapping[tuple[int, int], float]]
    ends: Mapping[int, float]
    stressed: Mapping[int, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Decoded:
    """`taken` are the ticks at the end of its bars that were left to the next line's upbeat."""

    score: float
    onsets: tuple[int, ...]
    bars: int
    taken: int


def crowding(syllables: int, bars: int) -> int:
    """A class of how many syllables a bar of the line has, 0 to 3."""
    return bisect_right(_CROWDS, syllables / max(bars, 1))


def choose_metre(lines: Sequence[Stresses], offered: Sequence[Metre], random: np.random.Generator) -> Metre:
    """One of the metres offered (of METRES), the likelier the better people set such lines in it."""
    merits = np.asarray([_merit(lines, metre) for metre in offered])
    shares = np.exp(merits - merits.max())
    place = int(np.searchsorted(np.cumsum(shares / shares.sum()), random.random()))
    return offered[min(place, len(offered) - 1)]


def set_lines(
    units: Sequence[Sequence[Stresses]], metre: Metre, random: np.random.Generator
) -> tuple[tuple[LineRhythm, ...], ...]:
    """A rhythm for each line of each unit (the verses' melody, the chorus's), in whatever order they are sung.

    Lines as long share one where their stresses allow it. The same random numbers give the same rhythms.
    Raises ValueError for lines of more than MOST_SYLLABLES.
    """
    habits = _habits(metre, random)
    chance = random.random()
    decoded = _decode_all([line for unit in units for line in unit], habits, chance)
    starts = [sum(map(len, units[:place])) for place in range(len(units))]
    pickup = max(0, *(-decoded[start].onsets[0] for start in starts))
    return tuple(
        _with_durations(decoded[start : start + len(unit)], pickup, metre)
        for start, unit in zip(starts, units, strict=True)
    )


def strong_ticks(metre: Metre) -> frozenset[int]:
    """The positions in a bar that are strong: its first beat, and the one in its middle where there is one."""
    if metre.is_compound:
        return frozenset(range(0, metre.bar_ticks, metre.beat_ticks))
    return frozenset({0, metre.bar_ticks // 2} if metre.beats % 2 == 0 else {0})


def _merit(lines: Sequence[Stresses], metre: Metre) -> float:
    """How well the lines go in a metre: what their rhythms are worth a syllable, and how usual the metre is."""
    habits = _habits(metre, None)
    by_length = _by_length(lines)
    bars = _bars(by_length, habits, 0.5)
    worth = sum(len(same) * _decode(same, habits, bars[length]).score for length, same in by_length.items())
    return _FIT_WEIGHT * worth / sum(map(len, lines)) + math.log(_counts()[str(metre)].lines)


def _by_length(lines: Sequence[Stresses]) -> dict[int, list[Stresses]]:
    """The lines by their number of syllables, the most frequent length first."""
    found: dict[int, list[Stresses]] = {}
    for line in sorted(lines, key=len, reverse=True):
        found.setdefault(len(line), []).append(line)
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def _bars(by_length: Mapping[int, Sequence[Stresses]], habits: _Habits, chance: float) -> dict[int, int]:
    """The bars of lines by their length: drawn for the longest, the same for others unless half as long."""
    longest = max(by_length)
    usual = _counts()[str(habits.metre)].bars
    room = habits.metre.bar_ticks // _GRID * _FULLEST
    possible = [bars for bars in _LENGTHS if bars * room >= longest] or [2 * _LENGTHS[-1]]
    near = [
        sum(usual.get(n, {}).get(bars, 0.0) for n in range(longest - 1, longest + 2)) for bars in possible
    ]
    worth = [_decode(by_length[longest], habits, bars).score for bars in possible]
    weights = np.asarray(near) + _SMOOTHING
    weights *= np.exp((np.asarray(worth) - max(worth)) / 2)
    drawn = possible[min(int(np.searchsorted(np.cumsum(weights) / weights.sum(), chance)), len(possible) - 1)]
    return {length: max(drawn // 2, 2) if 2 * length <= longest else drawn for length in by_length}


def _decode_all(lines: Sequence[Stresses], habits: _Habits, chance: float) -> list[_Decoded]:
    """A rhythm for each line, those as long together, the most frequent length first."""
    by_length = _by_length(lines)
    bars = _bars(by_length, habits, chance)
    found: dict[int, _Decoded] = {}
    usual: int | None = None
    for length, same in by_length.items():
        shared = _decode(same, habits, bars[length], usual=usual)
        usual = -shared.onsets[0] if usual is None else usual
        own: list[_Decoded] = []
        for place in (place for place, line in enumerate(lines) if len(line) == length):
            alone = _decode([lines[place]], habits, bars[length], usual=usual)
            options = [replace(each, score=_worth(each, lines[place], habits)) for each in (shared, *own)]
            best = max(options, key=lambda each: each.score)
            if alone.score > best.score + _OWN_RHYTHM * length:
                own.append(alone)
                best = alone
            found[place] = best
    return [found[place] for place in range(len(lines))]


def _decode(lines: Sequence[Stresses], habits: _Habits, bars: int, *, usual: int | None = None) -> _Decoded:
    """The best rhythm of lines of one length, which must all be sung to it; its worth is that for one of them."""
    mean = [float(np.mean(column)) for column in zip(*lines, strict=True)]
    best: _Decoded | None = None
    for pickup in range(0, habits.metre.bar_ticks, _GRID):
        # Beside lines that begin on the first beat, an upbeat would have to be taken from their last note.
        found = _best_path(mean, habits, bars, pickup, max(pickup, usual or 0))
        if found is None:
            continue
        cost = (
            0.0 if usual is None else _OTHER_PICKUP * (pickup != usual) + 3 * _OTHER_PICKUP * (pickup > usual)
        )
        found = replace(found, score=found.score - cost)
        if best is None or found.score > best.score:
            best = found
    if best is None:
        raise ValueError(f"{len(mean)} syllables do not fit into {bars} bars of {habits.metre}")
    return best


def _best_path(stresses: Stresses, habits: _Habits, bars: int, pickup: int, taken: int) -> _Decoded | None:
    """The best onsets of a line that begins `pickup` before its bar line and leaves the last `taken` ticks free."""
    bar = habits.metre.bar_ticks
    steps = habits.steps[crowding(len(stresses), bars)]
    latest = bars * bar - taken - habits.metre.beat_ticks // (2 if habits.metre.is_compound else 1)
    reached: dict[int, float] = {
        -pickup: habits.entries[-pickup % bar] + _accent(stresses[0], -pickup % bar, habits)
    }
    origins: list[dict[int, int]] = []
    for stress in stresses[1:]:
        following: dict[int, float] = {}
        came_from: dict[int, int] = {}
        for tick, worth in reached.items():
            for step in range(_GRID, min(_LONGEST_STEP, latest - tick) + 1, _GRID):
                there = tick + step
                total = worth + steps[tick % bar, step] + _accent(stress, there % bar, habits)
                if total > following.get(there, -math.inf):
                    following[there], came_from[there] = total, tick
        reached = following
        origins.append(came_from)
    if not reached:
        return None
    reached = {tick: worth + _end(tick, bars, taken, habits) for tick, worth in reached.items()}
    last = max(reached, key=reached.__getitem__)
    onsets = [last]
    for came_from in reversed(origins):
        onsets.append(came_from[onsets[-1]])
    return _Decoded(reached[last], tuple(reversed(onsets)), bars, taken)


def _worth(decoded: _Decoded, line: Stresses, habits: _Habits) -> float:
    """What a rhythm is worth for a line, as `_best_path` reckons it."""
    bar = habits.metre.bar_ticks
    onsets = decoded.onsets
    steps = habits.steps[crowding(len(line), decoded.bars)]
    worth = habits.entries[onsets[0] % bar] + _end(onsets[-1], decoded.bars, decoded.taken, habits)
    worth += sum(steps[tick % bar, after - tick] for tick, after in pairwise(onsets))
    return worth + sum(_accent(stress, tick % bar, habits) for stress, tick in zip(line, onsets, strict=True))


def _end(tick: int, bars: int, taken: int, habits: _Habits) -> float:
    """What it is worth to end here: where lines do, and not so early that the last note stands for ever."""
    bar, beat = habits.metre.bar_ticks, habits.metre.beat_ticks
    idle = max(0, bars * bar - taken - tick - bar - beat)
    return habits.ends[tick % bar] - _IDLE_COST * idle / beat


def _accent(stress: float, place: int, habits: _Habits) -> float:
    unstressed, stressed = habits.stressed[place]
    return _STRESS_WEIGHT * (stress * stressed + (1 - stress) * unstressed)


def _with_durations(lines: Sequence[_Decoded], pickup: int, metre: Metre) -> tuple[LineRhythm, ...]:
    """Each syllable held until the next, the last one of a line until the next line begins.

    After the last line comes any melody of the song, whose upbeat begins up to `pickup` before its bar line.
    """
    rhythms: list[LineRhythm] = []
    for line, following in zip(lines, (*lines[1:], None), strict=True):
        upbeat = pickup if following is None else -following.onsets[0]
        end = max(line.bars * metre.bar_ticks - upbeat, line.onsets[-1] + _GRID)
        onsets = (*line.onsets, end)
        notes = tuple((tick, _sayable(after - tick)) for tick, after in pairwise(onsets))
        rhythms.append(LineRhythm(notes, line.bars))
    return tuple(rhythms)


def _sayable(ticks: int) -> int:
    """The longest duration there is a token for that is not longer."""
    return max(duration for duration in DURATIONS if duration <= ticks)


@dataclass(frozen=True, slots=True)
class _Counted:
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
def _counts() -> Mapping[str, _Counted]:
    plain = json.loads(COUNTS_FILE.read_text(encoding="utf-8"))["metres"]
    return {
        metre: _Counted(
            {int(place): count for place, count in found["entries"].items()},
            {int(crowd): _table(steps) for crowd, steps in found["steps"].items()},
            *(_table(found[name]) for name in ("ends", "bars")),
            {int(place): counts for place, counts in found["accents"].items()},
        )
        for metre, found in plain.items()
    }


def _table(plain: Mapping[str, Mapping[str, float]]) -> dict[int, dict[int, float]]:
    return {int(key): {int(inner): count for inner, count in counts.items()} for key, counts in plain.items()}


def _habits(metre: Metre, random: np.random.Generator | None) -> _Habits:
    """What is usual in a metre; with random numbers, bent by them."""
    counted = _counts()[str(metre)]
    places = range(0, metre.bar_ticks, _GRID)
    lengths = range(_GRID, _LONGEST_STEP + 1, _GRID)

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
    return _Habits(metre, entries, steps, ends, stressed)


def _seen(counted: _Counted, crowd: int, place: int, length: int) -> float:
    """How often people take a step in lines as crowded, and for a little in all others."""
    near = counted.steps.get(crowd, {}).get(place, {}).get(length, 0.0)
    all_found = sum(steps.get(place, {}).get(length, 0.0) for steps in counted.steps.values())
    return near + _OTHER_CROWDS * all_found


def _logs(counts: Mapping[int, float]) -> dict[int, float]:
    total = sum(counts.values()) + _SMOOTHING * len(counts)
    return {key: math.log((count + _SMOOTHING) / total) for key, count in counts.items()}
