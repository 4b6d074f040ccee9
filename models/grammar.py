"""What may follow what: the rules that make every sampled token sequence a legal piece.

A `Draft` is a piece being written. It says which tokens are legal next and takes one at a time;
however the choices fall, bars sum exactly, parts keep their order and the last bar has an end.
"""

import numpy as np
from numpy.typing import NDArray

from domain.score import TICKS_PER_QUARTER, Mode
from models.tokens import (
    DURATIONS,
    END,
    FIRST_DURATION,
    FIRST_NOTE,
    FIRST_SHIFT,
    GRID,
    LOWEST_PITCH,
    MAX_NOTES,
    MAX_SHIFT,
    PITCHES,
    VOCABULARY,
    Plan,
    TokenSequence,
    read_note,
)

_ON_GRID = np.zeros(TICKS_PER_QUARTER, dtype=np.bool_)
_ON_GRID[list(GRID)] = True
_SHIFTS = np.arange(1, MAX_SHIFT + 1)
_DURATIONS = np.asarray(DURATIONS)
_PITCH_CLASSES = np.asarray([read_note(token)[1] % 12 for token in range(FIRST_NOTE, VOCABULARY)])


class Draft:
    """A piece of music being written token by token under a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tick = 0
        self.finished = False
        self.sounding_until = np.zeros(PITCHES, dtype=np.int64)
        self._ticks: list[int] = []
        self._moments: list[tuple[int, ...]] = []
        self._moment: list[int] = []

    @property
    def last_moment(self) -> tuple[int, ...]:
        """The tokens of the last closed moment; empty before the first."""
        return self._moments[-1] if self._moments else ()

    @property
    def last_tick(self) -> int:
        """Where the last closed moment begins."""
        return self._ticks[-1]

    @property
    def sounding(self) -> NDArray[np.bool_]:
        """(PITCHES,): which pitches sound at `tick`, held ones and those of the moment so far."""
        return self.sounding_until > self.tick

    @property
    def at_moment_start(self) -> bool:
        return not self._moment

    def allowed(self) -> NDArray[np.bool_]:
        """(VOCABULARY,): the tokens that may come next; at least one until finished."""
        mask = np.zeros(VOCABULARY, dtype=np.bool_)
        if self._moment and self._moment[-1] >= FIRST_NOTE:
            room = self.plan.end_tick - self.tick
            mask[FIRST_DURATION:FIRST_NOTE] = room >= _DURATIONS
            return mask
        after = self.tick + _SHIFTS
        shifts = (after <= self._last_onset) & _ON_GRID[after % TICKS_PER_QUARTER]
        if len(self._moment) < 2 * MAX_NOTES:
            lowest = self._moment[-2] + 1 if self._moment else FIRST_NOTE
            mask[lowest : FIRST_NOTE + self.plan.parts * PITCHES] = True
            if not shifts.any():
                mask[FIRST_NOTE:] &= self._tonic_chord()
        if self._moment or self._may_rest():
            mask[FIRST_SHIFT:FIRST_DURATION] = shifts
        if self._moment and self.tick >= self.plan.end_tick - self.plan.metre.bar_ticks:
            mask[END] = self._is_home() or not mask.any()
        return mask

    @property
    def _last_onset(self) -> int:
        """The last moment that may begin: late enough to close on, early enough to be heard as an end."""
        return self.plan.end_tick - min(self.plan.metre.beat_ticks, self.plan.metre.bar_ticks)

    def _may_rest(self) -> bool:
        """A moment without notes opens a piece with an upbeat, or goes on a long rest."""
        return not self._moments or self._moments[-1][-1] == FIRST_SHIFT + MAX_SHIFT - 1

    def _is_home(self) -> bool:
        """Whether the lowest note of the moment is the tonic, which is C for every model."""
        return min(read_note(token)[1] for token in self._moment[::2]) % 12 == 0

    def _tonic_chord(self) -> NDArray[np.bool_]:
        """(MAX_PARTS * PITCHES,): the notes a last chord may hold, its lowest part the tonic alone."""
        triad = (0, 4, 7) if self.plan.key.mode is Mode.MAJOR else (0, 3, 7)
        chord = np.isin(_PITCH_CLASSES, triad)
        chord[(self.plan.parts - 1) * PITCHES :] &= _PITCH_CLASSES[(self.plan.parts - 1) * PITCHES :] == 0
        return chord

    def push(self, token: int) -> None:
        """Take a legal token."""
        self._moment.append(token)
        if token >= FIRST_NOTE:
            return
        if token >= FIRST_DURATION:
            _, pitch = read_note(self._moment[-2])
            end = self.tick + DURATIONS[token - FIRST_DURATION]
            row = pitch - LOWEST_PITCH
            self.sounding_until[row] = max(self.sounding_until[row], end)
            return
        self._ticks.append(self.tick)
        self._moments.append(tuple(self._moment))
        self._moment = []
        if token == END:
            self.finished = True
        else:
            self.tick += token - FIRST_SHIFT + 1

    def sequence(self) -> TokenSequence:
        """The finished piece."""
        return TokenSequence(self.plan, tuple(self._moments), tuple(self._ticks))
