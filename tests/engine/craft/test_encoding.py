import threading
import time
from collections.abc import Generator

import numpy as np
import pytest

from engine.craft.encoding import TooLong, encode_mp3, encoding
from engine.craft.rendering import Audio, render
from tests.engine.craft.listening import decoded, lufs, true_peak_db
from tests.engine.craft.pieces import chorale


@pytest.fixture(scope="module")
def audio() -> Audio:
    return render(chorale(program=0, tempo=120, bars=2))


def test_an_mp3_is_the_sound(audio: Audio) -> None:
    samples, rate = decoded(encode_mp3(audio))
    assert rate == audio.sample_rate
    assert samples.shape == audio.samples.shape
    correlation = np.corrcoef(samples.ravel(), audio.samples.ravel())[0, 1]
    assert correlation > 0.99


def test_the_same_sound_gives_the_same_bytes(audio: Audio) -> None:
    assert encode_mp3(audio) == encode_mp3(audio)


def test_encoding_may_be_left_at_any_moment() -> None:
    """Three minutes of noise, more than a second of work, are dropped for a fraction of that."""
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (180 * 48_000, 2)).astype(np.float32)
    steps = encoding(Audio(noise, 48_000))
    next(steps)
    began = time.process_time()  # of all threads, however busy the machine is
    steps.close()
    assert time.process_time() - began < 0.5
    assert not any(thread.name.startswith("ThreadPool") for thread in threading.enumerate())


def test_encoding_step_by_step_gives_the_same_bytes(audio: Audio) -> None:
    encoded: list[bytes] = []

    def keep() -> Generator[float, None, None]:
        encoded.append((yield from encoding(audio)))

    assert set(keep()) <= {0.0}
    assert encoded == [encode_mp3(audio)]


def test_thirty_seconds_stay_far_under_the_upload_limit(audio: Audio) -> None:
    assert len(encode_mp3(audio)) / audio.seconds * 30 < 700_000


def test_a_limit_is_kept_by_lower_bitrates_down_to_mono(audio: Audio) -> None:
    best = encode_mp3(audio)
    sizes = [len(best)]
    while True:
        try:
            smaller = encode_mp3(audio, limit_bytes=sizes[-1] - 1)
        except TooLong:
            break
        samples, rate = decoded(smaller)
        assert len(smaller) < sizes[-1]
        assert len(samples) / rate == pytest.approx(audio.seconds, abs=0.05)
        assert true_peak_db(samples) <= -1.0
        if samples.shape[1] == 2:
            assert lufs(samples, rate) == pytest.approx(-14, abs=1)
        sizes.append(len(smaller))
    assert len(sizes) == 4
    assert samples.shape[1] == 1
    assert sizes[-1] < 0.5 * sizes[0]
