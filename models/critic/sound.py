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

_PARTIALS = (-12, 0, 12, 19, 24, 28, 31, 36)
"""Semitones from a pitch to its octave below, itself and its partials: what tells it from an overtone."""

_SPREADS = ((1, 1), (1, 12), (2, 1), (1, 12), (4, 1), (1, 1))
"""Of the convolutions: from one frame, and one pitch, that is looked at to the next."""

_BEGINS, _SOUNDS = 0.4, 0.4
"""From these shares of certainty on, a note begins, and sounds on."""

_LEAST_FRAMES = 1.5
_LEAST_SUM = 1e-6
"""What is divided by at least: where nothing at all begins, sigmoids round to nothing."""

_HEARD = round(255 * (1 - 35 / RANGE_DB))
"""The level from which on something is heard: 35 dB below the loud."""


@dataclass(frozen=True, slots=True)
class EarConfig:
    """Shape of the network: maps of pitches over time, and what is heard of each frame as a whole."""

    maps: int = 32
    frame_width: int = 96


@dataclass(frozen=True, slots=True)
class Tone:
    """A note as it was heard, in seconds, and how sure it is that it began, 0 to 1."""

    onset: float
    end: float
    pitch: int
    certainty: float = 1.0


class FrameReader(nn.Module):
    """Each frame as a whole, beside its neighbours and all others: which instruments play, what is struck."""

    def __init__(self, config: EarConfig) -> None:
        super().__init__()
        width = config.frame_width
        self.enter = nn.Linear(SEMITONES + 4 * MEL_BANDS, width)
        self.mix = nn.ModuleList(
            nn.Conv1d(width, width, 5, padding=2 * spread, dilation=spread) for spread in (1, 2, 4)
        )
        self.overall = nn.Linear(width, width)
        self.leave = nn.Linear(width, config.maps)

    def forward(self, semitones: Tensor, mel: Tensor) -> Tensor:
        """To (P, T, maps)."""
        pairs = [each.unflatten(1, (-1, 2)).flatten(2) for each in (mel, 4 * _rising(mel))]
        x = torch.relu(self.enter(torch.cat([semitones, *pairs], 2))).transpose(1, 2)
        for mix in self.mix:
            x = x + torch.relu(mix(x))
        x = x.transpose(1, 2)
        return self.leave(torch.relu(x + self.overall(x.mean(1, keepdim=True))))


class Ear(nn.Module):
    """Logits of every pitch sounding at every frame, and beginning at each half of it."""

    def __init__(self, config: EarConfig) -> None:
        super().__init__()
        self.config = config
        self.frames = FrameReader(config)
        self.enter = nn.Conv2d(2 * len(_PARTIALS), config.maps, 3, padding=1)
        self.mix = nn.ModuleList(
            nn.Conv2d(config.maps, config.maps, 3, padding=spread, dilation=spread) for spread in _SPREADS
        )
        self.notes = nn.Conv2d(config.maps, 3, 1)

    def forward(self, semitones: Tensor, mel: Tensor) -> Tensor:
        """(P, T, SEMITONES) and (P, 2 T, MEL_BANDS), levels 0 to 1, to (P, 3, T, PITCHES)."""
        below, above = -min(_PARTIALS), PITCHES + max(_PARTIALS) - SEMITONES
        levels = functional.pad(torch.stack([semitones, 4 * _rising(semitones)], 1), (below, above))
        stacked = [levels[..., below + step : below + step + PITCHES] for step in _PARTIALS]
        x = torch.cat(stacked, 1).contiguous(memory_format=torch.channels_last)
        told = self.frames(semitones, mel).transpose(1, 2).unsqueeze(3)
        x = torch.relu(self.enter(x) + told)
        for mix in self.mix:
            x = x + torch.relu(mix(x))
        return self.notes(x)


def _rising(levels: Tensor) -> Tensor:
    """(P, T, bands): by how much each level is above the one before."""
    return torch.relu(levels - functional.pad(levels, (0, 0, 1, 0))[:, :-1])


@torch.inference_mode()
def transcribe(ear: Ear, spectra: Spectra) -> list[Tone]:
    """The notes that are heard, in order of onset."""
    semitones = torch.from_numpy(spectra.semitones).unsqueeze(0).float() / 255
    mel = torch.from_numpy(spectra.mel).unsqueeze(0).float() / 255
    if semitones.shape[1] == 0:
        return []
    device = next(ear.parameters()).device
    logits = ear(semitones.to(device), mel.to(device))
    sounding, *halves = torch.sigmoid(logits[0]).float().cpu().numpy()
    beginning = np.stack(halves, 1).reshape(-1, PITCHES)
    return sorted(_tones(sounding, beginning), key=lambda tone: (tone.onset, tone.pitch))


def covered(tones: Sequence[Tone], spectra: Spectra) -> float:
    """The share of the moments with any sound in which a note sounds: most of music, and half of speech."""
    heard = spectra.semitones.max(axis=1, initial=0) >= _HEARD
    explained = np.zeros(len(heard), dtype=np.bool_)
    for tone in tones:
        explained[round(tone.onset / FRAME_SECONDS) : round(tone.end / FRAME_SECONDS)] = True
    return float(explained[heard].mean()) if heard.any() else 0.0


def _tones(sounding: NDArray[np.float32], beginning: NDArray[np.float32]) -> Iterator[Tone]:
    """Notes where beginnings peak, each until it is no longer heard or begins again.

    sounding (T, PITCHES), beginning (2 T, PITCHES).
    """
    padded = np.pad(beginning, ((2, 2), (0, 0)))
    near = np.stack([padded[step : step + len(beginning)] for step in range(5)])
    peaks = (beginning >= _BEGINS) & (near[2] > near[[0, 1]].max(0)) & (near[2] >= near[[3, 4]].max(0))
    # Between half frames, where what is marked around a beginning has its middle.
    sums = np.maximum(near[1:4].sum(0), _LEAST_SUM)
    places = np.arange(len(beginning))[:, None] + np.tensordot([-1, 0, 1], near[1:4], 1) / sums
    for pitch in np.flatnonzero(peaks.any(axis=0)):
        firsts = np.maximum(places[peaks[:, pitch], pitch] / 2, 0)
        sure = beginning[peaks[:, pitch], pitch]
        silences = np.flatnonzero(sounding[:, pitch] < _SOUNDS)
        for first, until, certainty in zip(firsts, [*firsts[1:], float(len(sounding))], sure, strict=True):
            place = np.searchsorted(silences, first + 1)
            end = min(until, float(silences[place])) if place < len(silences) else until
            if end - first >= _LEAST_FRAMES:
                onset = float(first) * FRAME_SECONDS
                yield Tone(onset, end * FRAME_SECONDS, int(pitch) + LOWEST_PITCH, float(certainty))
