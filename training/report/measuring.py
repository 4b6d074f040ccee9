"""What workers do: write the pieces, then measure each source, and people, by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import product

import numpy as np
import torch

from domain.genres import Genre
from domain.requests import LENGTH_SECONDS, ComposeRequest
from domain.score import Score, Section
from models.composition.choices import choose
from models.composition.composing import form_of
from models.rnn.writing import RNNModel
from training.evaluation.evaluation import HELD_OUT_SPLITS, Evaluation, Likelihood, evaluate_scores
from training.evaluation.notation import excerpts
from training.evaluation.structure import PHRASE_BARS, Structure, phrase_share, structure
from training.report.discriminator import tell_apart
from training.report.judging import Judgements, judge_pieces
from training.report.keeping import code_digest, keep
from training.report.sources import Source, Study
from training.rnn.evaluation import likelihoods

EXAMPLE_SEED = 1
"""The seed of the pieces that are shown, never chosen."""

_LENGTHS_SECONDS = range(LENGTH_SECONDS[0], LENGTH_SECONDS[1] + 1, 5)
_PLANNED = 5
"""Seeds whose phrases are looked at, for each of these lengths."""

_LIKELIHOOD_CODE = (
    *("domain/genres.py", "domain/score.py", "models/rnn/network.py", "models/tokens.py"),
    *(
        "training/rnn/teaching.py",
        "training/fitting.py",
        "training/rnn/evaluation.py",
        "training/evaluation/ngram.py",
    ),
)


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """What was measured of one source's pieces. Nothing is judged where there is no judge."""

    evaluation: Evaluation
    structures: Mapping[Genre, Structure]
    judged: Judgements
    told: tuple[Judgements, Judgements]
    """What a classifier of the source's own says of people's works, and of the pieces."""
    examples: Mapping[Genre, Score]
    """The piece of seed EXAMPLE_SEED."""


@dataclass(frozen=True, slots=True)
class PeopleFigures:
    """The same of people's: structures of held-out works, judgements of test works.

    Told apart are training works from held-out ones: what the classifier says where there is no difference.
    """

    structures: Mapping[Genre, Structure]
    judged: Judgements
    told: tuple[Judgements, Judgements]


def write_genre(study: Study, genre: Genre) -> None:
    """Write and keep every source's pieces of a genre."""
    for source in Source:
        study.pieces_of(source, genre)


def measure_source(study: Study, source: Source) -> SourceFigures:
    pieces = {genre: study.pieces_of(source, genre) for genre in study.genres}
    judge = study.load_judge()
    return SourceFigures(
        evaluation=evaluate_scores(pieces, study.load_works()),
        structures={genre: structure(scores) for genre, scores in pieces.items()},
        judged={} if judge is None else {g: judge_pieces(judge, scores, g) for g, scores in pieces.items()},
        told=tell_apart({genre: study.works_of(genre) for genre in pieces}, pieces),
        examples={genre: scores[EXAMPLE_SEED] for genre, scores in pieces.items()},
    )


def measure_people(study: Study) -> PeopleFigures:
    """Works cut to the median length of the pieces, as in `evaluate_scores`."""
    judge = study.load_judge()
    held_out = {genre: _cut_works(study, genre, HELD_OUT_SPLITS) for genre in study.genres}
    # The judge has met the validation works of the style; it has met no test work.
    test = {genre: _cut_works(study, genre, ("test",)) for genre in study.genres}
    return PeopleFigures(
        structures={genre: structure(scores) for genre, scores in held_out.items()},
        judged={} if judge is None else {g: judge_pieces(judge, scores, g) for g, scores in test.items()},
        told=tell_apart({genre: study.works_of(genre, "train") for genre in held_out}, held_out),
    )


def measure_likelihoods(study: Study) -> Mapping[Genre, Likelihood]:
    """Of the style on test works, measured now or earlier; none for a style that knows no likelihood."""
    model = study.load_model()
    if not isinstance(model, RNNModel):
        return {}
    facts = {
        "code": code_digest(*_LIKELIHOOD_CODE),
        "torch": torch.__version__,
        "weights": study.load_style().model_version,
        "works": study.works_digest,
        "genres": study.genres,
    }

    def measure() -> dict[str, list[float]]:
        network, works = model.network, study.load_works()
        found = likelihoods(network, works, study.genres, torch.device("cpu"))
        return {str(genre): list(astuple(likelihood)) for genre, likelihood in found.items()}

    kept = keep(study.folder, f"{study.style}-likelihoods", facts, measure)
    return {Genre(genre): Likelihood(*values) for genre, values in kept.items()}


def measure_phrases(study: Study) -> float:
    """The share of phrases of four or eight bars in clips of all lengths, planned but not written.

    Clips too short for four bars are left out.
    """
    return phrase_share(section for genre in study.genres for section in _planned_sections(study, genre))


def _planned_sections(study: Study, genre: Genre) -> list[Section]:
    style, model = study.load_style(), study.load_model()
    sections: list[Section] = []
    for length, seed in product(_LENGTHS_SECONDS, range(_PLANNED)):
        request = ComposeRequest(style=study.style, seed=seed, genre=genre, length_seconds=length)
        choices = choose(request, style, model)
        if choices.plan.bars >= min(PHRASE_BARS):
            sections += [passage.section for passage in form_of(choices)]
    return sections


def _cut_works(study: Study, genre: Genre, splits: Sequence[str]) -> list[Score]:
    bars = round(float(np.median([score.bars for score in study.pieces_of(Source.RAW, genre)])))
    works = study.works_of(genre, *splits)
    return excerpts([work.score for work in works], bars)
