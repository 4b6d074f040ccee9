"""The judge's ear for recordings: a small convolutional network that writes down which notes sound.

What it writes down is judged as notes are. Knows spectra, not where they are from, and no bars or beats.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.critic.spectra import FRAME_SECONDS, LOWEST_PITCH, MEL_BANDS, RANGE_DB, SEMITONES, Spectra

PITCHES = 72
"""Pitches that are written down, from LOWEST_PITCH."""

_PARTIALS = (-12, 0, 12, 19, 24, 28)
"""Semitones from a pitch to its octave below, itself and its partials: what tells it from an overtone."""

_BEGINS, _SOUNDS = 0.4, 0.4
"""From these shares of certainty on, a note begins, and sounds on."""

_LEAST_FRAMES = 2

_HEARD = round(255 * (1 - 35 / RANGE_DB))
"""The level from which on something is heard: 35 dB below the loud."""


@dataclass(frozen=True, slots=True)
class EarConfig:
    """Shape of the network."""

    maps: int = 20
    attacks: int = 12


@dataclass(frozen=True, slots=True)
class Tone:
    """A note as it was heard, in seconds."""

    onset: float
    end: float
    pitch: int


class Ear(nn.Module):
    """Logits of every pitch sounding, and beginning, at every frame."""

    def __init__(self, config: EarConfig) -> None:
        super().__init__()
        self.config = config
        self.enter = nn.Conv2d(len(_PARTIALS) + 1, config.maps, (3, 5), padding=(1, 2))
        self.attacks = nn.Conv1d(2 * MEL_BANDS, config.attacks, 3, padding=1)
        self.told = nn.Linear(config.attacks, config.maps)
        self.mix = nn.Conv2d(config.maps, config.maps, (5, 3), padding=(2, 1))
        self.settle = nn.Conv2d(config.maps, config.maps, 3, padding=1)
        self.notes = nn.Conv2d(config.maps, 2, 1)

    def forward(self, semitones: Tensor, mel: Tensor) -> Tensor:
        """(P, T, SEMITONES) and (P, 2 T, MEL_BANDS), levels 0 to 1, to (P, 2, T, PITCHES)."""
        below, above = -min(_PARTIALS), PITCHES + max(_PARTIALS) - SEMITONES
        padded = functional.pad(semitones, (below, above))
        stacked = [padded[..., below + step : below + step + PITCHES] for step in _PARTIALS]
        sounding = stacked[_PARTIALS.index(0)]
        rising = torch.relu(sounding - functional.pad(sounding, (0, 0, 1, 0))[:, :-1])
        x = torch.relu(self.enter(torch.stack([*stacked, 4 * rising], 1)))
        grown = torch.relu(mel[:, 1:] - mel[:, :-1])
        pairs = functional.pad(grown, (0, 0, 1, 0)).unflatten(1, (-1, 2)).flatten(2)
        attacks = self.told(torch.relu(self.attacks(4 * pairs.transpose(1, 2))).transpose(1, 2))
        x = torch.relu(x + attacks.transpose(1, 2).unsqueeze(3))
        x = x + torch.relu(self.mix(x))
        x = x + torch.relu(self.settle(x))
        return self.notes(x)


@torch.inference_mode()
def transcribe(ear: Ear, spectra: Spectra) -> list[Tone]:
    """The notes that are heard, in order of onset."""
    semitones = torch.from_numpy(spectra.semitones).unsqueeze(0).float() / 255
    mel = torch.from_numpy(spectra.mel).unsqueeze(0).float() / 255
    if semitones.shape[1] == 0:
        return []
    device = next(ear.parameters()).device
    logits = ear(semitones.to(device), mel.to(device))
    sounding, beginning = torch.sigmoid(logits[0]).float().cpu().numpy()
    return sorted(_tones(sounding, beginning), key=lambda tone: (tone.onset, tone.pitch))


def covered(tones: Sequence[Tone], spectra: Spectra) -> float:
    """The share of the moments with any sound in which a note sounds: most of music, and half of speech."""
    heard = spectra.semitones.max(axis=1, initial=0) >= _HEARD
    explained = np.zeros(len(heard), dtype=np.bool_)
    for tone in tones:
        explained[round(tone.onset / FRAME_SECONDS) : round(tone.end / FRAME_SECONDS)] = True
    return float(explained[heard].mean()) if heard.any() else 0.0


def _tones(sounding: NDArray[np.float32], beginning: NDArray[np.float32]) -> Iterator[Tone]:
    """Notes where beginnings peak, each until it is no longer heard or begins again; (T, PITCHES) both."""
    before = np.pad(beginning, ((1, 0), (0, 0)))[:-1]
    after = np.pad(beginning, ((0, 1), (0, 0)))[1:]
    peaks = (beginning >= _BEGINS) & (beginning > before) & (beginning >= after)
    for pitch in np.flatnonzero(peaks.any(axis=0)):
        firsts = np.flatnonzero(peaks[:, pitch])
        silences = np.flatnonzero(sounding[:, pitch] < _SOUNDS)
        for first, until in zip(firsts, [*firsts[1:], len(sounding)], strict=True):
            place = np.searchsorted(silences, first + 1)
            end = min(until, silences[place]) if place < len(silences) else until
            if end - first >= _LEAST_FRAMES:
                # A beginning is marked on two frames from where it is, so that its peak is half a frame late.
                yield Tone(first * FRAME_SECONDS, end * FRAME_SECONDS, int(pitch) + LOWEST_PITCH)
