"""MIDI files as plain values in quarters of time: the one place that knows the parser.

Knows nothing of grids, bars or genres.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import symusic

from domain.score import Metre


class TimedNote(NamedTuple):
    """A note in quarters, off any grid."""

    onset: float
    end: float
    pitch: int


@dataclass(frozen=True)
class Track:
    """One MIDI track (a staff, a voice) with at least one note."""

    name: str
    program: int
    is_drum: bool
    notes: tuple[TimedNote, ...]


@dataclass(frozen=True)
class KeySignature:
    """Sharps, flats below zero. `minor` says the file called it minor; many files never do."""

    fifths: int
    minor: bool


@dataclass(frozen=True)
class Midi:
    """A file's tracks, and its changes of metre, key signature and tempo as (quarters, value)."""

    tracks: tuple[Track, ...]
    metres: tuple[tuple[float, Metre], ...]
    keys: tuple[tuple[float, KeySignature], ...]
    tempos: tuple[tuple[float, float], ...]


def read_midi(content: bytes) -> Midi:
    """Parse a MIDI file; empty tracks are left out. Raises RuntimeError when it is not one."""
    # The parser's classes are made at run time, out of a type checker's sight.
    file = cast("Any", symusic.Score.from_midi(content))
    scale = 1.0 / file.tpq
    tracks = tuple(
        Track(
            name=track.name,
            program=track.program,
            is_drum=track.is_drum,
            notes=tuple(
                TimedNote(note.time * scale, (note.time + note.duration) * scale, note.pitch)
                for note in track.notes
            ),
        )
        for track in file.tracks
        if len(track.notes)
    )
    return Midi(
        tracks=tracks,
        metres=tuple(
            (event.time * scale, Metre(event.numerator, event.denominator)) for event in file.time_signatures
        ),
        keys=tuple(
            (event.time * scale, KeySignature(event.key, bool(event.tonality)))
            for event in file.key_signatures
        ),
        tempos=tuple((event.time * scale, float(event.qpm)) for event in file.tempos),
    )
