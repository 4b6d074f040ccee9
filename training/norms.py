"""Measures what people's music is like, for the gate: a norm for every check and genre.

Nothing is learned here but means and deviations. The works that figures are measured against, valid and
test, take no part; how likely a style finds people's music is measured on works that it did not learn from.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from domain.genres import Genre
from domain.score import Score
from models.composition.checks import CHECKS, examine
from models.composition.norms import Norm, Norms, surprise_of
from models.rnn.writing import RNNModel
from models.tokens import encode
from training.corpora.works import Work
from training.evaluation.notation import Cut, excerpts
from training.rnn.teaching import as_piece, total_nll

BARS = 16
_LARGEST_SAMPLE = 400
_UNLEARNED = "judge"


def measure_norms(works: Sequence[Work], models: Mapping[str, RNNModel], genres: Sequence[Genre]) -> Norms:
    """Norms of passages of up to BARS bars, for every check, and the surprise of recurrent styles by name."""
    found: dict[Genre, dict[str, Norm]] = {}
    for genre in genres:
        figures = [examine(score) for score in _passages(works, genre, "train", _UNLEARNED)[:_LARGEST_SAMPLE]]
        norms = {check: _norm([figure[check] for figure in figures]) for check in CHECKS}
        unlearned = _passages(works, genre, _UNLEARNED)
        for style, model in models.items():
            norms[surprise_of(style)] = _norm(_surprises(model, unlearned, genre))
        found[genre] = norms
    return Norms(found)


def _passages(works: Sequence[Work], genre: Genre, *splits: str) -> list[Score]:
    """The ends of the works, and the beginnings of those that are longer."""
    scores = [work.score for work in works if work.genre == genre and work.split in splits]
    long = [score for score in scores if score.bars > BARS]
    return [*excerpts(scores, BARS), *excerpts(long, BARS, cut=Cut.FIRST)]


def _surprises(model: RNNModel, scores: Sequence[Score], genre: Genre) -> list[float]:
    """Nats a note of every score that can be said in tokens."""
    device = torch.device("cpu")
    found: list[float] = []
    for score in scores:
        try:
            sequence = encode(score, genre)
        except ValueError:
            continue
        notes = sum(len(moment) // 2 for moment in sequence.moments)
        found.append(total_nll(model.network, [as_piece(sequence)], device)[0] / max(notes, 1))
    return found


def _norm(values: Sequence[float]) -> Norm:
    return Norm(float(np.mean(values)), float(np.std(values)))
