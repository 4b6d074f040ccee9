"""Whether pieces come home: what the last bar does, read from the notes and the key."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.score import Mode, Score
from models.note_table import NoteTable, tabulate

_TRIADS = {Mode.MAJOR: (0, 4, 7), Mode.MINOR: (0, 3, 4, 7)}
"""Degrees of the closing chord; a minor piece may close on the major third (Picardy)."""


@dataclass(frozen=True, slots=True)
class Endings:
    """Shares of a set of pieces, 0 to 1."""

    in_last_bar: float
    """The last note begins in the score's last bar (or later)."""
    melody_on_tonic: float
    """The highest of the notes that begin last is the tonic."""
    bass_on_tonic: float
    """The lowest note that sounds at the last onset is the tonic."""
    tonic_chord: float
    """All that sounds at the last onset belongs to the tonic triad."""
    held: float
    """The last note is at least as long as the piece's median note."""


def endings(scores: Sequence[Score]) -> Endings:
    """Look at the ending of every piece that has notes. Raises ValueError when none has."""
    tables = [table for table in map(tabulate, scores) if not table.is_empty]
    if not tables:
        raise ValueError("no piece has a note")
    rows = np.array([_ending(table) for table in tables], dtype=np.float64)
    return Endings(*(float(share) for share in rows.mean(axis=0)))


def _ending(table: NoteTable) -> tuple[bool, bool, bool, bool, bool]:
    last_onset = table.onset[-1]
    begins = table.onset == last_onset
    sounds = table.onset + table.duration > last_onset
    degrees = (table.pitch - table.tonic) % 12
    top = degrees[begins][table.pitch[begins].argmax()]
    bass = degrees[sounds][table.pitch[sounds].argmin()]
    return (
        bool(table.bar[-1] >= table.bars - 1),
        bool(top == 0),
        bool(bass == 0),
        bool(np.isin(degrees[sounds], _TRIADS[table.mode]).all()),
        bool(table.duration[begins].max() >= np.median(table.duration)),
    )
