"""What is played when a score is played: accents, phrases, and room between repeated notes.

Turns written notes into played ones with the plainest habits of a musician, and no chance: the
same score is always played alike. Knows the metre and the notes, not the synthesizer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.score import Metre, Note, Part, Score

PHRASE_BARS = 4

# In steps of MIDI velocity, where ten steps are roughly 2 dB.
_DOWNBEAT, _HALF_BAR, _BEAT, _OFF_BEAT, _BETWEEN = 9, 4, 1, -4, -7
_PHRASE_ARC = 8

# Organs, harpsichord and bagpipe speak at one strength; a trace of accent is left so that
# they do not sound mechanical.
_EVEN_PROGRAMS = frozenset({6, 16, 17, 18, 19, 20, 109})
_EVEN_SHARE = 0.3

# What a repeated note's predecessor gives up so that the repetition is heard.
_REPEAT_GAP_SECONDS = 0.035
_REPEAT_GAP_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class PlayedNote:
    """A note as it sounds: times in seconds from the score's first tick."""

    start_seconds: float
    end_seconds: float
    pitch: int
    velocity: int


def interpret(score: Score) -> Score:
    """The score with dynamics in every part that has none, and no pitch struck while it is held.

    A part whose notes differ in velocity keeps them. Onsets never move; a note is only ever cut
    short by the next one at its own pitch.
    """
    parts = tuple(
        replace(part, notes=_with_dynamics(part, metre=score.metre, notes=_without_overlaps(part.notes)))
        for part in score.parts
    )
    return replace(score, parts=parts)


def perform(score: Score) -> tuple[tuple[PlayedNote, ...], ...]:
    """The played notes of every part of the score, in the order of its parts."""
    seconds_per_tick = score.seconds_per_tick
    return tuple(_played(part.notes, seconds_per_tick) for part in interpret(score).parts)


def _played(notes: Sequence[Note], seconds_per_tick: float) -> tuple[PlayedNote, ...]:
    struck_again = {(note.onset, note.pitch) for note in notes}
    played: list[PlayedNote] = []
    for note in notes:
        start, seconds = note.onset * seconds_per_tick, note.duration * seconds_per_tick
        if (note.end, note.pitch) in struck_again:
            seconds -= min(_REPEAT_GAP_SECONDS, _REPEAT_GAP_SHARE * seconds)
        played.append(PlayedNote(start, start + seconds, note.pitch, note.velocity))
    return tuple(played)


def _without_overlaps(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Notes in order, each over by the time its pitch is struck again; of doubles, the longest."""
    kept: list[Note] = []
    latest: dict[int, int] = {}  # pitch to place in `kept`
    for note in sorted(notes, key=lambda note: (note.onset, note.pitch, -note.duration)):
        place = latest.get(note.pitch)
        if place is not None:
            earlier = kept[place]
            if earlier.onset == note.onset:
                continue
            if earlier.end > note.onset:
                kept[place] = replace(earlier, duration=note.onset - earlier.onset)
        latest[note.pitch] = len(kept)
        kept.append(note)
    return tuple(kept)


def _with_dynamics(part: Part, *, metre: Metre, notes: tuple[Note, ...]) -> tuple[Note, ...]:
    if len({note.velocity for note in notes}) > 1:
        return notes
    share = _EVEN_SHARE if part.program in _EVEN_PROGRAMS else 1.0
    shaped: list[Note] = []
    for note in notes:
        change = share * (_accent(note.onset, metre) + _phrase_swell(note.onset, metre))
        velocity = min(max(note.velocity + round(change), 1), 127)
        shaped.append(replace(note, velocity=velocity))
    return tuple(shaped)


def _accent(onset: int, metre: Metre) -> int:
    """The metrical weight of an onset, in steps of velocity."""
    within_bar = onset % metre.bar_ticks
    if within_bar == 0:
        return _DOWNBEAT
    if metre.beats % 2 == 0 and 2 * within_bar == metre.bar_ticks:
        return _HALF_BAR
    within_beat = onset % metre.beat_ticks
    if within_beat == 0:
        return _BEAT
    pulse = metre.beat_ticks // (3 if metre.is_compound else 2)
    return _OFF_BEAT if within_beat % pulse == 0 else _BETWEEN


def _phrase_swell(onset: int, metre: Metre) -> float:
    """A light rise and fall over each phrase of `PHRASE_BARS`, in steps of velocity."""
    phase = onset / (PHRASE_BARS * metre.bar_ticks) % 1.0
    return _PHRASE_ARC * (math.sin(math.pi * phase) - 0.5)
