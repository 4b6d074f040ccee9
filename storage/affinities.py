"""How works lie to each other and to people, in numbers that are learned from votes. Knows no database.

This is correspondence analysis (M. Greenacre, Correspondence Analysis in Practice, 2007) with shrinkage: how
likely somebody is to like a work is the work's share of all liking, times one plus the product of the
person's numbers and the work's. A work's first numbers are its traits; the others, its sides, are those by
which people's votes fall together. Works' sides and people's numbers are each a ridge regression on the
other, taken in turns. All constants were chosen on simulated populations (`python -m storage taste`) of other
seeds than those that it reports.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from domain.tastes import liking

Reals = NDArray[np.floating[Any]]
Ids = NDArray[np.int64]

_TRAITS = {"style": 0.2, "genre": 0.7, "mode": 0.7, "pace": 0.7, "language": 0.7}
"""What of a work somebody may like, and how far people are taken to differ in it."""

_SIDES = 6
"""Numbers of a work that no trait tells."""

_SIDE = 0.7
"""How far works are taken to differ in each."""

_ROUNDS = 14
"""Turns until the sides are found."""

_UNHEARD_OF = 3.0
"""The liking that a work is taken to have beside its votes, in votes of 5, if the judge is undecided."""

_JUDGEMENT = 0.175
"""How much more of that it has by the judge's logarithmic odds, as a logarithm."""

_LEAST = 0.02
"""How likely it stays, beside its share, that somebody likes what is least to their taste."""

_KINSHIP = 0.5
"""The cosine of two people's numbers from which on they are of like taste."""

_MOST_KIN = 80
"""People of like taste that are told of."""


@dataclass(frozen=True, slots=True)
class Library:
    """Works, by ascending id: where they are (`Place.key`), what the judge says, and their traits by name."""

    ids: Sequence[int]
    places: Sequence[int]
    judgements: Sequence[float | None]
    traits: Sequence[Mapping[str, str | None]]


@dataclass(frozen=True, slots=True)
class Affinities:
    """What was learned. Works' numbers are as they differ from the mean of all liking."""

    ids: Ids
    places: Ids
    shares: Reals  # (works,)
    traits: tuple[tuple[str, str], ...]
    means: Reals  # (numbers,)
    works: Reals  # (works, numbers): a column for each trait, then the sides
    spread: Reals  # (numbers, numbers)
    people_ids: Ids
    people: Reals  # (people, numbers)

    def person(self, likings: Mapping[int, float]) -> Reals:
        """The numbers of somebody who likes works as told, by their ids; zeros where none is known."""
        told = np.array(sorted(likings.items())).reshape(-1, 2)
        rows = _rows_of(self.ids, told[:, 0].astype(np.int64))
        told, rows = told[rows >= 0], rows[rows >= 0]
        sums = told[:, 1] @ self.works[rows]
        return _shrunk(sums[None], np.abs(told[:, 1]).sum(keepdims=True), self.spread)[0]

    def kin(self, person: Reals) -> list[int]:
        """Ids of people of like taste, this one included, the closest first."""
        lengths = np.linalg.norm(self.people, axis=1) * np.linalg.norm(person)
        cosines = self.people @ person / np.maximum(lengths, 1e-9)
        closest = np.argsort(-cosines, kind="stable")[:_MOST_KIN]
        return self.people_ids[closest[cosines[closest] >= _KINSHIP]].tolist()

    def best(self, place: int, person: Reals, most: int) -> list[int]:
        """Ids of up to so many works of the place, the likeliest to be liked first; of equals the newest."""
        strengths = self.shares * np.maximum(_LEAST, 1 + self.works @ person)
        here = np.flatnonzero(self.places == place)[::-1]
        strengths = strengths[here]
        if most < len(here):
            likely = np.flatnonzero(strengths >= np.partition(strengths, -most)[-most])
            here, strengths = here[likely], strengths[likely]
        return self.ids[here[np.argsort(-strengths, kind="stable")[:most]]].tolist()

    def raised(self, work_id: int, person: Reals) -> tuple[float, float]:
        """By what share of its liking by all the person likes this work more: for its sides, for its traits.

        Sides are what people who voted alike think of it. Raises ValueError for a work not among `ids`.
        """
        [row] = _rows_of(self.ids, np.array([work_id]))
        if row < 0:
            raise ValueError(f"nothing was learned of work {work_id}")
        shares = self.works[row] * person
        traits = len(self.traits)
        return float(shares[traits:].sum()), float(shares[:traits].sum())

    def liked(self, trait: str, person: Reals) -> list[str]:
        """The values of a trait that the person likes more than what all like, best first."""
        columns = [number for number, (name, _) in enumerate(self.traits) if name == trait]
        usual = float(self.means[columns] @ person[columns])
        likings = [(_TRAITS[trait] * float(person[column]) - usual, column) for column in columns]
        return [self.traits[column][1] for each, column in sorted(likings, reverse=True) if each > 0]


def learn(library: Library, votes: "array[int]") -> Affinities:
    """What votes tell, each of a work's id, a person's and the value; those on other works tell nothing."""
    ids, table = np.array(library.ids, np.int64), np.array(votes, np.int64).reshape(-1, 3)
    columns = _rows_of(ids, table[:, 0])
    table, columns = table[columns >= 0], columns[columns >= 0]
    people_ids, rows = np.unique(table[:, 1], return_inverse=True)
    values = np.array([liking(value) for value in range(6)], np.float32)[table[:, 2]]
    likings = csr_array((values, (rows, columns)), shape=(len(people_ids), len(ids)))
    shares = _shares(likings, library.judgements)
    traits, had = _columns(library.traits)
    means = shares @ had
    works, people, spread = _numbers(likings, shares, had - means)
    places = np.array(library.places, np.int64)
    return Affinities(ids, places, shares, traits, means, works, spread, people_ids, people)


def _numbers(likings: csr_array, shares: Reals, traits: Reals) -> tuple[Reals, Reals, Reals]:
    """Works' numbers, traits before sides, people's, and the spread of works'; works' are all centred."""
    told = abs(likings)
    by_work, by_person = told.sum(axis=0), told.sum(axis=1)
    weights = by_person / max(1.0, by_person.sum())
    count = traits.shape[1]
    sides = np.random.default_rng(0).normal(0, _SIDE / 2, (len(traits), _SIDES)).astype(np.float32)
    works = np.hstack([traits, sides - shares @ sides])
    for _ in range(_ROUNDS):
        people, _ = _people(likings, by_person, works, shares)
        people -= weights @ people
        spread = _spread(people, weights)
        explained = by_work[:, None] * (traits @ spread[:count, count:])
        sides = _shrunk(likings.T @ people[:, count:] - explained, by_work, spread[count:, count:], _SIDE)
        works[:, count:] = sides - shares @ sides
    return works, *_people(likings, by_person, works, shares)


def _people(likings: csr_array, amounts: Reals, works: Reals, shares: Reals) -> tuple[Reals, Reals]:
    """People's numbers for those of works, and the spread of works'."""
    spread = _spread(works, shares)
    return _shrunk(likings @ works, amounts, spread), spread


def _spread(centred: Reals, weights: Reals) -> Reals:
    return (centred * weights[:, None]).T @ centred


def _shrunk(sums: Reals, amounts: Reals, spread: Reals, deviation: float = 1.0) -> Reals:
    """A ridge regression for each row of (rows, numbers): (amount · spread + 1 / deviation²)⁻¹ · sums.

    All share one spread, so that its eigenvectors solve them together.
    """
    values, vectors = np.linalg.eigh(spread)
    ridge = np.outer(amounts, np.maximum(values, 0)) + deviation**-2
    return ((sums @ vectors) / ridge @ vectors.T).astype(np.float32)


def _shares(likings: csr_array, judgements: Sequence[float | None]) -> Reals:
    """Of all liking, that of each work; adds up to 1."""
    sure = np.clip([0.5 if each is None else each for each in judgements], 0.01, 0.99)
    unheard_of = _UNHEARD_OF * (sure / (1 - sure)) ** _JUDGEMENT
    amounts = np.maximum(0, likings.sum(axis=0)) + unheard_of
    return (amounts / amounts.sum()).astype(np.float32)


def _columns(works: Sequence[Mapping[str, str | None]]) -> tuple[tuple[tuple[str, str], ...], Reals]:
    """Names and values of traits, and for each a column that says which works (rows) have it."""
    named: list[tuple[str, str]] = []
    columns: list[NDArray[np.bool_] | Reals] = []
    for name, deviation in _TRAITS.items():
        values = np.array([traits.get(name) or "" for traits in works], np.str_)
        for value in sorted({*values.tolist()} - {""}):
            named.append((name, value))
            columns.append(np.float32(deviation) * (values == value))
    shape = (len(columns), len(works))
    return tuple(named), np.array(columns, np.float32).reshape(shape).T


def _rows_of(ids: Ids, wanted: Ids) -> NDArray[np.intp]:
    """Where each wanted id stands among the ascending ids; -1 where it does not."""
    if not len(ids):
        return np.full(len(wanted), -1, np.intp)
    rows = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[rows] == wanted, rows, -1)
