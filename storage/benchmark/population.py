"""A server that was never there: people with hidden tastes, works, and who voted how on which.

Made to measure recommendations and the database by. Nothing a recommendation reads tells of the hidden
parts: what people like, what there is to a work beyond its traits, how good it is, and how strict a person
is. People come by works by how famous these are, go through about a page of them, listen to the one that
promises the most, and vote on what they hear; both the promise and the vote are noisy. A few people vote on
much and most on little, and a few works are known to everybody. The same seed gives the same.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.genres import Genre
from domain.score import Key, Mode

SIDES = 6
"""What there is to a work beyond its traits, in numbers."""

OFFERED = 10
"""Works that somebody goes through for each that they listen to: about a page of the history."""

_PROMISE_NOISE = 1.0
"""How far off people are, before they hear a work, in how they will like it; in steps of a vote."""

_VOTE_NOISE = 0.6
"""The same of their votes, once they have heard it."""

_USUAL = 1.5
"""How much people enjoy what they vote 3 on: they listen to what appeals to them, and are used to it."""

_STYLES = ("rnn", "vae", "gan")
_GENRES = tuple(str(genre) for genre in Genre)


@dataclass(frozen=True, slots=True)
class SimulatedWork:
    """A work; `fame` says how often people come by it, as a weight. `sides` and `quality` are hidden."""

    id: int
    author: int
    style: str
    genre: str
    key: str
    mode: Mode
    tempo: float
    judgement: float
    fame: float
    quality: float
    sides: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SimulatedPerson:
    """Somebody, and how they like what: all of it hidden. `activity` is how much they vote, as a weight."""

    id: int
    genres: tuple[float, ...]
    minor: float
    tempo: float
    sides: tuple[float, ...]
    leniency: float
    activity: float


@dataclass(frozen=True, slots=True)
class SimulatedVote:
    """How somebody voted on a work."""

    user_id: int
    work_id: int
    value: int


class Population:
    """So many people and works. Works have the ids from 1 on, the oldest first."""

    def __init__(self, *, seed: int, people: int, works: int) -> None:
        self._random = random.Random(seed)
        self._numbers_of_votes = np.random.default_rng(seed)
        ids = range(10**17, 10**18, 9 * 10**17 // people)
        self.people = [self._person(user_id) for user_id in ids[:people]]
        centres = {genre: self._numbers(0.6) for genre in _GENRES}
        self.works = [self._work(work_id, centres) for work_id in range(1, works + 1)]
        self.fames = [work.fame for work in self.works]
        self._appeal = _Appeal(self.works)

    def votes(self, count: int) -> Iterator[SimulatedVote]:
        """About so many votes, person after person. Asked for again, they are others."""
        fame = np.cumsum(self.fames)
        activity = sum(person.activity for person in self.people)
        for person in self.people:
            wanted = max(3, round(count * person.activity / activity))
            yield from self._votes_of(person, wanted, fame / fame[-1])

    def _votes_of(
        self, person: SimulatedPerson, wanted: int, fame: NDArray[np.float64]
    ) -> Iterator[SimulatedVote]:
        rng = self._numbers_of_votes
        # Who comes by the same works again and again stays short of what was wanted.
        offered = np.searchsorted(fame, rng.random((2 * wanted, OFFERED)))
        enjoyed = self._appeal.to(person, offered)
        promised = enjoyed + rng.normal(0, _PROMISE_NOISE, enjoyed.shape)
        taken = np.arange(len(offered)), promised.argmax(axis=1)
        heard = enjoyed[taken] - _USUAL + person.leniency + rng.normal(0, _VOTE_NOISE, len(offered))
        votes = np.clip(np.rint(3 + heard), 1, 5).astype(int)
        voted: set[int] = set()
        for index, value in zip(offered[taken].tolist(), votes.tolist(), strict=True):
            work = self.works[index]
            if work.id in voted or work.author == person.id:
                continue
            voted.add(work.id)
            yield SimulatedVote(person.id, work.id, value)
            if len(voted) == wanted:
                return

    def _person(self, user_id: int) -> SimulatedPerson:
        rng = self._random
        return SimulatedPerson(
            id=user_id,
            genres=tuple(rng.gauss(0, 0.7) for _ in _GENRES),
            minor=rng.gauss(0, 0.3),
            tempo=rng.gauss(0, 0.3),
            sides=self._numbers(0.45),
            leniency=rng.gauss(0.3, 0.4),
            # Half of them vote less than half as often as the mean.
            activity=rng.lognormvariate(0, 1.2),
        )

    def _work(self, work_id: int, centres: dict[str, tuple[float, ...]]) -> SimulatedWork:
        rng = self._random
        genre, quality = rng.choice(_GENRES), rng.gauss(0, 0.5)
        mode = Mode.MINOR if rng.random() < 0.4 else Mode.MAJOR
        return SimulatedWork(
            id=work_id,
            author=rng.choice(self.people).id,
            style=rng.choice(_STYLES),
            genre=genre,
            key=str(Key(rng.randrange(12), mode)),
            mode=mode,
            tempo=round(rng.uniform(60, 200), 1),
            judgement=1 / (1 + math.exp(-2 * quality - rng.gauss(0, 1.0))),
            # A few works are come by by everybody, most by a handful; good ones by more.
            fame=math.exp(rng.gauss(0, 1.0) + 0.5 * quality),
            quality=quality,
            sides=tuple(map(sum, zip(centres[genre], self._numbers(0.8), strict=True))),
        )

    def _numbers(self, deviation: float) -> tuple[float, ...]:
        return tuple(self._random.gauss(0, deviation) for _ in range(SIDES))


class _Appeal:
    """What there is to like about each of the works, side by side."""

    def __init__(self, works: list[SimulatedWork]) -> None:
        self._genres = np.array([_GENRES.index(work.genre) for work in works])
        self._modes = np.array([1.0 if work.mode is Mode.MINOR else -1.0 for work in works])
        self._paces = np.array([(work.tempo - 130) / 40 for work in works])
        self._qualities = np.array([work.quality for work in works])
        self._sides = np.array([work.sides for work in works])

    def to(self, person: SimulatedPerson, works: NDArray[np.intp]) -> NDArray[np.float64]:
        """How the person likes each of the works at these indices, in steps of a vote; strictness apart."""
        genres = np.array(person.genres)[self._genres[works]]
        mode = person.minor * self._modes[works]
        pace = person.tempo * self._paces[works]
        return genres + mode + pace + self._qualities[works] + self._sides[works] @ np.array(person.sides)
