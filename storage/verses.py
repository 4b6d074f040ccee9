"""Finished verse, a song's words among it: a row each, and no files."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

import aiosqlite

from domain.verses import Language, Verse
from storage import works
from storage.database import Database, unbroken
from storage.packing import pack, unpack
from storage.times import moment

_VERSE_ROW = """
    SELECT verses.id, verses.verse, works.created_at, jobs.user_id, jobs.guild_id, jobs.channel_id
    FROM jobs JOIN works USING (id) JOIN verses USING (id) WHERE id = :id
"""
_VERSE_NAMES = """
    SELECT jobs.id, works.title, verses.language FROM jobs JOIN works USING (id) JOIN verses USING (id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVerse:
    """Verse as the library knows it; its id is its job's id, shown as `#42`, and a song's own.

    `created_at` is aware, in UTC; `user_id` is who asked for it.
    """

    id: int
    verse: Verse
    user_id: int
    guild_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VerseName:
    """What verse is picked by."""

    id: int
    title: str
    language: Language


class Verses:
    """The table of verses. Its rows are never cleaned away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, job_id: int, verse: Verse) -> StoredVerse:
        """Keep the verse of an open job and finish the job.

        On an error the job is still open, and it may be tried again. Cancelled, it first finishes. Raises
        Unavailable(DATABASE_BUSY or DISK_FULL), and ValueError for a job that is not open.
        """
        return await unbroken(self._save(job_id, verse))

    async def get(
        self, work_id: int, *, guild_id: int | None, channel_id: int | None = None
    ) -> StoredVerse | None:
        """The verse, or the song's, where it was made on this server; None for others and unknown ones.

        `guild_id` None looks among direct messages; give `channel_id` as well to find only those of this
        conversation.
        """
        row = await self._database.row(_VERSE_ROW, {"id": work_id})
        if row is None or not works.is_shown(row, guild_id=guild_id, channel_id=channel_id):
            return None
        return _stored_verse(row)

    async def newest(self, *, guild_id: int | None, channel_id: int, limit: int) -> list[VerseName]:
        """The newest verse of this server, or of this conversation, newest first; songs by their titles."""
        rows = await works.newest(
            self._database, _VERSE_NAMES, guild_id=guild_id, channel_id=channel_id, limit=limit
        )
        return [VerseName(row["id"], row["title"], Language(row["language"])) for row in rows]

    async def _save(self, job_id: int, verse: Verse) -> StoredVerse:
        await works.check_open(self._database, job_id)
        async with self._database.transaction() as connection:
            await works.finish(
                connection, job_id, title=verse.title, model_version=verse.recipe.model_version
            )
            await add_verse(connection, job_id, verse)
            [row] = await connection.execute_fetchall(_VERSE_ROW, {"id": job_id})
        return _stored_verse(row)


async def add_verse(connection: aiosqlite.Connection, work_id: int, verse: Verse) -> None:
    """Add the row of a work's words, within the transaction that adds the work."""
    await connection.execute(
        "INSERT INTO verses (id, language, verse) VALUES (?, ?, ?)",
        (work_id, verse.recipe.request.language, verse_text(verse)),
    )


def verse_text(verse: Verse) -> str:
    """What a row keeps of verse."""
    return pack(json.dumps(verse.to_plain(), ensure_ascii=False))


def read_verse(text: str) -> Verse:
    """The verse that `verse_text` was given."""
    return Verse.from_plain(json.loads(unpack(text)))


def _stored_verse(row: sqlite3.Row) -> StoredVerse:
    return StoredVerse(
        id=row["id"],
        verse=read_verse(row["verse"]),
        user_id=row["user_id"],
        guild_id=row["guild_id"],
        created_at=moment(row["created_at"]),
    )
