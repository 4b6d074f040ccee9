"""What a listener would notice, measured. All take samples of shape (frames, 2) and their rate."""

import io

import numpy as np
import pyloudnorm
import soundfile
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfilt

from domain.score import Score
from engine.craft.performance import perform

Samples = NDArray[np.float64]

_QUIET_DB = -60.0
_CLICK_ABOVE_SURROUNDINGS_DB = 18.0
_CLICK_ABOVE_FLOOR_DB = -45.0


def decoded(mp3: bytes) -> tuple[Samples, int]:
    return soundfile.read(io.BytesIO(mp3), always_2d=True)


def lufs(samples: Samples, rate: int) -> float:
    return float(pyloudnorm.Meter(rate).integrated_loudness(samples))


def true_peak_db(samples: Samples) -> float:
    """The highest point of the waveform, 4x oversampled with a filter that the product does not use."""
    return 20 * np.log10(np.abs(resample_poly(samples, 4, 1, axis=0)).max())


def longest_silence_seconds(samples: Samples, rate: int) -> float:
    window = rate // 50
    windows = samples[: len(samples) // window * window].reshape(-1, window * 2)
    quiet = np.sqrt((windows**2).mean(axis=1)) < 10 ** (_QUIET_DB / 20)
    longest = run = 0
    for is_quiet in quiet:
        run = run + 1 if is_quiet else 0
        longest = max(longest, run)
    return longest * window / rate


def note_ends(score: Score) -> list[float]:
    """Seconds, counted from the first note, at which notes end and none begins within 40 ms."""
    notes = [note for part in perform(score) for note in part.notes]
    first = min(note.start_seconds for note in notes)
    starts = np.array([note.start_seconds for note in notes])
    ends = sorted({round(note.end_seconds, 3) for note in notes})
    return [end - first for end in ends if np.abs(starts - end).min() > 0.04]


def clicks(samples: Samples, rate: int, moments: list[float]) -> list[float]:
    """The moments at which something snaps: a burst above 10 kHz, where a broken waveform's energy goes.

    It counts when it stands 18 dB out of the same band around it and less than 45 dB below the music.
    """
    band = butter(6, 10_000, "highpass", fs=rate, output="sos")
    high = np.abs(sosfilt(band, samples, axis=0)).max(axis=1)
    millisecond = rate // 1000
    envelope = high[: len(high) // millisecond * millisecond].reshape(-1, millisecond).max(axis=1)
    music = np.sqrt((samples**2).mean())
    found: list[float] = []
    for moment in moments:
        at = round(moment * 1000)
        burst = envelope[max(at - 8, 0) : at + 12].max(initial=0.0)
        around = np.concatenate([envelope[max(at - 60, 0) : max(at - 10, 0)], envelope[at + 20 : at + 70]])
        stands_out = burst > np.median(around) * 10 ** (_CLICK_ABOVE_SURROUNDINGS_DB / 20)
        if stands_out and burst > music * 10 ** (_CLICK_ABOVE_FLOOR_DB / 20):
            found.append(moment)
    return found
