"""Fits what the judge's word is weighed by: norms, a guess of the genre and a logistic regression.

Genres and norms are learned from the works that the judge learned from, the regression from passages that it
never heard. How music is heard, as written or by ear, is told by who asks.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.optimize import minimize
from scipy.special import expit, softmax

from domain.genres import Genre
from domain.score import Score
from models.composition.checks import examine
from models.composition.norms import Norm, Norms
from models.critic.network import Judge
from models.critic.opinions import SURPRISES, Critique, Linear, Scales, Surprise, genre_inputs, versions
from training.critic.corruption import CORRUPTIONS
from training.critic.passages import HUMAN, Examples, Material
from training.critic.teaching import genre_shares, mean_nats

Hearing = Callable[[Score, np.random.Generator], Score | None]
"""How a passage comes to the judge; None where nothing is heard of it."""

ROUNDS = 1000
WORKS_A_GENRE = 120
"""Rounds of passages, and works of each genre, that scales are fitted to."""

_TRUSTED, _TRUSTED_RIDGE = 2, 2e-2
"""The first inputs are the judge's own word, told the genre and not; how far their weights are held back."""

_RIDGES, _FOLDS = (0.02, 0.1, 0.3), 5
"""How far those of all other inputs may be, which by ear have less to add than by notes and more to be misled
by, and the parts of the passages of which each is left out once to tell.
"""

_GENRE_RIDGE = 2e-3
_NEVER = 1e-6

_LEAST_VALUES = 6
_SPREAD = 0.05
"""Nats that are added to a deviation taken from few passages."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as it is heard, and what it is."""

    score: Score
    genre: Genre
    origin: str

    @property
    def is_human(self) -> bool:
        return self.origin == HUMAN


def draw_passages(
    material: Material, hearing: Hearing, random: np.random.Generator, rounds: int
) -> Iterator[Passage]:
    """To each human passage one that was spoilt and one that was written, where there is one."""
    examples = Examples(material, genre_shares(material))
    for _ in track(range(rounds), description="passages"):
        genre = examples.draw_genre(random)
        found: list[tuple[Score, str]] = [(examples.human_passage(genre, random), HUMAN)]
        pair = examples.spoilt_pair(genre, random)
        written = examples.written_passage(genre, random)
        found += [] if pair is None else [(pair.after, pair.kind)]
        found += [] if written is None else [written]
        for score, origin in found:
            heard = hearing(score, random)
            if heard is not None and any(part.notes for part in heard.parts):
                yield Passage(heard, genre, origin)


def draw_kinds(
    material: Material, random: np.random.Generator, *, humans: int, each: int
) -> Iterator[Passage]:
    """So many passages of people of every genre, and of each way of spoiling."""
    examples = Examples(material, genre_shares(material))
    for genre in track(examples.genres, description="passages"):
        for _ in range(humans):
            yield Passage(examples.human_passage(genre, random), genre, HUMAN)
        for kind in CORRUPTIONS:
            for _ in range(each):
                pair = examples.spoilt_pair(genre, random, kind)
                if pair is not None:
                    yield Passage(pair.after, genre, kind)


def fit_scales(
    judge: Judge,
    roles: Mapping[str, Material],
    hearing: Hearing,
    *,
    rounds: int = ROUNDS,
    works: int = WORKS_A_GENRE,
    second: Judge | None = None,
    surprise: Surprise | None = None,
) -> Scales:
    """Scales for this judge, from the roles `learn`, `choose` and `calibrate`."""
    random = np.random.default_rng(31)
    inputs, genres, figures = _human_inputs(roles["learn"], hearing, random, works)
    norms = _norms(genres, figures)
    genre_model = fit_classes(inputs, np.asarray([list(Genre).index(genre) for genre in genres]), len(Genre))
    blank = Linear(np.zeros(1), np.ones(1), np.zeros((1, 1)), np.zeros(1))
    passages = [
        passage
        for role, share in (("choose", 0.7), ("calibrate", 0.3))
        for passage in draw_passages(roles[role], hearing, random, round(rounds * share))
    ]
    told = versions(judge, second)
    guessing = Critique(judge, Scales(told, genre_model, blank, np.zeros(1), norms))
    if surprise is not None:
        norms = _with_surprises(norms, passages, guessing, surprise)
    unfitted = Critique(judge, replace(guessing.scales, norms=norms), second, surprise)
    rows = np.stack([unfitted.inputs_of(passage.score) for passage in passages])
    human = np.asarray([passage.is_human for passage in passages])
    opinion = fit_opinion(rows, human)
    return replace(unfitted.scales, opinion=opinion, people=rows[human].mean(axis=0))


def _human_inputs(
    material: Material, hearing: Hearing, random: np.random.Generator, works: int
) -> tuple[Array, list[Genre], list[dict[str, float]]]:
    """People's passages as the guess of genres hears them, their genres and figures."""
    examples = Examples(material, genre_shares(material))
    rows, genres, figures = list[Array](), list[Genre](), list[dict[str, float]]()
    for genre in track(examples.genres, description="genres"):
        for _ in range(works):
            heard = hearing(examples.human_passage(genre, random), random)
            if heard is not None:
                found = examine(heard)
                rows.append(genre_inputs(heard, found))
                genres.append(genre)
                figures.append(found)
    return np.stack(rows), genres, figures


def _norms(genres: Sequence[Genre], figures: Sequence[Mapping[str, float]]) -> Norms:
    found: dict[Genre, dict[str, Norm]] = {}
    for genre in sorted(set(genres)):
        own = [each for each, of in zip(figures, genres, strict=True) if of == genre]
        columns = {check: np.asarray([each[check] for each in own]) for check in own[0]}
        found[genre] = {
            check: Norm(float(column.mean()), float(column.std())) for check, column in columns.items()
        }
    return Norms(found)


def _with_surprises(
    norms: Norms, passages: Sequence[Passage], guessing: Critique, surprise: Surprise
) -> Norms:
    """The norms with that of surprise, over people's passages that no network learned from."""
    found: dict[Genre, list[Mapping[str, float]]] = defaultdict(list)
    for passage in passages:
        if passage.is_human:
            genre = next(iter(guessing.guess_genres(passage.score, examine(passage.score))))
            values = surprise(passage.score, genre)
            found[genre] += [] if values is None else [values]
    return Norms(
        {genre: {**checks, **_surprise_norms(found[genre])} for genre, checks in norms.genres.items()}
    )


def _surprise_norms(found: Sequence[Mapping[str, float]]) -> dict[str, Norm]:
    if len(found) < _LEAST_VALUES:
        return {}
    columns = {name: np.asarray([values[name] for values in found]) for name in SURPRISES}
    return {
        name: Norm(float(column.mean()), float(column.std()) + _SPREAD) for name, column in columns.items()
    }


def fit_classes(inputs: Array, classes: NDArray[np.int_], count: int) -> Linear:
    """Multinomial logistic regression with a ridge; classes that never come are never guessed."""
    means, scales = inputs.mean(axis=0), np.maximum(inputs.std(axis=0), 1e-3)
    rows = np.column_stack([(inputs - means) / scales, np.ones(len(inputs))])
    truth = np.eye(count)[classes]

    def cost(flat: Array) -> tuple[float, Array]:
        weights = flat.reshape(count, -1)
        shares = softmax(rows @ weights.T, axis=1)
        value = -np.log(np.maximum((shares * truth).sum(axis=1), _NEVER)).mean()
        slope = (shares - truth).T @ rows / len(rows) + 2 * _GENRE_RIDGE * weights
        return float(value + _GENRE_RIDGE * (weights**2).sum()), slope.ravel()

    found = minimize(cost, np.zeros(count * rows.shape[1]), jac=True, method="L-BFGS-B").x
    weights = found.reshape(count, -1)
    biases = np.where(truth.any(axis=0), weights[:, -1], -50.0)
    return Linear(means, scales, weights[:, :-1], biases)


def fit_opinion(inputs: Array, human: NDArray[np.bool_]) -> Linear:
    """Logistic regression of `Critique.inputs_of` on being a person's, (N,).

    People's passages weigh as much as all others, so that a half is even. How far weights are held back is
    chosen by how well passages are told that were left out.
    """
    return _fit_opinion(inputs, human, min(_RIDGES, key=lambda ridge: _left_out(inputs, human, ridge)))


def _left_out(inputs: Array, human: NDArray[np.bool_], ridge: float) -> float:
    """Nats a passage, half of the weight on either side, each told by the others."""
    logits = np.empty(len(inputs))
    for fold in range(_FOLDS):
        out = np.arange(len(inputs)) % _FOLDS == fold
        logits[out] = _fit_opinion(inputs[~out], human[~out], ridge)(inputs[out])[:, 0]
    return mean_nats(_signs(human) * logits, _evenly(human))


def _fit_opinion(inputs: Array, human: NDArray[np.bool_], ridge_of_others: float) -> Linear:
    means, scales = inputs.mean(axis=0), np.maximum(inputs.std(axis=0), 1e-3)
    rows = np.column_stack([(inputs - means) / scales, np.ones(len(inputs))])
    signs, weights = _signs(human), _evenly(human)
    ridge = np.full(rows.shape[1], ridge_of_others)
    ridge[:_TRUSTED], ridge[-1] = _TRUSTED_RIDGE, 0.0

    def cost(found: Array) -> tuple[float, Array]:
        margins = signs * (rows @ found)
        slope = -(rows.T @ (weights * signs * expit(-margins)))
        return mean_nats(margins, weights) + float((ridge * found**2).sum()), slope + 2 * ridge * found

    found = minimize(cost, np.zeros(rows.shape[1]), jac=True, method="BFGS").x
    return Linear(means, scales, found[None, :-1], found[-1:])


def _signs(human: NDArray[np.bool_]) -> Array:
    return np.where(human, 1.0, -1.0)


def _evenly(human: NDArray[np.bool_]) -> Array:
    """(N,): weights of passages, half of all people's."""
    return np.where(human, 0.5 / human.sum(), 0.5 / (~human).sum())
