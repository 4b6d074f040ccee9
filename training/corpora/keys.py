"""The key of a piece, from its notes, its ending and its key signature.

Modes of the dance tunes are heard by their third: mixolydian counts as major, dorian as minor.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from domain.score import Key, Mode, Note, Part

# Temperley's profiles (The Cognition of Basic Musical Structures, 2001), from the tonic up; the modal
# ones differ from them in the degrees that name the mode.
_PROFILES = {
    "major": (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0),
    "minor": (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0),
    "mixolydian": (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 4.0, 1.5),
    "dorian": (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 2.0, 3.5, 4.0, 1.5),
    "aeolian": (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 4.0, 1.5),
}
_ABOVE_SIGNATURE = {"major": 0, "minor": 9, "mixolydian": 7, "dorian": 2, "aeolian": 9}
"""Semitones from the major tonic of a key signature up to the tonic of each mode."""

_FINAL_BASS = 0.45
_FINAL_TOP = 0.15
_SIGNATURE = 0.25
_LONGEST_COUNTED_TICKS = 24


def find_key(parts: Sequence[Part], *, fifths: int | None = None, modal: bool = False) -> Key:
    """The key of a piece whose notes are all in `parts`.

    `fifths` is the key signature in sharps (flats below zero), None where the file has none; `modal`
    lets the signature and the notes also mean mixolydian, dorian and aeolian.
    """
    notes = [note for part in parts for note in part.notes]
    weights = _class_weights(notes)
    bass, top = _final_classes(notes)
    names = tuple(_PROFILES) if modal else ("major", "minor")
    best, best_score = Key(0), -np.inf
    for name in names:
        for tonic in range(12):
            score = float(np.corrcoef(weights, np.roll(_PROFILES[name], tonic))[0, 1])
            score += _FINAL_BASS * (tonic == bass) + _FINAL_TOP * (tonic == top)
            if fifths is not None:
                score += _SIGNATURE * ((7 * fifths + _ABOVE_SIGNATURE[name]) % 12 == tonic)
            if score > best_score:
                mode = Mode.MAJOR if name in ("major", "mixolydian") else Mode.MINOR
                best, best_score = Key(tonic, mode), score
    return best


def _class_weights(notes: Sequence[Note]) -> NDArray[np.float64]:
    """How long each pitch class sounds, a held note counting as two quarters at most."""
    weights = np.full(12, 1e-3)
    for note in notes:
        weights[note.pitch % 12] += min(note.duration, _LONGEST_COUNTED_TICKS)
    return weights


def _final_classes(notes: Sequence[Note]) -> tuple[int, int]:
    """The pitch classes of the lowest and the highest note that sound last."""
    end = max(note.end for note in notes)
    last = [note.pitch for note in notes if note.end >= end - 1]
    return min(last) % 12, max(last) % 12
