"""What binds a piece of lanes while it is being written: its script, column by column. Knows no network."""

import numpy as np
from numpy.typing import NDArray

from domain.genres import TUNES
from models.gan.generator import BEFORE, FIRST_PITCH, GO_ON, MOVES, REST
from models.lanes import BASS, LOWEST, MELODY, PITCHES, SIXTEENTHS, column_ticks
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
