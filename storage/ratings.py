"""What people think of works: one standing vote a person and work, and the works they saved.

A rated or saved clip keeps its files. Knows nothing of reactions and buttons, only what they mean.
"""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import aiosqlite

from domain.errors import BadRequest, Reason
from storage.database import Database
from storage.times import now_milliseconds

VOTE = (1, 5)
"""Lowest and highest vote; a thumb down and up are the same two."""


class Ratings:
    """Votes. Writes raise Unavailable(DATABASE_BUSY or DISK_FULL) and are on the disk once they return."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def vote(self, work_id: int, *, user_id: int, value: int) -> None:
        """Set this person's vote, in place of an earlier one. Raises BadRequest(NOT_FOUND)."""
        low, high = VOTE
        if not low <= value <= high:
            raise ValueError(f"a vote is {low} to {high}, not {value}")
        async with _writing_about(self._database, work_id) as connection:
            await connection.execute(
                "INSERT INTO ratings (work_id, user_id, value, changed_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (work_id, user_id)"
                " DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
                (work_id, user_id, value, now_milliseconds()),
            )

    async def withdraw(self, work_id: int, *, user_id: int) -> None:
        """Take this person's vote back, if there is one."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "DELETE FROM ratings WHERE work_id = ? AND user_id = ?", (work_id, user_id)
            )

    async def of(self, work_id: int) -> dict[int, int]:
        """The work's votes, by user id."""
        rows = await self._database.rows("SELECT user_id, value FROM ratings WHERE work_id = ?", (work_id,))
        return {row["user_id"]: row["value"] for row in rows}


class Favourites:
    """Saved works. Writes raise Unavailable(DATABASE_BUSY or DISK_FULL)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, work_id: int, *, user_id: int) -> None:
        """Save the work for this person; saving twice is saving once. Raises BadRequest(NOT_FOUND)."""
        async with _writing_about(self._database, work_id) as connection:
            await connection.execute(
                "INSERT INTO favourites (work_id, user_id, created_at) VALUES (?, ?, ?)"
                " ON CONFLICT (work_id, user_id) DO NOTHING",
                (work_id, user_id, now_milliseconds()),
            )

    async def unsave(self, work_id: int, *, user_id: int) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                "DELETE FROM favourites WHERE work_id = ? AND user_id = ?", (work_id, user_id)
            )

    async def of(self, work_id: int) -> set[int]:
        """The ids of those who saved the work."""
        rows = await self._database.rows("SELECT user_id FROM favourites WHERE work_id = ?", (work_id,))
        return {row["user_id"] for row in rows}


@asynccontextmanager
async def _writing_about(database: Database, work_id: int) -> AsyncGenerator[aiosqlite.Connection, None]:
    """A transaction whose rows name a work; BadRequest(NOT_FOUND) when there is no such work."""
    try:
        async with database.transaction() as connection:
            yield connection
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
            raise
        raise BadRequest(Reason.NOT_FOUND, value=f"#{work_id}") from error
