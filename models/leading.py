"""What a sung top part allows: which notes, lengths and steps in time keep to its rhythm and its compass.

Pure masks over tokens; a `Draft` puts them together with everything else that it is held to.
"""

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from models.scripts import Lead
from models.tokens import DURATIONS, FIRST_NOTE, MAX_SHIFT, VOCABULARY, read_note

_PARTS, _PITCHES = (
    np.asarray(column)
    for column in zip(*(read_note(token) for token in range(FIRST_NOTE, VOCABULARY)), strict=True)
)
_DURATIONS = np.asarray(DURATIONS)
_SHIFTS = np.arange(1, MAX_SHIFT + 1)

_SINGABLE = frozenset({0, 1, 2, 3, 4, 5, 7, 8, 9, 12})
"""Intervals, in semitones, that a singer leaps without trouble: no tritone, no seventh."""


class Leading:
    """A lead as masks. Everything is asked for at a tick; `before` is the lead's pitch before, 0 at first."""

    def __init__(self, lead: Lead) -> None:
        self.lead = lead
        self._durations = dict(lead.notes)
        self._onsets = [onset for onset, _ in lead.notes]

    def begins_at(self, tick: int) -> bool:
        """Whether a note of the lead begins."""
        return tick in self._durations

    def is_over(self, tick: int) -> bool:
        """Whether no note of the lead is still to come after this tick."""
        return tick >= self._onsets[-1]

    def has_begun(self, tick: int) -> bool:
        return tick >= self._onsets[0]

    def own_notes(self, before: int) -> list[NDArray[np.bool_]]:
        """(MAX_PARTS * PITCHES,) each: the notes that may lead on, the most singable ones first."""
        own = (_PARTS == 0) & (self.lead.lowest <= _PITCHES) & (self.lead.highest >= _PITCHES)
        return [own & np.isin(np.abs(_PITCHES - before), list(_SINGABLE)), own] if before else [own]

    def others(self, tick: int, before: int) -> NDArray[np.bool_]:
        """(MAX_PARTS * PITCHES,): what may begin under the lead's note `before`."""
        return (_PARTS > 0) & (before > _PITCHES) & self.has_begun(tick)

    def duration(self, tick: int, room: int) -> NDArray[np.bool_]:
        """(len(DURATIONS),): the one length that the note begun here has, cut to the room there is."""
        wanted = min(self._durations[tick], room)
        return np.arange(len(DURATIONS)) == int(np.searchsorted(_DURATIONS, wanted, side="right")) - 1

    def shifts(self, tick: int, *, alone: bool) -> NDArray[np.bool_]:
        """(MAX_SHIFT,): steps in time not past the lead's next onset.

        Where it plays `alone`, or has not begun, none falls short of it.
        """
        place = bisect_right(self._onsets, tick)
        if place == len(self._onsets):
            return np.ones(MAX_SHIFT, dtype=np.bool_)
        gap = self._onsets[place] - tick
        if alone or not self.has_begun(tick):
            return np.equal(_SHIFTS, min(gap, MAX_SHIFT))
        return np.less_equal(_SHIFTS, gap)
