"""Tells a score's genre from its features: learned from human works alone, so it favours no generator.

Works spoilt on purpose are one more class, so that it can also answer "none of these": a classifier
that must name a genre takes four parts of noise for a chorale. Plain classifiers compete on the
validation works.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from domain.genres import Genre
from domain.score import TICKS_PER_QUARTER, Metre, Mode, Score
from models.features import SINGLE_NUMBERS, YANG_LERCH
from models.note_table import FloatArray, NoteTable, tabulate
from training.evaluation.jumbles import noise, shuffled

_METRES = tuple(map(Metre.parse, ("2/4", "3/4", "4/4", "2/2", "3/2", "3/8", "6/8", "9/8", "12/8")))
_WIDEST_INTERVAL = 12
_BAR_PLACES = 24

_JUMBLED = 2
"""One training piece in so many is also given spoilt."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each genre was taken for each: rows are the true genre, columns the answer."""

    genres: tuple[Genre, ...]
    counts: tuple[tuple[int, ...], ...]
    """Answers when a genre must be named; shape (genres, genres)."""
    recognised: tuple[int, ...]
    """Right answers when "none of these" may be said too; shape (genres,)."""

    def recall(self, genre: Genre) -> float:
        """The share of a genre's pieces that are told right, among the genres; 0 where there is none."""
        row = self.genres.index(genre)
        return self.counts[row][row] / max(sum(self.counts[row]), 1)

    def strict_recall(self, genre: Genre) -> float:
        """The same where pieces may also be turned down as no music of any genre."""
        row = self.genres.index(genre)
        return self.recognised[row] / max(sum(self.counts[row]), 1)

    @property
    def accuracy(self) -> float:
        """The mean of the genres' recalls, over genres that have pieces: none weighs more by its size."""
        return _mean([self.recall(genre) for genre in self._present])

    @property
    def strict_accuracy(self) -> float:
        return _mean([self.strict_recall(genre) for genre in self._present])

    @property
    def _present(self) -> list[Genre]:
        return [genre for genre, row in zip(self.genres, self.counts, strict=True) if sum(row)]


@dataclass(frozen=True, slots=True)
class GenreClassifier:
    """A fitted classifier; build it with `fit_classifier`. Its class after the last genre is "none"."""

    name: str
    genres: tuple[Genre, ...]
    model: Any

    def confusion(self, scores: Mapping[Genre, Sequence[Score]]) -> Confusion:
        """Compare the answers with the truth. Raises ValueError for a genre the classifier never met."""
        counts = np.zeros((len(self.genres), len(self.genres)), np.int64)
        recognised = np.zeros(len(self.genres), np.int64)
        for genre, pieces in scores.items():
            row = self.genres.index(genre)
            if not pieces:
                continue
            likely = self.model.predict_proba(_describe_all(pieces))
            named = likely[:, : len(self.genres)].argmax(axis=1)
            counts[row] = np.bincount(named, minlength=len(self.genres))
            recognised[row] = np.count_nonzero(likely.argmax(axis=1) == row)
        return Confusion(
            self.genres,
            tuple(tuple(int(count) for count in row) for row in counts),
            tuple(int(count) for count in recognised),
        )


def fit_classifier(
    train: Mapping[Genre, Sequence[Score]], valid: Mapping[Genre, Sequence[Score]], *, seed: int = 0
) -> GenreClassifier:
    """Fit the candidates on `train` and keep the most accurate on `valid`, mean over genres."""
    genres = tuple(sorted(train, key=list(Genre).index))
    pieces = [score for genre in genres for score in train[genre]]
    rng = np.random.default_rng(seed)
    jumbles = [spoil(score, rng) for spoil in (shuffled, noise) for score in pieces[:: 2 * _JUMBLED]]
    described = _describe_all([*pieces, *jumbles])
    sizes = [*(len(train[genre]) for genre in genres), len(jumbles)]
    truth = np.repeat(np.arange(len(sizes)), sizes)
    fitted = [
        GenreClassifier(name, genres, model.fit(described, truth))
        for name, model in _candidates(seed).items()
    ]
    known = {genre: valid.get(genre, ()) for genre in genres}
    return max(fitted, key=lambda classifier: classifier.confusion(known).strict_accuracy)


def _candidates(seed: int) -> dict[str, Any]:
    # "balanced": the corpora hold dozens of chorales for each slip jig.
    return {
        "random forest": RandomForestClassifier(
            n_estimators=200, min_samples_leaf=2, class_weight="balanced", random_state=seed
        ),
        "logistic regression": make_pipeline(
            StandardScaler(), LogisticRegression(C=0.03, class_weight="balanced", max_iter=2000)
        ),
    }


def describe(table: NoteTable) -> FloatArray:
    """What the classifier sees: features, metre, parts, register, intervals, rhythm; shape (values,)."""
    named = [np.atleast_1d(feature(table)) for feature in (*YANG_LERCH.values(), *SINGLE_NUMBERS.values())]
    metre = [float(table.metre == known) for known in _METRES]
    layout = [float(table.mode is Mode.MINOR), float(len(table.lines)), table.bar_ticks / TICKS_PER_QUARTER]
    return np.concatenate([*named, metre, layout, _register(table), _intervals(table), _bar_places(table)])


def _describe_all(scores: Sequence[Score]) -> FloatArray:
    return np.array([describe(tabulate(score)) for score in scores])


def _register(table: NoteTable) -> FloatArray:
    if table.is_empty:
        return np.zeros(5)
    pitch = table.pitch
    tops = np.concatenate([line.pitch for line in table.lines])
    return np.array([pitch.min(), pitch.max(), pitch.mean(), pitch.std(), tops.mean()], dtype=np.float64)


def _intervals(table: NoteTable) -> FloatArray:
    """Signed steps of the top lines as shares, those beyond an octave counted as one."""
    steps = np.concatenate([np.diff(line.pitch) for line in table.lines] or [np.zeros(0, np.int64)])
    steps = np.clip(steps, -_WIDEST_INTERVAL, _WIDEST_INTERVAL) + _WIDEST_INTERVAL
    return np.bincount(steps, minlength=2 * _WIDEST_INTERVAL + 1) / max(len(steps), 1)


def _bar_places(table: NoteTable) -> FloatArray:
    """Where in the bar notes begin, as shares of 24 equal places."""
    place = table.onset % table.bar_ticks * _BAR_PLACES // table.bar_ticks
    return np.bincount(place, minlength=_BAR_PLACES) / max(len(place), 1)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0
