"""What binds a piece of lanes while it is being written: its script, column by column. Knows no network."""

import numpy as np
from numpy.typing import NDArray

from domain.genres import TUNES
from models.gan.generator import BEFORE, FIRST_PITCH, GO_ON, MOVES, REST
from models.lane_scripts import stated_columns, stated_lanes
from models.lanes import BASS, LANES, LOWEST, MELODY, PITCHES, SIXTEENTHS, column_ticks
from models.scripts import Arrival, Script
from models.tokens import Plan

_ALL_BUT_GOING_ON = np.arange(MOVES) != GO_ON

_PITCH_CLASSES = (np.arange(PITCHES) + LOWEST) % 12


class Row:
    """One piece: what it is held to in each column, and its own chance."""

    def __init__(
        self, plan: Plan, script: Script, random: np.random.Generator, temperature: float, pace: int = 1
    ) -> None:
        self.plan, self.script, self.random, self.temperature = plan, script, random, temperature
        ticks = column_ticks(plan.metre, SIXTEENTHS, plan.bars)
        self.columns = len(ticks) - 1
        self.between = ticks[:-1] % plan.metre.bar_ticks % pace > 0
        self.is_one_line = plan.parts == 1 and plan.genre in TUNES
        self.arrivals = {int(np.searchsorted(ticks, each.tick)): each for each in script.arrivals}
        self.still = np.zeros(self.columns, dtype=np.bool_)
        for column, arrival in self.arrivals.items():
            end = len(ticks) if arrival.final else int(np.searchsorted(ticks, arrival.tick + arrival.hold))
            self.still[column + 1 : end] = True
        self.source = np.full(self.columns, -1, dtype=np.int64)
        for copy in script.copies:
            start, end, source = np.searchsorted(ticks, (copy.start, copy.end, copy.source)).tolist()
            self.source[start:end] = np.arange(source, source + end - start)
        self.stated = self._stated()

    def _stated(self) -> NDArray[np.int64]:
        """(LANES, columns stated): the states that lanes begin with, -1 where they are written."""
        given = self.script.stated
        if given is None:
            return np.zeros((LANES, 0), dtype=np.int64)
        lanes = stated_lanes(given, self.plan.metre, self.plan.key.mode, SIXTEENTHS)
        states = 2 * lanes.pitch.astype(np.int64) + lanes.onset
        if not given.whole:
            states[MELODY + 1 :] = -1
        return states[:, : stated_columns(given, lanes)]

    def given(self, lane: int, column: int) -> int:
        """The state that a lane is given in a column; -1 where it is to be written."""
        return int(self.stated[lane, column]) if column < self.stated.shape[1] else -1

    def ceiling(self, lane: int, column: int) -> int:
        """The highest sound (1 + MIDI pitch - LOWEST) that a lane may begin under what is stated."""
        tune = self.given(MELODY, column) // 2
        return tune if lane != MELODY and tune > 0 else PITCHES

    def tune(self, first: int, columns: int) -> NDArray[np.int64] | None:
        """(columns,): the melody's states in a phrase that is stated as a line alone; None elsewhere.

        What it lacks of half a bar at the end, it rests.
        """
        given = self.script.stated
        here = self.stated[MELODY, first : first + columns]
        missing = columns - len(here)
        rests = set(range(first + len(here), first + columns))
        if given is None or given.whole or 8 * missing > columns or rests & self.arrivals.keys():
            return None
        return np.pad(here, (0, missing))

    def forbidden(self, lane: int, column: int, state: int) -> NDArray[np.bool_] | None:
        """(MOVES,): what a lane in this state may not do here; None where it may do anything."""
        if column >= self.columns:
            return None
        if self.is_one_line and lane != MELODY:
            return _ALL_BUT_GOING_ON
        arrival = self.arrivals.get(column)
        if arrival is not None:
            return _forbidden_at(arrival, lane, state)
        if self.still[column] or (lane != MELODY and self.between[column]):
            return _ALL_BUT_GOING_ON
        return None


def _forbidden_at(arrival: Arrival, lane: int, state: int) -> NDArray[np.bool_]:
    """(MOVES,): at an arrival only its chord sounds; the melody does not rest there."""
    degrees = arrival.chord
    if lane == BASS:
        degrees = arrival.bass
    elif lane == MELODY:
        degrees = arrival.top & arrival.chord or arrival.chord
    forbidden = np.zeros(MOVES, dtype=np.bool_)
    forbidden[FIRST_PITCH:] = ~np.isin(_PITCH_CLASSES, list(degrees))
    sounding = 1 < state < BEFORE
    holds = sounding and (state // 2 - 1 + LOWEST) % 12 in degrees
    forbidden[GO_ON] = not holds and (sounding or lane == MELODY)
    forbidden[REST] = lane == MELODY
    return forbidden
