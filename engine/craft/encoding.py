"""Sound as MP3, small enough to be uploaded. Knows sizes and bitrates, not where the file goes."""

import functools
import io
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine.craft.mp3_streams import FRAME_SAMPLES, joined
from engine.craft.rendering import Audio

UPLOAD_LIMIT_BYTES = 10 * 1024 * 1024
"""What Discord takes from anybody, anywhere, per file."""

# Tried in order until one fits: libsndfile's bitrate mode and compression level (0 best, 1 smallest).
# For stereo these come to about 130, 95 and 64 kbit/s, then 40 kbit/s in mono.
_LADDER = (("VARIABLE", 0.5, 2), ("VARIABLE", 0.9, 2), ("CONSTANT", 0.9, 2), ("CONSTANT", 0.98, 1))

# Each half of a sound begins or ends so far beyond the middle: after a few frames, the encoder
# has forgotten what it began with.
_OVERLAP_FRAMES = 16

_SHORTEST_HALVED = 48_000 * 4
"""Samples from which it is worth while."""

# libsndfile's encoders are only reliable when written to in pieces.
_BLOCK_FRAMES = 8192


_GLANCE_SECONDS = 0.1
"""How often it is looked whether the encoder has ended, or is to end."""


class TooLong(ValueError):
    """No bitrate brings the sound under the limit."""


class _Left(Exception):
    """Nobody wants the sound any more."""


def encode_mp3(audio: Audio, *, limit_bytes: int = UPLOAD_LIMIT_BYTES) -> bytes:
    """The sound as an MP3 of at most `limit_bytes`, at the best quality that fits.

    Raises TooLong when even the lowest does not.
    """
    return _encode(audio, limit_bytes, threading.Event())


def encoding(audio: Audio, *, limit_bytes: int = UPLOAD_LIMIT_BYTES) -> Generator[float, None, bytes]:
    """`encode_mp3`, yielding several times a second; left at such a moment, it soon stops.

    How much is done it can't tell: what it yields is 0.
    """
    left = threading.Event()
    with ThreadPoolExecutor(max_workers=1) as thread:
        encoded = thread.submit(_encode, audio, limit_bytes, left)
        try:
            while wait([encoded], timeout=_GLANCE_SECONDS).not_done:
                yield 0.0
        finally:
            left.set()
    return encoded.result()


def _encode(audio: Audio, limit_bytes: int, left: threading.Event) -> bytes:
    for bitrate_mode, compression_level, channels in _LADDER:
        encoded = _encoded(
            audio,
            bitrate_mode=bitrate_mode,
            compression_level=compression_level,
            channels=channels,
            left=left,
        )
        if len(encoded) <= limit_bytes:
            return encoded
    raise TooLong(f"{audio.seconds:.0f} s of sound do not fit into {limit_bytes} bytes")


def _encoded(
    audio: Audio, *, bitrate_mode: str, compression_level: float, channels: int, left: threading.Event
) -> bytes:
    samples: NDArray[np.float32] = audio.samples
    if channels == 1:
        samples = samples.mean(axis=1, keepdims=True)
    written = functools.partial(
        _written,
        rate=audio.sample_rate,
        bitrate_mode=bitrate_mode,
        compression_level=compression_level,
        left=left,
    )
    if bitrate_mode == "VARIABLE" and len(samples) >= _SHORTEST_HALVED:
        with suppress(ValueError):  # as good, but slower: whole
            return _in_two_threads(samples, written)
    return written(samples)


def _in_two_threads(samples: NDArray[np.float32], written: Callable[[NDArray[np.float32]], bytes]) -> bytes:
    """The stream of `written`, made by halves: libsndfile works without Python's lock."""
    middle = len(samples) // FRAME_SAMPLES // 2
    first = samples[: (middle + _OVERLAP_FRAMES) * FRAME_SAMPLES]
    second = samples[(middle - _OVERLAP_FRAMES) * FRAME_SAMPLES :]
    with ThreadPoolExecutor(max_workers=2) as threads:
        streams = threads.map(written, (first, second))
        return joined(*streams, at=middle, back=_OVERLAP_FRAMES, samples=len(samples))


def _written(
    samples: NDArray[np.float32],
    *,
    rate: int,
    bitrate_mode: str,
    compression_level: float,
    left: threading.Event,
) -> bytes:
    buffer = io.BytesIO()
    with soundfile.SoundFile(
        buffer,
        "w",
        rate,
        samples.shape[1],
        format="MP3",
        subtype="MPEG_LAYER_III",
        bitrate_mode=bitrate_mode,
        compression_level=compression_level,
    ) as file:
        for start in range(0, len(samples), _BLOCK_FRAMES):
            if left.is_set():
                raise _Left
            file.write(samples[start : start + _BLOCK_FRAMES])
    return buffer.getvalue()
