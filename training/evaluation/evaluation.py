"""The whole evaluation of a generator: every figure per genre, beside the same figure of human music.

Takes pieces and corpora, gives figures; how they are judged is in `checks`, how they look in `tables`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.genres import Genre
from domain.score import Score
from models.features import SINGLE_NUMBERS, YANG_LERCH, Features, measure
from models.note_table import FloatArray
from training.corpora.works import Work
from training.evaluation.copying import Copying, copying, melody_steps, note_steps
from training.evaluation.endings import Endings, endings
from training.evaluation.genre_classifier import Confusion, fit_classifier
from training.evaluation.notation import Cut, excerpts
from training.evaluation.overlap import Overlap, overlap, subset_size

HELD_OUT_SPLITS = ("valid", "test")

_LARGEST_SAMPLE = 400
"""Pieces of one genre that overlaps are drawn from, and that the classifier learns from."""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """What held-out works cost a model and the n-gram floor, in nats a note, on the same tokens."""

    model: float
    floor: float
    floor_order: int
    notes: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and standard deviation over a set of pieces."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True)
class PieceSetFigures:
    """The figures of one set of pieces: generated ones, or human ones as the yardstick."""

    pieces: int
    overlap: Overlap
    """Of Yang and Lerch's features."""
    metric_overlap: Overlap
    """Of the single-number metrics."""
    metrics: Mapping[str, Spread]
    melody_copying: Copying
    note_copying: Copying
    endings: Endings


@dataclass(frozen=True, slots=True)
class GenreFigures:
    """One genre's generated pieces beside human ones.

    `human` is real-vs-real: the overlap of training works with held-out works; metrics, copying
    from training works and endings of the held-out works.
    """

    excerpt_bars: int
    """Human works were cut to their last so many bars, the generated pieces' median length."""
    generated: PieceSetFigures
    human: PieceSetFigures


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything measured. `confusion` is of generated pieces, `human_confusion` of unseen human works."""

    genres: Mapping[Genre, GenreFigures]
    classifier: str
    confusion: Confusion
    human_confusion: Confusion
    likelihoods: Mapping[Genre, Likelihood]


@dataclass(frozen=True, slots=True)
class _Sets:
    """A genre's pieces, human works cut to the generated pieces' length."""

    bars: int
    generated: list[Score]
    train: list[Score]
    held_out: list[Score]


def evaluate_scores(
    generated: Mapping[Genre, Sequence[Score]],
    works: Sequence[Work],
    *,
    likelihoods: Mapping[Genre, Likelihood] | None = None,
    seed: int = 0,
) -> Evaluation:
    """Measure generated pieces of some genres against the prepared corpora, whose splits are respected.

    The genre classifier chooses among the genres of `generated`. Raises ValueError for a genre with
    fewer than two generated pieces, training works or held-out works.
    """
    sets = {genre: _sets(genre, scores, works) for genre, scores in generated.items()}
    training = [work.score for work in works if work.split == "train"]
    asked = [scores for found in sets.values() for scores in (found.generated, found.held_out)]
    melodies = iter(copying(asked, training, read=melody_steps))
    notes = iter(copying(asked, training, read=note_steps))
    genres: dict[Genre, GenreFigures] = {}
    for genre, found in sets.items():
        generated_figures, human_figures = (
            PieceSetFigures(
                pieces=len(scores),
                overlap=_overlap(compared, found, YANG_LERCH, seed=seed),
                metric_overlap=_overlap(compared, found, SINGLE_NUMBERS, seed=seed),
                metrics={name: _spread(values) for name, values in measure(scores, SINGLE_NUMBERS).items()},
                melody_copying=next(melodies),
                note_copying=next(notes),
                endings=endings(scores),
            )
            for scores, compared in ((found.generated, found.generated), (found.held_out, found.train))
        )
        genres[genre] = GenreFigures(found.bars, generated_figures, human_figures)
    return Evaluation(genres, *_classify(sets, works, seed=seed), likelihoods or {})


def _sets(genre: Genre, generated: Sequence[Score], works: Sequence[Work]) -> _Sets:
    bars = round(float(np.median([score.bars for score in generated]))) if generated else 0
    sets = _Sets(
        bars=bars,
        generated=[score for score in generated if any(part.notes for part in score.parts)],
        train=excerpts(_scores_of(works, genre, "train"), bars),
        held_out=excerpts(_scores_of(works, genre, *HELD_OUT_SPLITS), bars),
    )
    for name, scores in (
        ("generated", sets.generated),
        ("training", sets.train),
        ("held-out", sets.held_out),
    ):
        if len(scores) < 2:
            raise ValueError(f"{genre}: {len(scores)} {name} pieces with notes; two are the least")
    return sets


def _overlap(pieces: Sequence[Score], sets: _Sets, features: Features, *, seed: int) -> Overlap:
    """Pieces against held-out works; as many take part when they are training works as when generated."""
    return overlap(
        measure(_sample(pieces, seed=seed), features),
        measure(sets.held_out, features),
        pieces=subset_size(len(sets.generated), len(sets.held_out), len(sets.train)),
        seed=seed,
    )


def _classify(
    sets: Mapping[Genre, _Sets], works: Sequence[Work], *, seed: int
) -> tuple[str, Confusion, Confusion]:
    """The classifier's name, its answers for generated pieces, and for human works it never met."""
    valid = {genre: excerpts(_scores_of(works, genre, "valid"), found.bars) for genre, found in sets.items()}
    train: dict[Genre, list[Score]] = {}
    for genre, found in sets.items():
        # Openings too, where works are long: twice the examples. The largest genres are cut down,
        # or what is hard to tell would be taken for one of them.
        long = [score for score in _scores_of(works, genre, "train") if score.bars > found.bars]
        pieces = [*found.train, *excerpts(long, found.bars, cut=Cut.FIRST)]
        train[genre] = _sample(pieces, seed=seed)
    classifier = fit_classifier(train, valid, seed=seed)
    unseen = {
        genre: excerpts(_scores_of(works, genre, "test", "judge"), found.bars)
        for genre, found in sets.items()
    }
    return (
        classifier.name,
        classifier.confusion({genre: found.generated for genre, found in sets.items()}),
        classifier.confusion(unseen),
    )


def _sample(pieces: Sequence[Score], *, seed: int) -> list[Score]:
    order = np.random.default_rng(seed).permutation(len(pieces))
    return [pieces[place] for place in order[:_LARGEST_SAMPLE]]


def _scores_of(works: Sequence[Work], genre: Genre, *splits: str) -> list[Score]:
    return [work.score for work in works if work.genre == genre and work.split in splits]


def _spread(values: FloatArray) -> Spread:
    return Spread(float(values.mean()), float(values.std()))
