"""How SQLite goes about a statement, in a library with some hundred works and in an empty one."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from storage import Storage, open_storage
from storage.benchmark.filling import fill
from storage.benchmark.population import Population


async def scans(storage: Storage, sql: str, values: Mapping[str, object]) -> list[str]:
    """The steps of the statement, as EXPLAIN QUERY PLAN tells them."""
    rows = await storage.history._database.rows(f"EXPLAIN QUERY PLAN {sql}", values)
    return [row["detail"] for row in rows]


@asynccontextmanager
async def filled(folder: Path) -> AsyncIterator[Storage]:
    """A library of a simulated server, about whose tables SQLite has been told all."""
    async with open_storage(folder, max_clip_bytes=1):
        pass  # so that there are tables
    population = Population(seed=1, people=20, works=300)
    fill(folder / "nightingale.db", population.works, population.votes(1000), seed=1)
    async with open_storage(folder, max_clip_bytes=1) as storage:
        await storage.history._database.rows("ANALYZE")
        yield storage
