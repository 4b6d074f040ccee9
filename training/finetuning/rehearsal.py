"""Pieces composed to see what a version does: the same requests as the shipped model's, chosen for alike.

Which pieces is decided by nothing but the style. Knows models, not votes.
"""

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from domain.genres import Genre
from domain.requests import ComposeRequest
from domain.score import Score
from models.adapters import Adapter
from models.composition.choices import choose
from models.composition.composing import Composing
from models.composition.gate import Gate
from models.composition.norms import Norms
from models.drafting import Model
from models.families import model_with
from models.leanings import NO_LEANING, Leaning
from models.registry import Style
from training.finetuning.gate import rehearsed

PIECES = 24
SECONDS = 12.0
CANDIDATES = 2

_FIRST_SEED = 1_900_000_000
"""Far from the seeds that people type."""

_STEP_SECONDS = 0.4

Pieces = list[tuple[Genre, Score]]


class Rehearsal(Protocol):
    """Works of the shipped models beside those of a version of them."""

    def compare(self, adapter: Adapter) -> Generator[float, None, dict[str, float]]:
        """How much is done, 0 to 1, every so often; returns figures that the gate goes by."""
        ...


@dataclass(frozen=True, slots=True)
class Rehearsing:
    """A style, its model as shipped, and pieces that what is composed must not be copied from."""

    style: Style
    model: Model
    known: tuple[Score, ...]

    def compare(self, adapter: Adapter) -> Generator[float, None, dict[str, float]]:
        """Compose with the shipped model and with a version; how much is done, and the figures."""
        before = yield from _halved(self._pieces(self.model), 0.0)
        version = model_with(self.model, self.style.name, adapter, version=self.model.version)
        after = yield from _halved(self._pieces(version, adapter.leaning), 0.5)
        return rehearsed(before, after, self.known)

    def _pieces(self, model: Model, leaning: Leaning = NO_LEANING) -> Generator[float, None, Pieces]:
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


def _halved(composing: Generator[float, None, Pieces], start: float) -> Generator[float, None, Pieces]:
    """The same as one half of all that is to be done."""
    while True:
        try:
            yield start + next(composing) / 2
        except StopIteration as finished:
            return finished.value
