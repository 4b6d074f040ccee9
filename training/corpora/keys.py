"""The key of a piece, from its notes, its ending and its key signature.

Modes of the dance tunes are heard by their third: mixolydian counts as major, dorian as minor.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from domain.score import TICKS_PER_QUARTER, Key, Metre, Mode, Note, Part
from training.corpora.midi import KeySignature

# Temperley's profiles (The Cognition of Basic Musical Structures, 2001), from the tonic up; the modal
# ones differ from them in the degrees that name the mode.
_PROFILES = {
    "major": (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
    "minor": (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
    "mixolydian": (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 4.0, 1.5),
    "dorian": (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 2.0, 3.5, 4.0, 1.5),
    "aeolian": (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 4.0, 1.5),
}
_MINOR_THIRD = ("minor", "dorian", "aeolian")
_ABOVE_SIGNATURE = {"major": 0, "minor": 9, "mixolydian": 7, "dorian": 2, "aeolian": 9}
"""Semitones from the major tonic of a key signature up to the tonic of each mode."""

# Weights beside the profile's correlation, which counts 1.
_FINAL_BASS = 0.45
_FINAL_TOP = 0.15
_SIGNATURE = 0.25

# The same for dance tunes, fitted to the 227 tunes whose files call their signature minor
# (logistic regression over the four modes; 95% right when held out).
_DANCE_FINAL = 0.10
_DANCE_FIRST = 0.07
_DANCE_FIFTHS = 0.12
_DANCE_SECTIONS = 0.06
_CALLED_MINOR = 0.20
_NOT_CALLED_MINOR = -0.10
_SECTION_BARS = 8

_LONGEST_COUNTED_TICKS = 24

Weights = NDArray[np.float64]


def find_key(parts: Sequence[Part], *, signature: KeySignature | None = None, closes: bool = True) -> Key:
    """The major or minor key of a piece. `signature` is its key signature, where it has one.

    `closes` is False for a section that another follows: where it stops need not be its tonic.
    """
    notes = [note for part in parts for note in part.notes]
    weights = _class_weights(notes)
    bass, top = _final_classes(notes)
    scores: dict[tuple[int, str], float] = {}
    for name in ("major", "minor"):
        for tonic in range(12):
            score = _correlation(weights, name, tonic)
            ending = _FINAL_BASS * (tonic == bass) + _FINAL_TOP * (tonic == top)
            score += ending if closes else ending / 3
            if signature is not None and _tonic(signature, name) == tonic:
                score += _SIGNATURE + _CALLED_MINOR * (signature.minor and name == "minor")
            scores[tonic, name] = score
    return _best(scores)


def find_dance_key(notes: Sequence[Note], metre: Metre, signature: KeySignature) -> Key:
    """The key of a dance tune on true bar lines, among the modes of its signature.

    A tune that leads back to its beginning does not end on its tonic: the sections' endings, the first
    downbeat and the fifths on downbeats count as much as the last note.
    """
    weights = _class_weights(notes)
    downbeats = [note for note in notes if note.onset % metre.bar_ticks == 0]
    share = _class_shares(downbeats)
    sections = _class_shares(_section_endings(notes, metre))
    last = notes[-1]
    scores: dict[tuple[int, str], float] = {}
    for name in ("major", "mixolydian", "dorian", "aeolian"):
        tonic = _tonic(signature, name)
        score = _correlation(weights, name, tonic)
        score += _DANCE_FINAL * (last.pitch % 12 == tonic and last.duration >= TICKS_PER_QUARTER)
        score += _DANCE_FIRST * bool(downbeats and downbeats[0].pitch % 12 == tonic)
        score += _DANCE_FIFTHS * share[(tonic + 7) % 12] + _DANCE_SECTIONS * sections[tonic]
        if name == "aeolian":
            score += _CALLED_MINOR if signature.minor else _NOT_CALLED_MINOR
        scores[tonic, name] = float(score)
    return _best(scores)


def _best(scores: dict[tuple[int, str], float]) -> Key:
    tonic, name = max(scores, key=lambda candidate: scores[candidate])
    return Key(tonic, Mode.MINOR if name in _MINOR_THIRD else Mode.MAJOR)


def _tonic(signature: KeySignature, mode: str) -> int:
    return (7 * signature.fifths + _ABOVE_SIGNATURE[mode]) % 12


def _correlation(weights: Weights, mode: str, tonic: int) -> float:
    profile = np.roll(_PROFILES[mode], tonic)
    centred = profile - profile.mean()
    return float(centred @ (weights - weights.mean()) / (12 * profile.std() * weights.std()))


def _class_weights(notes: Sequence[Note]) -> Weights:
    """How long each pitch class sounds, a held note counting as two quarters at most."""
    weights = np.full(12, 1e-3)
    weights[0] += 1e-3  # never all equal, so that a correlation exists
    for note in notes:
        weights[note.pitch % 12] += min(note.duration, _LONGEST_COUNTED_TICKS)
    return weights


def _class_shares(notes: Iterable[Note]) -> Weights:
    counts = np.zeros(12)
    for note in notes:
        counts[note.pitch % 12] += 1
    return counts / max(counts.sum(), 1)


def _final_classes(notes: Sequence[Note]) -> tuple[int, int]:
    """The pitch classes of the lowest and the highest note that sound last."""
    end = max(note.end for note in notes)
    last = [note.pitch for note in notes if note.end >= end - 1]
    return min(last) % 12, max(last) % 12


def _section_endings(notes: Sequence[Note], metre: Metre) -> list[Note]:
    """The note each section of eight bars comes to rest on: the last long one of its last half bar."""
    bar = metre.bar_ticks
    first_bar = -(-notes[0].onset // bar)
    endings: list[Note] = []
    for section_end in range((first_bar + _SECTION_BARS) * bar, notes[-1].end + bar, _SECTION_BARS * bar):
        closing = [note for note in notes if section_end - bar / 2 <= note.onset < section_end]
        held = [note for note in closing if note.duration >= TICKS_PER_QUARTER]
        endings.extend((held or closing)[-1:])
    return endings
