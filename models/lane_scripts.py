"""Holding lanes to a script: what is stated begins them, bars that return are copied, and arrivals rest.

Works on finished lanes, whoever wrote them, and changes no more than the script asks for.
"""

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from domain.score import Key, Metre, Mode, Part, Score
from models.lanes import BASS, LANES, LOWEST, MELODY, PITCHES, Lanes, column_ticks, to_lanes
from models.scripts import Arrival, Script, Stated


def obey(lanes: Lanes, script: Script) -> Lanes:
    """The lanes with what the script states, its copies and arrivals, in order of time.

    Pitches are counted from C. At an arrival every lane that sounds moves to the nearest note of the chord
    and holds it; after the final one nothing begins.
    """
    pitch, onset = lanes.pitch.copy(), lanes.onset.copy()
    if script.stated is not None:
        _state(pitch, onset, stated_lanes(script.stated, lanes.metre, lanes.mode, lanes.grid), script.stated)
    ticks = column_ticks(lanes.metre, lanes.grid, lanes.bars)
    steps: list[tuple[int, int]] = [(copy.start, index) for index, copy in enumerate(script.copies)]
    steps += [(arrival.tick, -1 - index) for index, arrival in enumerate(script.arrivals)]
    # A copy that begins where the music arrives comes second: its rest is written into what is copied later.
    for _, index in sorted(steps, key=lambda step: (step[0], step[1] >= 0)):
        if index >= 0:
            copy = script.copies[index]
            source, start, end = np.searchsorted(ticks, (copy.source, copy.start, copy.end))
            _copy(pitch, onset, source=int(source), start=int(start), end=int(end))
        else:
            arrival = script.arrivals[-1 - index]
            until = (
                len(ticks) - 1 if arrival.final else int(np.searchsorted(ticks, arrival.tick + arrival.hold))
            )
            _come_to_rest(pitch, onset, int(np.searchsorted(ticks, arrival.tick)), until, arrival)
    return replace(lanes, pitch=pitch, onset=onset)


def stated_lanes(stated: Stated, metre: Metre, mode: Mode, grid: tuple[int, ...]) -> Lanes:
    """What is stated, in whole bars of lanes, as far as they can hold it."""
    bars = -(-stated.end // metre.bar_ticks)
    parts = tuple(Part("", 0, notes) for notes in stated.parts)
    return to_lanes(Score(Key(0, mode), metre, 100.0, bars, parts), grid)[0]


def stated_columns(stated: Stated, lanes: Lanes) -> int:
    """How many columns of the lanes begin before the end of what is stated."""
    return int(np.searchsorted(column_ticks(lanes.metre, lanes.grid, lanes.bars)[:-1], stated.end))


def _state(pitch: NDArray[np.int8], onset: NDArray[np.bool_], given: Lanes, stated: Stated) -> None:
    """Begin with what is given: all of it, or its tune over what the other lanes have."""
    end = stated_columns(stated, given)
    if stated.whole:
        pitch[:, :end], onset[:, :end] = given.pitch[:, :end], given.onset[:, :end]
    else:
        tune = given.pitch[MELODY, :end]
        pitch[MELODY, :end], onset[MELODY, :end] = tune, given.onset[MELODY, :end]
        for lane in range(MELODY + 1, LANES):
            _stay_under(pitch[lane, :end], onset[lane, :end], tune)
    if end < pitch.shape[1]:
        onset[:, end] |= pitch[:, end] > 0


def _stay_under(line: NDArray[np.int8], onset: NDArray[np.bool_], tune: NDArray[np.int8]) -> None:
    """Move notes that come to lie over the tune down by octaves; those that can't go are left out."""
    starts = np.flatnonzero(onset | (np.diff(line, prepend=0) != 0))
    for start, end in pairwise([*starts.tolist(), len(line)]):
        over = tune[start:end][tune[start:end] > 0]
        ceiling = int(over.min()) if len(over) else PITCHES + 1
        note = int(line[start])
        while note >= ceiling:
            note -= 12
        line[start:end] = max(note, 0)
        onset[start] = note > 0


def _copy(pitch: NDArray[np.int8], onset: NDArray[np.bool_], *, source: int, start: int, end: int) -> None:
    width = end - start
    pitch[:, start:end] = pitch[:, source : source + width]
    onset[:, start:end] = onset[:, source : source + width]
    # What was held into the source begins here, and what follows is no longer held from before.
    onset[:, start] |= pitch[:, start] > 0
    if end < pitch.shape[1]:
        onset[:, end] |= pitch[:, end] > 0


def _come_to_rest(
    pitch: NDArray[np.int8], onset: NDArray[np.bool_], column: int, until: int, arrival: Arrival
) -> None:
    """Make column sound the arrival's chord, held until the column `until`."""
    used = [lane for lane in range(LANES) if pitch[lane].any()] or [MELODY]
    sounding = [lane for lane in used if pitch[lane, column] > 0]
    if arrival.final or not sounding:
        sounding = used
    for lane in set(range(LANES)) - set(
        sounding
    ):  # what is silent at the arrival does not break into the rest
        pitch[lane, column:until] = 0
        onset[lane, column:until] = False
        if until < pitch.shape[1]:
            onset[lane, until] |= bool(pitch[lane, until] > 0)
    lowest = BASS if BASS in sounding else sounding[-1]
    floor = 0
    for lane in reversed(sounding):  # from the bass up, so that nothing comes to lie below it
        degrees = arrival.chord
        if lane == lowest:
            degrees = arrival.bass
        elif lane == sounding[0]:
            degrees = arrival.top
        if len(sounding) == 1:
            degrees = (arrival.bass & arrival.top) or arrival.bass
        now = int(pitch[lane, column]) or _last_before(pitch[lane], column)
        note = _nearest(now, degrees, above=floor)
        floor = max(floor, note) if lane == lowest else floor
        end = _rest_end(pitch[lane], onset[lane], max(until, column + 1))
        onset[lane, column] |= bool(pitch[lane, column] != note)
        pitch[lane, column:end] = note
        onset[lane, column + 1 : end] = False


def _rest_end(line: NDArray[np.int8], onset: NDArray[np.bool_], earliest: int) -> int:
    """The first column from `earliest` on in which the lane begins a note or is silent; else its end."""
    ends = np.flatnonzero(onset[earliest:] | (line[earliest:] == 0))
    return earliest + int(ends[0]) if len(ends) else len(line)


def _last_before(line: NDArray[np.int8], column: int) -> int:
    """The note that a silent lane had last, or has next."""
    sounding = np.flatnonzero(line)
    earlier = sounding[sounding < column]
    if len(earlier):
        return int(line[earlier[-1]])
    return int(line[sounding[0]]) if len(sounding) else 1 + 72 - LOWEST


def _nearest(note: int, degrees: Collection[int], *, above: int) -> int:
    """The note (1 + MIDI pitch - LOWEST) of these pitch classes nearest to another, not below `above`."""
    fitting = [
        other for other in range(1, PITCHES + 1) if (other - 1 + LOWEST) % 12 in degrees and other >= above
    ]
    return min(fitting, key=lambda other: (abs(other - note), other))
