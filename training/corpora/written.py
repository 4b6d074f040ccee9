"""A piece as its file has it: staves in quarters of time, with their marks, before any grid."""

from dataclasses import dataclass

from domain.score import Metre
from training.corpora.midi import KeySignature, TimedNote


@dataclass(frozen=True)
class Staff:
    """One staff or voice. `program` is General MIDI's, 0 to 127."""

    name: str
    program: int
    notes: tuple[TimedNote, ...]


@dataclass(frozen=True)
class Written:
    """Staves and the changes of metre and key signature as (quarters, value), the first ones at 0.

    `bar_lines` are the onsets of the bars in quarters where the file has them, None where it does not.
    `tempo` is in quarters a minute, None where the file says none worth keeping.
    """

    staves: tuple[Staff, ...]
    metres: tuple[tuple[float, Metre], ...]
    keys: tuple[tuple[float, KeySignature], ...]
    bar_lines: tuple[float, ...] | None = None
    tempo: float | None = None
