"""MIDI files written byte by byte: whole ones, odd ones and bombs."""

import struct
from collections.abc import Iterable
from itertools import chain

from domain.score import TICKS_PER_QUARTER, Note

DIVISION = 96
_SCALE = DIVISION // TICKS_PER_QUARTER


def vlq(number: int) -> bytes:
    """A variable-length quantity."""
    written = [number & 127]
    while number := number >> 7:
        written.append(128 | number & 127)
    return bytes(reversed(written))


def meta(kind: int, content: bytes, *, after: int = 0) -> bytes:
    return vlq(after) + bytes([0xFF, kind]) + vlq(len(content)) + content


def name(text: str, encoding: str = "utf-8") -> bytes:
    return meta(0x03, text.encode(encoding))


def tempo(quarters_a_minute: float, *, after: int = 0) -> bytes:
    return meta(0x51, round(60e6 / quarters_a_minute).to_bytes(3, "big"), after=after)


def metre(beats: int, power: int, *, after: int = 0) -> bytes:
    """`power` is the unit's logarithm: 2 for quarters."""
    return meta(0x58, bytes([beats, power, 24, 8]), after=after)


def signature(fifths: int, *, minor: bool = False) -> bytes:
    return meta(0x59, struct.pack("bB", fifths, minor))


def program(number: int, channel: int = 0) -> bytes:
    return bytes([0, 0xC0 | channel, number])


def notes(played: Iterable[Note], channel: int = 0) -> bytes:
    """Events of notes whose times are in the score's ticks, in a file of `DIVISION`."""
    events = sorted(
        chain.from_iterable(
            (
                (note.onset * _SCALE, 1, note.pitch, note.velocity),
                (note.end * _SCALE, 0, note.pitch, 0),
            )
            for note in played
        )
    )
    written, now = bytearray(), 0
    for time, on, pitch, velocity in events:
        written += vlq(time - now) + bytes([(0x90 if on else 0x80) | channel, pitch, velocity])
        now = time
    return bytes(written)


def track(*events: bytes) -> bytes:
    content = b"".join(events) + meta(0x2F, b"")
    return b"MTrk" + struct.pack(">I", len(content)) + content


def midi(*tracks: bytes, division: int = DIVISION, kind: int = 1) -> bytes:
    return b"MThd" + struct.pack(">IHHH", 6, kind, len(tracks), division) + b"".join(tracks)


def scale(bars: int = 4, *, lowest: int = 60, later: int = 0) -> tuple[Note, ...]:
    """Quarters of C major up and down, in 4/4, ending on the tonic."""
    steps = (0, 2, 4, 5, 7, 5, 4, 2)
    walked = [Note(later + 12 * beat, lowest + steps[beat % 8], 12) for beat in range(4 * bars - 1)]
    return (*walked, Note(later + 12 * (4 * bars - 1), lowest, 12))


def nine_hours() -> bytes:
    """One note, 37 bytes."""
    return midi(track(b"\0\x90\x3c\x50" + vlq(6_220_800) + b"\x80\x3c\0"))


def beyond_32_bits() -> bytes:
    """Times that a parser counting in 32 bits turns negative."""
    far = vlq(2**28 - 1)
    return midi(track((far + b"\x90\x3c\x50" + far + b"\x80\x3c\0") * 8))


def many_metres(count: int) -> bytes:
    return midi(track(metre(4, 2) * count, notes(scale())))


def many_notes(count: int) -> bytes:
    """All at once, by running status."""
    chords = bytes(chain.from_iterable((0, 40 + place % 60, 80) for place in range(count)))
    ends = bytes(chain.from_iterable((0, 40 + place % 60, 0) for place in range(count)))
    return midi(track(b"\0\x90" + chords[1:] + vlq(96) + ends[1:]))
