"""A piece's tune as it was written, and putting it back note for note over something else.

Knows scores and lanes; no model.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from domain.score import Note, Part, Score
from models.lanes import LOWEST, MELODY, Lanes, column_ticks
from models.tokens import semitones_to_c


def tune_of(score: Score, lanes: Lanes) -> tuple[Note, ...]:
    """The notes of the melody lane as they were in the score: their own ticks, pitches and loudness."""
    part = next(part for part in score.parts if part.notes and not part.percussion)
    if all(before.end <= after.onset for before, after in pairwise(part.notes)):
        return part.notes
    ticks = column_ticks(lanes.metre, lanes.grid, lanes.bars)
    classes = (lanes.pitch[MELODY] - 1 + LOWEST - semitones_to_c(score.key)) % 12
    tune: dict[int, Note] = {}
    for note in part.notes:
        column = min(int(np.abs(ticks[:-1] - note.onset).argmin()), len(ticks) - 2)
        if lanes.onset[MELODY, column] and classes[column] == note.pitch % 12:
            before = tune.get(column)
            if before is None or (note.onset, note.pitch) > (before.onset, before.pitch):
                tune[column] = note
    return tuple(tune[column] for column in sorted(tune))


def with_tune(under: Score, tune: Sequence[Note]) -> Score:
    """The tune in the first part, whose other notes make way for it."""
    first, *others = under.parts
    kept = [cut for note in first.notes if (cut := _cut_short(note, tune)) is not None]
    return replace(under, parts=(Part(first.name, first.program, tuple(sorted([*kept, *tune]))), *others))


def _cut_short(note: Note, tune: Sequence[Note]) -> Note | None:
    """The note until the tune strikes its pitch; None where the tune is there already."""
    for other in tune:
        if other.pitch == note.pitch and other.onset < note.end and note.onset < other.end:
            if other.onset <= note.onset:
                return None
            note = replace(note, duration=other.onset - note.onset)
    return note
