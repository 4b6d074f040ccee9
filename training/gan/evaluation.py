"""Every bar of the adversarial composer: its pieces, and what it writes under people's tunes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rich.progress import track

from domain.genres import Genre
from domain.score import Score
from models.composition.accompanying import CANDIDATES, clashes, plan_under, write_under
from models.gan.drafting import GANModel
from models.lanes import MELODY, SIXTEENTHS, to_lanes
from training.corpora.works import Work
from training.evaluation.checks import COPYING_MARGIN, Check
from training.evaluation.evaluation import HELD_OUT_SPLITS, Evaluation, evaluate_scores
from training.evaluation.notation import excerpts
from training.gan.diversity import Diversity, copied_bars, diversity
from training.gan.sampling import BARS, generate

PIECES = 200
"""Pieces written for each genre."""

OVERLAP_OF_REAL = 0.92
DIVERSITY_OF_REAL = 0.9
LARGEST_MODE = 0.05
DISSONANCE_OF_CORPUS = 1.2

_APART = "mean pairwise distance"
_STEADY = ("scale consistency", "empty-bar rate")
_ROUNDING = 1e-9

_TUNES = 12
"""Held-out works of each genre that are accompanied anew."""

_LARGEST_SAMPLE = 200


@dataclass(frozen=True, slots=True)
class GenreDiversity:
    """Of one genre: how different its generated pieces and people's are, and the bars that training has."""

    generated: Diversity
    people: Diversity
    copied: float
    copied_by_people: float


@dataclass(frozen=True, slots=True)
class Dissonance:
    """Strong beats on which tune and accompaniment grate, as shares: generated, and people's own."""

    generated: float
    people: float
    beats: int


@dataclass(frozen=True, slots=True)
class GanEvaluation:
    """Everything measured."""

    pieces: Evaluation
    diversity: Mapping[Genre, GenreDiversity]
    dissonance: Mapping[Genre, Dissonance]


def evaluate_model(
    model: GANModel, works: Sequence[Work], genres: Sequence[Genre], *, pieces: int = PIECES
) -> GanEvaluation:
    """Measure pieces of these genres, and accompaniments in those that have several voices."""
    written = {
        genre: generate(model, genre, pieces=pieces) for genre in track(genres, "writing", transient=True)
    }
    found = {genre: measure_diversity(scores, works, genre) for genre, scores in written.items()}
    voiced = [genre for genre in genres if any(habit.parts > 1 for habit in model.profiles[genre].habits)]
    return GanEvaluation(
        pieces=evaluate_scores(written, works),
        diversity=found,
        dissonance={genre: measure_dissonance(model, works, genre) for genre in voiced},
    )


def measure_diversity(pieces: Sequence[Score], works: Iterable[Work], genre: Genre) -> GenreDiversity:
    """Generated pieces beside held-out works cut to their length."""
    of_genre = [work for work in works if work.genre == genre]
    training = [work.score for work in of_genre if work.split == "train"]
    held_out = [work.score for work in of_genre if work.split in HELD_OUT_SPLITS]
    people = excerpts(held_out, BARS)[:_LARGEST_SAMPLE]
    return GenreDiversity(
        diversity(pieces, people),
        diversity(people, people),
        copied_bars(pieces, training),
        copied_bars(people, training),
    )


def measure_dissonance(model: GANModel, works: Iterable[Work], genre: Genre) -> Dissonance:
    """Held-out works of a genre beside their tunes accompanied anew in it."""
    held_out = [work.score for work in works if work.genre == genre and work.split in HELD_OUT_SPLITS]
    ours, theirs = np.zeros(2), np.zeros(2)
    for seed, score in enumerate(excerpts(held_out, BARS)[:_TUNES]):
        lanes, _ = to_lanes(score, SIXTEENTHS)
        if not lanes.onset[MELODY].any():
            continue
        plan = plan_under(score, genre, model.profiles)
        ours += clashes(write_under(model, lanes, plan, seed=seed, candidates=CANDIDATES))
        theirs += clashes(lanes)
    return Dissonance(float(ours[0] / max(ours[1], 1)), float(theirs[0] / max(theirs[1], 1)), int(ours[1]))


def checks(evaluation: GanEvaluation) -> list[Check]:
    """Every bar: genre by genre what decides whether a genre is offered, then those over all genres."""
    found = [check for genre in evaluation.pieces.genres for check in genre_checks(evaluation, genre)]
    return [*found, *_total_checks(evaluation)]


def genre_checks(evaluation: GanEvaluation, genre: Genre) -> list[Check]:
    """The bars of one genre."""
    figures, told = evaluation.pieces.genres[genre], evaluation.diversity[genre]
    area, real = figures.generated.overlap.area, figures.human.overlap.area
    of_features = DIVERSITY_OF_REAL * told.people.features
    return [
        Check("overlapped area", genre, area, real, OVERLAP_OF_REAL * real, at_least=True),
        Check(
            _APART,
            genre,
            told.generated.features,
            told.people.features,
            of_features,
            at_least=True,
        ),
        Check(
            "largest mode, of pieces",
            genre,
            told.generated.largest_mode,
            None,
            LARGEST_MODE,
            at_least=False,
        ),
        Check(
            "bars found in training",
            genre,
            told.copied,
            told.copied_by_people,
            told.copied_by_people + COPYING_MARGIN,
            at_least=False,
        ),
    ]


def narrowed(evaluation: GanEvaluation, genres: Sequence[Genre]) -> GanEvaluation:
    """The same of some of its genres."""
    figures = replace(evaluation.pieces, genres={genre: evaluation.pieces.genres[genre] for genre in genres})
    told = {genre: evaluation.diversity[genre] for genre in genres}
    heard = {genre: found for genre, found in evaluation.dissonance.items() if genre in genres}
    return GanEvaluation(figures, told, heard)


def is_steady(evaluation: GanEvaluation, genre: Genre, metric: str) -> bool:
    """Whether a metric's mean lies within one deviation of people's, as the report asks of every style."""
    figures = evaluation.pieces.genres[genre]
    ours, theirs = figures.generated.metrics[metric], figures.human.metrics[metric]
    return abs(ours.mean - theirs.mean) <= theirs.deviation + _ROUNDING


def _total_checks(evaluation: GanEvaluation) -> list[Check]:
    areas = [
        (each.generated.overlap.area, each.human.overlap.area) for each in evaluation.pieces.genres.values()
    ]
    area, real = np.mean(areas, axis=0).tolist()
    told = evaluation.diversity.values()
    apart = float(np.mean([each.generated.features / each.people.features for each in told]))
    notes = float(np.mean([each.generated.notes / each.people.notes for each in told]))
    copied = float(np.mean([each.copied for each in told]))
    by_people = float(np.mean([each.copied_by_people for each in told]))
    modes = max(each.generated.largest_mode for each in told)
    found = [
        Check("overlapped area", "all", area, real, OVERLAP_OF_REAL * real, at_least=True),
        Check("pairwise distance, of real-vs-real", "all", apart, 1.0, DIVERSITY_OF_REAL, at_least=True),
        Check("notes not shared, of real-vs-real", "all", notes, 1.0, DIVERSITY_OF_REAL, at_least=True),
        Check("largest mode, of pieces", "all", modes, None, LARGEST_MODE, at_least=False),
        Check("bars found in training", "all", copied, by_people, by_people + COPYING_MARGIN, at_least=False),
    ]
    for name in _STEADY:
        share = float(np.mean([is_steady(evaluation, genre, name) for genre in evaluation.pieces.genres]))
        figure = f"{name} within one deviation, of genres"
        found.append(Check(figure, "all", share, None, 1.0, at_least=True))
    heard = list(evaluation.dissonance.values())
    if heard:
        weights = [each.beats for each in heard]
        ours = float(np.average([each.generated for each in heard], weights=weights))
        theirs = float(np.average([each.people for each in heard], weights=weights))
        figure = "strong beats that grate with the tune, accompanied"
        found.append(Check(figure, "all", ours, theirs, DISSONANCE_OF_CORPUS * theirs, at_least=False))
    return found


def failing(evaluation: GanEvaluation) -> set[Genre]:
    """The genres that are not offered: their pieces are unlike people's, say the same, or are copied.

    How far apart pieces are is asked of all genres together; of each it is shown.
    """
    return {
        genre
        for genre in evaluation.pieces.genres
        if not all(check.met for check in genre_checks(evaluation, genre) if check.figure != _APART)
    }
