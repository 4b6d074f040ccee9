"""Scores as the judge's ear would bring them back from a recording: notes lost, made up, and no bar lines.

Done to people's passages and to all others alike. Knows no sound: mishearing is drawn by chance.
"""

import numpy as np

from domain.score import Score
from models.critic.sound import Tone
from models.critic.spectra import FRAME_SECONDS
from training.corpora.dictation import dictated

_OVERTONES = (-12, 12, 12, 19, 24)


def misheard(score: Score, random: np.random.Generator, *, most_seconds: float | None = None) -> Score | None:
    """The passage written down by ear; None where too little of it is left."""
    tick = score.seconds_per_tick / random.uniform(0.8, 1.2)
    lost, made_up = random.uniform(0, 0.16), random.uniform(0, 0.06)
    late = random.uniform(0.005, 0.015)
    tones: list[Tone] = []
    for part in score.parts:
        for note in part.notes:
            onset = note.onset * tick + random.normal(0, late)
            if most_seconds is not None and onset > most_seconds:
                break
            onset = round(onset / FRAME_SECONDS) * FRAME_SECONDS
            seconds = max(0.09, note.duration * tick * random.uniform(0.5, 1.1))
            chance = random.random()
            if chance >= lost:
                tones.append(Tone(onset, onset + seconds, note.pitch))
            if chance > 1 - made_up:
                pitch = note.pitch + int(random.choice(_OVERTONES))
                tones.append(Tone(onset, onset + seconds * random.uniform(0.3, 1), pitch))
    return dictated(sorted(tones, key=lambda tone: (tone.onset, tone.pitch)))
