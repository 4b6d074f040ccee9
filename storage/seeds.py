"""Seeds: tunes that people keep under names of their own, and may share with a server.

Knows nothing of where the music came from, nor what is made of it.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import aiosqlite

from domain.errors import BadRequest, Reason
from domain.seeds import Seed, clean_name, name_key
from domain.transformations import Source
from storage.database import Database, Parameters
from storage.times import moment, now_milliseconds

MAX_SEEDS = 100
"""Of one person."""

_MOST_ALIKE = 5
"""Of seeds that a name may mean, so many are named back."""

_COLUMNS = "seeds.id, seeds.name, seeds.user_id, shared.owner"
_SEEDS = " FROM seeds LEFT JOIN shared_seeds AS shared ON seed_id = seeds.id AND guild_id = :guild_id"
_MINE = "seeds.user_id = :user_id"
_SEEN = f"({_MINE} OR seeds.id IN (SELECT seed_id FROM shared_seeds WHERE guild_id = :guild_id))"  # noqa: S608
_MINE_FIRST = "ORDER BY seeds.user_id <> :user_id, seeds.key, seeds.id"

_COLON = re.compile(r"\s*[:：]\s*")


@dataclass(frozen=True, slots=True)
class SeedName:
    """What a seed is picked by. `owner` is what the person who shares it here is called; None unshared."""

    id: int
    name: str
    user_id: int
    owner: str | None

    @property
    def full_name(self) -> str:
        """What it may be called by all who see it."""
        return self.name if self.owner is None else f"{self.owner}: {self.name}"


@dataclass(frozen=True, slots=True)
class StoredSeed(SeedName):
    """A seed whole. `created_at`, aware and in UTC, is when its music was saved."""

    source: Source
    created_at: datetime


class Seeds:
    """The tables of seeds. Writes raise Unavailable(DATABASE_BUSY or DISK_FULL).

    Names are compared by `domain.seeds.name_key`, and only one person's must differ. `guild_id` is the
    server where somebody asks, None in a direct message, where nothing is shared.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def check_free(self, name: str, *, user_id: int, replace: bool = False) -> None:
        """Raises BadRequest (SEED_NAME_TAKEN, TOO_MANY_SEEDS) where `save` would, before music is read."""
        async with self._database.transaction() as connection:
            await _check_free(connection, name, user_id=user_id, replace=replace)

    async def save(self, seed: Seed, *, user_id: int, replace: bool = False) -> None:
        """Keep the seed, with `replace` in place of the one of that name, which stays shared where it was.

        Raises BadRequest (SEED_NAME_TAKEN, TOO_MANY_SEEDS); then nothing has changed.
        """
        source = json.dumps(seed.source.to_plain(), ensure_ascii=False)
        async with self._database.transaction() as connection:
            await _check_free(connection, seed.name, user_id=user_id, replace=replace)
            await connection.execute(
                "INSERT INTO seeds (user_id, name, key, created_at, source) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (key, user_id) DO UPDATE"
                " SET name = excluded.name, created_at = excluded.created_at, source = excluded.source",
                (user_id, seed.name, seed.key, now_milliseconds(), source),
            )

    async def find(self, called: str, *, user_id: int, guild_id: int | None) -> StoredSeed:
        """The seed that this person means: one of their own, else one that is shared here.

        `owner: name` tells several people's of one name apart. Raises BadRequest (NO_SEED, in the same
        words for others' seeds and for those that never were, and SEEDS_ALIKE).
        """
        who = {"user_id": user_id, "guild_id": guild_id}
        if mine := await self._read(f"{_MINE} AND seeds.key = :key", {**who, "key": name_key(called)}):
            return mine[0]
        named = "owner IS NOT NULL AND seeds.key = :key"
        shared = await self._read(named, {**who, "key": name_key(called)})
        for owner, name in _owned(called):
            of_owner = {**who, "key": name_key(name), "owner_key": name_key(owner)}
            shared += await self._read(f"{named} AND owner_key = :owner_key", of_owner)
        if not shared:
            raise BadRequest(Reason.NO_SEED, value=called)
        if len(shared) > 1:
            alike = ", ".join(seed.full_name for seed in shared[:_MOST_ALIKE])
            raise BadRequest(Reason.SEEDS_ALIKE, value=called, seeds=alike)
        return shared[0]

    async def find_own(self, called: str, *, user_id: int, guild_id: int | None) -> StoredSeed:
        """One of this person's own. Raises BadRequest (NO_OWN_SEED)."""
        who = {"user_id": user_id, "guild_id": guild_id, "key": name_key(called)}
        if mine := await self._read(f"{_MINE} AND seeds.key = :key", who):
            return mine[0]
        raise BadRequest(Reason.NO_OWN_SEED, value=called)

    async def get(self, seed_id: int, *, user_id: int, guild_id: int | None) -> StoredSeed | None:
        """The seed, if it is this person's or shared here; None for others' and unknown ones."""
        who = {"user_id": user_id, "guild_id": guild_id, "id": seed_id}
        seen = await self._read(f"seeds.id = :id AND ({_MINE} OR owner IS NOT NULL)", who)
        return seen[0] if seen else None

    async def names(
        self, typed: str, *, user_id: int, guild_id: int | None, limit: int, mine_only: bool = False
    ) -> list[SeedName]:
        """The seeds that this person sees here and whose own or owner's name has `typed` in it."""
        rows = await self._database.rows(
            f"SELECT {_COLUMNS}{_SEEDS} WHERE {_MINE if mine_only else _SEEN}"
            " AND (instr(seeds.key, :typed) OR seeds.user_id <> :user_id AND instr(owner_key, :typed))"
            " ORDER BY seeds.user_id <> :user_id, instr(seeds.key, :typed) <> 1, seeds.key, seeds.id"
            " LIMIT :limit",
            {"user_id": user_id, "guild_id": guild_id, "typed": name_key(typed), "limit": limit},
        )
        return [SeedName(row["id"], row["name"], row["user_id"], row["owner"]) for row in rows]

    async def page(
        self, *, user_id: int, guild_id: int | None, offset: int, limit: int
    ) -> tuple[list[StoredSeed], int]:
        """So many of the seeds that this person sees here, their own first, and how many there are in all."""
        who = {"user_id": user_id, "guild_id": guild_id}
        [row] = await self._database.rows(f"SELECT count(*) AS seeds{_SEEDS} WHERE {_SEEN}", who)
        seeds = await self._read(
            f"{_SEEN} {_MINE_FIRST} LIMIT :limit OFFSET :offset", {**who, "limit": limit, "offset": offset}
        )
        return seeds, row["seeds"]

    async def rename(self, seed_id: int, name: str) -> None:
        """Call it by a name as typed. Raises BadRequest (SEED_NAME_TAKEN, and what `clean_name` does)."""
        name = clean_name(name)
        try:
            async with self._database.transaction() as connection:
                await connection.execute(
                    "UPDATE seeds SET name = ?, key = ? WHERE id = ?", (name, name_key(name), seed_id)
                )
        except sqlite3.IntegrityError as error:
            raise BadRequest(Reason.SEED_NAME_TAKEN, value=name) from error

    async def share(self, seed_id: int, *, guild_id: int, owner: str) -> None:
        """Have everybody of the server see the seed, as that of who is called `owner` there."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "INSERT INTO shared_seeds (guild_id, seed_id, owner, owner_key)"
                " SELECT ?, id, ?, ? FROM seeds WHERE id = ?"
                " ON CONFLICT (guild_id, seed_id) DO UPDATE"
                " SET owner = excluded.owner, owner_key = excluded.owner_key",
                (guild_id, owner, name_key(owner), seed_id),
            )

    async def unshare(self, seed_id: int, *, guild_id: int) -> None:
        """Have the server see the seed no longer."""
        async with self._database.transaction() as connection:
            await connection.execute(
                "DELETE FROM shared_seeds WHERE guild_id = ? AND seed_id = ?", (guild_id, seed_id)
            )

    async def delete(self, seed_id: int) -> None:
        """Remove the seed, wherever it is shared; what was made of it stays."""
        async with self._database.transaction() as connection:
            await connection.execute("DELETE FROM seeds WHERE id = ?", (seed_id,))

    async def _read(self, which: str, parameters: Parameters) -> list[StoredSeed]:
        rows = await self._database.rows(
            f"SELECT {_COLUMNS}, seeds.created_at, seeds.source{_SEEDS} WHERE {which}", parameters
        )
        return [
            StoredSeed(
                row["id"],
                row["name"],
                row["user_id"],
                row["owner"],
                Source.from_plain(json.loads(row["source"])),
                moment(row["created_at"]),
            )
            for row in rows
        ]


async def _check_free(connection: aiosqlite.Connection, name: str, *, user_id: int, replace: bool) -> None:
    [[taken]] = await connection.execute_fetchall(
        "SELECT count(*) FROM seeds WHERE key = ? AND user_id = ?", (name_key(name), user_id)
    )
    if taken and not replace:
        raise BadRequest(Reason.SEED_NAME_TAKEN, value=name)
    [[kept]] = await connection.execute_fetchall("SELECT count(*) FROM seeds WHERE user_id = ?", (user_id,))
    if kept >= MAX_SEEDS and not taken:
        raise BadRequest(Reason.TOO_MANY_SEEDS, limit=MAX_SEEDS)


def _owned(called: str) -> Iterator[tuple[str, str]]:
    """The ways to read an owner and a name in what was typed: either may have a colon in it."""
    for colon in _COLON.finditer(called):
        yield called[: colon.start()], called[colon.end() :]
