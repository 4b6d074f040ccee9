"""What pitch sounds when in a recording of one voice, frame by frame.

Child side. YIN's difference function gives each frame a few pitches that it may have; the path through them
that leaps least is taken, so that an octave heard for a moment stays out. Knows nothing of notes.
Sources: de Cheveigné and Kawahara, "YIN, a fundamental frequency estimator" (2002); the path as in Mauch and
Dixon, "pYIN" (2014). `librosa.pyin` does the like, but takes 12 s for 30 s of sound.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.intake.recordings import SAMPLE_RATE, Samples

HOP = 256
"""Samples from frame to frame: 11.6 ms."""

_FRAME = 2048
_WINDOW = 768
_LAGS = (9, 340)
"""2,450 Hz (a whistle) down to 65 Hz (a low voice)."""

_CANDIDATES = 5
_OCTAVE_COST = 0.04
"""What a pitch is charged for each octave that it is lower: of two as periodic, the higher is meant."""

_LEAP_COST = 0.12
"""For each octave from frame to frame."""

_UNVOICED_COST = 0.5
"""Of a frame without a pitch: one is heard where its aperiodicity is less."""

_VOICING_COST = 0.25
"""Of beginning and ending to sound."""

_BLOCK = 512

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PitchTrack:
    """Frames `HOP` samples apart: `pitches` in semitones (69: 440 Hz), NaN for none; `levels` in dB."""

    pitches: Array
    levels: Array

    @property
    def seconds_per_frame(self) -> float:
        return HOP / SAMPLE_RATE


def track_pitch(samples: Samples) -> PitchTrack:
    """The pitch and level of each frame of one channel at `SAMPLE_RATE`; frame n is about sample n * HOP."""
    padded = np.pad(samples, _FRAME // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::HOP]
    found = [_candidates(frames[first : first + _BLOCK]) for first in range(0, len(frames), _BLOCK)]
    pitches = np.concatenate([block[0] for block in found])
    costs = np.concatenate([block[1] for block in found])
    # The level is of a shorter time than the pitch, which must hold two periods: onsets are sharper.
    middle = slice(_FRAME // 2 - HOP, _FRAME // 2 + HOP)
    power = np.concatenate(
        [
            np.mean(np.square(frames[first : first + _BLOCK, middle], dtype=np.float64), axis=1)
            for first in range(0, len(frames), _BLOCK)
        ]
    )
    return PitchTrack(_best_path(pitches, costs), 10 * np.log10(power + 1e-10))


def _candidates(frames: NDArray[np.float32]) -> tuple[Array, Array]:
    """The pitches (semitones) that each frame may have, and their costs: both (frames, candidates)."""
    aperiodicity = _aperiodicity(frames.astype(np.float64))
    inner = aperiodicity[:, 1:-1]
    dips = (inner < aperiodicity[:, :-2]) & (inner <= aperiodicity[:, 2:])
    lags = np.arange(1, aperiodicity.shape[1] - 1) + _LAGS[0]
    costs = np.where(dips, inner + _OCTAVE_COST * np.log2(lags / _LAGS[0]), np.inf)
    best = np.argsort(costs, axis=1)[:, :_CANDIDATES]
    rows = np.arange(len(frames))[:, None]
    before, at, after = (aperiodicity[rows, best + place] for place in range(3))
    bend = before - 2 * at + after
    offset = np.clip(0.5 * (before - after) / np.where(bend > 1e-12, bend, 1.0), -0.5, 0.5)
    frequencies = SAMPLE_RATE / (lags[best] + offset)
    return 69 + 12 * np.log2(frequencies / 440), costs[rows, best]


def _aperiodicity(frames: Array) -> Array:
    """YIN's cumulative mean normalised difference, (frames, lags); 0: perfectly periodic, about 1: not."""
    low, high = _LAGS
    start = (_FRAME - _WINDOW - high) // 2
    frames = frames[:, start : start + _WINDOW + high]
    size = 2048
    spectrum = np.fft.rfft(frames, size, axis=1)
    kernel = np.fft.rfft(frames[:, :_WINDOW], size, axis=1)
    products = np.fft.irfft(spectrum * np.conj(kernel), size, axis=1)[:, : high + 1]
    energies = np.concatenate([np.zeros((len(frames), 1)), np.cumsum(frames**2, axis=1)], axis=1)
    windows = energies[:, _WINDOW : _WINDOW + high + 1] - energies[:, : high + 1]
    difference = np.maximum(windows[:, :1] + windows - 2 * products, 0.0)
    total = np.cumsum(difference[:, 1:], axis=1)
    # A tenth of a quantisation step of CD sound: what is more silent is no sound.
    floor = _WINDOW * 1e-11
    normalised = (difference[:, 1:] + floor) * np.arange(1, high + 1) / (total + floor)
    return normalised[:, low - 1 :]


def _best_path(pitches: Array, costs: Array) -> Array:
    """The cheapest way through the candidates, NaN where it is cheaper to hear none (Viterbi)."""
    count = len(pitches)
    came = np.zeros((count, _CANDIDATES + 1), dtype=np.int64)
    sofar = np.append(costs[0], _UNVOICED_COST)
    step = np.full((_CANDIDATES + 1, _CANDIDATES + 1), _VOICING_COST)
    step[-1, -1] = 0.0
    for frame in range(1, count):
        leaps = np.abs(pitches[frame][None, :] - pitches[frame - 1][:, None]) / 12
        step[:-1, :-1] = _LEAP_COST * np.minimum(leaps * 8, 2 + leaps)
        ways = sofar[:, None] + step
        came[frame] = ways.argmin(axis=0)
        sofar = ways[came[frame], np.arange(_CANDIDATES + 1)] + np.append(costs[frame], _UNVOICED_COST)
    path = np.zeros(count, dtype=np.int64)
    path[-1] = sofar.argmin()
    for frame in range(count - 1, 0, -1):
        path[frame - 1] = came[frame, path[frame]]
    chosen = np.append(pitches, np.full((count, 1), np.nan), axis=1)
    return chosen[np.arange(count), path]
