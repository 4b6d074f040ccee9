"""What the judge hears of a recording: how strong each semitone, and each mel band, is from moment to moment.

One home for learning and for serving. Knows numbers alone: neither files, networks nor torch.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 22_050
"""Samples a second of what is heard."""

HOP = 1024
FRAME_SECONDS = HOP / RATE
"""From one frame to the next, about 46 ms; mel bands are heard twice as often."""

MEL_BANDS = 64
LOWEST_PITCH, SEMITONES = 28, 84
"""The bands of semitones: their lowest as a MIDI number, E1, and how many there are."""

RANGE_DB = 80.0
"""What is so far below the loudest is silence."""

_PITCH_WINDOW, _MEL_WINDOW = 4096, 1024
_MEL_HERTZ = (30.0, 8000.0)
_LOUD_PERCENTILE = 95
_BLOCK = 1024

Floats = NDArray[np.float32]
Levels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Spectra:
    """F frames of sound as levels, from 0 (RANGE_DB below the loudest) to 255.

    semitones (F, SEMITONES), from a window long enough to tell them apart; mel (2 F, MEL_BANDS), from one
    short enough to tell when a note begins.
    """

    semitones: Levels
    mel: Levels

    @property
    def seconds(self) -> float:
        return len(self.semitones) * FRAME_SECONDS

    def chroma(self) -> Floats:
        """(F, 12): how much of each pitch class sounds, as amplitudes summed over octaves, C first."""
        decibels = (self.semitones.astype(np.float32) / 255 - 1) * RANGE_DB
        amplitudes = np.where(self.semitones > 0, 10 ** (decibels / 20), 0).astype(np.float32)
        classes = (np.arange(SEMITONES) + LOWEST_PITCH) % 12
        return amplitudes @ np.eye(12, dtype=np.float32)[classes]


def listen(samples: Floats) -> Spectra:
    """The spectra of mono sound at RATE, whatever its loudness."""
    frames = -(-len(samples) // HOP)
    semitones = _bands(samples, frames, HOP, _PITCH_WINDOW, _semitone_filters())
    mel = _bands(samples, 2 * frames, HOP // 2, _MEL_WINDOW, _mel_filters())
    return Spectra(_levels(semitones), _levels(mel))


def _bands(samples: Floats, frames: int, hop: int, width: int, filters: Floats) -> Floats:
    """(frames, bands): power in each band, of windows centred on each hop."""
    padded = np.zeros(max(frames - 1, 0) * hop + width, np.float32)
    kept = samples[: len(padded) - width // 2]
    padded[width // 2 : width // 2 + len(kept)] = kept
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)[::hop][:frames]
    shape = np.hanning(width + 1)[:-1].astype(np.float32)
    found = np.empty((frames, filters.shape[1]), np.float32)
    for start in range(0, frames, _BLOCK):
        spectrum = np.fft.rfft(windows[start : start + _BLOCK] * shape, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        found[start : start + _BLOCK] = power.astype(np.float32) @ filters
    return found


def _levels(power: Floats) -> Levels:
    """Decibels below the loud, as bytes."""
    loud = float(np.percentile(power.max(axis=1), _LOUD_PERCENTILE)) if len(power) else 0.0
    decibels = 10 * np.log10(np.maximum(power, 1e-20) / max(loud, 1e-12))
    return np.clip(np.rint(255 * (1 + decibels / RANGE_DB)), 0, 255).astype(np.uint8)


@cache
def _semitone_filters() -> Floats:
    """(bins, SEMITONES): triangles around each pitch, a semitone to either side and never under a bin."""
    bins = np.arange(_PITCH_WINDOW // 2 + 1) * RATE / _PITCH_WINDOW
    centres = 440 * 2 ** ((np.arange(SEMITONES) + LOWEST_PITCH - 69) / 12)
    widths = np.maximum(centres * (2 ** (1 / 12) - 1), RATE / _PITCH_WINDOW)
    return np.maximum(0, 1 - np.abs(bins[:, None] - centres) / widths).astype(np.float32)


@cache
def _mel_filters() -> Floats:
    """(bins, MEL_BANDS): triangles evenly apart on Slaney's mel scale (Auditory Toolbox, 1998)."""
    low, high = (_mel(hertz) for hertz in _MEL_HERTZ)
    edges = _hertz(np.linspace(low, high, MEL_BANDS + 2))
    bins = np.arange(_MEL_WINDOW // 2 + 1) * RATE / _MEL_WINDOW
    rising = (bins[:, None] - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - bins[:, None]) / np.diff(edges)[1:]
    return (np.maximum(0, np.minimum(rising, falling)) * 2 / (edges[2:] - edges[:-2])).astype(np.float32)


_LINEAR_HERTZ, _LINEAR_MELS, _LOG_STEP = 1000.0, 15.0, np.log(6.4) / 27.0


def _mel(hertz: float) -> float:
    if hertz < _LINEAR_HERTZ:
        return hertz * 3 / 200
    return float(_LINEAR_MELS + np.log(hertz / _LINEAR_HERTZ) / _LOG_STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _LINEAR_HERTZ * np.exp(_LOG_STEP * (mels - _LINEAR_MELS))
    return np.where(mels < _LINEAR_MELS, mels * 200 / 3, above)
