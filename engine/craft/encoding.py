"""Sound as MP3, small enough to be uploaded. Knows sizes and bitrates, not where the file goes."""

import io

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine.craft.rendering import Audio

UPLOAD_LIMIT_BYTES = 10 * 1024 * 1024
"""What Discord takes from anybody, anywhere, per file."""

# Tried in order until one fits: libsndfile's bitrate mode and compression level (0 best, 1 smallest).
# For stereo these come to about 130, 95 and 64 kbit/s, then 40 kbit/s in mono.
_LADDER = (("VARIABLE", 0.5, 2), ("VARIABLE", 0.9, 2), ("CONSTANT", 0.9, 2), ("CONSTANT", 0.98, 1))

# libsndfile's encoders are only reliable when written to in pieces.
_BLOCK_FRAMES = 8192


class TooLong(ValueError):
    """No bitrate brings the sound under the limit."""


def encode_mp3(audio: Audio, *, limit_bytes: int = UPLOAD_LIMIT_BYTES) -> bytes:
    """The sound as an MP3 of at most `limit_bytes`, at the best quality that fits.

    Raises TooLong when even the lowest does not.
    """
    for bitrate_mode, compression_level, channels in _LADDER:
        encoded = _encoded(
            audio, bitrate_mode=bitrate_mode, compression_level=compression_level, channels=channels
        )
        if len(encoded) <= limit_bytes:
            return encoded
    raise TooLong(f"{audio.seconds:.0f} s of sound do not fit into {limit_bytes} bytes")


def _encoded(audio: Audio, *, bitrate_mode: str, compression_level: float, channels: int) -> bytes:
    samples: NDArray[np.float32] = audio.samples
    if channels == 1:
        samples = samples.mean(axis=1, keepdims=True)
    buffer = io.BytesIO()
    with soundfile.SoundFile(
        buffer,
        "w",
        audio.sample_rate,
        channels,
        format="MP3",
        subtype="MPEG_LAYER_III",
        bitrate_mode=bitrate_mode,
        compression_level=compression_level,
    ) as file:
        for start in range(0, len(samples), _BLOCK_FRAMES):
            file.write(samples[start : start + _BLOCK_FRAMES])
    return buffer.getvalue()
