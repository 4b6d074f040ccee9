"""Who carries a song's melody: an instrument that is heard above those that accompany it."""

from collections.abc import Sequence
from dataclasses import replace

from domain.score import Note, Score
from engine.craft.instruments import Instrument

_OBOE = Instrument("Oboe", 68, 58, 89)
_VIOLIN = Instrument("Violin", 40, 55, 96)
_WINDS = range(64, 80)
_OCTAVES = range(-4, 5)


def with_lead(score: Score, sung: Sequence[Note]) -> Score:
    """An arranged song with its first part on a lead instrument: an oboe, among winds a violin.

    Its notes have the pitches of those that are `sung`, in the octave that it reaches best; what it does not
    reach then is played in another. A song of one part stays as it is.
    """
    if len(score.parts) < 2:
        return score
    first, *others = score.parts
    lead = _VIOLIN if any(part.program in _WINDS for part in others) else _OBOE
    pitches = [note.pitch for note in sung]
    best = min(_OCTAVES, key=lambda up: (lead.strangers([pitch + 12 * up for pitch in pitches]), abs(up)))
    notes = tuple(
        replace(note, pitch=_within(lead, pitch + 12 * best))
        for note, pitch in zip(first.notes, pitches, strict=True)
    )
    return replace(score, parts=(replace(first, name=lead.name, program=lead.program, notes=notes), *others))


def _within(lead: Instrument, pitch: int) -> int:
    """The pitch in the nearest octave that the instrument reaches."""
    if pitch < lead.lowest:
        return lead.lowest + (pitch - lead.lowest) % 12
    return lead.highest - (lead.highest - pitch) % 12 if pitch > lead.highest else pitch
