"""What may follow what: the rules that make every sampled token sequence a legal piece.

A `Draft` is a piece being written. It says which tokens are legal next and takes one at a time;
however the choices fall, bars sum exactly, parts keep their order, and the music comes to rest
where its script says, at the latest in its last bar.
"""

import numpy as np
from numpy.typing import NDArray

from domain.score import TICKS_PER_QUARTER, Mode
from models.copying import Copying
from models.dictating import Dictating
from models.leading import Leading
from models.scripts import Arrival, Script
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

TRIADS = {Mode.MAJOR: frozenset({0, 4, 7}), Mode.MINOR: frozenset({0, 3, 7})}
"""The tonic chord of each mode, as pitch classes of music in C."""

_ON_GRID = np.zeros(TICKS_PER_QUARTER, dtype=np.bool_)
_ON_GRID[list(GRID)] = True
_SHIFTS = np.arange(1, MAX_SHIFT + 1)
_DURATIONS = np.asarray(DURATIONS)
_PITCHES = np.asarray([read_note(token)[1] for token in range(FIRST_NOTE, VOCABULARY)])
_PITCH_CLASSES = _PITCHES % 12


def unscripted(plan: Plan) -> Script:
    """What holds for every piece: it comes home in its last bar, late enough to be heard as an end."""
    triad = TRIADS[plan.key.mode]
    last_onset = plan.end_tick - min(plan.metre.beat_ticks, plan.metre.bar_ticks)
    return Script(arrivals=(Arrival(last_onset, triad, frozenset({0}), triad, final=True),))


_WIDEST_LEAP = 7
"""Semitones that a melody leaps at most into the note it closes on: a fifth."""


class Draft:
    """A piece of music being written token by token under a plan and a script."""

    def __init__(self, plan: Plan, script: Script | None = None) -> None:
        self.plan = plan
        self.script = script or unscripted(plan)
        self.tick = 0
        self.finished = False
        self.sounding_until = np.zeros(PITCHES, dtype=np.int64)
        self._ticks: list[int] = []
        self._moments: list[tuple[int, ...]] = []
        self._moment: list[int] = []
        self._arrivals_passed = 0
        self._is_one_line = plan.parts == 1
        self._touched = 127, 0
        self._lead = 0
        self._copying = Copying(self.script.copies)
        self._leading = None if self.script.lead is None else Leading(self.script.lead)
        stated = self.script.stated
        self._dictating = None if stated is None else Dictating(stated, plan.parts)
        # Struck again in its own part, a note ends; `sounding_until`, which models are shown, knows no parts.
        self._part_until = np.zeros((plan.parts, PITCHES), dtype=np.int64)

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

    @property
    def is_closing(self) -> bool:
        """Whether the bar is one in which a section comes to rest."""
        bar = self.plan.metre.bar_ticks
        return self.tick // bar == self._arrival.tick // bar

    @property
    def given(self) -> int | None:
        """The token that comes next because it is stated; None where it is to be written."""
        return None if self._dictating is None else self._dictating.token(self.tick, self._moment)

    def allowed(self) -> NDArray[np.bool_]:
        """(VOCABULARY,): the tokens that may come next; at least one until finished."""
        mask = np.zeros(VOCABULARY, dtype=np.bool_)
        if self.given is not None:
            mask[self.given] = True
            return mask
        if self._moment and self._moment[-1] >= FIRST_NOTE:
            mask[FIRST_DURATION:FIRST_NOTE] = self._lengths()
            return mask
        arrival = self._arrival
        if self._owes_lead:
            mask[FIRST_NOTE:] = self._lead_notes(arrival)
            return mask
        if len(self._moment) < 2 * MAX_NOTES:
            lowest = self._moment[-2] + 1 if self._moment else FIRST_NOTE
            mask[lowest : FIRST_NOTE + self.plan.parts * PITCHES] = True
            if self._leading is not None:
                mask[FIRST_NOTE:] &= self._leading.others(self.tick, self._sung_last)
            if self._dictating is not None:
                mask[FIRST_NOTE:] &= self._dictating.others(self.tick)
            if self.tick == arrival.tick:
                mask[FIRST_NOTE:] &= self._notes_of(arrival)
        if self._moment or self._may_rest():
            mask[FIRST_SHIFT:FIRST_DURATION] = self._shifts(arrival)
        if self._moment and self._may_end(arrival):
            mask[END] = self._has_arrived(arrival, self.tick) and self._leads(arrival)
        if not mask.any():  # a chord that can't be mended: music goes on rather than stop
            if self._may_end(arrival):
                mask[END] = True
            else:
                mask[FIRST_SHIFT:FIRST_DURATION] = self._reachable()
        return mask

    def copied_moment(self) -> tuple[int, ...] | None:
        """The whole moment to come, where it comes again; None where it is to be written."""
        return self._copying.moment(self.tick, self._ticks, self._moments)

    def push(self, token: int) -> None:
        """Take a legal token."""
        self._moment.append(token)
        if token >= FIRST_NOTE:
            return
        if token >= FIRST_DURATION:
            part, pitch = read_note(self._moment[-2])
            end = self.tick + DURATIONS[token - FIRST_DURATION]
            row = pitch - LOWEST_PITCH
            self.sounding_until[row] = max(self.sounding_until[row], end)
            self._part_until[part, row] = end
            return
        self._is_one_line &= len(self._moment) <= 3
        if len(self._moment) > 1 and self._moment[0] < FIRST_NOTE + PITCHES:
            self._lead = read_note(self._moment[0])[1]
        pitches = [read_note(note)[1] for note in self._moment[:-1:2]]
        self._touched = min(self._touched[0], *pitches, 127), max(self._touched[1], *pitches, 0)
        self._ticks.append(self.tick)
        self._moments.append(tuple(self._moment))
        self._moment = []
        if token == END:
            self.finished = True
        else:
            self.tick += token - FIRST_SHIFT + 1
            while self._arrival.tick < self.tick and not self._arrival.final:
                self._arrivals_passed += 1

    def sequence(self) -> TokenSequence:
        """The finished piece."""
        return TokenSequence(self.plan, tuple(self._moments), tuple(self._ticks))

    @property
    def _arrival(self) -> Arrival:
        """The next arrival, or the one that is now."""
        return self.script.arrivals[self._arrivals_passed]

    @property
    def _in_last_bar(self) -> bool:
        return self.tick >= self.plan.end_tick - self.plan.metre.bar_ticks

    def _may_end(self, arrival: Arrival) -> bool:
        """Whether the piece may end once it has arrived: in its last bar, or on the last sung note."""
        is_late = self._in_last_bar if self._leading is None else self._leading.is_over(self.tick)
        return arrival.final and is_late

    @property
    def _owes_lead(self) -> bool:
        """Whether the moment has to begin with a note that is sung."""
        return self._leading is not None and not self._moment and self._leading.begins_at(self.tick)

    @property
    def _sung_last(self) -> int:
        """The pitch of the note that is sung, or was last; 0 before the first."""
        begun = self._moment and self._moment[0] < FIRST_NOTE + PITCHES
        return read_note(self._moment[0])[1] if begun else self._lead

    def _lead_notes(self, arrival: Arrival) -> NDArray[np.bool_]:
        """(MAX_PARTS * PITCHES,): the notes that may be sung next, the best that leave any."""
        if self._leading is None:
            raise ValueError("nothing is sung")
        choices = self._leading.own_notes(self._lead)
        if self.tick == arrival.tick:
            tops = np.isin(_PITCH_CLASSES, list(arrival.top))
            choices = [*(choice & tops for choice in choices), choices[-1]]
        return next(choice for choice in choices if choice.any())

    def _lengths(self) -> NDArray[np.bool_]:
        """(len(DURATIONS),): how long the note just begun may last."""
        room = self._room()
        if self._leading is not None and read_note(self._moment[-1])[0] == 0:
            return self._leading.duration(self.tick, room)
        return room >= _DURATIONS

    def _may_rest(self) -> bool:
        """A moment without notes opens a piece with an upbeat, or goes on a long rest."""
        return not self._moments or self._moments[-1][-1] == FIRST_SHIFT + MAX_SHIFT - 1

    def _reachable(self) -> NDArray[np.bool_]:
        """(MAX_SHIFT,): shifts to a place on the grid, neither past the end nor among copied moments."""
        after = self.tick + _SHIFTS
        reachable = (after <= self.script.arrivals[-1].tick) & _ON_GRID[after % TICKS_PER_QUARTER]
        if self._leading is not None:
            reachable &= self._leading.shifts(self.tick, alone=self.plan.parts == 1)
        if self._dictating is not None:
            reachable &= self._dictating.shifts(self.tick)
        copy, landing = self._copying.at(self.tick), self._copying.landing(self.tick, self._ticks)
        if copy is None or landing is None:
            return reachable
        before = reachable & ((after < copy.start) | (after == landing))
        return before if before.any() else reachable & (after < landing)

    def _shifts(self, arrival: Arrival) -> NDArray[np.bool_]:
        """(MAX_SHIFT,): the same, and past an arrival only once it is sure of what sounds then."""
        shifts, past = self._reachable(), self.tick + _SHIFTS > arrival.tick
        if arrival.final:
            return shifts
        if not self._has_arrived(arrival, arrival.tick):
            return shifts & ~past
        held = shifts & (~past | (self.tick + _SHIFTS >= arrival.tick + arrival.hold))
        return held if held.any() else shifts

    def _room(self) -> int:
        """The ticks that the note just begun may last."""
        part, pitch = read_note(self._moment[-1])
        ends = [self.plan.end_tick]
        landing = self._copying.landing(self.tick, self._ticks)
        if landing is not None:
            ends.append(landing)
        arrival = self._arrival
        if self.tick < arrival.tick and not self._may_ring_into(arrival, part, pitch % 12):
            ends.append(arrival.tick)
        return min(ends) - self.tick

    def _may_ring_into(self, arrival: Arrival, part: int, degree: int) -> bool:
        if self._is_one_line:
            return degree in arrival.bass
        is_bass = self.plan.parts > 1 and part == self.plan.parts - 1
        return degree in arrival.chord and (not is_bass or degree in arrival.bass)

    def _has_arrived(self, arrival: Arrival, tick: int) -> bool:
        """Whether what sounds at `tick`, as far as it is written, is what the arrival asks for."""
        rows = np.flatnonzero((self._part_until > tick).any(axis=0))
        if not len(rows):
            return False
        degrees = ((rows + LOWEST_PITCH) % 12).tolist()
        if arrival.final and not (self._part_until[-1] > tick).any():
            return False  # an end without its bass hangs in the air
        return degrees[0] in arrival.bass and degrees[-1] in arrival.top and arrival.chord.issuperset(degrees)

    def _near_lead(self, notes: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Those of the notes (MAX_PARTS * PITCHES,) that a melody can leap to; all, if there are none."""
        near = notes & (np.abs(_PITCHES - self._lead) <= _WIDEST_LEAP)
        return near if near.any() else notes

    def _in_range(self) -> NDArray[np.bool_]:
        """(MAX_PARTS * PITCHES,): the notes within what the piece touched before this moment."""
        low, high = self._touched
        return (low <= _PITCHES) & (high >= _PITCHES)

    def _leads(self, arrival: Arrival) -> bool:
        """Whether the first note of the moment, its highest, is one that the arrival may have on top."""
        return read_note(self._moment[0])[1] % 12 in arrival.top

    def _notes_of(self, arrival: Arrival) -> NDArray[np.bool_]:
        """(MAX_PARTS * PITCHES,): the notes that may begin at the arrival."""
        if self._is_one_line:
            return self._near_lead(np.isin(_PITCH_CLASSES, list(arrival.bass & arrival.top)))
        bass = np.isin(_PITCH_CLASSES, list(arrival.bass)) & self._in_range()
        if not bass.any():
            bass = np.isin(_PITCH_CLASSES, list(arrival.bass))
        # What is lower than any bass would leave no room for one.
        notes = bass | (np.isin(_PITCH_CLASSES, list(arrival.chord)) & (_PITCHES[bass].min() < _PITCHES))
        if self.plan.parts > 2:  # the last of two parts may be a hand that plays chords
            last_part = slice((self.plan.parts - 1) * PITCHES, None)
            notes[last_part] &= bass[last_part]
            sounding = np.flatnonzero(self.sounding)
            if len(sounding) and (sounding[0] + LOWEST_PITCH) % 12 not in arrival.bass:
                notes[last_part] &= sounding[0] + LOWEST_PITCH > _PITCHES[last_part]
        if not self._moment and arrival.top != arrival.chord:
            notes[:PITCHES] &= np.isin(_PITCH_CLASSES[:PITCHES], list(arrival.top))
            notes[PITCHES:] = False
            notes = self._near_lead(notes)
        return notes
