"""Simulated listeners: each has a hidden taste over mode, tempo, density, contour and genre; votes are noisy.

What they hear is measured here, from the notes, in other ways than what leanings are made of; nothing that
learns may read this module. Knows no model.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from domain.genres import Genre
from domain.score import TICKS_PER_QUARTER, Part, Score

ASPECTS = ("mode", "tempo", "density", "contour")

NOISE = 0.75
"""Standard deviation of what a vote has to do with anything else, where that of a taste is 1: then one vote
in five is against the listener's own taste."""

EDGES = (-1.25, -0.4, 0.4, 1.25)
"""What has to be felt for one vote more, in deviations: about a fifth of the votes are of each kind."""

GENRE_SHARE = 0.7
"""Standard deviation of what genres are worth beside the other aspects, of which each has about 0.5."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """What a listener wants of an aspect, in deviations among the pieces that there are.

    Where `ideal` is None more is better (or less, by the sign of `worth`); else what is nearest to it.
    """

    worth: float
    ideal: float | None

    def of(self, heard: float) -> float:
        if self.ideal is None:
            return self.worth * heard
        return -abs(self.worth) * abs(heard - self.ideal)


@dataclass(frozen=True, slots=True)
class Listener:
    """A hidden taste. `center` and `spread` make its score 0 and 1 in mean and deviation over base pieces."""

    aspects: tuple[Aspect, ...]
    genres: dict[Genre, float]
    usual: NDArray[np.float64]
    deviation: NDArray[np.float64]
    center: float
    spread: float

    @classmethod
    def drawn(cls, seed: int, pieces: Sequence[tuple[Score, Genre]]) -> Self:
        """A listener who knows these pieces."""
        random = np.random.default_rng([seed, 77])
        heard = np.array([hear(score) for score, _ in pieces])
        usual, deviation = heard.mean(0), heard.std(0) + 1e-9
        aspects = tuple(
            Aspect(
                float(random.choice([-1, 1]) * random.uniform(0.25, 0.75)),
                float(random.normal(0, 0.8))
                if name in ("tempo", "density") and random.random() < 0.5
                else None,
            )
            for name in ASPECTS
        )
        genres = {genre: float(random.normal(0, GENRE_SHARE)) for genre in sorted(Genre)}
        raw = cls(aspects, genres, usual, deviation, 0.0, 1.0)
        scores = np.array([raw.score(score, genre) for score, genre in pieces])
        return cls(aspects, genres, usual, deviation, float(scores.mean()), float(scores.std()))

    def score(self, score: Score, genre: Genre) -> float:
        """How much a piece is liked, in deviations of the pieces that the listener knows."""
        heard = (hear(score) - self.usual) / self.deviation
        told = sum(aspect.of(float(value)) for aspect, value in zip(self.aspects, heard, strict=True))
        return (told + self.genres[genre] - self.center) / self.spread

    def vote(self, score: Score, genre: Genre, random: np.random.Generator) -> int:
        """1 to 5."""
        return voted(self.score(score, genre), random)


def voted(liked: float, random: np.random.Generator) -> int:
    """A vote of 1 to 5 on what is liked so, in deviations."""
    felt = liked + NOISE * random.standard_normal()
    return 1 + sum(felt > edge for edge in EDGES)


def hear(score: Score) -> NDArray[np.float64]:
    """(4,): how minor the thirds are, octaves of quarters a minute, octaves of notes a second, and the share
    of the tune's moves that are steps.
    """
    thirds = Counter[int]()
    notes = 0
    for part in score.parts:
        notes += len(part.notes)
        for note in part.notes:
            thirds[(note.pitch - score.key.tonic) % 12] += note.duration
    minor, major = thirds[3], thirds[4]
    quarters = score.tempo * score.metre.beat_ticks / TICKS_PER_QUARTER
    seconds = max(score.seconds, 1.0)
    return np.array(
        [
            (minor - major) / max(minor + major, 1),
            math.log2(quarters),
            math.log2(max(notes, 1) / seconds),
            _steps(score.parts),
        ]
    )


def _steps(parts: Sequence[Part]) -> float:
    """The share of the moves of the first part's highest notes that are of a tone at most."""
    tune: dict[int, int] = {}
    for note in next((part.notes for part in parts if part.notes), ()):
        tune[note.onset] = max(note.pitch, tune.get(note.onset, 0))
    pitches = [tune[onset] for onset in sorted(tune)]
    moves = [abs(after - before) for before, after in pairwise(pitches) if after != before]
    return sum(move <= 2 for move in moves) / max(len(moves), 1)
