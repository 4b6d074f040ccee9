"""How loud each note is played: accents by the metre, phrases that rise and fall, melodies that speak.

Gives velocities to written notes, always the same ones to the same notes; moves nothing in time.
"""

import math
import zlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from domain.score import Metre, Note, Part, Score
from engine.craft.manners import Manner
from engine.craft.phrases import Phrase, phrases
from engine.craft.roles import Role, roles_of

# In steps of MIDI velocity, where ten steps are roughly 2 dB.
_DOWNBEAT, _HALF_BAR, _BEAT, _OFF_BEAT, _BETWEEN = 9, 4, 1, -4, -7
_SYNCOPATION = 5
_HIGHER = 0.35  # for each semitone above the melody's mean
_HIGHEST = 5.0
_UNEVENNESS = 1.5

_PEAK = 0.6
"""Where in a phrase its peak is: a little after the middle."""

# Organs, harpsichord, music box, sound chips and bagpipe speak at one strength; a trace of accent is
# left so that they do not sound dead.
_EVEN_PROGRAMS = frozenset({6, 10, 16, 17, 18, 19, 20, 80, 81, 109})
_EVEN_SHARE = 0.3


def seed_of(notes: Sequence[Note]) -> int:
    """A number that is always the same for the same notes, and most likely another for others."""
    return zlib.crc32(repr([(note.onset, note.pitch, note.duration) for note in notes]).encode())


def with_dynamics(score: Score, manner: Manner) -> Score:
    """The score with every note's velocity as played.

    A part whose notes differ in velocity has its accents already: it gets the phrases' rise and fall alone.
    """
    arcs = phrases(score)
    roles = roles_of(score.parts)
    parts = tuple(
        replace(part, notes=_shaped(part, role, score.metre, manner=manner, arcs=arcs))
        for part, role in zip(score.parts, roles, strict=True)
    )
    return replace(score, parts=parts)


def _shaped(
    part: Part, role: Role, metre: Metre, *, manner: Manner, arcs: Sequence[Phrase]
) -> tuple[Note, ...]:
    notes = part.notes
    if not notes:
        return ()
    even = part.program in _EVEN_PROGRAMS and role is not Role.DRUMS
    share = _EVEN_SHARE if even else 1.0
    flat = len({note.velocity for note in notes}) == 1
    mean_pitch = sum(note.pitch for note in notes) / len(notes)
    unevenness = np.random.default_rng(seed_of(notes)).normal(0, _UNEVENNESS, len(notes))
    starts = [arc.start for arc in arcs]
    shaped: list[Note] = []
    for note, chance in zip(notes, unevenness.tolist(), strict=True):
        arc = arcs[max(bisect_right(starts, note.onset) - 1, 0)]
        change = _swell(note.onset, arc, manner)
        if flat:
            change += manner.accent * _accent(note, metre) + chance
            if role is Role.LEAD:
                change += min(max(_HIGHER * (note.pitch - mean_pitch), -_HIGHEST), _HIGHEST)
        velocity = min(max(note.velocity + round(share * change), 1), 127)
        shaped.append(replace(note, velocity=velocity))
    return tuple(shaped)


def _accent(note: Note, metre: Metre) -> int:
    """The metrical weight of a note, in steps of velocity."""
    within_bar = note.onset % metre.bar_ticks
    if within_bar == 0:
        return _DOWNBEAT
    if metre.beats % 2 == 0 and 2 * within_bar == metre.bar_ticks:
        return _HALF_BAR
    within_beat = note.onset % metre.beat_ticks
    if within_beat == 0:
        return _BEAT
    pulse = metre.beat_ticks // (3 if metre.is_compound else 2)
    on_pulse = within_beat % pulse == 0
    stronger = metre.beat_ticks if on_pulse else pulse
    # Struck early and held over where the weight would have been: it brings the weight along.
    if not metre.is_compound and within_beat % stronger + note.duration > stronger <= 2 * note.duration:
        return _SYNCOPATION
    return _OFF_BEAT if on_pulse else _BETWEEN


def _swell(onset: int, phrase: Phrase, manner: Manner) -> float:
    """The rise and fall over a phrase, and its own level, in steps of velocity."""
    phase = min(max((onset - phrase.start) / (phrase.end - phrase.start), 0.0), 1.0)
    rise = math.sin(math.pi * phase ** (math.log(0.5) / math.log(_PEAK)))
    return manner.arc * (rise - 0.5 + phrase.level)
