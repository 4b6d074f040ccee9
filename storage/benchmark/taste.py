"""How often recommendations hit what people like: `python -m storage taste`.

Of each simulated person one work that they liked is taken away, as if they had not heard it. A hit is when it
is among ten recommended. Beside it stand two lists that are the same for everybody, less what each has heard
or asked for: the works with the most likes, and the best of the chart. The recommender was made on
populations of seeds from 100 on; those measured by default are others.
"""

import argparse
import asyncio
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from storage import Place, Storage, open_storage
from storage.benchmark.filling import CHANNEL, GUILD, fill
from storage.benchmark.population import Population, SimulatedVote

SHOWN = 10
LEAST_RATIO = 2.0
"""How many times as often recommendations are to hit as the better of the other two."""

_LIKED = 4
"""The lowest vote that says that somebody likes a work."""

_HERE = Place(GUILD, CHANNEL)


_FEW = (0, 10, 30, 100)
"""Numbers of votes by which people are told apart: from each on, up to the next."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which lists held the work that was taken away from somebody who gave so many other votes."""

    votes: int
    recommended: bool
    most_liked: bool
    chart: bool


@dataclass(frozen=True, slots=True)
class HitRates:
    """In what share of people each list of ten holds the work that was taken away."""

    people: int
    recommended: float
    most_liked: float
    chart: float

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> "HitRates":
        people = len(outcomes)
        sums = (
            sum(each.recommended for each in outcomes),
            sum(each.most_liked for each in outcomes),
            sum(each.chart for each in outcomes),
        )
        return cls(people, *(hits / max(1, people) for hits in sums))

    @property
    def ratio(self) -> float:
        """Recommendations' rate to the better of the other two; infinite where those never hit."""
        other = max(self.most_liked, self.chart)
        return self.recommended / other if other else float("inf")


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4], help="a population each")
    parser.add_argument("--works", type=int, default=2_000)
    parser.add_argument("--votes", type=int, default=30_000)
    parser.add_argument("--people", type=int, default=500)


def run(options: argparse.Namespace) -> int:
    """Measure population after population, and print the rates; 0 when the bar is met by all together."""
    table = Table("", "people", "recommended", "most liked", "chart", "ratio", "bar", "")
    together: list[Outcome] = []
    for seed in options.seeds:
        population = Population(seed=seed, people=options.people, works=options.works)
        outcomes = asyncio.run(measure(population, votes=options.votes, seed=seed))
        table.add_row(f"seed {seed}", *_cells(HitRates.of(outcomes)))
        together += outcomes
    rates = HitRates.of(together)
    table.add_section()
    table.add_row("together", *_cells(rates))
    table.add_section()
    for least, most in pairwise((*_FEW, options.works)):
        some = [each for each in together if least <= each.votes < most]
        table.add_row(f"{least} to {most - 1} votes", *_cells(HitRates.of(some))[:-2])
    Console().print(table)
    return 0 if rates.ratio >= LEAST_RATIO else 1


def _cells(rates: HitRates) -> list[str]:
    shares = [f"{rate:.1%}" for rate in (rates.recommended, rates.most_liked, rates.chart)]
    verdict = "met" if rates.ratio >= LEAST_RATIO else "missed"
    return [str(rates.people), *shares, f"{rates.ratio:.2f}", f"≥ {LEAST_RATIO:.1f}", verdict]


async def measure(population: Population, *, votes: int, seed: int) -> list[Outcome]:
    """What became of each person, in a library of its own with all votes but those taken away."""
    kept, taken = _take_away(population.votes(votes), random.Random(seed))
    with tempfile.TemporaryDirectory() as folder:
        async with open_storage(Path(folder), max_clip_bytes=0):
            pass  # so that there are tables
        fill(Path(folder) / "nightingale.db", population.works, kept, seed=seed, shown=0)
        async with open_storage(Path(folder), max_clip_bytes=0) as storage:
            return await _outcomes(storage, population, kept, taken)


def _take_away(
    votes: Iterable[SimulatedVote], rng: random.Random
) -> tuple[list[SimulatedVote], dict[int, int]]:
    """The votes that are left, and by person the work on which one was taken away: a liked one, by lot."""
    by_person: dict[int, list[SimulatedVote]] = {}
    for vote in votes:
        by_person.setdefault(vote.user_id, []).append(vote)
    kept: list[SimulatedVote] = []
    taken: dict[int, int] = {}
    for user_id, theirs in by_person.items():
        liked = [vote for vote in theirs if vote.value >= _LIKED]
        if liked:
            lot = rng.choice(liked)
            taken[user_id] = lot.work_id
            theirs.remove(lot)
        kept += theirs
    return kept, taken


async def _outcomes(
    storage: Storage, population: Population, kept: Sequence[SimulatedVote], taken: dict[int, int]
) -> list[Outcome]:
    likes = Counter(vote.work_id for vote in kept if vote.value >= _LIKED)
    most_liked = sorted(likes, key=lambda work_id: (-likes[work_id], -work_id))
    chart = [work.id for work in await storage.charts.top(_HERE, limit=len(population.works))]
    votes = Counter(vote.user_id for vote in kept)
    heard: defaultdict[int, set[int]] = defaultdict(set)
    for vote in kept:
        heard[vote.user_id].add(vote.work_id)
    for work in population.works:
        heard[work.author].add(work.id)
    outcomes: list[Outcome] = []
    for user_id, work_id in taken.items():
        recommended = await storage.recommendations.for_user(_HERE, user_id, SHOWN)
        outcomes.append(
            Outcome(
                votes=votes[user_id],
                recommended=work_id in [each.work.id for each in recommended],
                most_liked=work_id in _first_unheard(most_liked, heard[user_id]),
                chart=work_id in _first_unheard(chart, heard[user_id]),
            )
        )
    return outcomes


def _first_unheard(works: Iterable[int], heard: set[int]) -> list[int]:
    unheard = (work_id for work_id in works if work_id not in heard)
    return [work_id for work_id, _ in zip(unheard, range(SHOWN), strict=False)]
