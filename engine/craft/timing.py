"""When each note is played: a lilt within beats, tempo that breathes, hands that are not machines.

Turns ticks into seconds. The same score is always played alike: what looks like chance comes from the notes.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from domain.score import Part, Score
from engine.craft.dynamics import seed_of
from engine.craft.manners import Manner
from engine.craft.phrases import phrases
from engine.craft.roles import Role

MAX_RITARDANDO_SECONDS = 0.5
"""The most that slowing down adds to a piece, so that it still ends when it was promised to."""

_RITARDANDO_BARS = 2
_RITARDANDO_SHARE = 0.25  # of the piece, where that is shorter than those bars
_LEAST_BARS = 4
"""What is shorter than a phrase has no time to slow down."""

_CURVE = 3
"""Tempo to this power falls evenly, as in human ritardandi (Friberg and Sundberg, 1999)."""

# Seconds behind the beat, and the standard deviation around it: a melody is a hair ahead of its
# accompaniment (Goebl, 2001), drums are what the others listen to.
_PLACE = {Role.LEAD: -0.006, Role.INNER: 0.003, Role.BASS: 0.002, Role.DRUMS: 0.0}
_SPREAD = {Role.LEAD: 0.004, Role.INNER: 0.004, Role.BASS: 0.003, Role.DRUMS: 0.001}

_MACHINES = frozenset({10, 80, 81})
"""Music box and sound chips: played by no hand."""

_DRIFT = 0.7
"""How much of a hand's deviation stays until its next stroke: people drift more than they jitter."""

_GUITARS = frozenset({*range(24, 32), 104, 105, 106, 107})
# Seconds between the notes of a chord, from the lowest up.
_ROLL: Mapping[int, float] = {
    **dict.fromkeys(range(6), 0.003),  # pianos
    6: 0.008,  # harpsichord
    46: 0.02,  # harp
    **dict.fromkeys(_GUITARS, 0.009),
}
_MAX_ROLL_SECONDS = 0.07


class Clock:
    """The seconds at which a score's ticks are played, by all parts together."""

    def __init__(self, score: Score, manner: Manner) -> None:
        self._score = score
        self._manner = manner
        self._phrases = phrases(score)
        self._starts = [phrase.start for phrase in self._phrases]
        self._straight = _straight_beats(score) if manner.lilt else frozenset[int]()
        self._last = max((note.onset for part in score.parts for note in part.notes), default=0)
        span = min(_RITARDANDO_BARS * score.metre.bar_ticks, round(_RITARDANDO_SHARE * self._last))
        if score.bars < _LEAST_BARS:
            span = 0
        self._slows_from = self._last - span
        slowed = self._slowed(self._last)
        self._held_back = min(1.0, MAX_RITARDANDO_SECONDS / slowed) if slowed else 0.0

    def seconds(self, tick: int) -> float:
        """From the score's first tick. Never earlier for a later tick."""
        moved = self._breathing(self._lilting(tick))
        return moved * self._score.seconds_per_tick + self._held_back * self._slowed(tick)

    def _lilting(self, tick: int) -> float:
        """The tick moved within its beat to where dancers expect it."""
        beat_ticks = self._score.metre.beat_ticks
        beat, within = divmod(tick, beat_ticks)
        lilt = self._manner.lilt
        if not lilt or beat in self._straight or (len(lilt) == 2) != self._score.metre.is_compound:
            return tick
        written = np.linspace(0, 1, len(lilt) + 2)
        return (beat + float(np.interp(within / beat_ticks, written, (0, *lilt, 1)))) * beat_ticks

    def _breathing(self, tick: float) -> float:
        """The tick moved within its phrase, which begins and ends on time and is quicker in between."""
        phrase = self._phrases[max(bisect_right(self._starts, tick) - 1, 0)]
        if not phrase.start <= tick < phrase.end:
            return tick
        ticks = phrase.end - phrase.start
        phase = 2 * np.pi * (tick - phrase.start) / ticks
        return tick + self._manner.rubato * ticks * float(np.sin(phase)) / (2 * np.pi)

    def _slowed(self, tick: int) -> float:
        """Seconds by which slowing down to `last_tempo` would have delayed the tick."""
        span = self._last - self._slows_from
        if span <= 0 or self._manner.last_tempo >= 1 or tick <= self._slows_from:
            return 0.0
        share = min((tick - self._slows_from) / span, 1.0)
        fall = self._manner.last_tempo**_CURVE - 1
        power = 1 - 1 / _CURVE
        passed = ((1 + fall * share) ** power - 1) / (fall * power)
        return (passed - share) * span * self._score.seconds_per_tick


def touches(part: Part, role: Role, *, beat_ticks: int) -> list[float]:
    """For each note, in order, the seconds by which the player is late (or, below 0, early)."""
    notes = part.notes
    chords: defaultdict[int, list[int]] = defaultdict(list)
    for place, note in enumerate(notes):
        chords[note.onset].append(place)
    if part.program in _MACHINES and not part.percussion:
        return [0.0] * len(notes)
    random = np.random.default_rng(seed_of(notes))
    steps = random.normal(0, _SPREAD[role] * np.sqrt(1 - _DRIFT**2), len(chords)).tolist()
    between = 0.0 if part.percussion else _ROLL.get(part.program, 0.0)
    late = [0.0] * len(notes)
    drift = 0.0
    for step, (onset, chord) in zip(steps, sorted(chords.items()), strict=True):
        drift = _DRIFT * drift + step
        upwards = sorted(chord, key=lambda place: notes[place].pitch)
        if part.program in _GUITARS and onset % beat_ticks:
            upwards.reverse()  # strokes off the beat come from below the strings
        strings = len(chord) - 1
        apart = min(between, _MAX_ROLL_SECONDS / strings) if strings else 0.0
        for string, place in enumerate(upwards):
            late[place] = _PLACE[role] + drift + apart * (string - strings / 2)
    return late


def _straight_beats(score: Score) -> frozenset[int]:
    """Beats in which a lilt would bend what is written: triplets, or notes that are dotted already."""
    ticks = score.metre.beat_ticks
    if score.metre.is_compound:
        return frozenset()
    within: defaultdict[int, set[int]] = defaultdict(set)
    for part in score.parts:
        for note in part.notes:
            within[note.onset // ticks].add(note.onset % ticks)
    triplets = {ticks // 3, 2 * ticks // 3}
    half, dotted = ticks // 2, 3 * ticks // 4
    return frozenset(
        beat
        for beat, places in within.items()
        if places & triplets or (dotted in places and half not in places)
    )
