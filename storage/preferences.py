"""Pairs of works that people compare without knowing which is which, and what they picked.

Knows nothing of messages and buttons. A work that is deleted takes its pairs and their picks with it.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.errors import BadRequest, Reason
from storage import works
from storage.database import Database
from storage.times import moment, now_milliseconds

_PAIRS = """
    SELECT pairs.id, a_id, b_id, differ_in, pairs.created_at,
        a.model_version AS a_version, b.model_version AS b_version,
        jobs.user_id, jobs.guild_id, jobs.channel_id
    FROM pairs JOIN works AS a ON a.id = pairs.a_id JOIN works AS b ON b.id = pairs.b_id
        JOIN jobs ON jobs.id = pairs.a_id
"""
_PICKS_HERE = """
    SELECT picks.pair_id, picks.pick,
        (SELECT pick FROM pick_events WHERE pair_id = picks.pair_id AND user_id = picks.user_id
         ORDER BY id LIMIT 1) AS blind
    FROM jobs JOIN pairs ON pairs.a_id = jobs.id JOIN picks ON picks.pair_id = pairs.id
"""


class Pick(StrEnum):
    A = "a"
    B = "b"
    EQUAL = "equal"


class Difference(StrEnum):
    """What the two works of a pair were made to differ in."""

    SEED = "seed"
    VERSION = "version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two works of one request; `a_id` is the one posted as A. `created_at` is aware, in UTC."""

    id: int
    a_id: int
    b_id: int
    a_version: str
    b_version: str
    differ_in: Difference
    user_id: int
    guild_id: int | None
    channel_id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PickEvent:
    """One press, at an aware time in UTC."""

    user_id: int
    pick: Pick
    picked_at: datetime


@dataclass(frozen=True, slots=True)
class Comparison:
    """A pair, and how many people picked what.

    `standing` counts their present picks, `blind` their first ones: whoever changes a pick knows by then
    which is which.
    """

    pair: Pair
    standing: Mapping[Pick, int]
    blind: Mapping[Pick, int]


class Preferences:
    """Writes raise Unavailable(DATABASE_BUSY or DISK_FULL) and are on the disk once they return."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_pair(self, a_id: int, b_id: int, *, differ_in: Difference = Difference.SEED) -> int:
        """The id of a new pair of two works; never again another pair's."""
        async with self._database.transaction() as connection:
            cursor = await connection.execute(
                "INSERT INTO pairs (a_id, b_id, differ_in, created_at) VALUES (?, ?, ?, ?)",
                (a_id, b_id, differ_in, now_milliseconds()),
            )
        assert cursor.lastrowid is not None  # noqa: S101  an INSERT has one
        return cursor.lastrowid

    async def attach_message(self, pair_id: int, *, channel_id: int, message_id: int) -> None:
        """Note which message holds the two; `Postings.of` then names it as a place of both."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "UPDATE pairs SET channel_id = ?, message_id = ? WHERE id = ?",
                (channel_id, message_id, pair_id),
            )

    async def pair(self, pair_id: int, *, guild_id: int | None, channel_id: int | None = None) -> Pair | None:
        """The pair, where it was made on this server; None for others, and once one of the two is deleted.

        `guild_id` None looks among direct messages; give `channel_id` as well to find only those of this
        conversation.
        """
        row = await self._database.row(f"{_PAIRS} WHERE pairs.id = ?", (pair_id,))
        if row is None or not works.is_shown(row, guild_id=guild_id, channel_id=channel_id):
            return None
        return _pair(row)

    async def in_message(self, message_id: int) -> Pair | None:
        """The pair that the message holds; None for any other message."""
        row = await self._database.row(f"{_PAIRS} WHERE pairs.message_id = ?", (message_id,))
        return None if row is None else _pair(row)

    async def pick(self, pair_id: int, *, user_id: int, pick: Pick) -> None:
        """Note this person's press, which stands in place of an earlier one. Raises BadRequest(PAIR_GONE)."""
        now = now_milliseconds()
        try:
            async with self._database.transaction() as connection:
                await connection.execute(
                    "INSERT INTO pick_events (pair_id, user_id, pick, picked_at) VALUES (?, ?, ?, ?)",
                    (pair_id, user_id, pick, now),
                )
                await connection.execute(
                    "INSERT INTO picks (pair_id, user_id, pick, changed_at) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (pair_id, user_id)"
                    " DO UPDATE SET pick = excluded.pick, changed_at = excluded.changed_at",
                    (pair_id, user_id, pick, now),
                )
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
                raise
            raise BadRequest(Reason.PAIR_GONE) from error

    async def withdraw(self, pair_id: int, *, user_id: int, pick: Pick) -> None:
        """Take this person's standing pick back, if it is this one; that it was made stays noted."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "DELETE FROM picks WHERE pair_id = ? AND user_id = ? AND pick = ?", (pair_id, user_id, pick)
            )

    async def picks(self, pair_id: int) -> dict[int, Pick]:
        """The standing picks of a pair, by user id."""
        rows = await self._database.rows("SELECT user_id, pick FROM picks WHERE pair_id = ?", (pair_id,))
        return {row["user_id"]: Pick(row["pick"]) for row in rows}

    async def events(self, pair_id: int) -> list[PickEvent]:
        """Every press on a pair, oldest first."""
        rows = await self._database.rows(
            "SELECT user_id, pick, picked_at FROM pick_events WHERE pair_id = ? ORDER BY id", (pair_id,)
        )
        return [PickEvent(row["user_id"], Pick(row["pick"]), moment(row["picked_at"])) for row in rows]

    async def here(self, *, guild_id: int | None, channel_id: int) -> list[Comparison]:
        """All pairs of this server, or of this conversation, on which anybody picked, oldest first.

        To learn from: whose picks they are is left out.
        """
        place = works.here_sql(private=guild_id is None)
        where = {"guild_id": guild_id, "channel_id": channel_id}
        pairs = await self._database.rows(f"{_PAIRS} WHERE {place} ORDER BY pairs.id", where)
        picked: dict[int, list[sqlite3.Row]] = {}
        for row in await self._database.rows(f"{_PICKS_HERE} WHERE {place}", where):
            picked.setdefault(row["pair_id"], []).append(row)
        return [
            Comparison(_pair(row), _counted(picks, "pick"), _counted(picks, "blind"))
            for row in pairs
            if (picks := picked.get(row["id"]))
        ]


def _counted(rows: Sequence[sqlite3.Row], column: str) -> dict[Pick, int]:
    counts = Counter(row[column] for row in rows)
    return {pick: counts[pick] for pick in Pick}


def _pair(row: sqlite3.Row) -> Pair:
    return Pair(
        id=row["id"],
        a_id=row["a_id"],
        b_id=row["b_id"],
        a_version=row["a_version"],
        b_version=row["b_version"],
        differ_in=Difference(row["differ_in"]),
        user_id=row["user_id"],
        guild_id=row["guild_id"],
        channel_id=row["channel_id"],
        created_at=moment(row["created_at"]),
    )
