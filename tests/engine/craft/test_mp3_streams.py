"""Two halves of a sound, encoded side by side and joined, beside the whole encoded at once."""

import io
import threading

import numpy as np
import pytest
import soundfile

from engine.craft import encoding
from engine.craft.encoding import encode_mp3
from engine.craft.mp3_streams import FRAME_SAMPLES, _frames, _reach, _retagged, joined
from engine.craft.rendering import Audio, render
from tests.engine.craft.listening import Samples, decoded
from tests.engine.craft.pieces import PIANO, chorale, jig

RATE = 48_000


@pytest.fixture(scope="module", params=["piano", "whistle", "noise"])
def audio(request: pytest.FixtureRequest) -> Audio:
    match request.param:
        case "piano":
            return render(chorale(program=PIANO, bars=4))
        case "whistle":
            return render(jig(bars=12))
        case _:
            noise = np.random.default_rng(1).normal(0, 0.1, (6 * RATE + 123, 2))
            return Audio(noise.astype(np.float32), RATE)


def whole(audio: Audio, *, level: float = 0.5) -> bytes:
    return encoding._written(
        audio.samples, rate=RATE, bitrate_mode="VARIABLE", compression_level=level, left=threading.Event()
    )


def noise_db(samples: Samples, audio: Audio) -> Samples:
    """What the encoder added, for every frame, in decibels against the whole sound's level."""
    frames = len(samples) // FRAME_SAMPLES
    added = (samples - audio.samples)[: frames * FRAME_SAMPLES].reshape(frames, -1)
    return 20 * np.log10(added.std(axis=1) / audio.samples.std() + 1e-9)


def test_it_is_the_same_sound_as_if_encoded_at_once(audio: Audio) -> None:
    once, _ = decoded(whole(audio))
    twice, rate = decoded(encode_mp3(audio))
    assert rate == RATE
    assert twice.shape == once.shape == audio.samples.shape
    assert np.abs(noise_db(twice, audio) - noise_db(once, audio)).max() < 3
    middle = len(audio.samples) // FRAME_SAMPLES // 2 * FRAME_SAMPLES
    difference = (twice - once)[middle - 4 * FRAME_SAMPLES : middle + 4 * FRAME_SAMPLES]
    assert 20 * np.log10(difference.std() / audio.samples.std() + 1e-9) < -40


def test_players_find_its_length_in_front(audio: Audio) -> None:
    stream = encode_mp3(audio)
    assert soundfile.info(io.BytesIO(stream)).frames == len(audio.samples)
    assert len(stream) == pytest.approx(len(whole(audio)), rel=0.02)


def test_every_frame_is_where_the_one_before_it_ends(audio: Audio) -> None:
    tag, *frames = _frames(encode_mp3(audio))
    assert b"Xing" in tag
    assert len(frames) == len(list(_frames(whole(audio)))) - 1
    assert sum(_reach(frame) == 0 for frame in frames) >= 2  # the first frame, and the one at the joint


def test_the_tag_is_what_lame_itself_would_have_written() -> None:
    """For a stream that was encoded at once: but for the checksums, and the seeks' rounding."""
    audio = Audio(np.random.default_rng(2).normal(0, 0.1, (3 * RATE, 2)).astype(np.float32), RATE)
    tag, *frames = _frames(whole(audio))
    made = _retagged(tag, frames, samples=len(audio.samples))
    start = tag.index(b"Xing")
    table, checksums = slice(start + 16, start + 116), slice(start + 152, start + 156)
    assert made[: table.start] == tag[: table.start]
    seeks = (np.frombuffer(content[table], np.uint8).astype(int) for content in (made, tag))
    assert np.abs(np.subtract(*seeks)).max() <= 2  # LAME counts in steps of several frames
    assert made[table.stop : checksums.start] == tag[table.stop : checksums.start]
    assert made[checksums.stop :] == tag[checksums.stop :]


def test_silence_is_joined_too() -> None:
    silence = Audio(np.zeros((6 * RATE, 2), np.float32), RATE)
    samples, _ = decoded(encode_mp3(silence))
    assert samples.shape == silence.samples.shape
    assert not samples.any()


@pytest.mark.parametrize(
    "spoil",
    [lambda s: b"ID3" + s, lambda s: s[:-1], lambda s: s[:100], lambda s: s.replace(b"Xing", b"Zing")],
)
def test_what_is_no_stream_is_refused(spoil) -> None:
    stream = whole(Audio(np.full((2 * RATE, 2), 0.1, np.float32), RATE))
    with pytest.raises(ValueError, match=r"frame|tag"):
        joined(spoil(stream), stream, at=40, back=0, samples=1)
