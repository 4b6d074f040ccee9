"""A server that was never there: people with hidden tastes, works, and who voted how on which.

Made to measure recommendations and the database by. Nothing a recommendation reads tells of the hidden
parts: what people like, what there is to a work beyond its traits, how good it is, and how strict a person
is. People hear famous works more often, and listen rather to what they expect to like. The same seed gives
the same.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from domain.genres import Genre
from domain.score import Key, Mode

SIDES = 6
"""What there is to a work beyond its traits, in numbers."""

_STYLES = ("rnn", "vae", "gan")
_GENRES = tuple(str(genre) for genre in Genre)


@dataclass(frozen=True, slots=True)
class SimulatedWork:
    """A work; `fame` says how often it is heard, as a weight. `sides` and `quality` are hidden."""

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
    genres: dict[str, float]
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
        ids = range(10**17, 10**18, 9 * 10**17 // people)
        self.people = [self._person(user_id) for user_id in ids[:people]]
        centres = {genre: self._numbers(0.6) for genre in _GENRES}
        self.works = [self._work(work_id, centres) for work_id in range(1, works + 1)]
        self.fames = [work.fame for work in self.works]

    def votes(self, count: int) -> Iterator[SimulatedVote]:
        """About so many votes, person after person. Asked for again, they are others."""
        fame = list(accumulate(self.fames))
        activity = sum(person.activity for person in self.people)
        for person in self.people:
            wanted = max(3, round(count * person.activity / activity))
            yield from self._votes_of(person, wanted, fame)

    def _votes_of(self, person: SimulatedPerson, wanted: int, fame: list[float]) -> Iterator[SimulatedVote]:
        voted: set[int] = set()
        for _ in range(8):  # who has voted on nearly all there is stays short of what was wanted
            for work in self._random.choices(self.works, cum_weights=fame, k=2 * (wanted - len(voted))):
                # Before it sounds, people know title, genre and who made it.
                listens = 1 / (1 + math.exp(0.5 - 1.5 * person.genres[work.genre]))
                if work.id in voted or work.author == person.id or self._random.random() > listens:
                    continue
                voted.add(work.id)
                yield SimulatedVote(person.id, work.id, self._vote(person, work))
                if len(voted) == wanted:
                    return

    def _vote(self, person: SimulatedPerson, work: SimulatedWork) -> int:
        heard = enjoyment(person, work) + person.leniency + self._random.gauss(0, 0.6)
        return max(1, min(5, round(3 + heard)))

    def _person(self, user_id: int) -> SimulatedPerson:
        rng = self._random
        return SimulatedPerson(
            id=user_id,
            genres={genre: rng.gauss(0, 0.7) for genre in _GENRES},
            minor=rng.gauss(0, 0.3),
            tempo=rng.gauss(0, 0.3),
            sides=self._numbers(0.45),
            leniency=rng.gauss(0.3, 0.4),
            activity=rng.lognormvariate(0, 0.8),
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
            # A few works are heard by everybody, most by a handful; good ones by more.
            fame=math.exp(rng.gauss(0, 1.0) + 0.5 * quality),
            quality=quality,
            sides=tuple(map(sum, zip(centres[genre], self._numbers(0.8), strict=True))),
        )

    def _numbers(self, deviation: float) -> tuple[float, ...]:
        return tuple(self._random.gauss(0, deviation) for _ in range(SIDES))


def enjoyment(person: SimulatedPerson, work: SimulatedWork) -> float:
    """How somebody likes a work, in steps of a vote, apart from how strict they are."""
    mode = person.minor if work.mode is Mode.MINOR else -person.minor
    pace = person.tempo * (work.tempo - 130) / 40
    sides = math.fsum(own * its for own, its in zip(person.sides, work.sides, strict=True))
    return person.genres[work.genre] + mode + pace + work.quality + sides
