"""Human pieces spoilt on purpose: what music is not.

They teach the genre classifier to say "none of these", and they are controls that a figure must
tell from music.
"""

from dataclasses import replace

import numpy as np

from domain.score import Note, Part, Score

_LONGEST_TICKS = 24


def shuffled(score: Score, rng: np.random.Generator) -> Score:
    """The same notes and the same waits between them in each part, each in random order."""

    def shuffle(part: Part) -> Part:
        onsets = np.array([note.onset for note in part.notes], dtype=np.int64)
        gaps = rng.permutation(np.diff(onsets, prepend=0))
        notes = [part.notes[place] for place in rng.permutation(len(onsets))]
        moved = (replace(note, onset=int(onset)) for note, onset in zip(notes, np.cumsum(gaps), strict=True))
        return replace(part, notes=tuple(sorted(moved)))

    return replace(score, parts=tuple(shuffle(part) for part in score.parts))


def noise(score: Score, rng: np.random.Generator) -> Score:
    """As many notes in each part, at random ticks, of random pitches in its range and random lengths."""

    def scatter(part: Part) -> Part:
        if not part.notes:
            return part
        pitches = [note.pitch for note in part.notes]
        count = len(part.notes)
        rows = np.stack(
            [
                rng.integers(0, score.bars * score.metre.bar_ticks, count),
                rng.integers(min(pitches), max(pitches) + 1, count),
                rng.integers(1, _LONGEST_TICKS + 1, count),
            ],
            axis=1,
        )
        return replace(part, notes=tuple(sorted(Note(*map(int, row)) for row in rows)))

    return replace(score, parts=tuple(scatter(part) for part in score.parts))
