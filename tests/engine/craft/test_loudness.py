import numpy as np
import pytest

from engine.craft.loudness import CEILING_DB, RATE, Signal, loudness, mastered
from tests.engine.craft.listening import lufs, true_peak_db


def tone(frequency: float, *, seconds: float = 3.0, level: float = 0.1) -> Signal:
    times = np.arange(round(seconds * RATE)) / RATE
    return np.tile(level * np.sin(2 * np.pi * frequency * times + 0.7), (2, 1)).astype(np.float32)


def plucks(*, fall_seconds: float) -> Signal:
    """Sudden attacks, four a second: a high crest, hard on a limiter."""
    times = np.arange(4 * RATE) / RATE
    envelope = np.exp(-(times % 0.25) / fall_seconds)
    strings = sum(np.sin(2 * np.pi * f * times) for f in (110, 331, 757, 5101))
    return np.stack([envelope * strings, 0.5 * envelope * strings]).astype(np.float32)


@pytest.mark.parametrize("level", [0.001, 0.1, 1.0])
def test_any_level_comes_out_at_the_target(level: float) -> None:
    assert lufs(mastered(tone(440, level=level)).T, RATE) == pytest.approx(-14, abs=0.2)


@pytest.mark.parametrize("fall_seconds", [0.08, 0.05])
def test_the_limiter_keeps_true_peaks_and_loudness(fall_seconds: float) -> None:
    signal = plucks(fall_seconds=fall_seconds)
    louder_than_allowed = signal * 10 ** ((-14 - loudness(signal)) / 20)
    assert true_peak_db(louder_than_allowed.T) > CEILING_DB + 1  # there is work to do
    result = mastered(signal).T
    assert true_peak_db(result) <= CEILING_DB + 0.1
    assert lufs(result, RATE) == pytest.approx(-14, abs=0.5)


def test_peaks_between_the_samples_count() -> None:
    """A quarter of the rate, caught at 45 degrees: samples stay 3 dB under the waveform."""
    signal = np.tile(np.float32([1, 1, -1, -1]), (2, RATE))
    bursts = signal * (np.arange(signal.shape[1]) % RATE < 480)
    assert true_peak_db(mastered(bursts.astype(np.float32)).T) <= CEILING_DB + 0.2


def test_the_limiter_leaves_alone_what_is_quiet() -> None:
    signal = tone(440, level=0.05)
    signal[:, : RATE // 100] = 4 * plucks(fall_seconds=0.1)[:, : RATE // 100]
    result = mastered(signal)
    before, after = signal[:, 2 * RATE :], result[:, 2 * RATE :]
    assert np.allclose(after, before * (after.max() / before.max()), atol=1e-5)


def test_silence_stays_silence() -> None:
    silence = np.zeros((2, RATE), np.float32)
    assert loudness(silence) == -np.inf
    assert not mastered(silence).any()


def test_what_is_too_short_to_measure_is_only_limited() -> None:
    short = tone(440, seconds=0.2, level=3.0)
    assert loudness(short) == -np.inf
    assert true_peak_db(mastered(short).T) <= CEILING_DB + 0.2
    quiet = tone(440, seconds=0.2, level=0.01)
    assert np.array_equal(mastered(quiet), quiet)
