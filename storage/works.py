"""What clips and verse have in common: a job finished by a row among the works, shown where it was made.

Knows nothing of what the works are.
"""

import sqlite3

import aiosqlite

from storage.database import Database
from storage.times import now_milliseconds


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
