"""People's voices made by rule: tunes hummed and whistled, with vibrato, glides and breath, and speech.

For measuring and testing what listens. Knows nothing of it, nor of files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

SAMPLE_RATE = 22_050

Samples = NDArray[np.float32]
Array = NDArray[np.float64]

_OVERTONES = 7
_ATTACK_SECONDS = 0.03
_REST_SECONDS = 0.5


class Tone(NamedTuple):
    """A note in seconds, its pitch a MIDI number that need not be whole."""

    onset: float
    end: float
    pitch: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How somebody sings; depths, detuning and wander in semitones."""

    vibrato: float = 0.3
    glide_seconds: float = 0.05
    breath: float = 0.01
    detuned: float = 0.0
    wander: float = 0.08
    late_seconds: float = 0.015
    gap_seconds: float = 0.03


class Voice(StrEnum):
    HUMMED = "hummed"
    WHISTLED = "whistled"


def sing(tones: Sequence[Tone], random: np.random.Generator, *, voice: Voice, manner: Manner) -> Samples:
    """One channel at `SAMPLE_RATE`: the tones, each sliding in from the one before."""
    count = int((tones[-1].end + _REST_SECONDS) * SAMPLE_RATE)
    pitch, level = np.full(count, float(tones[0].pitch)), np.zeros(count)
    before = tones[0].pitch + random.normal(-0.6, 0.6)
    for tone in tones:
        first = max(0, int((tone.onset + random.normal(0, manner.late_seconds)) * SAMPLE_RATE))
        last = min(count, max(first + 400, int((tone.end - manner.gap_seconds) * SAMPLE_RATE)))
        time = np.arange(last - first) / SAMPLE_RATE
        slide = np.clip(before - tone.pitch, -4, 4)
        trill = np.sin(2 * np.pi * 5.5 * time + random.uniform(0, 6)) * np.minimum(1, time / 0.3)
        pitch[first:last] = tone.pitch + manner.detuned + random.normal(0, manner.wander)
        pitch[first:last] += manner.vibrato * trill
        if manner.glide_seconds:
            pitch[first:last] += slide * np.exp(-2 * time / manner.glide_seconds)
        level[first:last] = _swell(time) * random.uniform(0.6, 1.0)
        before = tone.pitch
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((pitch - 69) / 12)) / SAMPLE_RATE
    if voice is Voice.WHISTLED:
        sound = np.sin(phase) + 0.02 * np.sin(2 * phase)
    else:
        sound = sum((np.sin(k * phase) / k**1.5 for k in range(1, _OVERTONES + 1)), np.zeros(count))
    return (0.2 * level * sound + manner.breath * random.normal(0, 1, count)).astype(np.float32)


def speak(seconds: float, random: np.random.Generator, *, pitch: float = 48.0, span: float = 4.0) -> Samples:
    """Syllables about `pitch` that rise and fall by some `span` semitones, in phrases, and hiss between."""
    count = int(seconds * SAMPLE_RATE)
    pitches, level, hiss = np.full(count, float(pitch)), np.zeros(count), np.zeros(count)
    place = 0
    while place < count:
        place += int(random.uniform(0.2, 0.6) * SAMPLE_RATE)
        height = 0.8 * span
        for _ in range(int(random.integers(5, 12))):
            length = int(random.uniform(0.12, 0.35) * SAMPLE_RATE)
            end = min(count, place + length)
            voiced = int(max(0, end - place) * random.uniform(0.6, 0.95))
            way = np.linspace(0, 1, voiced)
            start = height + random.normal(0, span / 3)
            height = start + random.normal(-0.6, span / 2) - 0.3
            bump = random.normal(0, span / 4) * np.sin(np.pi * way)
            pitches[place : place + voiced] = pitch + start + (height - start) * way + bump
            level[place : place + voiced] = np.sqrt(np.sin(np.pi * np.minimum(1, 1.05 * way)).clip(0))
            hiss[place + voiced : end] = random.uniform(0, 0.2)
            place = end
    source = (np.cumsum(440 * 2 ** ((pitches - 69) / 12)) / SAMPLE_RATE % 1 - 0.5) * level
    formants = ((random.uniform(350, 750), 90), (random.uniform(1000, 1900), 120), (2600, 160))
    mouth = sum((_formant(source, *formant) for formant in formants), np.zeros(count))
    sound = 0.4 * mouth / np.abs(mouth).max() + (0.003 + hiss) * random.normal(0, 0.3, count)
    return sound.astype(np.float32)


def _swell(time: Array) -> Array:
    """In and out, over so many seconds."""
    if not len(time):
        return time
    return np.minimum(1, np.minimum(time, time[-1] - time) / _ATTACK_SECONDS)


def _formant(source: Array, frequency: float, width: float) -> Array:
    radius = np.exp(-np.pi * width / SAMPLE_RATE)
    turn = -2 * radius * np.cos(2 * np.pi * frequency / SAMPLE_RATE)
    return np.asarray(lfilter([1 - radius], [1, turn, radius**2], source), dtype=np.float64)
