"""A stranger's MIDI file as a composition: checked, put on the grid and cut to what can be worked on.

Child side. Nothing of the file goes on but notes, names and numbers that were looked at here.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from domain.errors import BadRequest, Reason
from domain.limits import MAX_SOURCE_BARS
from domain.remarks import Remark, Topic
from domain.requests import TEMPO
from domain.score import TICKS_PER_QUARTER, Key, Metre, Note, Part, Score
from engine.intake.casting import Line, cast_lines
from engine.intake.limits import DEFAULT_TEMPO, check_events, check_outline, division_of
from engine.intake.messages import Intake
from engine.intake.names import clean_name
from engine.intake.stretches import in_force, mainly, middle
from training.corpora.keys import find_dance_key, find_key
from training.corpora.midi import KeySignature, Midi, TimedNote, read_midi
from training.corpora.quantize import Snapped, bar_count, shift, snap

_DEFAULT_METRE = Metre(4, 4)
_UNITS = (1, 2, 4, 8, 16)
_BAR_TICKS = (TICKS_PER_QUARTER, 12 * TICKS_PER_QUARTER)
"""Shorter and longer bars are none that a piece is counted in."""

_HAIR = 1 / 48
_NEARLY = 1 / 6
"""Quarters: so little before a bar line, an onset is meant to be on it; and may be put there by the grid."""

_MOST_QUARTERS = MAX_SOURCE_BARS * _BAR_TICKS[1] / TICKS_PER_QUARTER

_MAX_FIFTHS = 7
_FREE_SHARE = 0.05
"""From this share of notes off the grid on, it is worth a word."""

_TOO_FINE_SHARE = 0.15
"""From this share on, it is tried whether the notes are meant to be twice as long."""

_TEMPO_SPREAD = 0.05
_TEMPO_SHARE = 0.1
"""A tempo that is further off for more of the time is worth a word."""


@dataclass(frozen=True, slots=True)
class _Bars:
    """Where a piece's bars are. `origin` is the bar line at or before its first note, in quarters.

    `latest` is where the last note begins, `last` where the last one ends.
    """

    metre: Metre
    origin: float
    latest: float
    last: float

    @property
    def quarters(self) -> float:
        return self.metre.bar_ticks / TICKS_PER_QUARTER

    @property
    def whole(self) -> int:
        """Bars from the first note to the end of the last, which may hang over a little."""
        begun = math.floor((self.latest + _HAIR - self.origin) / self.quarters) + 1
        return max(begun, math.ceil((self.last - self.origin) / self.quarters - 1 / 8))

    @property
    def kept(self) -> int:
        return min(self.whole, MAX_SOURCE_BARS)

    @property
    def until(self) -> float:
        """Where what is kept ends."""
        return self.origin + self.kept * self.quarters


@dataclass(frozen=True, slots=True)
class _Reading:
    """A score, what it left out, and the share of the notes that were bent to get there."""

    score: Score
    left_out: tuple[Remark, ...]
    bent_share: float


def take_upload(content: bytes, *, title: str) -> Intake:
    """The composition in a file. Raises BadRequest, with a reason, for what is none or beyond the limits."""
    check_outline(content)
    try:
        midi = read_midi(content)
    except RuntimeError as error:
        raise BadRequest(Reason.MIDI_DAMAGED) from error
    check_events(midi, division_of(content))
    return take_midi(midi, title=title)


def take_midi(midi: Midi, *, title: str, key: Key | None = None, closes: bool = True) -> Intake:
    """The composition in notes, be they from a file or not. `key` is what somebody said it is in.

    `closes` is False for a tune that may stop anywhere, so that its last note says little of its key.

    Raises BadRequest (MIDI_NO_NOTES) where the grid leaves none.
    """
    reading = _read(midi, closes=closes)
    if reading.bent_share > _TOO_FINE_SHARE:
        twice = _read(_doubled(midi), closes=closes)
        within = all(remark.topic is not Topic.TEMPO_REPLACED for remark in twice.left_out)
        if within and twice.bent_share < reading.bent_share / 2:
            reading = replace(twice, left_out=(Remark(Topic.NOTES_DOUBLED), *twice.left_out))
    named = (replace(remark, values={"title": title, **remark.values}) for remark in reading.left_out)
    score = reading.score if key is None else replace(reading.score, key=key)
    return Intake(score, title, tuple(named))


def _doubled(midi: Midi) -> Midi:
    """The same sound written in notes twice as long, at twice the tempo: for thirty-seconds, say."""
    return Midi(
        tracks=tuple(
            replace(
                track,
                notes=tuple(TimedNote(2 * note.onset, 2 * note.end, note.pitch) for note in track.notes),
            )
            for track in midi.tracks
        ),
        metres=tuple((2 * time, metre) for time, metre in midi.metres),
        keys=tuple((2 * time, signature) for time, signature in midi.keys),
        tempos=((0.0, 2 * DEFAULT_TEMPO), *((2 * time, 2 * tempo) for time, tempo in midi.tempos)),
    )


def _read(midi: Midi, *, closes: bool) -> _Reading:
    lines = [
        Line(clean_name(track.name), track.program, tuple(sorted(track.notes)))
        for track in midi.tracks
        if not track.is_drum
    ]
    first = min(line.notes[0].onset for line in lines)
    last = max(note.end for line in lines for note in line.notes)
    latest = max(line.notes[-1].onset for line in lines)
    bars, remarks = _count_bars(midi, first, latest, last)
    lines = [kept for line in lines if (kept := _cut(line, bars.until))]
    chosen = cast_lines(lines)
    snapped = [snap(line.notes, later=-bars.origin) for line in chosen]
    parts = tuple(_parts(chosen, snapped, bars))
    if not parts:
        raise BadRequest(Reason.MIDI_NO_NOTES)
    parts = _without_empty_bars(parts, bars.metre)
    tempo, tempo_remarks = _tempo(midi, bars, first)
    key = _key(midi, parts, bars, first, closes=closes and bars.kept == bars.whole)
    score = Score(key, bars.metre, tempo, bar_count(parts, bars.metre), parts)
    heard = sum(part.heard for part in snapped)
    bent = sum(part.off_grid + part.lost for part in snapped)
    remarks += tempo_remarks
    if bars.kept < bars.whole:
        remarks.append(Remark(Topic.CUT, {"bars": str(bars.whole), "limit": str(bars.kept)}))
    if any(track.is_drum for track in midi.tracks):
        remarks.append(Remark(Topic.DRUMS_LEFT_OUT))
    if sum(len(line.notes) for line in chosen) < sum(len(line.notes) for line in lines):
        remarks.append(Remark(Topic.TRACKS_LEFT_OUT, {"tracks": str(len(lines)), "kept": str(len(chosen))}))
    if bent > _FREE_SHARE * heard:
        remarks.append(Remark(Topic.PLAYED_FREELY, {"notes": str(min(bent, heard)), "heard": str(heard)}))
    return _Reading(score, tuple(remarks), bent / heard)


def _count_bars(midi: Midi, first: float, latest: float, last: float) -> tuple[_Bars, list[Remark]]:
    """The metre that holds for most of what can be kept, its bar lines counted from where it begins.

    So a first measure of its own for the upbeat, as notation programs write, is an upbeat.
    """
    span_end = min(last, first + _MOST_QUARTERS)
    stretches = list(in_force(midi.metres, _DEFAULT_METRE, first=first, last=span_end))
    asked = mainly(stretches)
    metre = asked if is_countable(asked) else _DEFAULT_METRE
    quarters = metre.bar_ticks / TICKS_PER_QUARTER
    start = next(stretch.start for stretch in stretches if stretch.value == asked)
    before = math.floor((first - start + _NEARLY) / quarters)
    bars = _Bars(metre, start + before * quarters, latest, last)
    strangers = [
        stretch
        for stretch in in_force(midi.metres, _DEFAULT_METRE, first=first, last=min(last, bars.until))
        if stretch.value != asked and (stretch.start > start or stretch.sounding >= quarters)
    ]
    remarks: list[Remark] = []
    if metre != asked:
        remarks.append(Remark(Topic.METRE_REPLACED, {"asked": str(asked), "chosen": str(metre)}))
    elif strangers:
        remarks.append(Remark(Topic.METRE_CHANGES, {"chosen": str(metre)}))
    return bars, remarks


def is_countable(metre: Metre) -> bool:
    """Whether bars of it are such as pieces are counted in."""
    shortest, longest = _BAR_TICKS
    return metre.unit in _UNITS and shortest <= metre.bar_ticks <= longest


def _cut(line: Line, until: float) -> Line | None:
    """What the line plays before a time; None where that is nothing."""
    notes = tuple(
        TimedNote(note.onset, min(note.end, until), note.pitch)
        for note in line.notes
        if note.onset < until - _HAIR
    )
    return replace(line, notes=notes) if notes else None


def _parts(lines: Sequence[Line], snapped: Sequence[Snapped], bars: _Bars) -> Iterator[Part]:
    """Named and on the grid, without what was rounded beyond the last bar line."""
    end = bars.kept * bars.metre.bar_ticks
    for place, (line, on_grid) in enumerate(zip(lines, snapped, strict=True)):
        notes = tuple(
            Note(note.onset, note.pitch, min(note.end, end) - note.onset)
            for note in on_grid.notes
            if note.onset < end
        )
        if notes:
            yield Part(line.name or f"Part {place + 1}", line.program, notes)


def _without_empty_bars(parts: tuple[Part, ...], metre: Metre) -> tuple[Part, ...]:
    """From the bar of the first note on: what sounded before was left out."""
    first = min(part.notes[0].onset for part in parts) // metre.bar_ticks * metre.bar_ticks
    return tuple(replace(part, notes=shift(part.notes, -first)) for part in parts) if first else parts


def _tempo(midi: Midi, bars: _Bars, first: float) -> tuple[float, list[Remark]]:
    """One tempo for the piece, in the metre's beats a minute."""
    last = max(first, min(bars.until, bars.last))
    stretches = list(in_force(midi.tempos, DEFAULT_TEMPO, first=first, last=last))
    quarters = middle(stretches)
    wide = sum(stretch.sounding for stretch in stretches if abs(stretch.value / quarters - 1) > _TEMPO_SPREAD)
    asked = round(quarters * TICKS_PER_QUARTER / bars.metre.beat_ticks, 1)
    low, high = TEMPO
    tempo = min(max(asked, float(low)), float(high))
    if tempo != asked:
        return tempo, [Remark(Topic.TEMPO_REPLACED, {"asked": f"{asked:g}", "tempo": f"{tempo:g}"})]
    if wide > _TEMPO_SHARE * (last - first):
        return tempo, [Remark(Topic.TEMPO_CHANGES, {"tempo": f"{tempo:g}"})]
    return tempo, []


def _key(midi: Midi, parts: Sequence[Part], bars: _Bars, first: float, *, closes: bool) -> Key:
    """The key, from the notes and the signature at the first of them."""
    signatures = [change for change in midi.keys if abs(change[1].fifths) <= _MAX_FIFTHS]
    unsaid = KeySignature(0, minor=False)
    signature = next(in_force(signatures, unsaid, first=first, last=first)).value
    # No sharps and no flats is what programs write that were told nothing.
    said = None if signature == unsaid else signature
    if said is not None and len(parts) == 1 and _is_one_line(parts[0]):
        return find_dance_key(parts[0].notes, bars.metre, said)
    return find_key(parts, signature=said, closes=closes)


def _is_one_line(part: Part) -> bool:
    return all(note.end <= following.onset for note, following in pairwise(part.notes))
