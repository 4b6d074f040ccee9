"""What a stranger's MIDI file may hold, so that a small file can't cost much; a reason for each refusal.

Looks at a file's outline before it is parsed, and at its events after. Changes nothing.
"""

import struct
from collections.abc import Iterator

from domain.errors import BadRequest, Reason
from engine.intake.stretches import in_force
from training.corpora.midi import Midi

MAX_TRACKS = 64
MAX_NOTES = 50_000
MAX_MINUTES = 10
MAX_LAST_TICK = 5_000_000
DIVISION = (24, 15_360)
TEMPO = (10, 400)
MAX_TEMPO_CHANGES = 2_000
MAX_METRE_CHANGES = 500

DEFAULT_TEMPO = 120.0
"""Quarters a minute where a file does not say (Standard MIDI Files 1.0)."""

_HEADER = struct.Struct(">4sIHHH")
_CHUNK = struct.Struct(">4sI")
_SMPTE = 0x8000


def check_outline(content: bytes) -> None:
    """Raises BadRequest for what is no MIDI file, and for a time base or tracks beyond the limits."""
    if not content.startswith(b"MThd"):
        raise BadRequest(Reason.NOT_MIDI)
    if len(content) < _HEADER.size:
        raise BadRequest(Reason.MIDI_DAMAGED)
    _, _, _, _, division = _HEADER.unpack_from(content)
    if division & _SMPTE:
        raise BadRequest(Reason.MIDI_SMPTE)
    low, high = DIVISION
    if not low <= division <= high:
        raise BadRequest(Reason.MIDI_DIVISION, low=low, high=high, value=division)
    tracks = sum(1 for _ in _tracks(content))
    if tracks > MAX_TRACKS:
        raise BadRequest(Reason.MIDI_TOO_MANY_TRACKS, value=tracks, limit=MAX_TRACKS)


def check_events(midi: Midi, division: int) -> None:
    """Raises BadRequest for a file with too much in it, too long, without music, or with wild tempos."""
    notes = sum(len(track.notes) for track in midi.tracks)
    if not notes:
        raise BadRequest(Reason.MIDI_NO_NOTES)
    if notes > MAX_NOTES:
        raise BadRequest(Reason.MIDI_TOO_MANY_NOTES, value=notes, limit=MAX_NOTES)
    changes = max(len(midi.tempos) - MAX_TEMPO_CHANGES, len(midi.metres) - MAX_METRE_CHANGES)
    if changes > 0:
        raise BadRequest(Reason.MIDI_TOO_MANY_CHANGES, tempos=MAX_TEMPO_CHANGES, metres=MAX_METRE_CHANGES)
    if all(track.is_drum for track in midi.tracks):
        raise BadRequest(Reason.MIDI_DRUMS_ONLY)
    # Times beyond the parser's 32 bits come out below zero.
    first = min(min(note.onset, note.end) for track in midi.tracks for note in track.notes)
    last = max(note.end for track in midi.tracks for note in track.notes)
    if first < 0 or last * division > MAX_LAST_TICK:
        raise BadRequest(Reason.MIDI_TOO_LONG, limit=MAX_MINUTES)
    _check_tempos(midi, first, last)


def division_of(content: bytes) -> int:
    """Ticks to a quarter, of a file whose outline was checked."""
    return _HEADER.unpack_from(content)[-1]


def _check_tempos(midi: Midi, first: float, last: float) -> None:
    minutes = 0.0
    low, high = TEMPO
    for stretch in in_force(midi.tempos, DEFAULT_TEMPO, first=first, last=last):
        if not low <= stretch.value <= high:
            raise BadRequest(Reason.MIDI_TEMPO, low=low, high=high)
        minutes += stretch.sounding / stretch.value
    if minutes > MAX_MINUTES:
        raise BadRequest(Reason.MIDI_TOO_LONG, limit=MAX_MINUTES)


def _tracks(content: bytes) -> Iterator[int]:
    """Where each track chunk begins."""
    place = _HEADER.size
    while place + _CHUNK.size <= len(content):
        kind, length = _CHUNK.unpack_from(content, place)
        if kind == b"MTrk":
            yield place
        place += _CHUNK.size + length
