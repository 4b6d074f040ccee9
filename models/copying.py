"""What comes again in a piece that is being written: which moment is copied where, and where copies begin.

Knows moments by their ticks and tokens, not what may follow them.
"""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from models.scripts import Copy
from models.tokens import DURATIONS, FIRST_DURATION, FIRST_SHIFT, MAX_SHIFT

_DURATIONS = np.asarray(DURATIONS)


class Copying:
    """The copies of a script, in order; `ticks` and `moments` (tokens) are those written so far."""

    def __init__(self, copies: Sequence[Copy]) -> None:
        self._copies = copies

    def at(self, tick: int) -> Copy | None:
        """The copy that is under way at `tick`, or comes next."""
        return next((copy for copy in self._copies if copy.end > tick), None)

    def first_from(self, tick: int, ticks: Sequence[int]) -> int | None:
        """The first moment at or after `tick` of the copy under way then, as far as its source is written."""
        copy = self.at(tick)
        if copy is None or tick < copy.start:
            return None
        index = bisect_left(ticks, tick - copy.start + copy.source)
        if index == len(ticks):
            return None
        place = ticks[index] - copy.source + copy.start
        return place if place < copy.end else None

    def landing(self, tick: int, ticks: Sequence[int]) -> int | None:
        """Where the copy to come has its first moment, which what is written before must not pass."""
        copy = self.at(tick)
        return None if copy is None else self.first_from(max(copy.start, tick + 1), ticks)

    def moment(
        self, tick: int, ticks: Sequence[int], moments: Sequence[tuple[int, ...]]
    ) -> tuple[int, ...] | None:
        """The whole moment at `tick`, where it comes again; None where it is to be written."""
        copy = self.at(tick)
        if copy is None or tick < copy.start:
            return None
        source = tick - copy.start + copy.source
        index = bisect_left(ticks, source)
        if index >= len(ticks) or ticks[index] != source:
            return None
        following = ticks[index + 1] if index + 1 < len(ticks) else tick
        target = following - copy.source + copy.start
        if target >= copy.end:
            target = self.first_from(copy.end, ticks) or copy.end
        tokens = list(moments[index][:-1])
        room = copy.end - tick
        for place in range(1, len(tokens), 2):
            if DURATIONS[tokens[place] - FIRST_DURATION] > room:
                tokens[place] = FIRST_DURATION + int(np.searchsorted(_DURATIONS, room, side="right")) - 1
        return (*tokens, FIRST_SHIFT + min(target - tick, MAX_SHIFT) - 1)
