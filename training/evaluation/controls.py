"""Generators whose worth is known beforehand, to check that the figures tell good from bad.

Human works that nobody trained on must meet every bar; each of the others must miss one where it is
bad. Knows no neural model.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from domain.genres import Genre
from domain.score import Note, Score
from training.corpora.works import Work
from training.evaluation.jumbles import noise, shuffled
from training.evaluation.ngram import fit
from training.evaluation.notation import excerpts

_TAKEN = 6
"""One family of training works in so many is taken from training and passed off as generated."""

_MARKOV_ORDER = 4

Event = tuple[int, int, int, int]
"""Ticks since the note before, part, semitones above the tonic, duration in ticks."""


class MarkovComposer:
    """Samples a genre's pieces note by note from an n-gram: what the statistics of a few notes can do."""

    def __init__(self, scores: Sequence[Score]):
        sequences = [_events(score) for score in scores]
        self._vocabulary = sorted({event for sequence in sequences for event in sequence})
        ids = {event: index for index, event in enumerate(self._vocabulary)}
        tokens = [[ids[event] for event in sequence] for sequence in sequences]
        self._model = fit(tokens, order=_MARKOV_ORDER, vocabulary=len(ids))

    def compose(self, like: Score, rng: np.random.Generator) -> Score:
        """A piece with the key, metre, parts and number of bars of `like`."""
        end = like.bars * like.metre.bar_ticks
        played: list[list[Note]] = [[] for _ in like.parts]
        context: list[int] = []
        onset = 0
        while True:
            token = int(rng.choice(len(self._vocabulary), p=self._model.next_token_probabilities(context)))
            context = [*context, token][1 - _MARKOV_ORDER :]
            gap, part, height, duration = self._vocabulary[token]
            onset += gap
            if onset >= end:
                break
            pitch = min(max(height + like.key.tonic, 0), 127)
            played[part % len(played)].append(Note(onset, pitch, duration))
        parts = zip(like.parts, played, strict=True)
        return replace(like, parts=tuple(replace(part, notes=tuple(sorted(notes))) for part, notes in parts))


def set_aside(works: Sequence[Work]) -> tuple[dict[Genre, list[Score]], list[Work]]:
    """Take whole families of human works out of training: those taken, by genre, and what remains.

    The works kept for the judge are taken too; no generator learns from them.
    """
    families = sorted({work.family for work in works if work.split == "train"})
    taken_families = set(families[::_TAKEN])
    taken: dict[Genre, list[Score]] = defaultdict(list)
    remaining: list[Work] = []
    for work in works:
        if work.split == "judge" or (work.split == "train" and work.family in taken_families):
            taken[work.genre].append(work.score)
        else:
            remaining.append(work)
    return dict(taken), remaining


def control_pieces(
    human: Mapping[Genre, Sequence[Score]], training: Sequence[Work], *, bars: int, seed: int = 0
) -> dict[str, dict[Genre, list[Score]]]:
    """Every control's pieces by genre: human ones, and bad ones made after them, all of up to `bars` bars."""
    rng = np.random.default_rng(seed)
    models = {genre: excerpts(scores, bars) for genre, scores in human.items()}
    known: dict[Genre, list[Score]] = defaultdict(list)
    for work in training:
        if work.split == "train":
            known[work.genre].append(work.score)
    composers = {genre: MarkovComposer(known[genre]) for genre in models}
    return {
        "human": models,
        "copied": {
            genre: excerpts(
                [known[genre][place] for place in rng.permutation(len(known[genre]))[: len(scores)]], bars
            )
            for genre, scores in models.items()
        },
        "markov": {
            genre: [composers[genre].compose(score, rng) for score in scores]
            for genre, scores in models.items()
        },
        "shuffled": {genre: [shuffled(score, rng) for score in scores] for genre, scores in models.items()},
        "noise": {genre: [noise(score, rng) for score in scores] for genre, scores in models.items()},
    }


def _events(score: Score) -> list[Event]:
    notes = sorted((note, index) for index, part in enumerate(score.parts) for note in part.notes)
    events: list[Event] = []
    before = 0
    for note, part in notes:
        events.append((note.onset - before, part, note.pitch - score.key.tonic, note.duration))
        before = note.onset
    return events
