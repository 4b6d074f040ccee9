"""Every request anybody made, and what became of it. Knows nothing of works or of Discord."""

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.errors import BadRequest, Reason
from domain.requests import WorkRequest, read_request
from storage.database import Database, Parameters
from storage.packing import pack, unpack
from storage.times import moment, now_milliseconds


class JobKind(StrEnum):
    """Which request it is: each of them names its kind."""

    COMPOSE = "compose"
    BLEND = "blend"
    VARY = "vary"
    ACCOMPANY = "accompany"
    RESTYLE = "restyle"
    LYRICS = "lyrics"
    SONG = "song"


class JobStatus(StrEnum):
    """A job is open while queued or running; INTERRUPTED is one whose bot died or was stopped."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One request and its state. Ids are Discord's; `guild_id` is None in a direct message.

    `request` is None where what was asked for could not be made one. `reason` says why it failed and
    `code` where its trace is in the log. Times are aware, in UTC.
    """

    id: int
    kind: JobKind
    request: WorkRequest | None
    status: JobStatus
    user_id: int
    guild_id: int | None
    channel_id: int
    message_id: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    reason: Reason | None
    code: str | None
    model_version: str | None


class Jobs:
    """The table of jobs. Writes raise Unavailable(DATABASE_BUSY or DISK_FULL), unknown ids LookupError.

    A job is finished by `Clips.save` or `Verses.save`, in one transaction with its work.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, request: WorkRequest, *, user_id: int, guild_id: int | None, channel_id: int) -> int:
        """The id of a new, queued job. Once returned, the row outlives a crash."""
        return await self._insert(
            "INSERT INTO jobs (kind, request, status, user_id, guild_id, channel_id, created_at)"
            " VALUES (?, ?, 'queued', ?, ?, ?, ?)",
            (
                JobKind(request.kind),
                pack(request.to_json()),
                user_id,
                guild_id,
                channel_id,
                now_milliseconds(),
            ),
        )

    async def refuse(
        self,
        options: str,
        reason: Reason,
        *,
        kind: JobKind,
        user_id: int,
        guild_id: int | None,
        channel_id: int,
    ) -> int:
        """The id of a new job that failed at once: its `options`, as typed, make no request."""
        now = now_milliseconds()
        return await self._insert(
            "INSERT INTO jobs (kind, request, status, reason, user_id, guild_id, channel_id,"
            " created_at, finished_at) VALUES (?, ?, 'failed', ?, ?, ?, ?, ?, ?)",
            (kind, options, reason, user_id, guild_id, channel_id, now, now),
        )

    async def attach_message(self, job_id: int, *, channel_id: int, message_id: int) -> None:
        """Note which message shows the job's status and result."""
        await self._update(
            job_id,
            "UPDATE jobs SET channel_id = ?, message_id = ? WHERE id = ?",
            (channel_id, message_id, job_id),
        )

    async def start(self, job_id: int) -> None:
        """Mark a queued job running; an interrupted one is taken up again. No other status changes."""
        await self._update(
            job_id,
            "UPDATE jobs SET started_at = iif(status = 'running', started_at, :now),"
            " status = 'running', finished_at = NULL"
            " WHERE id = :id AND status IN ('queued', 'running', 'interrupted')",
            {"id": job_id, "now": now_milliseconds()},
        )

    async def fail(self, job_id: int, reason: Reason, *, code: str | None = None) -> None:
        """End an open job as failed.

        One that had already ended keeps its status and notes `reason` and `code` beside it: a clip
        that is kept although Discord refused its upload.
        """
        await self._update(
            job_id,
            "UPDATE jobs SET reason = :reason, code = :code,"
            " status = iif(status IN ('queued', 'running'), 'failed', status),"
            " finished_at = coalesce(finished_at, :now) WHERE id = :id",
            {"id": job_id, "reason": reason, "code": code, "now": now_milliseconds()},
        )

    async def cancel(self, job_id: int) -> None:
        """End an open job as cancelled; one that had already ended stays as it is."""
        await self._update(
            job_id,
            "UPDATE jobs SET status = 'cancelled', finished_at = ?"
            " WHERE id = ? AND status IN ('queued', 'running')",
            (now_milliseconds(), job_id),
        )

    async def get(self, job_id: int) -> Job:
        row = await self._database.row("SELECT * FROM jobs WHERE id = ?", (job_id,))
        if row is None:
            raise LookupError(f"no job {job_id}")
        return _job(row)

    async def interrupt_unfinished(self) -> list[Job]:
        """Mark every open job interrupted, and return them, oldest first.

        To be called once a start, before the first job is added: then the open ones are what an
        earlier process left behind.
        """
        async with self._database.transaction() as connection:
            rows = await connection.execute_fetchall(
                "SELECT * FROM jobs WHERE status IN ('queued', 'running') ORDER BY id"
            )
            now = now_milliseconds()
            await connection.execute(
                "UPDATE jobs SET status = 'interrupted', finished_at = ?"
                " WHERE status IN ('queued', 'running')",
                (now,),
            )
        return [replace(_job(row), status=JobStatus.INTERRUPTED, finished_at=moment(now)) for row in rows]

    async def _insert(self, sql: str, parameters: Parameters) -> int:
        async with self._database.transaction() as connection:
            cursor = await connection.execute(sql, parameters)
        assert cursor.lastrowid is not None  # noqa: S101  an INSERT has one
        return cursor.lastrowid

    async def _update(self, job_id: int, sql: str, parameters: Parameters) -> None:
        async with self._database.transaction() as connection:
            known = await connection.execute_fetchall("SELECT 1 FROM jobs WHERE id = ?", (job_id,))
            if not known:
                raise LookupError(f"no job {job_id}")
            await connection.execute(sql, parameters)


def _job(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"],
        kind=JobKind(row["kind"]),
        request=_request(row["request"]),
        status=JobStatus(row["status"]),
        user_id=row["user_id"],
        guild_id=row["guild_id"],
        channel_id=row["channel_id"],
        message_id=row["message_id"],
        created_at=moment(row["created_at"]),
        started_at=None if row["started_at"] is None else moment(row["started_at"]),
        finished_at=None if row["finished_at"] is None else moment(row["finished_at"]),
        reason=None if row["reason"] is None else Reason(row["reason"]),
        code=row["code"],
        model_version=row["model_version"],
    )


def _request(text: str) -> WorkRequest | None:
    try:
        return read_request(unpack(text))
    except (ValueError, KeyError, TypeError, AttributeError, BadRequest):
        return None
