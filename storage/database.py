"""The one SQLite connection: opening, migrating, reading and writing in turn. Knows no table by name.

All tasks of the bot share the connection, so a transaction holds a lock from BEGIN to COMMIT: without
it, one task's rollback would erase another's row. Never await Discord or the engine inside one.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from storage.errors import plain_errors
from storage.packing import pack

MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_TIMEOUT_SECONDS = 5.0
"""How long a statement waits for another process (a backup, somebody's shell) to let go."""

_CACHE_KIBIBYTES = 16_384
"""Pages of a large library that are kept in memory: those of the indexes that every list is read along."""

_ROWS_LOOKED_AT = 400
"""Of each index, to estimate what it holds: as many as SQLite's manual recommends."""

Parameters = Sequence[Any] | Mapping[str, Any]

_Result = TypeVar("_Result")


class DatabaseTooNew(RuntimeError):
    """The database was written by a newer Nightingale; opening it could damage it."""


class Database:
    """Reads and transactions on one connection, one at a time."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[aiosqlite.Connection, None]:
        """All that is executed on the yielded connection, or, when the block raises, nothing of it.

        After the block ends without an error the rows are on the disk. Raises
        Unavailable(DATABASE_BUSY or DISK_FULL).
        """
        with plain_errors():
            async with self._lock:
                try:
                    await self._connection.execute("BEGIN IMMEDIATE")
                    yield self._connection
                    await unbroken(self._connection.commit())
                except BaseException:
                    # Also after a cancelled BEGIN or a failed COMMIT; does nothing outside a transaction.
                    await unbroken(self._connection.rollback())
                    raise

    async def rows(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """The rows of a SELECT, only ever committed ones. Raises Unavailable(DATABASE_BUSY)."""
        with plain_errors():
            async with self._lock:
                return list(await self._connection.execute_fetchall(sql, parameters))

    async def row(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """The first row of a SELECT, None when it has none. Raises Unavailable(DATABASE_BUSY)."""
        rows = await self.rows(sql, parameters)
        return rows[0] if rows else None

    async def close(self) -> None:
        """Close the connection once the read or transaction under way has ended."""
        async with self._lock:
            await self._connection.close()


@asynccontextmanager
async def open_database(
    path: Path, *, migrations: Path = MIGRATIONS, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS
) -> AsyncGenerator[Database, None]:
    """The database at `path`, made where there is none, brought up to the newest migration.

    Raises DatabaseTooNew, Unavailable(DATABASE_BUSY or DISK_FULL), or the sqlite3 error of a migration
    that failed; in each case the file is left as it was.
    """
    with plain_errors():
        # isolation_level=None: Python opens no transactions of its own behind our back.
        connection = await aiosqlite.connect(path, timeout=busy_timeout_seconds, isolation_level=None)
    database = Database(connection)
    try:
        with plain_errors():
            connection.row_factory = sqlite3.Row
            await connection.create_function("pack", 1, pack, deterministic=True)  # for a migration
            await _migrate(connection, migrations)
            await connection.execute("PRAGMA foreign_keys = ON")
            await connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
            await _take_stock(connection)
        yield database
    finally:
        await unbroken(database.close())


async def unbroken(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Await `work` to its end even when cancelled meanwhile; the cancellation is raised afterwards."""
    task = asyncio.ensure_future(work)
    cancellation: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        raise cancellation from task.exception()
    return task.result()


async def _take_stock(connection: aiosqlite.Connection) -> None:
    """Let SQLite estimate what its indexes hold: by that it plans statements.

    It looks at a bounded number of rows, so this takes some milliseconds, however large the library.
    """
    await connection.execute(f"PRAGMA analysis_limit = {_ROWS_LOOKED_AT}")
    await connection.execute("ANALYZE")


async def _migrate(connection: aiosqlite.Connection, migrations: Path) -> None:
    """Run the migrations that the database has not seen, each in a transaction of its own.

    Foreign keys are not yet enforced here, so that a migration may rebuild a table.
    """
    scripts = _scripts(migrations)
    newest = max(scripts)
    [[current]] = await connection.execute_fetchall("PRAGMA user_version")
    if current > newest:
        raise DatabaseTooNew(
            f"The database is of version {current}, this Nightingale knows versions up to {newest}. "
            "Please update Nightingale, or restore a backup made before the newer one ran."
        )
    await connection.execute("PRAGMA journal_mode = WAL")
    # FULL: a commit is on the disk before anybody is told, so not even a power cut takes a vote back.
    await connection.execute("PRAGMA synchronous = FULL")
    for version in range(current + 1, newest + 1):
        name, sql = scripts[version]
        # executescript commits whatever is open before it begins, so the transaction is in the script.
        script = f"BEGIN IMMEDIATE;\n{sql}\n;PRAGMA user_version = {version};\nCOMMIT;"
        try:
            await unbroken(connection.executescript(script))
        except sqlite3.Error as error:
            await unbroken(connection.rollback())
            error.add_note(f"in migration {name}; the database is as it was before")
            raise


def _scripts(migrations: Path) -> dict[int, tuple[str, str]]:
    """Name and text of each migration, by its number: `NNNN_name.sql`."""
    return {
        int(path.name.partition("_")[0]): (path.name, path.read_text(encoding="utf-8"))
        for path in migrations.glob("[0-9]*_*.sql")
    }
