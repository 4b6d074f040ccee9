"""What is stated at the beginning of a piece, as tokens: the only ones allowed there, or what leaves room.

Pure masks over tokens; a `Draft` puts them together with everything else that it is held to.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from domain.score import TICKS_PER_QUARTER, Note
from models.scripts import Stated
from models.tokens import (
    FIRST_NOTE,
    GRID,
    LOWEST_PITCH,
    MAX_NOTES,
    MAX_SHIFT,
    PITCHES,
    VOCABULARY,
    duration_token,
    note_token,
    read_note,
)

_PARTS, _PITCHES = (
    np.asarray(column)
    for column in zip(*(read_note(token) for token in range(FIRST_NOTE, VOCABULARY)), strict=True)
)
_SHIFTS = np.arange(1, MAX_SHIFT + 1)
_HANDS = 2
"""Up to so many parts, a part may have chords, and so may the one that states a line."""


class Dictating:
    """What is stated, as tokens and masks. Everything is asked for at a tick.

    Onsets that tokens can't say are moved to the nearest that they can.
    """

    def __init__(self, stated: Stated, parts: int) -> None:
        self._stated = stated
        self._moments = _moments(stated.parts)
        self._onsets = sorted(self._moments)
        chordal = stated.whole or parts <= _HANDS
        self._others = np.zeros_like(_PARTS, dtype=np.bool_) if stated.whole else (_PARTS > 0) | chordal

    def token(self, tick: int, moment: Sequence[int]) -> int | None:
        """The token that comes next in the moment so far; None where none is given."""
        given = self._moments.get(tick, ())
        return given[len(moment)] if len(moment) < len(given) else None

    def is_over(self, tick: int) -> bool:
        return tick >= self._stated.end and tick > self._onsets[-1]

    def others(self, tick: int) -> NDArray[np.bool_]:
        """(MAX_PARTS * PITCHES,): what may begin beside what is stated: notes under it, or none."""
        if self.is_over(tick):
            return np.ones_like(self._others)
        place = bisect_right(self._onsets, tick)
        if place == 0:
            return np.zeros_like(self._others)
        stated = read_note(self._moments[self._onsets[place - 1]][0])[1]
        return self._others & (stated > _PITCHES)

    def shifts(self, tick: int) -> NDArray[np.bool_]:
        """(MAX_SHIFT,): steps not past the next onset; to it, or to the end, where nothing else sounds."""
        if self.is_over(tick):
            return np.ones(MAX_SHIFT, dtype=np.bool_)
        place = bisect_right(self._onsets, tick)
        waits = self._stated.whole or place == 0
        if place == len(self._onsets):
            gap = self._stated.end - tick
            return min(gap, MAX_SHIFT) <= _SHIFTS if waits else np.ones(MAX_SHIFT, dtype=np.bool_)
        gap = self._onsets[place] - tick
        return np.equal(_SHIFTS, min(gap, MAX_SHIFT)) if waits else np.less_equal(_SHIFTS, gap)


def _moments(parts: Sequence[Sequence[Note]]) -> dict[int, list[int]]:
    """The tokens of the notes that begin at each tick; not a moment's last one, which says what follows."""
    noted = sorted(
        (_on_grid(note.onset), note_token(part, _on_keyboard(note.pitch)), note.duration)
        for part, notes in enumerate(parts)
        for note in notes
    )
    moments: dict[int, list[int]] = {}
    for tick, group in groupby(noted, key=lambda each: each[0]):
        distinct = list({token: (token, duration_token(length)) for _, token, length in group}.values())
        if len(distinct) > MAX_NOTES:  # as where scores are encoded
            distinct = distinct[: MAX_NOTES // 2] + distinct[-MAX_NOTES // 2 :]
        moments[tick] = [token for pair in distinct for token in pair]
    return moments


def _on_grid(tick: int) -> int:
    quarter, rest = divmod(tick, TICKS_PER_QUARTER)
    return quarter * TICKS_PER_QUARTER + min(GRID, key=lambda place: (abs(place - rest), place))


def _on_keyboard(pitch: int) -> int:
    while pitch < LOWEST_PITCH:
        pitch += 12
    while pitch >= LOWEST_PITCH + PITCHES:
        pitch -= 12
    return pitch
