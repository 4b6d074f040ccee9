"""The notes that a voice or an instrument makes, out of its pitch from frame to frame.

Child side. Every semitone is a state that likes pitches near it, and a change costs: so vibrato, glides and
a moment's slip make no notes (as in Mauch et al., "Computer-aided melody note transcription using the Tony
software", 2015). Knows nothing of beats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadRequest, Reason
from engine.intake.pitch_tracks import PitchTrack

_SILENT_DB = -60.0
_ACTIVE_DB = 30.0
"""A frame so far below the loudest ones is a pause."""

_LOWEST, _HIGHEST = 30, 104
_CLOSE = 0.4
"""Semitones off a note that are nothing."""

# Costs of the states, a frame each but for the changes.
_MOST_COST = 5.0
_PAUSE_COST = 1.0
_UNHEARD_COST = 4.0
_CHANGE_COST = 14.0
_REST_CHANGE_COST = 3.0

_LEVEL = 0.1
"""Semitones from frame to frame that are no glide."""

_SHORTEST_SECONDS = 0.06
_LEAST_VOICED = 0.4

_ATTACK_DB = 5.0
_ATTACK_FRAMES = 4
_APART_SECONDS = 0.1

_LEAST_NOTES = 4
_LEAST_SECONDS = 0.8
_LEAST_SHARE = 0.2
"""Of what is not silent, so much must be notes."""

_STEADY = 0.5
"""Semitones that the middle of a note keeps within, its vibrato smoothed away."""

_GLIDE_FRAMES = 7
_GLIDE_SPEED = 8.0
"""Semitones a second, from so many frames to the next, that are neither a held note nor its vibrato."""

_LEAST_MERIT = 0.3
"""Set by hand, between made melodies and made speech: see `_is_melody`."""

_VIBRATO_FRAMES = 17
_SMOOTHED_FRAMES = 3

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HeardNote:
    """A note in seconds."""

    onset: float
    end: float
    pitch: int


class _Span(NamedTuple):
    """A note's first frame, the frame after its last, and its pitch."""

    first: int
    end: int
    pitch: int


def hear_notes(track: PitchTrack) -> list[HeardNote]:
    """The notes in order, never two at a time, the recording's own tuning evened out.

    Raises BadRequest (RECORDING_SILENT, RECORDING_NO_MELODY) for silence, and for noise, speech and whatever
    else does not keep to pitches.
    """
    if track.levels.max() < _SILENT_DB:
        raise BadRequest(Reason.RECORDING_SILENT)
    active = track.levels > np.percentile(track.levels, 95) - _ACTIVE_DB
    pitches = np.where(active, _in_tune(track.pitches), np.nan)
    shortest = _SHORTEST_SECONDS / track.seconds_per_frame
    spans = [
        _Span(first, end, pitch)
        for whole in _spans(_states(pitches))
        for first, end, pitch in (_voiced(part, pitches) for part in _struck_apart(whole, track))
        if end - first >= shortest
    ]
    if not _is_melody(spans, pitches, track.seconds_per_frame, int(active.sum())):
        raise BadRequest(Reason.RECORDING_NO_MELODY)
    step = track.seconds_per_frame
    return [HeardNote(span.first * step, span.end * step, span.pitch) for span in spans]


def _is_melody(spans: Sequence[_Span], pitches: Array, seconds_per_frame: float, active: int) -> bool:
    """Whether it keeps to pitches, and they to semitones, as speech, sirens and noise do not.

    Those glide most of the time, few of their "notes" are steady, and they lie a quarter of a semitone off on
    average, as chance has it.
    """
    frames = sum(span.end - span.first for span in spans)
    enough = max(_LEAST_SECONDS / seconds_per_frame, _LEAST_SHARE * active)
    if len(spans) < _LEAST_NOTES or frames < enough:
        return False
    held = [pitches[span.first : span.end] for span in spans]
    steady = sum(len(note) for note in held if _is_steady(note)) / frames
    off = [abs(float(np.nanmedian(note)) - span.pitch) for span, note in zip(spans, held, strict=True)]
    moved = np.abs(pitches[_GLIDE_FRAMES:] - pitches[:-_GLIDE_FRAMES])
    speeds = moved[np.isfinite(moved)] / (_GLIDE_FRAMES * seconds_per_frame)
    gliding = float(np.mean(speeds > _GLIDE_SPEED)) if len(speeds) else 1.0
    return steady - float(np.mean(off)) - gliding >= _LEAST_MERIT


def _in_tune(pitches: Array) -> Array:
    """Moved as a whole, by half a semitone at most, so that most of it lies near whole semitones."""
    steady = pitches[np.abs(np.diff(pitches, prepend=np.nan)) < _LEVEL]
    if not len(steady):
        return pitches
    # The mean of all places between two semitones, taken as points of a circle.
    return pitches - float(np.angle(np.mean(np.exp(2j * np.pi * steady)))) / (2 * np.pi)


def _states(pitches: Array) -> NDArray[np.int64]:
    """For each frame the note that is meant, 0 for none (Viterbi; a change to any other costs the same)."""
    notes = np.arange(_LOWEST, _HIGHEST + 1)
    voiced = np.isfinite(pitches)
    away = np.abs(np.where(voiced, pitches, 0.0)[:, None] - notes)
    costs = np.minimum(np.square(np.maximum(away - _CLOSE, 0.0) / 0.3), _MOST_COST)
    costs[~voiced] = _PAUSE_COST
    costs = np.concatenate([np.where(voiced, _UNHEARD_COST, 0.0)[:, None], costs], axis=1)
    change = np.full(len(notes) + 1, _CHANGE_COST)
    change[0] = _REST_CHANGE_COST
    came = np.zeros(costs.shape, dtype=np.int64)
    stay = np.arange(costs.shape[1])
    sofar = costs[0] + change
    for frame in range(1, len(costs)):
        best = int(sofar.argmin())
        moved = sofar[best] + change
        came[frame] = np.where(moved < sofar, best, stay)
        sofar = np.minimum(sofar, moved) + costs[frame]
    path = np.zeros(len(costs), dtype=np.int64)
    path[-1] = sofar.argmin()
    for frame in range(len(costs) - 1, 0, -1):
        path[frame - 1] = came[frame, path[frame]]
    return np.where(path > 0, path + _LOWEST - 1, 0)


def _spans(states: NDArray[np.int64]) -> list[_Span]:
    edges = [0, *(np.flatnonzero(np.diff(states)) + 1).tolist(), len(states)]
    return [_Span(first, end, int(states[first])) for first, end in pairwise(edges) if states[first] > 0]


def _struck_apart(span: _Span, track: PitchTrack) -> list[_Span]:
    """The same pitch struck or sung again, by where its level rises."""
    first, end, pitch = span
    apart = round(_APART_SECONDS / track.seconds_per_frame)
    rise = np.zeros(end - first)
    levels = track.levels[first:end]
    for back in range(1, _ATTACK_FRAMES + 1):
        rise[back:] = np.maximum(rise[back:], levels[back:] - levels[:-back])
    cuts = [first]
    for place in np.flatnonzero(rise > _ATTACK_DB).tolist():
        # It begins where the level was lowest just before.
        begin = max(0, place - _ATTACK_FRAMES)
        at = first + begin + int(levels[begin : place + 1].argmin()) + 1
        if at - cuts[-1] >= apart and end - at >= apart:
            cuts.append(at)
    return [_Span(start, stop, pitch) for start, stop in pairwise([*cuts, end])]


def _voiced(span: _Span, pitches: Array) -> _Span:
    """From the first to the last frame that has a pitch; empty where few have one."""
    heard = np.flatnonzero(np.isfinite(pitches[span.first : span.end]))
    if len(heard) < _LEAST_VOICED * (span.end - span.first):
        return span._replace(end=span.first)
    return span._replace(first=span.first + int(heard[0]), end=span.first + int(heard[-1]) + 1)


def _is_steady(pitches: Array) -> bool:
    """Whether a note keeps to its pitch but for its beginning and its end."""
    margin = len(pitches) // 4
    middle = pitches[margin : len(pitches) - margin]
    middle = middle[np.isfinite(middle)]
    if len(middle) < _SMOOTHED_FRAMES:
        return False
    width = _VIBRATO_FRAMES if len(middle) > _VIBRATO_FRAMES else _SMOOTHED_FRAMES
    return float(np.ptp(np.convolve(middle, np.full(width, 1 / width), mode="valid"))) < _STEADY
