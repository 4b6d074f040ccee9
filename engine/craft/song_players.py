"""Who carries a song's melody: an instrument that is heard above those that accompany it."""

from dataclasses import replace

from domain.score import Score
from engine.craft.instruments import Instrument

_OBOE = Instrument("Oboe", 68, 58, 89)
_VIOLIN = Instrument("Violin", 40, 55, 96)
_WINDS = range(64, 80)


def with_lead(score: Score) -> Score:
    """An arranged song with its first part on a lead instrument: an oboe, among winds a violin.

    Notes that it does not reach are played an octave nearer. A song of one part stays as it is.
    """
    if len(score.parts) < 2:
        return score
    first, *others = score.parts
    lead = _VIOLIN if any(part.program in _WINDS for part in others) else _OBOE
    notes = tuple(
        replace(note, pitch=note.pitch + 12 * (note.pitch < lead.lowest) - 12 * (note.pitch > lead.highest))
        for note in first.notes
    )
    return replace(score, parts=(replace(first, name=lead.name, program=lead.program, notes=notes), *others))
