"""A score as Standard MIDI Files: the one people download, and one per part for the synthesizer.

Writes only, and is deterministic, byte for byte. Reads nothing: MIDI from strangers is parsed
elsewhere, with other care.
"""

import io
from collections.abc import Iterable, Sequence

import mido

from domain.genres import Genre
from domain.score import TICKS_PER_QUARTER, Mode, Part, Score
from engine.craft.pedals import Span
from engine.craft.performance import PlayedPart, interpret, pedalled
from engine.intake.clip_files import END_MARKER

DIVISION = 480
"""MIDI ticks to a quarter note in the files people get; a multiple of the score's own ticks."""

MAX_PARTS = 15
"""One channel a pitched part; the tenth channel is the drum kit, which all percussion shares."""

_MILLISECOND_DIVISION = 500
_MILLISECOND_TEMPO = 500_000  # µs a quarter: with 500 ticks to it, one tick is one millisecond

_DRUM_CHANNEL = 9  # the tenth, counted from 0
_CHANNELS = tuple(channel for channel in range(16) if channel != _DRUM_CHANNEL)

_VOLUME, _PAN, _EXPRESSION, _SUSTAIN, _REVERB_SEND, _CHORUS_SEND = 7, 10, 11, 64, 91, 93
_FINE = 32
"""From a controller to the one with its lower seven bits."""

_LEFT, _CENTRE, _RIGHT = 0, 64 << 7, (1 << 14) - 1

_PEDAL_DELAY = DIVISION // 8
"""Ticks after a new harmony at which the pedal comes down again, so that it catches none of the old one."""

# By pitch class, spelled with the fewest accidentals: six flats before six sharps in minor.
_MAJOR_KEYS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_KEYS = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")

_Event = tuple[int, int, mido.Message | mido.MetaMessage]
"""Absolute tick, rank among the events of that tick, message."""

_SETUP, _NOTE_OFF, _NOTE_ON = range(3)


def midi_bytes(score: Score, *, genre: Genre | None = None) -> bytes:
    """The whole score as a format 1 file: a conductor track, then one track a part.

    It has the accents and the pedal of the audio, but its notes stay on the grid, to be read and edited.
    Raises ValueError for more than `MAX_PARTS` pitched parts.
    """
    pitched = sum(not part.percussion for part in score.parts)
    if pitched > MAX_PARTS:
        raise ValueError(f"{pitched} parts, but a file has channels for {MAX_PARTS}")
    played = interpret(score, genre=genre)
    free = iter(_CHANNELS)
    channels = [_DRUM_CHANNEL if part.percussion else next(free) for part in score.parts]
    parts = zip(played.parts, channels, pedalled(played, genre=genre), strict=True)
    return _file([_conductor_track(score), *(_part_track(*part) for part in parts)], division=DIVISION)


def stem_bytes(*players: PlayedPart, until_seconds: float) -> bytes:
    """One player, or two of which the first is wholly on the left, as a file for the synthesizer.

    It counts milliseconds. Volume is full and the synthesizer's own effects are off: level, place and
    room are the mix's matter. An event at `until_seconds` keeps the synthesizer ringing until then.
    """
    pans = (_CENTRE,) if len(players) == 1 else (_LEFT, _RIGHT)
    end = round(until_seconds * 1000)
    events: list[_Event] = [(end, _SETUP, _control(0, _REVERB_SEND, 0))]
    for channel, (player, pan) in enumerate(zip(players, pans, strict=True)):
        events += _stem_events(player, _DRUM_CHANNEL if player.percussion else channel, pan=pan)
    tempo = mido.MetaMessage("set_tempo", tempo=_MILLISECOND_TEMPO)
    return _file([mido.MidiTrack([tempo, *_track(events)])], division=_MILLISECOND_DIVISION)


def _stem_events(player: PlayedPart, channel: int, *, pan: int) -> list[_Event]:
    full = ((_VOLUME, 127), (_EXPRESSION, 127), (_REVERB_SEND, 0), (_CHORUS_SEND, 0))
    settings = (*full, (_PAN, pan >> 7), (_PAN + _FINE, pan & 127))
    events = [_program(channel, player.program)]
    events += [(0, _SETUP, _control(channel, number, value)) for number, value in settings]
    for note in player.notes:
        start, end = round(note.start_seconds * 1000), round(note.end_seconds * 1000)
        events += _note(channel, note.pitch, note.velocity, start=start, end=max(end, start + 1))
    for down_seconds, up_seconds in player.pedal:
        events += _pedal(channel, round(down_seconds * 1000), round(up_seconds * 1000))
    return events


def _conductor_track(score: Score) -> mido.MidiTrack:
    metre, key = score.metre, score.key
    names = _MAJOR_KEYS if key.mode is Mode.MAJOR else _MINOR_KEYS
    bar_ticks = metre.bar_ticks * DIVISION // TICKS_PER_QUARTER
    markers = [(section.first_bar, section.label) for section in score.sections]
    markers.append((score.bars, END_MARKER))
    return mido.MidiTrack(
        [
            mido.MetaMessage(
                "time_signature",
                numerator=metre.beats,
                denominator=metre.unit,
                clocks_per_click=24 * metre.beat_ticks // TICKS_PER_QUARTER,
            ),
            mido.MetaMessage("key_signature", key=names[key.tonic]),
            mido.MetaMessage(
                "set_tempo", tempo=round(score.seconds_per_tick * TICKS_PER_QUARTER * 1_000_000)
            ),
            *_track(
                (bar * bar_ticks, _SETUP, mido.MetaMessage("marker", text=text)) for bar, text in markers
            ),
        ]
    )


def _part_track(part: Part, channel: int, pedal: Sequence[Span]) -> mido.MidiTrack:
    scale = DIVISION // TICKS_PER_QUARTER
    events = [_program(channel, part.program)]
    for note in part.notes:
        events += _note(channel, note.pitch, note.velocity, start=note.onset * scale, end=note.end * scale)
    for span in pedal:
        events += _pedal(channel, span.start * scale + _PEDAL_DELAY, span.end * scale)
    return mido.MidiTrack([mido.MetaMessage("track_name", name=part.name), *_track(events)])


def _program(channel: int, program: int) -> _Event:
    """The instrument of a channel; on that of the drum kit, a program means a kit, and 0 is the standard."""
    chosen = 0 if channel == _DRUM_CHANNEL else program
    return (0, _SETUP, mido.Message("program_change", channel=channel, program=chosen))


def _control(channel: int, number: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=channel, control=number, value=value)


def _pedal(channel: int, down: int, up: int) -> list[_Event]:
    return [
        (down, _SETUP, _control(channel, _SUSTAIN, 127)),
        (max(up, down), _SETUP, _control(channel, _SUSTAIN, 0)),
    ]


def _note(channel: int, pitch: int, velocity: int, *, start: int, end: int) -> list[_Event]:
    return [
        (start, _NOTE_ON, mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)),
        (end, _NOTE_OFF, mido.Message("note_off", channel=channel, note=pitch, velocity=0)),
    ]


def _track(events: Iterable[_Event]) -> mido.MidiTrack:
    """The events in order, each timed from the one before it."""
    track = mido.MidiTrack()
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    return track


def _file(tracks: Sequence[mido.MidiTrack], *, division: int) -> bytes:
    written = io.BytesIO()
    # Names may be in any script, where mido's default is Latin-1.
    mido.MidiFile(type=1, ticks_per_beat=division, charset="utf-8", tracks=list(tracks)).save(file=written)
    return written.getvalue()
