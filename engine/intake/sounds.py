"""All that sounds in a stranger's recording, as levels for the judge: whoever plays, and however many.

Child side. Knows nothing of notes.
"""

import numpy as np

from domain.errors import BadRequest, Reason
from domain.judgements import Recording
from domain.remarks import Remark, Topic
from engine.intake.recordings import SAMPLE_RATE, Samples, decode
from models.critic.spectra import listen

MAX_SECONDS = 60
MIN_SECONDS = 4

_SILENCE = 10 ** (-60 / 20)
"""The level, of 1, that nothing reaches in a recording of silence."""


def take_sound(content: bytes, *, title: str) -> Recording:
    """What is heard in the first minute of a recording, from the first sound on.

    Raises BadRequest (RECORDING_..., NOT_A_RECORDING).
    """
    # A little more than what is used tells whether something was left out.
    samples = decode(content, max_seconds=MAX_SECONDS + 0.5)
    if len(samples) < MIN_SECONDS * SAMPLE_RATE:
        raise BadRequest(Reason.RECORDING_TOO_SHORT, limit=MIN_SECONDS)
    most = MAX_SECONDS * SAMPLE_RATE
    sounding = _sounding(samples[:most])
    if len(sounding) < MIN_SECONDS * SAMPLE_RATE:
        raise BadRequest(Reason.RECORDING_SILENT)
    spectra = listen(sounding)
    cut = Remark(Topic.RECORDING_CUT, {"title": title, "limit": str(MAX_SECONDS)})
    return Recording(
        title=title,
        seconds=len(sounding) / SAMPLE_RATE,
        semitones=spectra.semitones.tobytes(),
        mel=spectra.mel.tobytes(),
        left_out=(cut,) if len(samples) > most else (),
    )


def _sounding(samples: Samples) -> Samples:
    """Without the silence before and after; none of it where nothing sounds."""
    # A constant offset is no sound.
    levels = np.abs(samples - samples.mean())
    heard = np.flatnonzero(levels > _SILENCE)
    if not len(heard):
        return samples[:0]
    return samples[heard[0] : heard[-1] + 1]
