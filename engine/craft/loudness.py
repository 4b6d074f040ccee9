"""Brings a mix to the loudness of streaming services and keeps its peaks under a ceiling.

Loudness is integrated loudness after ITU-R BS.1770 (LUFS), peaks are true peaks: of the waveform
between the samples, found by 4x oversampling. Knows signals only, nothing of music or files.
"""

import functools

import numpy as np
import pyloudnorm
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import upfirdn

TARGET_LUFS = -14.0

CEILING_DB = -1.6
"""True peak ceiling before encoding. MP3 moves peaks by up to about 0.4 dB; after it, -1 dB must hold."""

MIN_SECONDS = 0.4
"""The loudness gate's block: what is shorter has no loudness."""

_OVERSAMPLING = 4
_REACH_SAMPLES = 6
_OVERSAMPLED_FROM_DB = -8.0  # under the ceiling: more than peaks between samples and later gain add
_BLOCK_SECONDS = 0.001
_LOOKAHEAD_BLOCKS = 5
_RELEASE_DB_PER_SECOND = 250.0

_MAX_GAIN_DB = 50.0  # quieter than this below the target is noise, not music
_MORE_PASSES = 3
_CLOSE_ENOUGH_DB = 0.15

Signal = NDArray[np.float32]
"""Samples of shape (2, frames)."""


def loudness(signal: Signal, rate: int) -> float:
    """Integrated loudness in LUFS; -inf for silence and for signals under `MIN_SECONDS`."""
    if signal.shape[1] < MIN_SECONDS * rate or not signal.any():
        return -np.inf
    return float(_meter(rate).integrated_loudness(signal.T))


def mastered(signal: Signal, rate: int) -> Signal:
    """The signal at `TARGET_LUFS`, its true peaks under `CEILING_DB`; silence as it is.

    What is too short to have a loudness is only kept under the ceiling. Limiting costs loudness,
    so the gain before the limiter is corrected until what comes out is right.
    """
    measured = loudness(signal, rate)
    gain_db = min(TARGET_LUFS - measured, _MAX_GAIN_DB) if np.isfinite(measured) else 0.0
    peaks = _true_peaks(signal, rate, above=10 ** ((CEILING_DB + _OVERSAMPLED_FROM_DB - gain_db) / 20))
    result = _limited(signal, peaks, gain_db=gain_db)
    reached = loudness(result, rate)
    loudness_per_gain = 1.0  # what a decibel before the limiter adds behind it
    for _ in range(_MORE_PASSES):
        missing_db = TARGET_LUFS - reached
        if not np.isfinite(missing_db) or abs(missing_db) <= _CLOSE_ENOUGH_DB or gain_db == _MAX_GAIN_DB:
            break
        step_db = min(missing_db / loudness_per_gain, _MAX_GAIN_DB - gain_db)
        gain_db += step_db
        result = _limited(signal, peaks, gain_db=gain_db)
        before, reached = reached, loudness(result, rate)
        loudness_per_gain = min(max((reached - before) / step_db, 0.25), 1.0)
    return result


@functools.cache
def _meter(rate: int) -> pyloudnorm.Meter:
    return pyloudnorm.Meter(rate)


@functools.cache
def _interpolator() -> NDArray[np.float32]:
    """Taps that fill in three samples between two: a windowed sinc."""
    reach = _REACH_SAMPLES * _OVERSAMPLING
    taps = np.sinc(np.arange(-reach, reach + 1) / _OVERSAMPLING) * np.kaiser(2 * reach + 1, 5.0)
    return taps.astype(np.float32)


def _true_peaks(signal: Signal, rate: int, *, above: float) -> NDArray[np.float32]:
    """The largest absolute value of either channel in every block. Shape (blocks,).

    Only blocks with a sample over `above` are oversampled: the limiter touches no others.
    """
    block = round(rate * _BLOCK_SECONDS)
    blocks = -(-signal.shape[1] // block)
    reach = _REACH_SAMPLES
    padded = np.pad(signal, ((0, 0), (reach, reach + blocks * block - signal.shape[1])))
    peaks = np.abs(padded[:, reach:-reach]).reshape(2, blocks, block).max(axis=(0, 2))
    loud = np.flatnonzero(peaks > above)
    windows = sliding_window_view(padded, block + 2 * reach, axis=1)[:, loud * block]
    oversampled = upfirdn(_interpolator(), windows, up=_OVERSAMPLING, axis=2)
    start = 2 * reach * _OVERSAMPLING
    inside = oversampled[:, :, start : start + block * _OVERSAMPLING]
    peaks[loud] = np.abs(inside).max(axis=(0, 2), initial=0.0)
    return peaks


def _limited(signal: Signal, peaks: NDArray[np.float32], *, gain_db: float) -> Signal:
    """The signal after `gain_db` and the limiter. `peaks` are those of the signal before the gain.

    The reduction is held ahead of each peak and eased in over the look-ahead, then let go at a
    constant rate in dB: a moving average over what is held can never fall short of the peak.
    """
    with np.errstate(divide="ignore"):
        over_db = np.maximum(20 * np.log10(peaks) + gain_db - CEILING_DB, 0.0)
    scale = 10 ** (gain_db / 20)
    if not over_db.any():
        return (signal * np.float32(scale)).astype(np.float32)
    # One block more on either side: the gain is interpolated between the blocks' middles.
    reach = _LOOKAHEAD_BLOCKS + 2
    held = maximum_filter1d(over_db, 2 * reach + 1, mode="nearest")
    slope = _RELEASE_DB_PER_SECOND * _BLOCK_SECONDS * np.arange(len(held))
    released = np.maximum(np.maximum.accumulate(held + slope) - slope, 0.0)
    eased = uniform_filter1d(released, 2 * _LOOKAHEAD_BLOCKS + 1, mode="nearest")
    frames = signal.shape[1]
    middles = (np.arange(len(eased)) + 0.5) * (frames / len(eased))
    gain = np.interp(np.arange(frames), middles, scale * 10 ** (-eased / 20))
    return signal * gain.astype(np.float32)
