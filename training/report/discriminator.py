"""Tells a source's pieces from people's with a classifier that learned to tell just these.

Unlike the judge it takes no part in choosing pieces: it learns anew for each source, from plain features.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedGroupKFold

from domain.genres import Genre
from domain.score import Score
from models.note_table import BoolArray, FloatArray, tabulate
from training.corpora.works import Work
from training.evaluation.genre_classifier import describe
from training.evaluation.notation import excerpts
from training.report.judging import Judgements, through_tokens

_FOLDS = 4
_TREES = 120


@dataclass(frozen=True, slots=True)
class _Example:
    genre: Genre
    is_human: bool
    family: str
    described: FloatArray


def tell_apart(
    works: Mapping[Genre, Sequence[Work]], pieces: Mapping[Genre, Sequence[Score]], *, seed: int = 0
) -> tuple[Judgements, Judgements]:
    """How likely each work and each piece is a person's, as said by forests that met none of its family.

    Of each genre as many works take part as pieces, where there are as many; both are cut to the pieces'
    median number of bars.
    """
    rng = np.random.default_rng(seed)
    examples: list[_Example] = []
    for genre, generated in pieces.items():
        bars = round(float(np.median([score.bars for score in generated])))
        order = rng.permutation(len(works[genre]))[: len(generated)]
        for work in (works[genre][place] for place in order):
            examples += _examples(work.score, genre, bars, is_human=True, family=work.family)
        for place, score in enumerate(generated):
            examples += _examples(score, genre, bars, is_human=False, family=f"{genre} {place}")
    answers = _out_of_fold(examples, seed=seed)
    people, told = (
        {
            genre: tuple(
                float(answer)
                for example, answer in zip(examples, answers, strict=True)
                if example.genre == genre and example.is_human is is_human
            )
            for genre in pieces
        }
        for is_human in (True, False)
    )
    return people, told


def _examples(score: Score, genre: Genre, bars: int, *, is_human: bool, family: str) -> list[_Example]:
    """One, or none where tokens can't say it."""
    said = through_tokens(excerpts([score], bars), genre)
    return [_Example(genre, is_human, family, describe(tabulate(each))) for each in said]


def _out_of_fold(examples: Sequence[_Example], *, seed: int) -> FloatArray:
    described = np.array([example.described for example in examples])
    human: BoolArray = np.array([example.is_human for example in examples])
    families = [example.family for example in examples]
    answers = np.zeros(len(examples))
    if human.all() or not human.any():  # nothing to tell apart
        return answers
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=seed)
    for learned, asked in folds.split(described, human, families):
        forest = RandomForestClassifier(
            n_estimators=_TREES, min_samples_leaf=2, class_weight="balanced", random_state=seed
        )
        forest.fit(described[learned], human[learned])
        # Its classes are in order: False, True.
        answers[asked] = np.asarray(forest.predict_proba(described[asked]))[:, 1]
    return answers
