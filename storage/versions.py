"""A server's versions of the styles: what each run came to, and which one is in use.

A version's file is on the disk before its row is, so a row never promises what is not there. Version 0 is
the shipped model, which has no row. Knows nothing of what is in the files.
"""

import asyncio
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import aiosqlite

from domain.errors import BadRequest, Reason
from domain.finetuning import Aspect, Change, Finetuned, Refusal, Teachable
from storage.adapters import AdapterFolder
from storage.database import Database, unbroken
from storage.errors import plain_errors
from storage.times import moment, now_milliseconds

SHIPPED = 0
"""The number of the model that everybody begins with."""

_STANDING = """
    SELECT id, version_id, before_id FROM standings WHERE guild_id = ? AND teachable = ?
    ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version; `adapter` names its file, None where nothing could be learned.

    `warned` says that its server was told that the file can't be used. `created_at` is aware, in UTC.
    """

    id: int
    run_id: int
    guild_id: int
    teachable: Teachable
    number: int
    adapter: str | None
    refusal: Refusal | None
    figures: Mapping[str, float]
    changes: tuple[Change, ...]
    warned: bool
    created_at: datetime

    @property
    def accepted(self) -> bool:
        return self.refusal is None


class Versions:
    """Writes raise Unavailable(DATABASE_BUSY or DISK_FULL) and are on the disk once they return."""

    def __init__(self, database: Database, folder: AdapterFolder) -> None:
        self._database = database
        self._folder = folder

    async def keep(self, run_id: int, finetuned: Finetuned, *, use: bool) -> Version:
        """Keep what an open run came to, end the run, and, with `use`, put an accepted version in use.

        All of it or nothing. Raises ValueError for a run that is not open.
        """
        return await unbroken(self._keep(run_id, finetuned, use=use))

    async def of_run(self, run_id: int) -> Version | None:
        row = await self._database.row("SELECT * FROM versions WHERE run_id = ?", (run_id,))
        return None if row is None else _version(row)

    async def all(self, guild_id: int, teachable: Teachable | None = None) -> list[Version]:
        """The server's versions, of one style or of all, newest first."""
        rows = await self._database.rows(
            "SELECT * FROM versions WHERE guild_id = :guild_id AND :teachable IN (teachable, '')"
            " ORDER BY id DESC",
            {"guild_id": guild_id, "teachable": teachable or ""},
        )
        return [_version(row) for row in rows]

    async def get(self, guild_id: int, teachable: Teachable, number: int) -> Version:
        """Raises BadRequest(NO_VERSION)."""
        row = await self._database.row(
            "SELECT * FROM versions WHERE guild_id = ? AND teachable = ? AND number = ?",
            (guild_id, teachable, number),
        )
        if row is None:
            raise BadRequest(Reason.NO_VERSION, value=number)
        return _version(row)

    async def in_use(self, guild_id: int, teachable: Teachable) -> Version | None:
        """The version that the server's next request is made by; None: the shipped model."""
        row = await self._database.row(
            "SELECT * FROM versions WHERE id = (SELECT version_id FROM standings"
            " WHERE guild_id = ? AND teachable = ? ORDER BY id DESC LIMIT 1)",
            (guild_id, teachable),
        )
        return None if row is None else _version(row)

    async def adapter(self, guild_id: int | None, teachable: Teachable) -> str | None:
        """The name of the adapter in use; None: the shipped model, as in every private conversation."""
        version = None if guild_id is None else await self.in_use(guild_id, teachable)
        return None if version is None else version.adapter

    async def usable(self, guild_id: int, teachable: Teachable, number: int) -> Version | None:
        """The version of this number; None for the shipped model.

        Raises BadRequest: NO_VERSION, VERSION_REJECTED for one that was not accepted, VERSION_DAMAGED where
        its file is not there or not whole.
        """
        if number == SHIPPED:
            return None
        version = await self.get(guild_id, teachable, number)
        if not version.accepted:
            raise BadRequest(Reason.VERSION_REJECTED, value=number)
        if not await self.is_whole(version):
            raise BadRequest(Reason.VERSION_DAMAGED, value=number)
        return version

    async def use(self, guild_id: int, teachable: Teachable, number: int) -> Version | None:
        """Put a version in use, from the next request on; raises as `usable` does."""
        version = await self.usable(guild_id, teachable, number)
        async with self._database.transaction() as connection:
            standing = await _standing(connection, guild_id, teachable)
            new = None if version is None else version.id
            if new != (None if standing is None else standing["version_id"]):
                before = None if standing is None else standing["id"]
                await _set(connection, guild_id, teachable, new, before=before)
        return version

    async def rollback(self, guild_id: int, teachable: Teachable) -> Version | None:
        """Return to what was in use before; None: the shipped model. Raises BadRequest(NOTHING_BEFORE)."""
        async with self._database.transaction() as connection:
            standing = await _standing(connection, guild_id, teachable)
            if standing is None or (standing["version_id"] is None and standing["before_id"] is None):
                raise BadRequest(Reason.NOTHING_BEFORE)
            earlier = list(
                await connection.execute_fetchall(
                    "SELECT version_id, before_id FROM standings WHERE id = ?", (standing["before_id"],)
                )
            )
            version_id, before = tuple(earlier[0]) if earlier else (None, None)
            await _set(connection, guild_id, teachable, version_id, before=before)
        return await self.in_use(guild_id, teachable)

    async def is_whole(self, version: Version) -> bool:
        """Whether the version's file is there, and is what it was."""
        return version.adapter is not None and await asyncio.to_thread(self._folder.is_whole, version.adapter)

    async def warn(self, guild_id: int, adapter: str) -> Version | None:
        """Note that the server is told that this file can't be used; None where it was told before."""
        async with self._database.transaction() as connection:
            rows = list(
                await connection.execute_fetchall(
                    "UPDATE versions SET warned_at = ? WHERE guild_id = ? AND adapter = ?"
                    " AND warned_at IS NULL RETURNING *",
                    (now_milliseconds(), guild_id, adapter),
                )
            )
        return _version(rows[-1]) if rows else None

    async def tidy(self) -> int:
        """Remove the files that a crash left; how many. To be called once a start."""
        rows = await self._database.rows("SELECT DISTINCT adapter FROM versions WHERE adapter IS NOT NULL")
        return await asyncio.to_thread(self._folder.sweep, kept={row["adapter"] for row in rows})

    async def _keep(self, run_id: int, finetuned: Finetuned, *, use: bool) -> Version:
        adapter = None
        if finetuned.adapter is not None:
            with plain_errors():
                adapter = await asyncio.to_thread(self._folder.write, finetuned.adapter)
        # A crash here leaves a file for `tidy`, never a row that promises one.
        async with self._database.transaction() as connection:
            ended = list(
                await connection.execute_fetchall(
                    "UPDATE finetune_runs SET status = 'done', ended_at = ?"
                    " WHERE id = ? AND status = 'running' RETURNING guild_id, teachable",
                    (now_milliseconds(), run_id),
                )
            )
            if not ended:
                raise ValueError(f"run {run_id} is not open")
            guild_id, teachable = ended[0]["guild_id"], Teachable(ended[0]["teachable"])
            version = await _insert(connection, run_id, guild_id, teachable, adapter, finetuned)
            if use and version.accepted and adapter is not None:
                standing = await _standing(connection, guild_id, teachable)
                before = None if standing is None else standing["id"]
                await _set(connection, guild_id, teachable, version.id, before=before)
        return version


async def _insert(
    connection: aiosqlite.Connection,
    run_id: int,
    guild_id: int,
    teachable: Teachable,
    adapter: str | None,
    finetuned: Finetuned,
) -> Version:
    gated = finetuned.gated
    [row] = await connection.execute_fetchall(
        "INSERT INTO versions (run_id, guild_id, teachable, number, adapter, refusal, figures, changes,"
        " created_at) VALUES (:run_id, :guild_id, :teachable, (SELECT 1 + count(*) FROM versions"
        " WHERE guild_id = :guild_id AND teachable = :teachable), :adapter, :refusal, :figures, :changes,"
        " :now) RETURNING *",
        {
            "run_id": run_id,
            "guild_id": guild_id,
            "teachable": teachable,
            "adapter": adapter,
            "refusal": gated.refusal,
            "figures": json.dumps(dict(gated.figures)),
            "changes": json.dumps([asdict(change) for change in finetuned.changes]),
            "now": now_milliseconds(),
        },
    )
    return _version(row)


async def _standing(
    connection: aiosqlite.Connection, guild_id: int, teachable: Teachable
) -> sqlite3.Row | None:
    rows = list(await connection.execute_fetchall(_STANDING, (guild_id, teachable)))
    return rows[0] if rows else None


async def _set(
    connection: aiosqlite.Connection,
    guild_id: int,
    teachable: Teachable,
    version_id: int | None,
    *,
    before: int | None,
) -> None:
    await connection.execute(
        "INSERT INTO standings (guild_id, teachable, version_id, before_id, set_at) VALUES (?, ?, ?, ?, ?)",
        (guild_id, teachable, version_id, before, now_milliseconds()),
    )


def _version(row: sqlite3.Row) -> Version:
    return Version(
        id=row["id"],
        run_id=row["run_id"],
        guild_id=row["guild_id"],
        teachable=Teachable(row["teachable"]),
        number=row["number"],
        adapter=row["adapter"],
        refusal=None if row["refusal"] is None else Refusal(row["refusal"]),
        figures=json.loads(row["figures"]),
        changes=tuple(_change(**each) for each in json.loads(row["changes"])),
        warned=row["warned_at"] is not None,
        created_at=moment(row["created_at"]),
    )


def _change(*, aspect: str, strength: float, name: str) -> Change:
    return Change(Aspect(aspect), strength, name)
