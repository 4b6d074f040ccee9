"""How votes are read as likings, and what to put in a list of recommendations, and with what reasons.

Pure: knows nothing of where votes are kept and how likings are foretold of them, and gives the same for the
same.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_JUDGEMENT = 0.2
"""When grounds are told: what the judge says to one, where it is sure, beside how votes raise its liking."""

_IMPERSONAL = 0.1
"""The same of all people's liking, as a logarithm."""

_MOST_OF_A_GENRE = 0.6
"""The share of one list that works of one genre may be, as long as there are others."""


class Grounds(StrEnum):
    """What speaks most for a recommended work."""

    LIKE_TASTE = "like_taste"
    """People who voted as this person did like it."""
    OWN_RATINGS = "own_ratings"
    """It is like what this person liked, saved and asked for."""
    JUDGE = "judge"
    """The judge rates it highly."""
    COLD_START = "cold_start"
    """People here like it, or it is just there; of this person's taste too little is known."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A work that may be recommended."""

    work_id: int
    genre: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a work.

    `by_taste` and `by_traits` say by what share its liking by all is raised for a person, the one for what
    people of like taste think of it, the other for what it is. `liking` adds up everybody's votes, each read
    as by the function of that name. `judgement` is None where there was no judge.
    """

    by_taste: float = 0.0
    by_traits: float = 0.0
    liking: float = 0.0
    judgement: float | None = None


def liking(vote: int) -> float:
    """-1/7 for the lowest vote to 1 for the highest: who votes on a work at all has listened to it."""
    return (2 * vote - 3) / 7


def pace(tempo: float | None) -> str | None:
    """A tempo, in beats a minute, as people would name it."""
    if tempo is None:
        return None
    return "slow" if tempo < 80 else "moderate" if tempo < 130 else "fast"


def choose(ranked: Sequence[Candidate], *, limit: int) -> list[Candidate]:
    """At most `limit` of them in their order, of many genres as far as there are."""
    most = max(1, math.ceil(_MOST_OF_A_GENRE * limit))
    chosen: list[Candidate] = []
    passed_over: list[Candidate] = []
    seen: Counter[tuple[str | None, str | None]] = Counter()
    for candidate in ranked:
        sort = (candidate.genre, candidate.language)
        seen[sort] += 1
        (chosen if seen[sort] <= most else passed_over).append(candidate)
        if len(chosen) == limit:
            break
    return [*chosen, *passed_over][:limit]


def grounds(evidence: Evidence) -> Grounds:
    """What speaks most for the work."""
    strengths = {
        Grounds.LIKE_TASTE: evidence.by_taste,
        Grounds.OWN_RATINGS: evidence.by_traits,
        Grounds.JUDGE: _JUDGEMENT * (evidence.judgement or 0.0),
        Grounds.COLD_START: _IMPERSONAL * math.log1p(max(0.0, evidence.liking)),
    }
    best = max(strengths, key=lambda each: strengths[each])
    return best if strengths[best] > 0 else Grounds.COLD_START
