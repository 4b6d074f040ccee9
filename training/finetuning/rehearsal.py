"""Pieces composed to see what a version does: the same requests as the shipped model's, chosen for alike.

Which pieces is decided by nothing but the style. Knows models, not votes.
"""

import time
from collections.abc import Generator
from dataclasses import dataclass

from domain.genres import Genre
from domain.requests import ComposeRequest
from domain.score import Score
from models.composition.choices import choose
from models.composition.composing import Composing
from models.composition.gate import Gate
from models.composition.norms import Norms
from models.drafting import Model
from models.leanings import NO_LEANING, Leaning
from models.registry import Style

PIECES = 24
SECONDS = 12.0
CANDIDATES = 2

_FIRST_SEED = 1_900_000_000
"""Far from the seeds that people type."""

_STEP_SECONDS = 0.4

Pieces = list[tuple[Genre, Score]]


@dataclass(frozen=True, slots=True)
class Rehearsing:
    """A style, and its model as shipped."""

    style: Style
    model: Model

    def pieces(self, model: Model, leaning: Leaning = NO_LEANING) -> Generator[float, None, Pieces]:
        """Compose with a version of the model, under the shipped model's choices.

        Yields how much is done, 0 to 1, every so often; returns pieces and their genres.
        """
        genres = [self.style.genres[place % len(self.style.genres)] for place in range(PIECES)]
        choices = [
            choose(self._request(genre, _FIRST_SEED + place), self.style, self.model)
            for place, genre in enumerate(genres)
        ]
        composing = Composing(model, choices, candidates=CANDIDATES)
        while not composing.finished:
            started = time.monotonic()
            while not composing.finished and time.monotonic() - started < _STEP_SECONDS:
                composing.advance()
            yield composing.fraction
        best = composing.choose_best(Gate(None, Norms.load(), leaning))
        return [(genre, each.score) for genre, each in zip(genres, best, strict=True)]

    def _request(self, genre: Genre, seed: int) -> ComposeRequest:
        return ComposeRequest(style=self.style.name, seed=seed, genre=str(genre), length_seconds=SECONDS)
