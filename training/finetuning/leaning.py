"""Fitting a leaning to rated works and to pairs: a ridge-logistic preference, its strength cross-validated.

The same lessons give the same leaning. Knows no network and no gate; numpy alone.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.finetuning import Lesson, Preferred
from domain.genres import Genre
from models.leanings import Leaning, Liking
from training.finetuning.frames import framed

Floats = NDArray[np.float64]

STRENGTHS = (1.0, 3.0, 10.0)
"""Ridge penalties that are tried; the larger, the weaker a leaning."""

LEAST_GAIN = 0.5
"""Nats, over all held-out votes, below which knowing something is no better than knowing nothing."""

_NOTHING = 1e6
"""A penalty under which nothing is learned."""

FOLDS = 6

MOST_VOTERS = 9
"""So many votes on a work count one by one; more say no more."""


@dataclass(frozen=True, slots=True)
class Votes:
    """What is learned from, as numbers: rows are works, of which `liked` (N,) is the share of votes that
    were for them and `weights` (N,) how many. `pairs` (P, 2) are rows liked better and worse, `margins` (P,).
    """

    ids: tuple[int, ...]
    liked: Floats
    weights: Floats
    pairs: NDArray[np.int64]
    margins: Floats

    @classmethod
    def of(cls, lessons: Sequence[Lesson], preferred: Sequence[Preferred]) -> "Votes":
        rows = {lesson.work_id: row for row, lesson in enumerate(lessons)}
        known = [pair for pair in preferred if pair.liked_id in rows and pair.disliked_id in rows]
        return cls(
            tuple(rows),
            np.array([(lesson.approval + 1) / 2 for lesson in lessons]),
            np.array([float(min(lesson.voters, MOST_VOTERS)) for lesson in lessons]),
            np.array([(rows[p.liked_id], rows[p.disliked_id]) for p in known], np.int64).reshape(-1, 2),
            np.array([float(min(pair.margin, MOST_VOTERS)) for pair in known]),
        )

    def without(self, held: NDArray[np.bool_]) -> "Votes":
        """The votes on works that are not held out (N,), and the pairs of two such; rows stay the same."""
        kept = ~held[self.pairs].any(1)
        weights = np.where(held, 0.0, self.weights)
        return Votes(self.ids, self.liked, weights, self.pairs[kept], self.margins[kept])


@dataclass(frozen=True, slots=True)
class Fitted:
    """A leaning, None where there is nothing to be learned; and how each work is expected to be liked by
    those that were learned without it, in logits, by its id.
    """

    leaning: Leaning | None
    expected: Mapping[int, float]


def fit_leaning(lessons: Sequence[Lesson], preferred: Sequence[Preferred] = ()) -> Fitted:
    """What these votes lean to. Music is learned from together, verse of each language by itself.

    Works of which nothing can be told are passed by.
    """
    likings, genres = dict[str, Liking](), dict[Genre, float]()
    expected: dict[int, float] = {}
    found = False
    for frame in framed(lessons):
        votes = Votes.of(frame.lessons, preferred)
        weights, foretold = crossed(frame.columns, votes, frame.costs)
        expected |= zip(votes.ids, foretold.tolist(), strict=True)
        if weights is not None:
            found, leaning = True, frame.leaning(weights)
            likings, genres = {**likings, **leaning.likings}, {**genres, **leaning.genres}
    return Fitted(Leaning(likings, genres) if found else None, expected)


def crossed(
    columns: Floats, votes: Votes, costs: Floats, offset: Floats | None = None
) -> tuple[Floats | None, Floats]:
    """Weights of `columns` (N, F), of the strength that foretells best how works are liked that were not
    learned from; and what each work (N,) is expected to be worth by weights learned without it.

    None in place of weights where none foretells better than knowing nothing. `offset` (N,) is what is
    known of each work beside the columns.
    """
    known = np.zeros(len(columns)) if offset is None else offset
    folds = folds_of(votes.ids)

    def held_out(cost: float) -> tuple[float, Floats]:
        """What held-out votes cost, in nats, and what held-out works are expected to be worth."""
        total, expected = 0.0, np.zeros(len(columns))
        for fold in range(FOLDS):
            held = folds == fold
            weights = fit(columns, votes.without(held), cost * costs, known)
            expected[held] = columns[held] @ weights[:-1]
            surprise = _surprise(expected[held] + weights[-1] + known[held], votes.liked[held])
            total += float(votes.weights[held] @ surprise)
        apart = (expected + known)[votes.pairs]
        return total + float(votes.margins @ np.logaddexp(0.0, apart[:, 1] - apart[:, 0])), expected

    tried = {cost: held_out(cost) for cost in STRENGTHS}
    best = min(tried, key=lambda cost: tried[cost][0])
    loss, expected = tried[best]
    if loss > held_out(_NOTHING)[0] - LEAST_GAIN:
        return None, expected
    return fit(columns, votes, best * costs, known)[:-1], expected


def folds_of(ids: Sequence[int]) -> NDArray[np.int64]:
    """Which fold each work belongs to: as good as drawn, and the same in every run. Folds are of one size."""
    order = sorted(range(len(ids)), key=lambda row: hashlib.sha256(str(ids[row]).encode()).digest())
    folds = np.zeros(len(ids), np.int64)
    folds[order] = np.arange(len(ids)) % FOLDS
    return folds


def fit(columns: Floats, votes: Votes, costs: Floats, offset: Floats, *, steps: int = 20) -> Floats:
    """(F + 1,): weights and the intercept that make the votes likeliest, less what large weights cost.

    Newton's method on a strictly convex loss; the intercept is nearly free.
    """
    whole = np.column_stack([columns, np.ones(len(columns))])
    apart = whole[votes.pairs[:, 0]] - whole[votes.pairs[:, 1]]
    apart_known = offset[votes.pairs[:, 0]] - offset[votes.pairs[:, 1]]
    penalty = np.append(costs, 0.05)
    weights = np.zeros(whole.shape[1])
    for _ in range(steps):
        chance, pair_chance = _sigmoid(whole @ weights + offset), _sigmoid(apart @ weights + apart_known)
        gradient = (
            whole.T @ (votes.weights * (chance - votes.liked))
            + apart.T @ (votes.margins * (pair_chance - 1))
            + penalty * weights
        )
        curvature = votes.weights * chance * (1 - chance)
        pair_curvature = votes.margins * pair_chance * (1 - pair_chance)
        hessian = (whole.T * curvature) @ whole + (apart.T * pair_curvature) @ apart + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-4:
            break
    return weights


def _surprise(logits: Floats, liked: Floats) -> Floats:
    """(N,): nats that votes come unexpected by."""
    return np.logaddexp(0.0, logits) - liked * logits


def _sigmoid(logits: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
