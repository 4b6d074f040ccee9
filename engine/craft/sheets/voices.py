"""A staff's notes as one or two voices, each a row of chords that follow one another.

What overlaps is divided so that the least must be shortened; what sounds together for as long is one
chord. Knows no bars and no note values.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from engine.craft.sheets.spelling import Spelling
from engine.craft.sheets.staves import Staff, Tone

_WAYS = 24
"""How many of the best ways to divide a passage are followed at a time."""

_RINGING_TONES = 3
_RINGING = 0.15
"""What a tick of a note is worth where so many, struck one after the other, are left to ring."""

# What else is disliked, in ticks of shortened notes that it is worth.
_CROSSING = 12
_SECOND_VOICE = 7
_LOWER_NOTE = 0.5
_UPPER_SILENT = 3


@dataclass(frozen=True, slots=True)
class Chord:
    """Notes that begin and end together. `short`: they are played shorter than they are written."""

    onset: int
    end: int
    spellings: tuple[Spelling, ...]
    short: bool = False

    @property
    def ticks(self) -> int:
        return self.end - self.onset


Voice = tuple[Chord, ...]


def divide(staff: Staff) -> tuple[Voice, ...]:
    """The staff's voices, the upper first; the second is missing where one is enough."""
    if staff.apart:
        return tuple(_chords(line) for line in staff.lines)
    pool = {(tone.onset, tone.pitch): tone for line in staff.lines for tone in sorted(line)}
    upper, lower = _divided(sorted(pool.values()), rings=staff.rings)
    return (_chords(upper), _chords(lower)) if lower else (_chords(upper),)


def _chords(tones: Iterable[Tone]) -> Voice:
    """Tones by onset as chords of one length, each over when the next begins."""
    chords = [
        Chord(onset, _common_end(together := list(group)), tuple(tone.spelling for tone in together))
        for onset, group in groupby(sorted(tones), key=lambda tone: tone.onset)
    ]
    following = [chord.onset for chord in chords[1:]] + [chords[-1].end] if chords else []
    return tuple(
        replace(chord, end=min(chord.end, limit)) for chord, limit in zip(chords, following, strict=True)
    )


def _common_end(tones: Sequence[Tone]) -> int:
    """The end that most of the tones have; the latest of those that as many have."""
    ends = [tone.end for tone in tones]
    return max(set(ends), key=lambda end: (ends.count(end), end))


def _divided(tones: Sequence[Tone], *, rings: bool) -> tuple[list[Tone], list[Tone]]:
    """Upper and lower tones, where one voice for all would have to cut notes short."""
    upper: list[Tone] = []
    lower: list[Tone] = []
    for passage in _passages(tones):
        onsets = [list(group) for _, group in groupby(passage, key=lambda tone: tone.onset)]
        division = _best_division(onsets, weight=_RINGING if rings or _overflows(onsets) else 1.0)
        for together, below in zip(onsets, division, strict=True):
            lower += together[:below]
            upper += together[below:]
    return upper, lower


def _passages(tones: Sequence[Tone]) -> Iterator[list[Tone]]:
    """The tones, parted wherever none is held on."""
    passage: list[Tone] = []
    end = 0
    for tone in tones:
        if passage and tone.onset >= end:
            yield passage
            passage = []
        passage.append(tone)
        end = max(end, tone.end)
    if passage:
        yield passage


class _Division(NamedTuple):
    """A way to divide a passage up to here: `below` says how many of each onset's tones go down."""

    cost: float
    upper_end: int = 0
    upper_lowest: int = 0
    lower_end: int = 0
    lower_highest: int = 0
    below: tuple[int, ...] = ()

    @property
    def standing(self) -> tuple[int, ...]:
        """All that matters for what follows."""
        return self.upper_end, self.upper_lowest, self.lower_end, self.lower_highest


def _best_division(onsets: Sequence[Sequence[Tone]], *, weight: float) -> tuple[int, ...]:
    """How many tones of each onset go below, found by following the best few ways from the left.

    `weight` is what it costs to cut a note short, for each tick.
    """
    ways = [_Division(0)]
    for together in onsets:
        options = [
            _divide_on(way, together, below, weight=weight)
            for way in ways
            for below in range(len(together) + 1)
        ]
        best: dict[tuple[int, ...], _Division] = {}
        for way in sorted(options):
            best.setdefault(way.standing, way)
        ways = list(best.values())[:_WAYS]
    return ways[0].below


def _overflows(onsets: Sequence[Sequence[Tone]]) -> bool:
    """Whether more tones sound on, struck one after the other, than two voices can hold."""
    ends = [(together[0].onset, _common_end(together)) for together in onsets]
    return any(
        sum(begin <= onset < end for begin, end in ends[: index + 1]) >= _RINGING_TONES
        for index, (onset, _) in enumerate(ends)
    )


def _divide_on(way: _Division, together: Sequence[Tone], below: int, *, weight: float) -> _Division:
    """The way with one more onset, whose lowest `below` tones go into the lower voice."""
    onset = together[0].onset
    lower, upper = together[:below], together[below:]
    cost, upper_end, upper_lowest, lower_end, lower_highest, earlier = way
    if lower:
        cost += weight * (_shortened(lower) + max(0, lower_end - onset))
        cost += _LOWER_NOTE if any(earlier) else _SECOND_VOICE
        if not upper and upper_end <= onset:
            cost += _UPPER_SILENT
        lower_end, lower_highest = _common_end(lower), lower[-1].pitch
    if upper:
        cost += weight * (_shortened(upper) + max(0, upper_end - onset))
        upper_end, upper_lowest = _common_end(upper), upper[0].pitch
    if min(upper_end, lower_end) > onset and upper_lowest < lower_highest:
        cost += _CROSSING
    return _Division(cost, upper_end, upper_lowest, lower_end, lower_highest, (*earlier, below))


def _shortened(tones: Sequence[Tone]) -> int:
    """How many ticks the tones are off when they are one chord."""
    end = _common_end(tones)
    return sum(abs(tone.end - end) for tone in tones)
