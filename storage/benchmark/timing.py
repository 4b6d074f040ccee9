"""How quickly a large library answers, and how much room it takes: `python -m storage benchmark`."""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from domain.genres import Genre
from domain.votes import Sign
from storage import HistoryFilter, JobKind, Place, Storage, open_storage
from storage.benchmark.filling import CHANNEL, GUILD, fill
from storage.benchmark.population import Population
from storage.benchmark.sizes import real_widths, table_of, widths

MOST_MILLISECONDS = 50.0
"""What 95 of 100 answers may take at most."""

MOST_MEGABYTES = 400.0

PAGE = 10
"""Works on a page, in a chart, and recommended."""

_PERIODS = (None, timedelta(days=1), timedelta(days=7), timedelta(days=30), timedelta(days=365))
_HERE = Place(GUILD, CHANNEL)


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured and what it may be at most, in the same unit.

    `processor` is the same without waiting for the disk, and for others where the machine is busy.
    """

    name: str
    value: float
    most: float
    unit: str
    processor: float | None = None

    @property
    def met(self) -> bool:
        return self.value <= self.most


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--votes", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--calls", type=int, default=200, help="how often each is asked for (default: 200)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pieces", type=Path, help="those of a report, to compare the widths of rows with")
    parser.add_argument("--folder", type=Path, help="where to leave the library; one that is there is used")


def run(options: argparse.Namespace) -> int:
    """Fill a library, measure it, print the figures; 0 when all bars are met."""
    if options.folder is not None:
        return _report(options, options.folder)
    with tempfile.TemporaryDirectory() as folder:
        return _report(options, Path(folder))


def _report(options: argparse.Namespace, folder: Path) -> int:
    population = Population(seed=options.seed, people=options.people, works=options.works)
    figures = asyncio.run(_measured(options, folder, population))
    real = {} if options.pieces is None else asyncio.run(real_widths(options.pieces))
    Console().print("Characters of text that a work takes; shares of kinds and numbers of notes are assumed:")
    Console().print(table_of(widths(folder / "nightingale.db"), real))
    table = Table("what", "measured", "of it computing", "bar", "")
    for figure in figures:
        value, most = (f"{number:,.1f} {figure.unit}" for number in (figure.value, figure.most))
        computing = "" if figure.processor is None else f"{figure.processor:,.1f} {figure.unit}"
        table.add_row(figure.name, value, computing, f"≤ {most}", "met" if figure.met else "missed")
    Console().print(table)
    return 0 if all(figure.met for figure in figures) else 1


async def _measured(options: argparse.Namespace, folder: Path, population: Population) -> list[Figure]:
    database = folder / "nightingale.db"
    if not database.exists():
        async with open_storage(folder, max_clip_bytes=10**9):
            pass  # so that there are tables
        begun = time.perf_counter()
        votes = fill(database, population.works, population.votes(options.votes), seed=options.seed)
        seconds = time.perf_counter() - begun
        Console().print(
            f"{options.works:,} works, {votes:,} votes, {options.people:,} people in {seconds:.0f} s"
        )
    megabytes = database.stat().st_size / 1e6
    async with open_storage(folder, max_clip_bytes=10**9) as storage:
        calls = _calls(storage, population, random.Random(options.seed))
        times = [await _timed(name, call, options.calls) for name, call in calls.items()]
    return [*times, Figure("database", megabytes, MOST_MEGABYTES, "MB")]


def _calls(
    storage: Storage, population: Population, rng: random.Random
) -> dict[str, Callable[[], Awaitable[object]]]:
    """What is timed, each time of another person, period, filter, page and work."""

    def person() -> int:
        return rng.choice(population.people).id

    def top() -> Awaitable[object]:
        period = rng.choice(_PERIODS)
        since = None if period is None else datetime.now(UTC) - period
        return storage.charts.top(_HERE, since=since, limit=PAGE)

    def history() -> Awaitable[object]:
        before = rng.choice([None, rng.randint(1, len(population.works))])
        return storage.history.page(_HERE, _filter(rng, person()), before=before, limit=PAGE)

    def recommend() -> Awaitable[object]:
        return storage.recommendations.for_user(_HERE, person(), PAGE)

    def rate() -> Awaitable[object]:
        [work] = rng.choices(population.works, population.fames)
        sign = rng.choice(list(Sign))
        return storage.ratings.react(work.id, message_id=rng.randrange(10**18), user_id=person(), emoji=sign)

    return {"/top": top, "/history": history, "/recommend": recommend, "a rating": rate}


def _filter(rng: random.Random, user_id: int) -> HistoryFilter:
    """One of those that people set, some of them rare and so the slowest."""
    return rng.choice(
        [
            HistoryFilter(),
            HistoryFilter(user_id=user_id),
            HistoryFilter(liked_by=user_id),
            HistoryFilter(saved_by=user_id),
            HistoryFilter(genre=rng.choice(list(Genre))),
            HistoryFilter(kind=rng.choice(list(JobKind)), style="gan"),
            HistoryFilter(user_id=user_id, genre=rng.choice(list(Genre)), kind=JobKind.BLEND),
            HistoryFilter(genre="unheard of"),
        ]
    )


async def _timed(name: str, call: Callable[[], Awaitable[object]], calls: int) -> Figure:
    """Milliseconds that 95 of 100 calls take at most, by the clock and of the processor."""
    passed: list[float] = []
    computed: list[float] = []
    for _ in range(calls):
        begun = time.perf_counter(), time.process_time()
        await call()
        passed.append(1000 * (time.perf_counter() - begun[0]))
        computed.append(1000 * (time.process_time() - begun[1]))
    return Figure(f"{name}, p95", _p95(passed), MOST_MILLISECONDS, "ms", _p95(computed))


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]
