"""Whose tastes are alike, what somebody likes about works, and what to recommend by both.

Pure: knows nothing of where votes are kept, and gives the same for the same. All numbers here were chosen on
simulated populations (`python -m storage taste`) of other seeds than those that it reports.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

MOST_KIN = 80
"""People of like taste that are listened to."""

MOST_OF_KIN = 120
"""Of each of them, the newest votes that are listened to."""

MOST_OF_ALL_KIN = 4000
"""Of all of them together: of people who vote little more are listened to than of those who vote much."""

_USUAL_VOTES = 10
"""Votes that everybody is taken to have given beside their own, on works that nobody shares: so that agreeing
on the only work that they voted on makes nobody close."""

_TRAIT_SHRINKAGE = 2.0
"""What is assumed of a trait before any vote: that it is liked as often as it is there; in liked works."""

_TRAITS = {"style": 0.2, "genre": 0.7, "mode": 0.3, "pace": 0.3, "language": 0.3}
"""What of a work somebody may like, and how much each says."""

_LIKED_BY_ALL = 0.04
"""What the best-liked work of all has, beside works that all of a person's kin like, who have 1."""

_JUDGEMENT = 0.2
"""How much more a work is to be liked that the judge is sure of, as a logarithm."""

_IMPERSONAL = 0.1
"""What all people's liking says to one, beside their own and their kin's, when grounds are told."""

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
class Traits:
    """What of a work somebody may like or not; None where it has no such thing."""

    style: str | None = None
    genre: str | None = None
    mode: str | None = None
    pace: str | None = None
    language: str | None = None

    def pairs(self) -> list[tuple[str, str]]:
        """Those it has, each with its name."""
        values = (self.style, self.genre, self.mode, self.pace, self.language)
        return [(name, value) for name, value in zip(_TRAITS, values, strict=True) if value is not None]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How far somebody else voted as a person did.

    `interest` adds up, over the works that both voted on, both interests times what the work tells
    (`weight`). `votes` is on how many works that other person voted at all.
    """

    user_id: int
    interest: float
    votes: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A work that may be recommended.

    `kin` is the share of those of like taste who care for it, each by how close they are and by their
    `interest`, 0 to 1; `people` is how many of them like it. `liking` is what all people's adds up to.
    `judgement` is None where there was no judge.
    """

    work_id: int
    traits: Traits
    kin: float = 0.0
    people: int = 0
    liking: float = 0.0
    judgement: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate that was chosen, and what speaks most for it."""

    candidate: Candidate
    grounds: Grounds


def liking(vote: int) -> float:
    """-1/3 for the lowest vote to 1 for the highest: who votes on a work at all has listened to it."""
    return (vote - 2) / 3


def interest(vote: int) -> float:
    """1/3 for the lowest vote to 1 for the highest: what somebody listens to tells of a taste in any case."""
    return (vote + 1) / 6


def pace(tempo: float | None) -> str | None:
    """A tempo, in beats a minute, as people would name it."""
    if tempo is None:
        return None
    return "slow" if tempo < 80 else "moderate" if tempo < 130 else "fast"


def weight(votes: int) -> float:
    """How much a work with so many votes tells of the taste of one who voted on it, up to 1.

    What everybody votes on tells little (J. S. Breese et al., 1998: inverse user frequency).
    """
    return 1 / math.log2(1 + max(1, votes))


def kin(overlaps: Iterable[Overlap]) -> dict[int, float]:
    """People of like taste, by user id: how close they are, beside each other, closest first.

    The weights add up to 1; there are at most MOST_KIN, and so many that MOST_OF_ALL_KIN is not exceeded.
    Closeness is a cosine over all that somebody voted on.
    """
    closeness = ((each.interest / math.sqrt(each.votes + _USUAL_VOTES), each) for each in overlaps)
    close = sorted((-value, each.user_id, each.votes) for value, each in closeness if value > 0)[:MOST_KIN]
    listened = list(accumulate(min(votes, MOST_OF_KIN) for _, _, votes in close))
    kept = close[: bisect_right(listened, MOST_OF_ALL_KIN)]
    total = math.fsum(value for value, _, _ in kept)
    return {user_id: value / total for value, user_id, _ in kept}


class Taste:
    """What one person likes about works, learned from some, beside what works here usually are.

    `likings` pairs what a work is with how it is liked (of one they only asked for: a little), `usual` is
    what any works of the place are. Who likes reels as often as there are reels has no taste for reels.
    """

    def __init__(self, likings: Sequence[tuple[Traits, float]], usual: Sequence[Traits]) -> None:
        liked: defaultdict[tuple[str, str], float] = defaultdict(float)
        for traits, each in likings:
            for pair in traits.pairs():
                liked[pair] += each
        total = math.fsum(each for _, each in likings)
        counts = Counter(pair for traits in usual for pair in traits.pairs())
        expected = {pair: max(0.0, total) * counts[pair] / max(1, len(usual)) for pair in {*liked, *counts}}
        self._likings = {
            pair: math.log((max(0.0, liked[pair]) + _TRAIT_SHRINKAGE) / (expected[pair] + _TRAIT_SHRINKAGE))
            for pair in sorted(expected)
        }

    def of(self, traits: Traits) -> float:
        """How much likelier than any work somebody likes such as this, as a logarithm; 0: no more."""
        return math.fsum(_TRAITS[pair[0]] * self._likings.get(pair, 0.0) for pair in traits.pairs())

    def favourites(self, trait: str) -> list[str]:
        """The values of this trait that are liked, best first."""
        liked = (
            (-each, value) for (name, value), each in self._likings.items() if name == trait and each > 0
        )
        return [value for _, value in sorted(liked)]


def choose(taste: Taste, candidates: Sequence[Candidate], *, limit: int) -> list[Choice]:
    """At most `limit` works, best first: of many genres as far as there are, of equals the newest."""
    most_liked = max((_liking(each) for each in candidates), default=1.0)
    ranked = sorted(
        candidates, key=lambda each: (-_strength(taste, each, most_liked=most_liked), -each.work_id)
    )
    most = max(1, math.ceil(_MOST_OF_A_GENRE * limit))
    chosen: list[Candidate] = []
    passed_over: list[Candidate] = []
    seen: Counter[tuple[str | None, str | None]] = Counter()
    for candidate in ranked:
        sort = (candidate.traits.genre, candidate.traits.language)
        seen[sort] += 1
        (chosen if seen[sort] <= most else passed_over).append(candidate)
        if len(chosen) == limit:
            break
    listed = [*chosen, *passed_over][:limit]
    return [Choice(each, _grounds(taste, each, most_liked=most_liked)) for each in listed]


def _liking(candidate: Candidate) -> float:
    """How all people like it; one that nobody voted on half as much as one with a vote of 5 would be."""
    return 0.5 + max(0.0, candidate.liking)


def _strength(taste: Taste, candidate: Candidate, *, most_liked: float) -> float:
    """How likely the person is to like it, as a logarithm: what kin think, eked out by what all people do."""
    liked = candidate.kin + _LIKED_BY_ALL * _liking(candidate) / most_liked
    return math.log(liked) + taste.of(candidate.traits) + _JUDGEMENT * (candidate.judgement or 0.0)


def _grounds(taste: Taste, candidate: Candidate, *, most_liked: float) -> Grounds:
    """What speaks most for the work, of what can be said of it."""
    of_all = _LIKED_BY_ALL * _liking(candidate) / most_liked
    strengths = {
        Grounds.LIKE_TASTE: math.log(1 + candidate.kin / of_all) if candidate.people else 0.0,
        Grounds.OWN_RATINGS: taste.of(candidate.traits),
        Grounds.JUDGE: _JUDGEMENT * (candidate.judgement or 0.0),
        Grounds.COLD_START: _IMPERSONAL * math.log(_liking(candidate) / 0.5),
    }
    best = max(strengths, key=lambda each: strengths[each])
    return best if strengths[best] > 0 else Grounds.COLD_START
