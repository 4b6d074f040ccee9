"""Which message shows which work. A work may stand in several; a message shows one work, or a pair.

Knows nothing of what people do to messages.
"""

from dataclasses import dataclass

from storage.database import Database, Parameters
from storage.works import writing_about


@dataclass(frozen=True, slots=True)
class Posting:
    """A work's place on Discord; `guild_id` is None in a direct message."""

    work_id: int
    message_id: int
    channel_id: int
    guild_id: int | None


_POSTINGS = """
    SELECT postings.work_id, postings.message_id, postings.channel_id, jobs.guild_id
    FROM postings JOIN jobs ON jobs.id = postings.work_id
"""
_PAIRED = """
    UNION ALL SELECT :work_id, pairs.message_id, pairs.channel_id, jobs.guild_id
    FROM pairs JOIN jobs ON jobs.id = pairs.a_id
    WHERE (pairs.a_id = :work_id OR pairs.b_id = :work_id) AND pairs.message_id IS NOT NULL
"""
_ALL_PAIRED = """
    UNION ALL SELECT jobs.id, pairs.message_id, pairs.channel_id, jobs.guild_id
    FROM pairs JOIN jobs ON jobs.id IN (pairs.a_id, pairs.b_id) WHERE pairs.message_id IS NOT NULL
"""


class Postings:
    """The table of postings. Writes raise Unavailable(DATABASE_BUSY or DISK_FULL)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, work_id: int, *, channel_id: int, message_id: int) -> None:
        """Note that the message shows the work, from now on. Raises BadRequest(NO_WORK)."""
        async with writing_about(self._database, work_id) as connection:
            await connection.execute(
                "INSERT INTO postings (message_id, channel_id, work_id) VALUES (?, ?, ?)"
                " ON CONFLICT (message_id) DO UPDATE"
                " SET channel_id = excluded.channel_id, work_id = excluded.work_id",
                (message_id, channel_id, work_id),
            )

    async def work_of(self, message_id: int) -> int | None:
        """The id of the work that the message shows; None for any other message."""
        row = await self._database.row("SELECT work_id FROM postings WHERE message_id = ?", (message_id,))
        return None if row is None else row["work_id"]

    async def of(self, work_id: int) -> list[Posting]:
        """Where the work stands, oldest first; the message of a pair, too, which is no posting of either."""
        return await self._read(
            f"WHERE postings.work_id = :work_id {_PAIRED} ORDER BY 2", {"work_id": work_id}
        )

    async def newest(self, *, limit: int) -> list[Posting]:
        """The newest postings of all places, newest first; ids of messages grow with time.

        The message of a pair is there twice, once for each of the two.
        """
        return await self._read(f"{_ALL_PAIRED} ORDER BY 2 DESC, 1 LIMIT ?", (limit,))

    async def _read(self, which: str, parameters: Parameters) -> list[Posting]:
        rows = await self._database.rows(f"{_POSTINGS} {which}", parameters)
        return [
            Posting(row["work_id"], row["message_id"], row["channel_id"], row["guild_id"]) for row in rows
        ]
