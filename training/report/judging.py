"""How well the judge tells people's pieces from a source's: areas under ROC curves, genre by genre.

Takes the judge as it is; what it has learned and from what is its own affair.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import numpy as np
from sklearn.metrics import roc_auc_score

from domain.genres import Genre
from domain.score import Score
from models.critic.network import Judge
from models.tokens import decode, encode

Judgements = Mapping[Genre, tuple[float, ...]]
"""What the judge says of each piece, 0 to 1."""

_BATCH = 40


def judge_pieces(judge: Judge, scores: Sequence[Score], genre: Genre) -> tuple[float, ...]:
    """Judge pieces as tokens say them; those that they can't say are left out."""
    said = through_tokens(scores, genre)
    judged: list[float] = []
    for start in range(0, len(said), _BATCH):
        batch = said[start : start + _BATCH]
        judged += judge.judge(batch, [genre] * len(batch)).tolist()
    return tuple(judged)


def area(human: Sequence[float], generated: Sequence[float]) -> float:
    """How likely a person's piece is judged better than a generated one: 0.5 is a coin, NaN no piece."""
    if not human or not generated:
        return float("nan")
    truth = np.repeat([1, 0], [len(human), len(generated)])
    return float(roc_auc_score(truth, [*human, *generated]))


def area_within_genres(human: Judgements, generated: Judgements) -> float:
    """The same of pieces of one genre, where a genre weighs as many as people's pieces it has."""
    areas = {genre: area(human[genre], generated[genre]) for genre in generated}
    known = [genre for genre, found in areas.items() if not np.isnan(found)]
    if not known:
        return float("nan")
    return float(
        np.average([areas[genre] for genre in known], weights=[len(human[genre]) for genre in known])
    )


def through_tokens(scores: Sequence[Score], genre: Genre) -> list[Score]:
    """Scores as tokens say them, so that people's are not known by what tokens leave out.

    Those that tokens can't say are left out.
    """
    said: list[Score] = []
    for score in scores:
        with suppress(ValueError):
            said.append(decode(encode(score, genre)))
    return said
