"""What an independent classifier of genres makes of music in lanes: fitted on people's, never on a model's.

All it hears are stretches of eight bars, reduced to lanes and laid out alike, so that neither length nor the
number of parts gives a genre away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.genres import Genre
from domain.score import Key, Score
from models.lanes import LANES, Lanes, to_score
from models.note_table import tabulate
from models.tokens import Plan
from training.corpora.works import Work
from training.evaluation.genre_classifier import GenreClassifier, describe, fit_classifier
from training.style_transfer.windows import lanes_of

STRETCH = 8
"""Bars."""

_OF_EACH_WORK = 4
_TO_LEARN = 300
"""Stretches of each genre, at most."""


@dataclass(frozen=True, slots=True)
class Placer:
    """A fitted classifier of stretches."""

    classifier: GenreClassifier

    @property
    def genres(self) -> tuple[Genre, ...]:
        return self.classifier.genres

    def place(self, pieces: Sequence[Lanes]) -> NDArray[np.float64]:
        """(pieces, genres + 1): how likely each piece is of each genre and, last, of none.

        The mean over its stretches; shorter pieces are one stretch.
        """
        cut = [stretches(piece) for piece in pieces]
        described = np.array([describe(tabulate(score)) for scores in cut for score in scores])
        likely = self.classifier.model.predict_proba(described)
        edges = np.cumsum([len(scores) for scores in cut])[:-1]
        return np.array([rows.mean(axis=0) for rows in np.split(likely, edges)])


def fit_placer(works: Sequence[Work], *, seed: int = 0) -> Placer:
    """Learn from the training works, choose by the validation works."""
    train, valid = (_stretches_of(lanes_of(works, [split]), seed) for split in ("train", "valid"))
    return Placer(fit_classifier(train, valid, seed=seed))


def stretches(lanes: Lanes) -> list[Score]:
    """Up to four stretches spread over a piece, all laid out in four parts, in C."""
    plan = Plan(
        genre=Genre.CHORALE,  # not looked at
        key=Key(0, lanes.mode),
        metre=lanes.metre,
        tempo=100.0,
        bars=min(STRETCH, lanes.bars),
        parts=LANES,
        density=0,
        register=0,
    )
    last = max(0, lanes.bars - STRETCH)
    firsts = range(0, last + 1, STRETCH)
    if len(firsts) > _OF_EACH_WORK:
        firsts = np.linspace(0, last, _OF_EACH_WORK).round().astype(int).tolist()
    return [to_score(lanes.window(first, STRETCH), plan) for first in firsts]


def _stretches_of(pieces: Mapping[Genre, Sequence[Lanes]], seed: int) -> dict[Genre, list[Score]]:
    random = np.random.default_rng(seed)
    found: dict[Genre, list[Score]] = {}
    for genre, works in pieces.items():
        scores = [score for lanes in works for score in stretches(lanes) if any(p.notes for p in score.parts)]
        chosen = random.permutation(len(scores))[:_TO_LEARN]
        if scores:
            found[genre] = [scores[row] for row in sorted(chosen.tolist())]
    return found
