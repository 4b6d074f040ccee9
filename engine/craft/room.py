"""A small bright hall, made of filtered noise: the shared reverb that parts are placed in.

Synthetic, so that no recorded impulse response has to be carried along, and always the same.
"""

import functools

import numpy as np
from numpy.typing import NDArray
from scipy.fft import set_workers
from scipy.signal import butter, oaconvolve, sosfilt

from engine.craft.loudness import Signal

WET_DB = -11.0
"""Level of the reverberation against the dry sound."""

_THREADS = 2

_SECONDS = 1.6
_PRE_DELAY_SECONDS = 0.014

# Low and high edge in Hz, and the time to fall by 60 dB: air and cloth swallow the highs first.
_BANDS = ((160.0, 700.0, 1.45), (700.0, 3000.0, 1.3), (3000.0, 9000.0, 0.75))

# Early reflections: seconds after the direct sound on the left and on the right, and strength.
_REFLECTIONS = ((0.0071, 0.0083, 0.5), (0.0127, 0.0113, 0.42), (0.0191, 0.0217, 0.34), (0.0293, 0.0269, 0.27))


def in_room(signal: Signal, rate: int) -> Signal:
    """The signal with its reverberation added; as long as before."""
    placed = signal.copy()
    with set_workers(_THREADS):
        for channel, response in enumerate(_impulse_response(rate)):  # one at a time: half the memory
            placed[channel] += oaconvolve(signal[channel], response)[: signal.shape[1]]
    return placed


@functools.cache
def _impulse_response(rate: int) -> NDArray[np.float32]:
    """The room's answer to a click, left and right decorrelated. Shape (2, frames)."""
    frames = round(_SECONDS * rate)
    noise = np.random.default_rng(1770).standard_normal((2, frames))
    times = np.arange(frames) / rate
    late = np.zeros((2, frames))
    for low, high, fall_seconds in _BANDS:
        band = sosfilt(butter(2, (low, high), btype="bandpass", fs=rate, output="sos"), noise, axis=1)
        late += band * 10 ** (-3 * times / fall_seconds)
    late /= np.sqrt((late**2).sum(axis=1, keepdims=True))
    response = np.zeros((2, frames))
    delay = round(_PRE_DELAY_SECONDS * rate)
    response[:, delay:] = late[:, : frames - delay]
    for *seconds, strength in _REFLECTIONS:
        for channel, after in enumerate(seconds):
            response[channel, round(after * rate)] += 0.5 * strength
    response *= 10 ** (WET_DB / 20)
    response[:, -rate // 20 :] *= np.linspace(1, 0, rate // 20)  # noise does not end by itself
    return response.astype(np.float32)
