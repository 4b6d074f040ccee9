"""Which of a run's generators is kept: the one whose pieces are most like the training works.

Neither player's loss says how good the music is, and held-out works are not to choose by.
"""

from collections.abc import Sequence

import numpy as np

from domain.genres import Genre
from models.features import YANG_LERCH, measure
from models.gan.drafting import GANModel
from training.corpora.works import Work
from training.evaluation.notation import excerpts
from training.evaluation.overlap import overlap, subset_size
from training.gan.sampling import BARS, generate

GENRES = (Genre.REEL, Genre.JIG, Genre.CHORALE, Genre.HYMN, Genre.CLASSICAL, Genre.RAGTIME)
PIECES = 40
_MOST_WORKS = 200


def resemblance(model: GANModel, works: Sequence[Work]) -> float:
    """The overlapped area of pieces with training works, 0 to 1, mean over some genres that differ much."""
    areas: list[float] = []
    for genre in GENRES:
        of_genre = [work.score for work in works if work.genre == genre and work.split == "train"]
        people = excerpts(of_genre, BARS)[:_MOST_WORKS]
        pieces = generate(model, genre, pieces=PIECES)
        size = subset_size(len(pieces), len(people))
        areas.append(overlap(measure(pieces, YANG_LERCH), measure(people, YANG_LERCH), pieces=size).area)
    return float(np.mean(areas))
