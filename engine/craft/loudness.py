"""Brings a mix to the loudness of streaming services and keeps its peaks under a ceiling.

Loudness is integrated loudness after ITU-R BS.1770-4 (LUFS), peaks are true peaks: of the waveform
between the samples, found by 4x oversampling. Knows signals only, nothing of music or files.
"""

import functools
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import sosfilt, upfirdn

RATE = 48_000
"""Samples a second: what the recommendation prints its filters for, and what the synthesizer plays."""

TARGET_LUFS = -14.0

CEILING_DB = -1.6
"""True peak ceiling before encoding. MP3 moves peaks by up to about 0.4 dB; after it, -1 dB must hold."""

MIN_SECONDS = 0.4
"""The loudness gate's block: what is shorter has no loudness."""

# K-weighting, as second-order sections: a head's treble, then a high-pass.
_K_WEIGHTING = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
_OFFSET_DB, _ABSOLUTE_GATE_LUFS, _RELATIVE_GATE_DB = -0.691, -70.0, -10.0

_BLOCK = RATE // 1000
"""Samples to a millisecond, the limiter's grain."""

_OVERSAMPLING = 4
_REACH_SAMPLES = 6
_OVERSAMPLED_FROM_DB = -8.0  # under the ceiling: more than peaks between samples and later gain add
_LOOKAHEAD_BLOCKS = 5
_RELEASE_DB_PER_SECOND = 250.0

_MAX_GAIN_DB = 50.0  # quieter than this below the target is noise, not music
_MORE_PASSES = 3
_CLOSE_ENOUGH_DB = 0.15

Signal = NDArray[np.float32]
"""Samples of shape (channels, frames); two channels, where nothing else is said."""


def loudness(signal: Signal) -> float:
    """Integrated loudness in LUFS; -inf for silence and for signals under `MIN_SECONDS`."""
    return _integrated(_energies(signal))


def mastered(signal: Signal) -> Signal:
    """The signal at `TARGET_LUFS`, its true peaks under `CEILING_DB`; silence as it is.

    What is too short to have a loudness is only kept under the ceiling. Limiting costs loudness,
    so the gain before the limiter is corrected until what comes out is right.
    """
    energies = _energies(signal)
    measured = _integrated(energies)
    gain_db = min(TARGET_LUFS - measured, _MAX_GAIN_DB) if np.isfinite(measured) else 0.0
    peaks = _true_peaks(signal, above=10 ** ((CEILING_DB + _OVERSAMPLED_FROM_DB - gain_db) / 20))
    reduction = _reduction(peaks, gain_db=gain_db)
    reached = _integrated(energies * _power(gain_db - reduction[: len(energies)]))
    loudness_per_gain = 1.0  # what a decibel before the limiter adds behind it
    for _ in range(_MORE_PASSES):
        missing_db = TARGET_LUFS - reached
        if not np.isfinite(missing_db) or abs(missing_db) <= _CLOSE_ENOUGH_DB or gain_db == _MAX_GAIN_DB:
            break
        step_db = min(missing_db / loudness_per_gain, _MAX_GAIN_DB - gain_db)
        gain_db += step_db
        reduction = _reduction(peaks, gain_db=gain_db)
        before, reached = reached, _integrated(energies * _power(gain_db - reduction[: len(energies)]))
        loudness_per_gain = min(max((reached - before) / step_db, 0.25), 1.0)
    return _amplified(signal, gain_db - reduction)


def _energies(signal: Signal) -> NDArray[np.float64]:
    """Mean squares of every whole millisecond after K-weighting, channels summed. Shape (milliseconds,)."""
    weighted: Signal = np.asarray(sosfilt(_K_WEIGHTING.astype(signal.dtype), signal, axis=1))
    whole = signal.shape[1] // _BLOCK * _BLOCK
    blocks = weighted[:, :whole].reshape(len(signal), -1, _BLOCK)
    return np.einsum("cbi,cbi->b", blocks, blocks).astype(np.float64) / _BLOCK


def _integrated(energies: NDArray[np.float64]) -> float:
    """The loudness of milliseconds: of blocks of 400 ms, ten a second, that pass both gates."""
    hundreds = energies[: len(energies) // 100 * 100].reshape(-1, 100).mean(axis=1)
    if len(hundreds) < 4:
        return -np.inf
    blocks = sliding_window_view(hundreds, 4).mean(axis=1)
    blocks = blocks[blocks > _power(_ABSOLUTE_GATE_LUFS - _OFFSET_DB)]
    if not len(blocks):
        return -np.inf
    blocks = blocks[blocks > blocks.mean() * _power(_RELATIVE_GATE_DB)]
    return float(_OFFSET_DB + 10 * np.log10(blocks.mean()))


def _power(decibels: Any) -> Any:
    """Decibels as a ratio of powers."""
    return 10 ** (decibels / 10)


@functools.cache
def _interpolator() -> NDArray[np.float32]:
    """Taps that fill in three samples between two: a windowed sinc."""
    reach = _REACH_SAMPLES * _OVERSAMPLING
    taps = np.sinc(np.arange(-reach, reach + 1) / _OVERSAMPLING) * np.kaiser(2 * reach + 1, 5.0)
    return taps.astype(np.float32)


def _true_peaks(signal: Signal, *, above: float) -> NDArray[np.float32]:
    """The largest absolute value of either channel in every millisecond. Shape (milliseconds,).

    Only those with a sample over `above` are oversampled: the limiter touches no others.
    """
    blocks = -(-signal.shape[1] // _BLOCK)
    reach = _REACH_SAMPLES
    padded = np.pad(signal, ((0, 0), (reach, reach + blocks * _BLOCK - signal.shape[1])))
    peaks = np.abs(padded[:, reach:-reach]).reshape(2, blocks, _BLOCK).max(axis=(0, 2))
    loud = np.flatnonzero(peaks > above)
    windows = sliding_window_view(padded, _BLOCK + 2 * reach, axis=1)[:, loud * _BLOCK]
    oversampled = upfirdn(_interpolator(), windows, up=_OVERSAMPLING, axis=2)
    start = 2 * reach * _OVERSAMPLING
    inside = oversampled[:, :, start : start + _BLOCK * _OVERSAMPLING]
    peaks[loud] = np.abs(inside).max(axis=(0, 2), initial=0.0)
    return peaks


def _reduction(peaks: NDArray[np.float32], *, gain_db: float) -> NDArray[np.float64]:
    """What the limiter takes away after `gain_db`, in dB per millisecond. `peaks` are those before the gain.

    The reduction is held ahead of each peak and eased in over the look-ahead, then let go at a
    constant rate in dB: a moving average over what is held can never fall short of the peak.
    """
    with np.errstate(divide="ignore"):
        over_db = np.maximum(20 * np.log10(peaks.astype(np.float64)) + gain_db - CEILING_DB, 0.0)
    if not over_db.any():
        return over_db
    # One millisecond more on either side: the gain is interpolated between their middles.
    reach = _LOOKAHEAD_BLOCKS + 2
    held = maximum_filter1d(over_db, 2 * reach + 1, mode="nearest")
    slope = _RELEASE_DB_PER_SECOND * _BLOCK / RATE * np.arange(len(held))
    released = np.maximum(np.maximum.accumulate(held + slope) - slope, 0.0)
    return uniform_filter1d(released, 2 * _LOOKAHEAD_BLOCKS + 1, mode="nearest")


def _amplified(signal: Signal, gain_db: NDArray[np.float64]) -> Signal:
    """The signal after a gain that is given for every millisecond, at its middle."""
    gain = 10 ** (gain_db / 20)
    if not np.ptp(gain):
        return (signal * np.float32(gain[0] if len(gain) else 1.0)).astype(np.float32)
    middles = (np.arange(len(gain)) + 0.5) * _BLOCK
    return signal * np.interp(np.arange(signal.shape[1]), middles, gain).astype(np.float32)
