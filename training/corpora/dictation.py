"""From tones in seconds to a score: who plays what on which beat, and in which key.

For music that several play at once. It only has to be done alike for all that is compared. Knows no sound.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from domain.score import TICKS_PER_QUARTER, Note, Part, Score
from models.critic.sound import Tone
from training.corpora.beats import Count, likely_counts
from training.corpora.keys import find_key
from training.corpora.midi import TimedNote
from training.corpora.quantize import snap

LEAST_TONES = 6

_MOST_TICKS = 96


def dictated(tones: Sequence[Tone]) -> Score | None:
    """The tones as a score of at most three parts; None for too few to have beats."""
    return next((score for score, _ in dictations(tones, 1)), None)


def dictations(tones: Sequence[Tone], most: int) -> Iterator[tuple[Score, float]]:
    """The tones as they may have been meant, in the likeliest ways of counting, with their probabilities."""
    if len(tones) < LEAST_TONES:
        return
    for count, share in likely_counts(tones, most):
        score = _written(tones, count)
        if score is not None:
            yield score, share


def _written(tones: Sequence[Tone], count: Count) -> Score | None:
    bar = count.quarter * count.metre.bar_ticks / TICKS_PER_QUARTER
    # A note that comes a little before the bar line is on it.
    first = count.bar_line + np.floor((tones[0].onset - count.bar_line) / bar + 0.02) * bar
    timed = [
        TimedNote(
            max(0.0, (tone.onset - first) / count.quarter),
            max(0.1, (tone.end - first) / count.quarter),
            tone.pitch,
        )
        for tone in tones
    ]
    notes = [_shortened(note) for note in snap(timed).notes]
    parts = tuple(part for part in _voices(notes) if part.notes)
    if not parts:
        return None
    last = max(part.notes[-1].onset for part in parts)
    return Score(
        key=find_key(parts, closes=False),
        metre=count.metre,
        tempo=round(60 * TICKS_PER_QUARTER / (count.quarter * count.metre.beat_ticks), 1),
        bars=last // count.metre.bar_ticks + 1,
        parts=parts,
    )


def _shortened(note: Note) -> Note:
    return note if note.duration <= _MOST_TICKS else Note(note.onset, note.pitch, _MOST_TICKS)


def _voices(notes: Sequence[Note]) -> list[Part]:
    """The upper line, the lower one, and what is between; one part where hardly two notes sound at once."""
    ordered = sorted(notes, key=lambda note: (note.onset, -note.pitch))
    covered = len({tick for note in ordered for tick in range(note.onset, note.end)})
    if sum(note.duration for note in ordered) < 1.3 * max(covered, 1):
        return [Part("", 0, tuple(sorted(ordered)))]
    top, bottom, between = list[Note](), list[Note](), list[Note]()
    high, low = float(max(n.pitch for n in ordered[:4])), float(min(n.pitch for n in ordered[:4]))
    for note in ordered:
        sounding = [n for n in ordered if n.onset <= note.onset < n.end]
        is_highest = note.pitch >= max(n.pitch for n in sounding)
        is_lowest = note.pitch <= min(n.pitch for n in sounding)
        if is_highest and (not is_lowest or abs(note.pitch - high) <= abs(note.pitch - low)):
            top.append(note)
            high = 0.7 * high + 0.3 * note.pitch
        elif is_lowest:
            bottom.append(note)
            low = 0.7 * low + 0.3 * note.pitch
        else:
            between.append(note)
    return [Part("", 0, tuple(sorted(line))) for line in (top, between, bottom)]
