"""What holds from one change to the next: metres, tempos and key signatures over a span of time.

Pure arithmetic; knows nothing of notes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Stretch(Generic[_Value]):
    """A value, when it was set, and how much of the span it holds for, all in quarters."""

    value: _Value
    start: float
    sounding: float


def in_force(
    changes: Sequence[tuple[float, _Value]], default: _Value, *, first: float, last: float
) -> Iterator[Stretch[_Value]]:
    """What holds between two times, in order; at a span of no length, the one value that holds there."""
    starts = [(0.0, default), *sorted(changes, key=lambda change: change[0])]
    ends = [*(start for start, _ in starts[1:]), float("inf")]
    for (start, value), end in zip(starts, ends, strict=True):
        sounding = min(end, last) - max(start, first)
        if start < end and (sounding > 0 or start <= first == last < end):
            yield Stretch(value, start, sounding)


def mainly(stretches: Sequence[Stretch[_Value]]) -> _Value:
    """The value that holds longest in all; of two as long, the earlier."""
    lengths: dict[_Value, float] = {}
    for stretch in stretches:
        lengths[stretch.value] = lengths.get(stretch.value, 0.0) + stretch.sounding
    return max(lengths, key=lambda value: lengths[value])


def middle(stretches: Sequence[Stretch[float]]) -> float:
    """The median of the values by how long they hold: rubato and a slow ending leave it as it is."""
    ordered = sorted(stretches, key=lambda stretch: stretch.value)
    half = sum(stretch.sounding for stretch in ordered) / 2
    for stretch in ordered:
        half -= stretch.sounding
        if half <= 0:
            return stretch.value
    return ordered[-1].value
