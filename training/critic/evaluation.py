"""How well the judge tells people's music from other music that it never heard, and how quickly.

Works on passages of test works; knows nothing of how the judge learned.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.genres import Genre
from domain.score import Score
from models.critic.network import Judge
from training.critic.corruption import CORRUPTIONS
from training.critic.passages import HUMAN, Example, Examples, Material, as_example
from training.critic.rewriting import as_written, cut
from training.critic.teaching import auc, judge_examples
from training.evaluation.jumbles import noise, shuffled
from training.evaluation.tables import Table

PASSAGES = 80
"""Passages of each genre, of people and of each source; corruptions get a quarter each."""

JUMBLES = {"shuffled": shuffled, "noise": noise}
"""Ways of spoiling that the judge never learned from."""

_BINS = 10
_CANDIDATES = 8
_CANDIDATE_BARS = 16
_TIMED = 15

Logits = Mapping[str, Mapping[Genre, NDArray[np.float64]]]
"""The network's logits of passages, by what they are and by genre."""


@dataclass(frozen=True, slots=True)
class CriticFigures:
    """What the evaluation found.

    `areas`: for each kind of passage that is no person's, and each genre, the area under the ROC curve
    against the genre's human passages. `calibration_error` (expected, over ten bins) and `brier` are of
    probabilities where half of all is people's. `milliseconds`: eight candidates of 16 bars.
    """

    areas: Mapping[str, Mapping[Genre, float]]
    untold_areas: Mapping[str, float]
    calibration_error: float
    brier: float
    milliseconds: float

    def mean_area(self, kind: str) -> float:
        """Over the genres that have such passages, each of the same weight."""
        return float(np.mean(list(self.areas[kind].values())))


def evaluate_judge(judge: Judge, material: Material, *, passages: int = PASSAGES) -> CriticFigures:
    """Measure on material that the judge never learned from; the same figures each time."""
    found = draw_all(material, passages)
    told = {kind: _judge(judge, examples, told=True) for kind, examples in found.items()}
    untold = {kind: _judge(judge, examples, told=False) for kind, examples in found.items()}
    error, brier = _calibration(judge, told, list(material.sources))
    return CriticFigures(
        areas={kind: _areas(told[HUMAN], told[kind]) for kind in found if kind != HUMAN},
        untold_areas={
            kind: float(np.mean(list(_areas(untold[HUMAN], untold[kind]).values())))
            for kind in found
            if kind != HUMAN
        },
        calibration_error=error,
        brier=brier,
        milliseconds=measure_speed(judge, material),
    )


def draw_all(material: Material, passages: int) -> dict[str, dict[Genre, list[Example]]]:
    """Passages of every kind: people's, of each source, of each corruption and of each jumble."""
    random = np.random.default_rng(23)
    examples = Examples(material, dict.fromkeys(material.human, 1.0))
    few = max(1, passages // 4)
    found: dict[str, dict[Genre, list[Example]]] = {}
    for genre in examples.genres:
        drawn: dict[str, list[Example | None]] = {HUMAN: [], **{name: [] for name in material.sources}}
        drawn[HUMAN] = [examples.human(genre, random) for _ in range(passages)]
        for name in material.sources:
            drawn[name] = [examples.written(genre, random, name=name) for _ in range(passages)]
        for kind in CORRUPTIONS:
            drawn[kind] = [examples.spoilt(genre, random, kind=kind) for _ in range(few)]
        for name, jumble in JUMBLES.items():
            scores = (jumble(examples.human_passage(genre, random), random) for _ in range(few))
            drawn[name] = [_jumbled(score, genre, name) for score in scores]
        for kind, several in drawn.items():
            heard = [example for example in several if example is not None]
            if heard:
                found.setdefault(kind, {})[genre] = heard
    return found


def _jumbled(score: Score, genre: Genre, name: str) -> Example | None:
    written = as_written(score, genre)
    return None if written is None else as_example(written, genre, name, altered=None)


def _judge(
    judge: Judge, examples: Mapping[Genre, Sequence[Example]], *, told: bool
) -> dict[Genre, NDArray[np.float64]]:
    return {genre: judge_examples(judge.network, rows, told=told) for genre, rows in examples.items()}


def _areas(
    human: Mapping[Genre, NDArray[np.float64]], other: Mapping[Genre, NDArray[np.float64]]
) -> dict[Genre, float]:
    return {genre: auc(human[genre], logits) for genre, logits in other.items()}


def _calibration(judge: Judge, logits: Logits, sources: Sequence[str]) -> tuple[float, float]:
    """Expected calibration error and Brier score, people's passages weighing as much as all others.

    Of the others, what sources wrote weighs as much as what was spoilt, as in learning.
    """
    spoilt = [kind for kind in logits if kind in CORRUPTIONS]
    groups = [([HUMAN], 1.0, 0.5), (list(sources), 0.0, 0.25), (spoilt, 0.0, 0.25)]
    rows: list[tuple[NDArray[np.float64], float, float]] = []
    for kinds, label, share in groups:
        together = np.concatenate([part for kind in kinds for part in logits[kind].values()] or [np.empty(0)])
        if len(together):
            rows.append((judge.calibration.probabilities(together), label, share / len(together)))
    probability = np.concatenate([row for row, _, _ in rows])
    label = np.concatenate([np.full(len(row), value) for row, value, _ in rows])
    weight = np.concatenate([np.full(len(row), each) for row, _, each in rows])
    weight /= weight.sum()
    bins = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=weight * (probability - label), minlength=_BINS)
    return float(np.abs(gaps).sum()), float((weight * (probability - label) ** 2).sum())


def measure_speed(judge: Judge, material: Material) -> float:
    """Milliseconds for eight candidates of 16 bars, the median over genres of medians over runs."""
    medians: list[float] = []
    for genre, scores in material.human.items():
        long_enough = [score for score in scores if score.bars >= _CANDIDATE_BARS]
        candidates = [cut(score, 0, _CANDIDATE_BARS) for score in long_enough[:_CANDIDATES]]
        if len(candidates) == _CANDIDATES:
            medians.append(float(np.median([_timed(judge, candidates, genre) for _ in range(_TIMED)])))
    return float(np.median(medians)) if medians else float("nan")


def _timed(judge: Judge, scores: Sequence[Score], genre: Genre) -> float:
    started = time.perf_counter()
    judge.judge(scores, [genre] * len(scores))
    return 1000 * (time.perf_counter() - started)


def critic_tables(figures: CriticFigures, sources: Sequence[str]) -> list[Table]:
    """The figures as tables: by genre against each source and all corruptions, then by kind."""
    genres = sorted({genre for areas in figures.areas.values() for genre in areas})
    spoilt = [kind for kind in figures.areas if kind in CORRUPTIONS]
    rows = []
    for genre in genres:
        cells = [figures.areas[source].get(genre) for source in sources]
        corruption = np.mean([figures.areas[kind][genre] for kind in spoilt if genre in figures.areas[kind]])
        rows.append((str(genre), *map(_cell, cells), f"{corruption:.3f}"))
    means = [figures.mean_area(source) for source in sources]
    all_spoilt = np.mean([figures.mean_area(kind) for kind in spoilt])
    rows.append(("mean", *map(_cell, means), f"{all_spoilt:.3f}"))
    kinds = [
        (kind, _cell(figures.mean_area(kind)), _cell(figures.untold_areas[kind])) for kind in figures.areas
    ]
    whole = (
        ("expected calibration error", f"{figures.calibration_error:.3f}"),
        ("Brier score", f"{figures.brier:.3f}"),
        (f"{_CANDIDATES} candidates of {_CANDIDATE_BARS} bars", f"{figures.milliseconds:.0f} ms"),
    )
    return [
        Table(
            "How often people's test passages are put above others (AUC)",
            ("genre", *sources, "spoilt"),
            tuple(rows),
        ),
        Table("The same by kind, mean over genres", ("kind", "genre told", "not told"), tuple(kinds)),
        Table("The judge's word", ("figure", "measured"), whole),
    ]


def _cell(area: float | None) -> str:
    return "" if area is None else f"{area:.3f}"
