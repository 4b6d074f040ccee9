"""What the judge thinks of one piece, with its reasons: its networks' word weighed against plain measures.

A small logistic regression (`python -m training export judging`) says how much each counts; another guesses
the genre. Knows no sentences and no sound.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from domain.genres import Genre
from domain.score import Mode, Score
from models.composition.checks import examine
from models.composition.norms import Norm, Norms
from models.critic.network import Judge
from models.critic.passages import hear_placed
from models.features import note_length_histogram
from models.note_table import tabulate
from models.tokens import METRES

OPINIONS_FILE = Path(__file__).parent / "opinions.json"

NETWORK, UNTOLD, WORST_BAR, SPOILT = "network", "network untold", "worst bar", "spoilt bars"
"""What the network says: of the piece as its genre and as any, of its least likely bar, and of all bars."""

SECOND = "second network"
"""The word of another judge, where there is one."""

SURPRISE, BAR_LINES, WORST_SURPRISE = "surprise", "surprise at bar lines", "surprise of the worst bar"
"""How unlikely a composing network finds the notes, where bars begin, and in one bar; beside the others."""

SURPRISES = (SURPRISE, BAR_LINES, WORST_SURPRISE)

Surprise = Callable[[Score, Genre], Mapping[str, float] | None]
"""SURPRISES of a score as a genre; None for what can't be said in the composer's tokens."""

USUAL = 1.0
"""Deviations from the norm within which nothing is said for or against a piece."""

_FURTHEST = 4.0
_SURE = 8.0
_PARTS = 4

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear model of named inputs: (classes, inputs) weights and (classes,) biases after scaling them."""

    means: Array
    scales: Array
    weights: Array
    biases: Array

    def __call__(self, inputs: Array) -> Array:
        """(inputs,) or (N, inputs) to (classes,) or (N, classes)."""
        return (inputs - self.means) / self.scales @ self.weights.T + self.biases

    def to_plain(self) -> dict[str, Any]:
        fields = {"means": self.means, "scales": self.scales, "weights": self.weights, "biases": self.biases}
        return {name: np.round(values, 5).tolist() for name, values in fields.items()}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        names = ("means", "scales", "weights", "biases")
        return cls(*(np.asarray(plain[name], dtype=np.float64) for name in names))


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the judge thinks of a piece.

    `share` (0 to 1): how likely it is a person's, where half of all is. `genres`: all, the likeliest first,
    with their probabilities; `genre` is the one it was judged as. `pulls`: what each input adds to or takes
    off the logit, against people's average. `figures` are the checks', `norms` those of the genre.
    `worst_bar`: the bar, from 0, that the network finds least likely, and `worst_share` how sure it is of
    its being spoilt.
    """

    share: float
    genre: Genre
    genres: Mapping[Genre, float]
    pulls: Mapping[str, float]
    figures: Mapping[str, float]
    norms: Mapping[str, Norm]
    worst_bar: int
    worst_share: float


@dataclass(frozen=True, slots=True)
class Scales:
    """What opinions are formed by: `critic` names the versions of the judges that they were fitted to.

    `opinion` has one class, a person's; `people` (inputs,) is what people's pieces have on average.
    """

    critic: str
    genres: Linear
    opinion: Linear
    people: Array
    norms: Norms

    def to_plain(self) -> dict[str, Any]:
        return {
            "critic": self.critic,
            "genres": self.genres.to_plain(),
            "opinion": self.opinion.to_plain(),
            "people": np.round(self.people, 5).tolist(),
            "norms": {
                genre: {
                    check: [round(norm.mean, 4), round(norm.deviation, 4)] for check, norm in all_.items()
                }
                for genre, all_ in self.norms.genres.items()
            },
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `to_plain` gave. Raises ValueError, KeyError or TypeError otherwise."""
        norms = {
            Genre(genre): {check: Norm(*values) for check, values in checks.items()}
            for genre, checks in plain["norms"].items()
        }
        return cls(
            plain["critic"],
            Linear.from_plain(plain["genres"]),
            Linear.from_plain(plain["opinion"]),
            np.asarray(plain["people"], dtype=np.float64),
            Norms(norms),
        )


def load_scales(path: Path = OPINIONS_FILE) -> dict[str, Scales]:
    """By how music is heard, `notes` or `sound`. Raises OSError or ValueError when they can't be read."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    return {heard: Scales.from_plain(each) for heard, each in plain.items()}


def save_scales(scales: Mapping[str, Scales], path: Path = OPINIONS_FILE) -> None:
    plain = {heard: each.to_plain() for heard, each in scales.items()}
    path.write_text(json.dumps(plain, separators=(",", ":")) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Critique:
    """A judge, and what its word is weighed by; scales fitted to other judges are not used.

    `second` and `surprise` are heard too where they are there, as they were when the scales were fitted.
    """

    judge: Judge
    scales: Scales
    second: Judge | None = None
    surprise: Surprise | None = None

    @property
    def version(self) -> str:
        """The versions of the judges."""
        return versions(self.judge, self.second)

    def consider(self, score: Score, genre: Genre | None = None) -> Opinion:
        """An opinion of a score with notes, which is of `genre` where that is known."""
        figures = examine(score)
        genres = self.guess_genres(score, figures)
        genre = genre or next(iter(genres))
        figures = self._with_surprise(figures, score, genre)
        norms = self.scales.norms.genres.get(genre, {})
        inputs, worst_bar, worst = self._inputs(score, genre, figures)
        if self.scales.critic == self.version:
            share = float(expit(self.scales.opinion(inputs)[0]))
            weights = self.scales.opinion.weights[0] / self.scales.opinion.scales
            pulls = weights * (inputs - self.scales.people)
        else:
            share = float(self.judge.calibration.probabilities(inputs[:1])[0])
            pulls = np.zeros(len(inputs))
        return Opinion(
            share=share,
            genre=genre,
            genres=genres,
            pulls=dict(zip(input_names(figures), map(float, pulls), strict=True)),
            figures=figures,
            norms=norms,
            worst_bar=worst_bar,
            worst_share=float(expit(worst)),
        )

    def inputs_of(self, score: Score, genre: Genre | None = None) -> Array:
        """(inputs,): what the logistic regression is told of a score."""
        figures = examine(score)
        genre = genre or next(iter(self.guess_genres(score, figures)))
        return self._inputs(score, genre, self._with_surprise(figures, score, genre))[0]

    def _with_surprise(self, figures: dict[str, float], score: Score, genre: Genre) -> dict[str, float]:
        found = None if self.surprise is None else self.surprise(score, genre)
        norms = self.scales.norms.genres.get(genre, {})
        usual = {name: norms[name].mean if name in norms else 0.0 for name in SURPRISES}
        return {**figures, **usual, **(found or {})}

    def guess_genres(self, score: Score, figures: Mapping[str, float]) -> dict[Genre, float]:
        """The genres with their probabilities, the likeliest first."""
        found = softmax(self.scales.genres(genre_inputs(score, figures)))
        by_genre = zip(Genre, map(float, found), strict=True)
        return dict(sorted(by_genre, key=lambda pair: -pair[1]))

    def _inputs(self, score: Score, genre: Genre, figures: Mapping[str, float]) -> tuple[Array, int, float]:
        """The inputs; the least likely bar, and the logit of its being spoilt."""
        passages = hear_placed(score)
        told, bars = self.judge.logits_and_bars(passages, genre)
        untold, _ = self.judge.logits_and_bars(passages, None)
        worst_bar = int(np.argmax(bars)) if len(bars) else 0
        worst = float(bars[worst_bar]) if len(bars) else 0.0
        spoilt = float(expit(bars).mean()) if len(bars) else 0.0
        norms = self.scales.norms.genres.get(genre, {})
        heard = 0.0 if self.second is None else self.second.logits_and_bars(passages, None)[0]
        network = [_bounded(told), _bounded(untold), _bounded(worst), spoilt, _bounded(heard)]
        beyond = [_beyond(norms.get(name), value) for name, value in sorted(figures.items())]
        signed = [_signed(norms.get(name), figures[name]) for name in SURPRISES]
        return np.asarray([*network, *beyond, *signed]), worst_bar, worst


def versions(judge: Judge, second: Judge | None) -> str:
    return "+".join(each.version for each in (judge, second) if each is not None)


def input_names(figures: Mapping[str, float]) -> Sequence[str]:
    return (
        NETWORK,
        UNTOLD,
        WORST_BAR,
        SPOILT,
        SECOND,
        *sorted(figures),
        *(f"{name}, signed" for name in SURPRISES),
    )


def genre_inputs(score: Score, figures: Mapping[str, float]) -> Array:
    """(inputs,): by what genres are told: the checks, note lengths, degrees, metre, mode and parts."""
    table = tabulate(score)
    degrees = np.bincount(table.degree, weights=table.duration, minlength=12)
    return np.concatenate(
        [
            [math.log1p(max(0.0, value)) for _, value in sorted(figures.items())],
            note_length_histogram(table),
            degrees / max(float(degrees.sum()), 1.0),
            [float(score.metre == metre) for metre in METRES],
            [float(score.key.mode is Mode.MINOR), math.log(score.tempo)],
            [float(min(len(score.parts), _PARTS) == count) for count in range(1, _PARTS + 1)],
        ]
    )


def _beyond(norm: Norm | None, value: float) -> float:
    return 0.0 if norm is None else min(max(norm.distance(value) - USUAL, 0.0), _FURTHEST) ** 2


def _signed(norm: Norm | None, value: float) -> float:
    """How far above its norm a figure is, in deviations."""
    if norm is None:
        return 0.0
    return min(max(norm.distance(value) * (1 if value > norm.mean else -1), -_FURTHEST), _FURTHEST)


def _bounded(logit: float) -> float:
    return min(max(logit, -_SURE), _SURE)
