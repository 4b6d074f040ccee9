"""The rhythm of words: when each syllable of a line is sung, as people set such lines.

The best rhythm of a line, and of all lines that share one, is found by dynamic programming over what people
usually do (`rhythm_habits`). Knows no pitches.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from domain.score import TICKS_PER_QUARTER, Metre
from models.composition.rhythm_habits import (
    GRID,
    LONGEST_STEP,
    SMOOTHING,
    Habits,
    counts,
    crowding,
    habits_of,
)
from models.tokens import DURATIONS

Stresses = Sequence[float]
"""How strongly each syllable of a line is spoken, 0 to 1; of lines sung to one melody, the mean."""

METRES = (Metre(4, 4), Metre(3, 4), Metre(6, 8))

_STRESS_WEIGHT = 2.0
"""How much more stress counts than what is usual."""

_LENGTHS = (2, 4)
"""Bars of a line; of one that has more syllables than those hold, eight."""

MOST_SYLLABLES = 40

_FULLEST, _FULLEST_OF_THREE = 0.75, 0.6
"""The share of a line's eighths that may have a syllable; less where only every third beat is strong."""

_SLOW = 0.1
"""How much rarer slow lines are than in the hymnals, where organs play them."""

_FIT_WEIGHT = 12.0
"""How much the fit of words and metre weighs beside how usual the metre is."""

_FEET_OF_THREE_COST = 8.0
"""What two or four beats a bar cost words in perfect feet of three."""

_IDLE_COST = 1.6
"""What a beat costs by which the last note of a line is longer than a bar and a beat, in nats."""

_BREATHLESS_COST = 5.0
"""What a last note of a line would cost, in nats, that had no length; a half note costs nothing."""

_LONG_PICKUP_COST = 3.0
_OFF_BEAT_COST = 2.0
"""What upbeats cost, in nats, that are longer than half a bar, and such as begin off the beat."""

_OTHER_PICKUP = 1.5
"""What it costs that a line begins elsewhere in the bar than the lines before, in nats."""

_FEW = 0.25
"""A smaller share of the lines has to do without the upbeat it wants."""

_OWN_RHYTHM = 0.6
"""Nats a syllable by which a line has to be better off to get a rhythm of its own among lines as long."""


@dataclass(frozen=True, slots=True)
class LineRhythm:
    """(onset, duration) of each syllable, in ticks from the line's first bar line, negative in an upbeat."""

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
class _Decoded:
    """`taken` are the ticks at the end of its bars that were left to the next line's upbeat."""

    score: float
    onsets: tuple[int, ...]
    bars: int
    taken: int


def choose_metre(lines: Sequence[Stresses], offered: Sequence[Metre], random: np.random.Generator) -> Metre:
    """One of the metres offered (of METRES), the likelier the better people set such lines in it."""
    merits = np.asarray([_merit(lines, metre) for metre in offered])
    shares = np.exp(merits - merits.max())
    place = int(np.searchsorted(np.cumsum(shares / shares.sum()), random.random()))
    return offered[min(place, len(offered) - 1)]


def set_lines(
    units: Sequence[Sequence[Stresses]], metre: Metre, random: np.random.Generator
) -> tuple[tuple[LineRhythm, ...], ...]:
    """A rhythm for each line of each unit: the verses' melody, the chorus's (sung in any order).

    Lines as long share one where their stresses allow it. The same random numbers give the same rhythms.
    Raises ValueError for lines of more than MOST_SYLLABLES.
    """
    if max(len(line) for unit in units for line in unit) > MOST_SYLLABLES:
        raise ValueError("a line of too many syllables")
    habits = habits_of(metre, random)
    chance = random.random()
    decoded = _decode_all([line for unit in units for line in unit], habits, chance)
    starts = [sum(map(len, units[:place])) for place in range(len(units))]
    pickup = max(0, *(-decoded[start].onsets[0] for start in starts))
    return tuple(
        _with_durations(decoded[start : start + len(unit)], pickup, metre)
        for start, unit in zip(starts, units, strict=True)
    )


def _merit(lines: Sequence[Stresses], metre: Metre) -> float:
    """How well lines go in a metre: what their rhythms are worth a syllable, and how usual it is."""
    habits = habits_of(metre, None)
    by_length = _by_length(lines)
    bars = _bars(by_length, habits, 0.5)
    worth = 0.0
    for length, same in by_length.items():
        decoded = _decode(same, habits, bars[length])
        # A breath is found in any metre, though not in all as easily.
        worth += len(same) * (
            decoded.score + _breathless(decoded.onsets[-1], decoded.bars, decoded.taken, habits)
        )
    merit = _FIT_WEIGHT * worth / sum(map(len, lines)) + math.log(counts()[str(metre)].lines)
    in_two = metre.beats % 3 != 0
    return merit - _FEET_OF_THREE_COST * max(0.0, _feet_of_three(lines)) * in_two


def _feet_of_three(lines: Sequence[Stresses]) -> float:
    """How much more stress comes on every third syllable than on every second, -1 to 1."""
    return float(np.mean([_regularity(line, 3) - _regularity(line, 2) for line in lines]))


def _regularity(line: Stresses, period: int) -> float:
    """How much stronger every so many-th syllable is than those between, from wherever that begins best."""
    stresses = np.asarray(line)
    if len(stresses) <= period:
        return 0.0
    lifted = [np.arange(len(stresses)) % period == first for first in range(period)]
    return max(float(stresses[these].mean() - stresses[~these].mean()) for these in lifted)


def _by_length(lines: Sequence[Stresses]) -> dict[int, list[Stresses]]:
    """The lines by their number of syllables, the most frequent length first."""
    found: dict[int, list[Stresses]] = {}
    for line in sorted(lines, key=len, reverse=True):
        found.setdefault(len(line), []).append(line)
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def _bars(by_length: Mapping[int, Sequence[Stresses]], habits: Habits, chance: float) -> dict[int, int]:
    """The bars of lines by their length: drawn for the longest, the same for others unless half as long."""
    longest = max(by_length)
    usual = counts()[str(habits.metre)].bars
    fullest = _FULLEST_OF_THREE if habits.metre.beats == 3 else _FULLEST
    room = habits.metre.bar_ticks // GRID * fullest
    possible = [bars for bars in _LENGTHS if bars * room >= longest] or [2 * _LENGTHS[-1]]
    near = [
        sum(usual.get(n, {}).get(bars, 0.0) for n in range(longest - 1, longest + 2)) for bars in possible
    ]
    worth = [_decode(by_length[longest], habits, bars).score for bars in possible]
    weights = np.asarray(near) + SMOOTHING
    weights *= np.exp(np.asarray(worth) - max(worth))
    weights *= [_SLOW if _is_slow(longest, bars, habits.metre) else 1.0 for bars in possible]
    drawn = possible[min(int(np.searchsorted(np.cumsum(weights) / weights.sum(), chance)), len(possible) - 1)]
    return {length: max(drawn // 2, 2) if 2 * length <= longest else drawn for length in by_length}


def _is_slow(syllables: int, bars: int, metre: Metre) -> bool:
    """Whether bars of four beats have hardly two syllables each."""
    return crowding(syllables, bars) == 0 and metre.bar_ticks >= 4 * TICKS_PER_QUARTER


def _decode_all(lines: Sequence[Stresses], habits: Habits, chance: float) -> list[_Decoded]:
    """A rhythm for each line, those as long together, the most frequent length first."""
    by_length = _by_length(lines)
    bars = _bars(by_length, habits, chance)
    reserve = _reserve(by_length, habits, bars)
    found: dict[int, _Decoded] = {}
    usual: int | None = None
    for length, same in by_length.items():
        shared = _decode(same, habits, bars[length], reserve=reserve, usual=usual)
        usual = -shared.onsets[0] if usual is None else usual
        own: list[_Decoded] = []
        for place in (place for place, line in enumerate(lines) if len(line) == length):
            alone = _decode([lines[place]], habits, bars[length], reserve=reserve, usual=usual)
            options = [replace(each, score=_worth(each, lines[place], habits)) for each in (shared, *own)]
            best = max(options, key=lambda each: each.score)
            if alone.score > best.score + _OWN_RHYTHM * length:
                own.append(alone)
                best = alone
            found[place] = best
    return [found[place] for place in range(len(lines))]


def _reserve(by_length: Mapping[int, Sequence[Stresses]], habits: Habits, bars: Mapping[int, int]) -> int:
    """The ticks to be left free at the end of lines: the longest upbeat that more than a few want."""
    wanted = {length: -_decode(same, habits, bars[length]).onsets[0] for length, same in by_length.items()}
    enough = _FEW * sum(map(len, by_length.values()))
    return max((wanted[length] for length, same in by_length.items() if len(same) >= enough), default=0)


def _decode(
    lines: Sequence[Stresses],
    habits: Habits,
    bars: int,
    *,
    reserve: int | None = None,
    usual: int | None = None,
) -> _Decoded:
    """The best rhythm that lines of one length can all be sung to; its worth is that for one of them.

    Its upbeat is `reserve` ticks at most, and as many are left free at its end.
    """
    mean = [float(np.mean(column)) for column in zip(*lines, strict=True)]
    best: _Decoded | None = None
    longest = habits.metre.bar_ticks - GRID if reserve is None else reserve
    for pickup in range(0, longest + 1, GRID):
        found = _best_path(mean, habits, bars, pickup, pickup if reserve is None else reserve)
        if found is None:
            continue
        cost = _OTHER_PICKUP * (usual not in (None, pickup)) + _pickup_cost(pickup, habits.metre)
        found = replace(found, score=found.score - cost)
        if best is None or found.score > best.score:
            best = found
    if best is None:
        raise ValueError(f"{len(mean)} syllables do not fit into {bars} bars of {habits.metre}")
    return best


def _pickup_cost(pickup: int, metre: Metre) -> float:
    """What speaks against an upbeat of more than half a bar."""
    if 2 * pickup <= metre.bar_ticks:
        return 0.0
    return _LONG_PICKUP_COST + _OFF_BEAT_COST * (pickup % metre.beat_ticks != 0)


def _best_path(stresses: Stresses, habits: Habits, bars: int, pickup: int, taken: int) -> _Decoded | None:
    """The best onsets of a line begun `pickup` before its bar line; its last `taken` ticks stay free."""
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
            for step in range(GRID, min(LONGEST_STEP, latest - tick) + 1, GRID):
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


def _worth(decoded: _Decoded, line: Stresses, habits: Habits) -> float:
    """What a rhythm is worth for a line, as `_best_path` reckons it."""
    bar = habits.metre.bar_ticks
    onsets = decoded.onsets
    steps = habits.steps[crowding(len(line), decoded.bars)]
    worth = habits.entries[onsets[0] % bar] + _end(onsets[-1], decoded.bars, decoded.taken, habits)
    worth += sum(steps[tick % bar, after - tick] for tick, after in pairwise(onsets))
    return worth + sum(_accent(stress, tick % bar, habits) for stress, tick in zip(line, onsets, strict=True))


def _end(tick: int, bars: int, taken: int, habits: Habits) -> float:
    """What it is worth to end here: where lines do, with time for a breath, the last note not for ever."""
    bar, beat = habits.metre.bar_ticks, habits.metre.beat_ticks
    idle = max(0, bars * bar - taken - tick - bar - beat)
    return habits.ends[tick % bar] - _IDLE_COST * idle / beat - _breathless(tick, bars, taken, habits)


def _breathless(tick: int, bars: int, taken: int, habits: Habits) -> float:
    """What a last note costs that leaves no time for a breath."""
    beat = habits.metre.beat_ticks
    enough = beat if habits.metre.is_compound else 2 * beat
    return _BREATHLESS_COST * max(0.0, 1 - (bars * habits.metre.bar_ticks - taken - tick) / enough)


def _accent(stress: float, place: int, habits: Habits) -> float:
    unstressed, stressed = habits.stressed[place]
    return _STRESS_WEIGHT * (stress * stressed + (1 - stress) * unstressed)


def _with_durations(lines: Sequence[_Decoded], pickup: int, metre: Metre) -> tuple[LineRhythm, ...]:
    """Each syllable held until the next, the last one of a line until the next line begins.

    After the last line comes any melody of the song, whose upbeat begins up to `pickup` before its bar line.
    """
    rhythms: list[LineRhythm] = []
    for line, following in zip(lines, (*lines[1:], None), strict=True):
        upbeat = pickup if following is None else -following.onsets[0]
        end = max(line.bars * metre.bar_ticks - upbeat, line.onsets[-1] + GRID)
        onsets = (*line.onsets, end)
        notes = tuple((tick, _sayable(after - tick)) for tick, after in pairwise(onsets))
        rhythms.append(LineRhythm(notes, line.bars))
    return tuple(rhythms)


def _sayable(ticks: int) -> int:
    """The longest duration there is a token for that is not longer."""
    return max(duration for duration in DURATIONS if duration <= ticks)
