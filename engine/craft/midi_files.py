"""A score as Standard MIDI Files: the one people download, and one per part for the synthesizer.

Writes bytes only (MIDI 1.0, "Standard MIDI Files 1.0") and is deterministic, byte for byte. Reads
nothing: MIDI from strangers is parsed elsewhere, with other care.
"""

import struct
from collections.abc import Sequence

from domain.score import TICKS_PER_QUARTER, Mode, Part, Score
from engine.craft.performance import PlayedNote, interpret

DIVISION = 480
"""MIDI ticks to a quarter note in the files people get; a multiple of the score's own ticks."""

MAX_PARTS = 15
"""One channel a part; the tenth channel is the drum kit and stays empty."""

_MILLISECOND_DIVISION = 500
_MILLISECOND_TEMPO = 500_000  # µs a quarter: with 500 ticks to it, one tick is one millisecond

_DRUM_CHANNEL = 9

_VOLUME, _PAN, _EXPRESSION, _REVERB_SEND, _CHORUS_SEND = 7, 10, 11, 91, 93

_Event = tuple[int, int, bytes]
"""Absolute tick, rank among the events of that tick, message."""

_SETUP, _NOTE_OFF, _NOTE_ON = range(3)


def midi_bytes(score: Score) -> bytes:
    """The whole score as a format 1 file: a conductor track, then one track a part.

    The notes are those of `performance.interpret`, so the file has the accents of the audio.
    Raises ValueError for more than `MAX_PARTS` parts.
    """
    if len(score.parts) > MAX_PARTS:
        raise ValueError(f"{len(score.parts)} parts, but a file has channels for {MAX_PARTS}")
    played = interpret(score)
    channels = [channel for channel in range(16) if channel != _DRUM_CHANNEL]
    tracks = [_conductor_track(score)]
    tracks += [_part_track(part, channel) for part, channel in zip(played.parts, channels, strict=False)]
    return _file(tracks, division=DIVISION)


def stem_bytes(notes: Sequence[PlayedNote], *, program: int, until_seconds: float) -> bytes:
    """One played part as a file for the synthesizer, on a grid of milliseconds.

    Volume is full and the synthesizer's own effects are off: level, place and room are the mix's
    matter. An event at `until_seconds` keeps the synthesizer ringing until then.
    """
    controls = ((_VOLUME, 127), (_EXPRESSION, 127), (_PAN, 64), (_REVERB_SEND, 0), (_CHORUS_SEND, 0))
    events: list[_Event] = [(0, _SETUP, bytes((0xC0, program)))]
    events += [(0, _SETUP, bytes((0xB0, number, value))) for number, value in controls]
    for note in notes:
        start, end = round(note.start_seconds * 1000), round(note.end_seconds * 1000)
        events.append((start, _NOTE_ON, bytes((0x90, note.pitch, note.velocity))))
        events.append((max(end, start + 1), _NOTE_OFF, bytes((0x80, note.pitch, 0))))
    events.append((round(until_seconds * 1000), _SETUP, bytes((0xB0, _VOLUME, 127))))
    tempo = _meta(0x51, _MILLISECOND_TEMPO.to_bytes(3, "big"))
    return _file([_track([(0, _SETUP, tempo), *events])], division=_MILLISECOND_DIVISION)


def _conductor_track(score: Score) -> bytes:
    microseconds_a_quarter = round(score.seconds_per_tick * TICKS_PER_QUARTER * 1_000_000)
    clocks_a_beat = 24 * score.metre.beat_ticks // TICKS_PER_QUARTER
    metre = bytes((score.metre.beats, score.metre.unit.bit_length() - 1, clocks_a_beat, 8))
    key = _sharps(score).to_bytes(1, "big", signed=True) + bytes((score.key.mode is Mode.MINOR,))
    return _track(
        [
            (0, _SETUP, _meta(0x58, metre)),
            (0, _SETUP, _meta(0x59, key)),
            (0, _SETUP, _meta(0x51, microseconds_a_quarter.to_bytes(3, "big"))),
        ]
    )


def _sharps(score: Score) -> int:
    """Sharps (or, negative, flats) of the key signature, in its spelling with the fewest."""
    if score.key.mode is Mode.MINOR:
        fifths = 7 * (score.key.tonic + 3)
        return (fifths + 6) % 12 - 6  # six flats before six sharps: E flat minor, not D sharp
    return (7 * score.key.tonic + 5) % 12 - 5


def _part_track(part: Part, channel: int) -> bytes:
    scale = DIVISION // TICKS_PER_QUARTER
    events: list[_Event] = [
        (0, _SETUP, _meta(0x03, part.name.encode("utf-8"))),
        (0, _SETUP, bytes((0xC0 | channel, part.program))),
    ]
    for note in part.notes:
        events.append((note.onset * scale, _NOTE_ON, bytes((0x90 | channel, note.pitch, note.velocity))))
        events.append((note.end * scale, _NOTE_OFF, bytes((0x80 | channel, note.pitch, 0))))
    return _track(events)


def _track(events: Sequence[_Event]) -> bytes:
    body = bytearray()
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        body += _variable_length(tick - now) + message
        now = tick
    body += _variable_length(0) + _meta(0x2F, b"")
    return b"MTrk" + struct.pack(">I", len(body)) + bytes(body)


def _file(tracks: Sequence[bytes], *, division: int) -> bytes:
    header = b"MThd" + struct.pack(">IHHH", 6, 1, len(tracks), division)
    return header + b"".join(tracks)


def _meta(kind: int, content: bytes) -> bytes:
    return bytes((0xFF, kind)) + _variable_length(len(content)) + content


def _variable_length(number: int) -> bytes:
    """Seven bits a byte, most significant first, the last byte alone without the high bit."""
    septets = [number & 0x7F]
    while number := number >> 7:
        septets.append(0x80 | number & 0x7F)
    return bytes(reversed(septets))
