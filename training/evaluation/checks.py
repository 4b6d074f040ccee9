"""The bars an evaluation is held to, and whether each is met."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from training.evaluation.evaluation import Evaluation, GenreFigures

OVERLAP_OF_REAL = 0.9
ACCURACY = 0.85
LEAST_RECALL = 0.6
COPYING_MARGIN = 0.05
"""Added to the rate at which held-out human works repeat the training works."""


@dataclass(frozen=True, slots=True)
class Check:
    """One figure beside its bar. `human` is the same figure of human music, where there is one."""

    figure: str
    subject: str
    """A genre, or "all"."""
    value: float
    human: float | None
    bar: float
    at_least: bool
    """Whether the value must reach the bar or stay at or below it."""

    @property
    def met(self) -> bool:
        return self.value >= self.bar if self.at_least else self.value <= self.bar

    def to_plain(self) -> dict[str, Any]:
        """As model cards keep it."""
        return {
            "figure": self.figure,
            "of": self.subject,
            "value": round(self.value, 4),
            "human": None if self.human is None else round(self.human, 4),
            "bar": round(self.bar, 4),
            "at least": self.at_least,
            "met": self.met,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `to_plain` wrote."""
        fields = (plain[name] for name in ("figure", "of", "value", "human", "bar"))
        return cls(*fields, at_least=plain["at least"])


def checks(evaluation: Evaluation) -> list[Check]:
    """Every bar of the evaluation, genre by genre, then those over all genres."""
    found: list[Check] = []
    for genre, likelihood in evaluation.likelihoods.items():
        found.append(
            Check(
                "nats a note, at most the n-gram's",
                genre,
                likelihood.model,
                None,
                likelihood.floor,
                at_least=False,
            )
        )
    for genre, figures in evaluation.genres.items():
        found += _genre_checks(genre, figures)
    for genre in evaluation.genres:
        recall, human = evaluation.confusion.recall(genre), evaluation.human_confusion.recall(genre)
        found.append(Check("recognised by the classifier", genre, recall, human, LEAST_RECALL, at_least=True))
    accuracy, human = evaluation.confusion.accuracy, evaluation.human_confusion.accuracy
    found.append(Check("classifier accuracy", "all", accuracy, human, ACCURACY, at_least=True))
    return found


def _genre_checks(genre: str, figures: GenreFigures) -> list[Check]:
    generated, human = figures.generated, figures.human
    area, real = generated.overlap.area, human.overlap.area
    ours, theirs = generated.melody_copying, human.melody_copying
    return [
        Check("overlapped area", genre, area, real, OVERLAP_OF_REAL * real, at_least=True),
        _copying_check("8-grams found in training", genre, ours.gram_overlap, theirs.gram_overlap),
        _copying_check(
            "longest copied run, of the line", genre, ours.longest_run_share, theirs.longest_run_share
        ),
    ]


def _copying_check(figure: str, genre: str, value: float, human: float) -> Check:
    return Check(figure, genre, value, human, human + COPYING_MARGIN, at_least=False)
