"""Every run of fine-tuning, from its start to the moment when its server was told how it ended.

A run that is open when the bot stops is gone on with at the next start. Knows nothing of how it learns.
"""

import asyncio
import json
import shutil
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from domain.errors import BadRequest, Reason
from domain.finetuning import Preferred, Teachable
from storage.database import Database, Parameters
from storage.lessons import Rated, Selection
from storage.packing import pack, unpack
from storage.times import moment, now_milliseconds


class RunStatus(StrEnum):
    """Running is also what waits for its turn; DONE is one with a version, accepted or not."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Ids are Discord's but for `id`. `locale` is the language that it is told of in.

    `reason` says why it failed and `code` where its trace is in the log. Times are aware, in UTC.
    """

    id: int
    guild_id: int
    teachable: Teachable
    status: RunStatus
    user_id: int
    locale: str
    channel_id: int
    message_id: int | None
    selection: Selection
    reason: Reason | None
    code: str | None
    created_at: datetime
    ended_at: datetime | None


class FinetuneRuns:
    """The table of runs and the folder of their checkpoints.

    Writes raise Unavailable(DATABASE_BUSY or DISK_FULL). A run is done by `Versions.keep`.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    def folder_of(self, run_id: int) -> Path:
        """Where the run keeps its checkpoints."""
        return self._folder / str(run_id)

    async def begin(
        self,
        teachable: Teachable,
        selection: Selection,
        *,
        guild_id: int,
        user_id: int,
        locale: str,
        channel_id: int,
    ) -> Run:
        """A new run. Raises BadRequest(FINETUNE_UNDER_WAY) where the server has an open one."""
        lessons, now = _written(selection), now_milliseconds()
        try:
            async with self._database.transaction() as connection:
                cursor = await connection.execute(
                    "INSERT INTO finetune_runs (guild_id, teachable, status, user_id, locale, channel_id,"
                    " lessons, created_at) VALUES (?, ?, 'running', ?, ?, ?, ?, ?)",
                    (guild_id, teachable, user_id, locale, channel_id, lessons, now),
                )
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_UNIQUE:
                raise
            raise BadRequest(Reason.FINETUNE_UNDER_WAY) from error
        assert cursor.lastrowid is not None  # noqa: S101  an INSERT has one
        return await self.get(cursor.lastrowid)

    async def get(self, run_id: int) -> Run:
        """Raises LookupError."""
        row = await self._database.row("SELECT * FROM finetune_runs WHERE id = ?", (run_id,))
        if row is None:
            raise LookupError(f"no run {run_id}")
        return _run(row)

    async def newest(self, guild_id: int) -> Run | None:
        """The server's run that began last."""
        row = await self._database.row(
            "SELECT * FROM finetune_runs WHERE guild_id = ? ORDER BY id DESC LIMIT 1", (guild_id,)
        )
        return None if row is None else _run(row)

    async def unfinished(self) -> list[Run]:
        """Of all servers: what is open, and what ended without anybody being told. Oldest first."""
        rows = await self._database.rows(
            "SELECT * FROM finetune_runs WHERE status = 'running' OR told = 0 ORDER BY id"
        )
        return [_run(row) for row in rows]

    async def seconds_taken(self, teachable: Teachable) -> tuple[float, int] | None:
        """How long the last run that ended by itself took, on any server, and with how many lessons."""
        row = await self._database.row(
            "SELECT * FROM finetune_runs WHERE teachable = ? AND status = 'done' ORDER BY id DESC LIMIT 1",
            (teachable,),
        )
        if row is None:
            return None
        run = _run(row)
        seconds = 0.0 if run.ended_at is None else (run.ended_at - run.created_at).total_seconds()
        return seconds, len(run.selection.works)

    async def attach_message(self, run_id: int, *, channel_id: int, message_id: int) -> None:
        """Note which message tells of the run."""
        await self._update(
            "UPDATE finetune_runs SET channel_id = ?, message_id = ? WHERE id = ?",
            (channel_id, message_id, run_id),
        )

    async def cancel(self, run_id: int) -> None:
        await self._end(run_id, RunStatus.CANCELLED)

    async def interrupt(self, run_id: int) -> None:
        """End a run that can't be gone on with."""
        await self._end(run_id, RunStatus.INTERRUPTED)

    async def fail(self, run_id: int, reason: Reason, *, code: str | None) -> None:
        await self._end(run_id, RunStatus.FAILED, reason, code)

    async def told(self, run_id: int) -> None:
        """Note that people know how the run ended."""
        await self._update("UPDATE finetune_runs SET told = 1 WHERE id = ?", (run_id,))

    async def forget_checkpoints(self, run_id: int) -> None:
        """Remove the checkpoints of a run that ended; what can't be removed now, `tidy` removes."""
        await asyncio.to_thread(shutil.rmtree, self.folder_of(run_id), ignore_errors=True)

    async def tidy(self) -> None:
        """Remove the checkpoints of all runs that are not open. To be called once a start."""
        rows = await self._database.rows("SELECT id FROM finetune_runs WHERE status = 'running'")
        kept = {str(row["id"]) for row in rows}
        folders = await asyncio.to_thread(lambda: [path for path in self._folder.iterdir() if path.is_dir()])
        for folder in folders:
            if folder.name.isdecimal() and folder.name not in kept:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _end(
        self, run_id: int, status: RunStatus, reason: Reason | None = None, code: str | None = None
    ) -> None:
        """End an open run; one that had ended stays as it is."""
        await self._update(
            "UPDATE finetune_runs SET status = ?, reason = ?, code = ?, ended_at = ?"
            " WHERE id = ? AND status = 'running'",
            (status, reason, code, now_milliseconds(), run_id),
        )

    async def _update(self, sql: str, parameters: Parameters) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(sql, parameters)


def _written(selection: Selection) -> str:
    plain = {
        "works": [[each.work_id, each.approval, each.voters] for each in selection.works],
        "preferred": [list(asdict(each).values()) for each in selection.preferred],
    }
    return pack(json.dumps(plain))


def _run(row: sqlite3.Row) -> Run:
    lessons = json.loads(unpack(row["lessons"]))
    return Run(
        id=row["id"],
        guild_id=row["guild_id"],
        teachable=Teachable(row["teachable"]),
        status=RunStatus(row["status"]),
        user_id=row["user_id"],
        locale=row["locale"],
        channel_id=row["channel_id"],
        message_id=row["message_id"],
        selection=Selection(
            tuple(Rated(*each) for each in lessons["works"]),
            tuple(Preferred(*each) for each in lessons["preferred"]),
        ),
        reason=None if row["reason"] is None else Reason(row["reason"]),
        code=row["code"],
        created_at=moment(row["created_at"]),
        ended_at=None if row["ended_at"] is None else moment(row["ended_at"]),
    )
