"""The listening gate: of several candidates, the one that a musician would rather play.

The judge says how likely each is a person's; the checks take off what lies outside of what people
write; a leaning has a say among candidates that are about as good. Knows scores and figures; not how
candidates come about.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from domain.genres import Genre
from domain.score import Score
from models.composition.checks import examine
from models.composition.norms import Norms, surprise_of
from models.critic.network import Judge
from models.drafting import Candidate
from models.leanings import NO_LEANING, Leaning, gains

_USUAL = 1.5
"""Deviations from the norm within which nothing is wrong. Pieces are not to be like the average."""

_CHECK_COST = 0.6
"""What a check takes off, in logits of the judge, per squared deviation beyond the usual."""

_FURTHEST = 3.0
"""Deviations beyond the usual; what is further off is no worse."""

LIKING = 2.0
"""What a candidate gains, in logits of the judge, for each logit that it is more likely to be liked."""

MOST_LIKING = 2.0
"""The most that it gains or loses by that: what is spoilt is not let through for being in the right taste."""

_SURE = 0.001
"""The judge is never taken to be surer than this."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate thinks of a candidate. `judgement` is the judge's, None without one."""

    judgement: float | None
    merit: float


@dataclass(frozen=True, slots=True)
class Gate:
    """A judge, where there is one, the norms that the checks are held to, and what is liked."""

    judge: Judge | None
    norms: Norms
    leaning: Leaning = NO_LEANING

    def weigh(self, candidates: Sequence[Candidate], *, genre: Genre, style: str) -> list[Verdict]:
        """A verdict on each candidate of one genre."""
        judged: list[float | None] = [None] * len(candidates)
        if self.judge is not None:
            scores = [candidate.score for candidate in candidates]
            judged = [float(judgement) for judgement in self.judge.judge(scores, [genre] * len(scores))]
        liked = likings(self.leaning, [candidate.score for candidate in candidates], genre)
        return [
            Verdict(judgement, _logit(judgement) - self._faults(candidate, genre, style) + gain)
            for candidate, judgement, gain in zip(candidates, judged, liked, strict=True)
        ]

    def _faults(self, candidate: Candidate, genre: Genre, style: str) -> float:
        figures = examine(candidate.score)
        if candidate.surprise is not None:
            figures |= {surprise_of(style): candidate.surprise}
        beyond = (distance - _USUAL for distance in self.norms.distances(genre, figures).values())
        return _CHECK_COST * sum(min(max(excess, 0.0), _FURTHEST) ** 2 for excess in beyond)


def likings(leaning: Leaning, scores: Sequence[Score], genre: Genre) -> list[float]:
    """What each candidate of a piece gains by being liked more than the others are on average."""
    if leaning == NO_LEANING or not scores:
        return [0.0] * len(scores)
    liked = [leaning.of_score(score, genre) for score in scores]
    return gains(liked, each=LIKING, most=MOST_LIKING)


def _logit(judgement: float | None) -> float:
    if judgement is None:
        return 0.0
    bounded = min(max(judgement, _SURE), 1 - _SURE)
    return math.log(bounded / (1 - bounded))
