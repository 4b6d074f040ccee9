"""A stranger's recording as samples: one channel at 22,050 Hz, never more of it than asked for.

Child side: decoders are the part of it all that hostile files are made for. Knows nothing of notes.
"""

import io
import math

import numpy as np
import soundfile
from numpy.typing import NDArray

from domain.errors import BadRequest, Reason

SAMPLE_RATE = 22_050

_MAGIC = (b"RIFF", b"fLaC", b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa")
_FORMATS = ("WAV", "WAVEX", "FLAC", "OGG", "MP3", "MPEG")
_CODECS = (
    *("PCM_U8", "PCM_S8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"),
    *("VORBIS", "OPUS", "MPEG_LAYER_I", "MPEG_LAYER_II", "MPEG_LAYER_III"),
)
_RATES = (8_000, 192_000)
_MAX_CHANNELS = 8
_BLOCK_FRAMES = 1 << 15

Samples = NDArray[np.float32]
"""One channel at `SAMPLE_RATE`, within -1 and 1."""


def decode(content: bytes, *, max_seconds: float) -> Samples:
    """The first `max_seconds` of a WAV, FLAC, OGG, Opus or MP3 file; what is beyond them is not decoded.

    Samples that are no numbers are silence. Raises BadRequest (RECORDING_EMPTY, NOT_A_RECORDING,
    RECORDING_DAMAGED), the first also where a sound file holds no sound.
    """
    if not content:
        raise BadRequest(Reason.RECORDING_EMPTY)
    if not content.startswith(_MAGIC):
        raise BadRequest(Reason.NOT_A_RECORDING)
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            samples, rate = _first(file, max_seconds), file.samplerate
    except soundfile.LibsndfileError as error:
        raise BadRequest(Reason.RECORDING_DAMAGED) from error
    if not len(samples):
        raise BadRequest(Reason.RECORDING_EMPTY)
    samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    samples /= max(1.0, float(np.abs(samples).max()))
    return np.clip(_resampled(samples, rate), -1.0, 1.0)


def _first(file: soundfile.SoundFile, max_seconds: float) -> Samples:
    """The first seconds at the file's own rate, its channels mixed."""
    low, high = _RATES
    if file.format not in _FORMATS or file.subtype not in _CODECS:
        raise BadRequest(Reason.NOT_A_RECORDING)
    if not low <= file.samplerate <= high or file.channels > _MAX_CHANNELS:
        raise BadRequest(Reason.RECORDING_DAMAGED)
    wanted = int(max_seconds * file.samplerate)
    blocks: list[Samples] = []
    while wanted > 0:
        block = file.read(min(wanted, _BLOCK_FRAMES), dtype="float32", always_2d=True)
        if not len(block):
            break
        with np.errstate(invalid="ignore", over="ignore"):
            blocks.append(block.mean(axis=1))
        wanted -= len(block)
    return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.float32)


def _resampled(samples: Samples, rate: int) -> Samples:
    """At `SAMPLE_RATE`, by leaving out or adding the spectrum's top; silence behind it keeps the ends apart.

    librosa would do it too, but what it stands on compiles itself into files, which the fence forbids.
    """
    if rate == SAMPLE_RATE:
        return samples
    common = math.gcd(rate, SAMPLE_RATE)
    spans = -(-len(samples) * common // rate) + 1
    spectrum = np.fft.rfft(samples, spans * (rate // common))
    resampled = np.fft.irfft(spectrum, spans * (SAMPLE_RATE // common))
    length = math.ceil(len(samples) * SAMPLE_RATE / rate)
    return (resampled[:length] * (SAMPLE_RATE / rate)).astype(np.float32)
