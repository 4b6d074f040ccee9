"""What clips and verse have in common: finished by a row among the works, shown where made, and deleted.

Knows nothing of what the works are.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiosqlite

from domain.errors import BadRequest, Reason
from storage.database import Database
from storage.files import ClipFolder
from storage.times import now_milliseconds


class Works:
    """The table of works, and what is done to a work whatever it is."""

    def __init__(self, database: Database, folder: ClipFolder) -> None:
        self._database = database
        self._folder = folder

    async def requester_of(self, work_id: int) -> int | None:
        """The id of the person who asked for the work; None where there is none, or none any more."""
        row = await self._database.row(
            "SELECT jobs.user_id FROM works JOIN jobs USING (id) WHERE works.id = ?", (work_id,)
        )
        return None if row is None else row["user_id"]

    async def delete(self, work_id: int) -> None:
        """Delete the work: its rows with all that people said of it, and its files.

        The row of its job stays, as it is counted and its id must not come to mean something else, but
        says no longer what was asked for, and where. Raises BadRequest(NO_WORK), and
        Unavailable(DATABASE_BUSY or DISK_FULL).
        """
        async with self._database.transaction() as connection:
            deleted = await connection.execute("DELETE FROM works WHERE id = ?", (work_id,))
            if deleted.rowcount == 0:
                raise _no_work(work_id)
            await connection.execute(
                "UPDATE jobs SET request = '{}', message_id = NULL, deleted_at = ? WHERE id = ?",
                (now_milliseconds(), work_id),
            )
        # After the COMMIT: a crash between leaves files for `Cleaning.tidy`, never a row that promises files.
        await asyncio.to_thread(self._folder.remove, [work_id])


async def check_open(database: Database, job_id: int) -> None:
    """Raise ValueError unless the job is queued or running."""
    open_job = "SELECT 1 FROM jobs WHERE id = ? AND status IN ('queued', 'running')"
    if not await database.rows(open_job, (job_id,)):
        raise ValueError(f"job {job_id} is not open")


async def finish(connection: aiosqlite.Connection, job_id: int, *, title: str, model_version: str) -> None:
    """Finish the job and add its work, within a transaction; what the work is goes into other tables.

    Raises ValueError when the job was ended meanwhile.
    """
    now = now_milliseconds()
    finished = await connection.execute(
        "UPDATE jobs SET status = 'finished', finished_at = ?, model_version = ?"
        " WHERE id = ? AND status IN ('queued', 'running')",
        (now, model_version, job_id),
    )
    if finished.rowcount == 0:
        raise ValueError(f"job {job_id} was ended while its work was being saved")
    await connection.execute(
        "INSERT INTO works (id, title, model_version, created_at) VALUES (?, ?, ?, ?)",
        (job_id, title, model_version, now),
    )


def is_shown(row: sqlite3.Row, *, guild_id: int | None, channel_id: int | None) -> bool:
    """Whether a work's row, with its job's columns, may be seen on this server.

    `guild_id` None stands for direct messages; with `channel_id` None, for those of all conversations.
    """
    if row["guild_id"] != guild_id:
        return False
    return guild_id is not None or channel_id in (None, row["channel_id"])


async def newest(
    database: Database, select: str, *, guild_id: int | None, channel_id: int, limit: int
) -> list[sqlite3.Row]:
    """What `select ... FROM jobs JOIN ...` gives for this server, or this conversation, newest first."""
    return await database.rows(
        newest_sql(select, private=guild_id is None),
        {"guild_id": guild_id, "channel_id": channel_id, "limit": limit},
    )


def newest_sql(select: str, *, private: bool) -> str:
    """`select` with the place, the order and the limit put behind it."""
    return f"{select} WHERE {here_sql(private=private)} ORDER BY jobs.id DESC LIMIT :limit"


def here_sql(*, private: bool) -> str:
    """The condition that a job is of the server `:guild_id`, or of the conversation `:channel_id`."""
    return (
        "jobs.guild_id IS NULL AND jobs.channel_id = :channel_id" if private else "jobs.guild_id = :guild_id"
    )


@asynccontextmanager
async def writing_about(database: Database, work_id: int) -> AsyncGenerator[aiosqlite.Connection, None]:
    """A transaction whose rows name a work; BadRequest(NO_WORK) when there is no such work."""
    try:
        async with database.transaction() as connection:
            yield connection
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
            raise
        raise _no_work(work_id) from error


def _no_work(work_id: int) -> BadRequest:
    return BadRequest(Reason.NO_WORK, value=f"#{work_id}")
