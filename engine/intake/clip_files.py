"""A clip's MIDI file read back as the score it was written from, whole or its composition alone.

Reads what `engine.craft.midi_files` writes, and gives a plain error for a file that was damaged. MIDI
from strangers is not for this module: it wants other care.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from symusic.core import NoteTick, ScoreTick

from domain.errors import BadRequest, Reason
from domain.score import TICKS_PER_QUARTER, Key, Metre, Mode, Note, Part, Score, Section

END_MARKER = "End"
"""Marks the last bar line, which a held last chord rings past; other markers are sections' labels."""

_METRE_UNITS = (2, 4, 8)
_MAX_SHARPS = 7

_MAX_TEMPO = 1000
_MAX_BARS = 1000
"""Clips have 360 quarters a minute and 240 bars at most; more of them are a sign of damage."""


def read_score(midi: bytes) -> Score:
    """The score, its times rounded to ticks.

    Sections (without their cadences) and the number of bars come from the markers; a file from before
    there were any has no sections, and its last bar is the one in which its last note begins. Raises
    BadRequest (MIDI_UNREADABLE) for what is no such file.
    """
    try:
        read = ScoreTick.from_midi(midi)
    except RuntimeError as error:
        raise BadRequest(Reason.MIDI_UNREADABLE) from error
    parts = tuple(_parts(read))
    if not parts:
        raise BadRequest(Reason.MIDI_UNREADABLE)
    metre = _metre(read)
    quarters_a_minute = read.tempos[0].qpm if read.tempos else 0.0
    if not 0 < quarters_a_minute <= _MAX_TEMPO:
        raise BadRequest(Reason.MIDI_UNREADABLE)
    markers = [(_ticks(marker.time, read) // metre.bar_ticks, marker.text) for marker in read.markers]
    last_onset = max(part.notes[-1].onset for part in parts)
    bars = max([bar for bar, text in markers if text == END_MARKER] or [last_onset // metre.bar_ticks + 1])
    if not 1 <= bars <= _MAX_BARS:
        raise BadRequest(Reason.MIDI_UNREADABLE)
    return Score(
        key=_key(read),
        metre=metre,
        tempo=round(quarters_a_minute * TICKS_PER_QUARTER / metre.beat_ticks, 2),
        bars=bars,
        parts=parts,
        sections=_sections([marker for marker in markers if marker[1] != END_MARKER], bars),
    )


def composition_of(score: Score, parts: int | None) -> Score:
    """What was composed of a clip, without accompaniment, drums and dynamics.

    It is the first `parts` of its parts. Where nobody noted how many, it is all of them, but the first
    alone where there are drums: they come only with the accompaniment of a tune of one part. Raises
    BadRequest (MIDI_UNREADABLE) where nothing is left.
    """
    if parts is None and any(part.percussion for part in score.parts):
        parts = 1
    composed = tuple(
        replace(part, notes=tuple(Note(note.onset, note.pitch, note.duration) for note in part.notes))
        for part in score.parts[:parts]
        if not part.percussion
    )
    if not composed:
        raise BadRequest(Reason.MIDI_UNREADABLE)
    return replace(score, parts=composed)


def _sections(labels: Sequence[tuple[int, str]], bars: int) -> tuple[Section, ...]:
    """From each label to the next; none where labels don't begin at the first bar, or are out of order."""
    starts = [bar for bar, _ in labels]
    if (
        starts[:1] != [0]
        or starts != sorted(set(starts))
        or starts[-1] >= bars
        or not all(text for _, text in labels)
    ):
        return ()
    return tuple(
        Section(label, first, end - first)
        for (first, label), end in zip(labels, [*starts[1:], bars], strict=True)
    )


def _parts(read: ScoreTick) -> Iterator[Part]:
    for track in read.tracks:
        notes = sorted(_note(note, read) for note in track.notes)
        if notes:
            yield Part(track.name, track.program, tuple(notes), percussion=track.is_drum)


def _note(note: NoteTick, read: ScoreTick) -> Note:
    onset = _ticks(note.time, read)
    end = _ticks(note.time + note.duration, read)
    return Note(onset, note.pitch, max(end - onset, 1), note.velocity)


def _ticks(time: int, read: ScoreTick) -> int:
    """A time of the file in the score's ticks."""
    if read.ticks_per_quarter <= 0:
        raise BadRequest(Reason.MIDI_UNREADABLE)
    return round(time * TICKS_PER_QUARTER / read.ticks_per_quarter)


def _metre(read: ScoreTick) -> Metre:
    signature = read.time_signatures[0] if read.time_signatures else None
    if signature is None or signature.numerator < 1 or signature.denominator not in _METRE_UNITS:
        raise BadRequest(Reason.MIDI_UNREADABLE)
    return Metre(signature.numerator, signature.denominator)


def _key(read: ScoreTick) -> Key:
    signature = read.key_signatures[0] if read.key_signatures else None
    if signature is None or abs(signature.key) > _MAX_SHARPS:
        raise BadRequest(Reason.MIDI_UNREADABLE)
    major = 7 * signature.key % 12
    return Key((major + 9) % 12, Mode.MINOR) if signature.tonality else Key(major)
