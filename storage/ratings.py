"""What people think of works: one standing vote a person and work, and the works they saved.

`domain.votes` says what stands; here it is kept. A rated or saved clip keeps its files. Knows nothing of
Discord beyond ids and emoji.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import aiosqlite

from domain import votes
from domain.votes import DIGITS, VOTE, Mark, Marks, Sign, Standing, standing
from storage.database import Database
from storage.times import now_milliseconds
from storage.works import writing_about


class RatingSource(StrEnum):
    """How the bot learned what somebody said; read back: found at a start, said some time before."""

    REACTION = "reaction"
    BUTTON = "button"
    READBACK = "readback"


@dataclass(frozen=True, slots=True)
class Tally:
    """What all people together make of a work. `mean` is 1 to 5, None without votes."""

    votes: int
    mean: float | None
    saved: int


class Ratings:
    """Votes. Writes raise Unavailable(DATABASE_BUSY or DISK_FULL) and are on the disk once they return.

    What is said of a work that is not, or not any more, raises BadRequest(NO_WORK).
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def react(self, work_id: int, *, message_id: int, user_id: int, emoji: str) -> Standing:
        """Take note of a reaction that says something of the work; what stands now."""
        return await _change(
            self._database,
            work_id,
            user_id=user_id,
            change=lambda marks: votes.reacted(marks, message_id, emoji),
            source=RatingSource.REACTION,
        )

    async def unreact(self, work_id: int, *, message_id: int, user_id: int, emoji: str) -> Standing:
        """Take note that a reaction was removed; one that was never known changes nothing."""
        return await _change(
            self._database,
            work_id,
            user_id=user_id,
            change=lambda marks: votes.unreacted(marks, message_id, emoji),
            source=RatingSource.REACTION,
        )

    async def clear(self, work_id: int, *, message_id: int, emoji: str | None = None) -> None:
        """Take note that all reactions under the message were removed, or all with this emoji."""
        async with writing_about(self._database, work_id) as connection:
            for user_id, before in (await _all_marks(connection, work_id)).items():
                after = votes.unreacted(before, message_id, emoji)
                await _write(connection, work_id, user_id, before, after, source=RatingSource.REACTION)

    async def read_back(self, work_id: int, *, message_id: int, found: Mapping[str, Iterable[int]]) -> int:
        """Take note of the reactions that stand under the message: by emoji, the ids of those who made them.

        For how many people that was news.
        """
        by_user: dict[int, list[str]] = {}
        for emoji, user_ids in found.items():
            for user_id in user_ids:
                by_user.setdefault(user_id, []).append(emoji)
        async with writing_about(self._database, work_id) as connection:
            known = await _all_marks(connection, work_id)
            news = 0
            for user_id in known.keys() | by_user.keys():
                before = known.get(user_id, ())
                after = votes.read_back(before, message_id, by_user.get(user_id, ()))
                news += after != before
                await _write(connection, work_id, user_id, before, after, source=RatingSource.READBACK)
        return news

    async def press(self, work_id: int, *, user_id: int, sign: Sign) -> Standing:
        """Say `sign` by a button, or take it back where it is what stands; what stands now."""
        return await _change(
            self._database, work_id, user_id=user_id, change=lambda marks: votes.pressed(marks, sign)
        )

    async def vote(self, work_id: int, *, user_id: int, value: int) -> None:
        """Set this person's vote, in place of an earlier one."""
        low, high = VOTE
        if not low <= value <= high:
            raise ValueError(f"a vote is {low} to {high}, not {value}")
        sign = DIGITS[value - low]
        await _change(self._database, work_id, user_id=user_id, change=lambda marks: votes.said(marks, sign))

    async def withdraw(self, work_id: int, *, user_id: int) -> None:
        """Take this person's vote back, if there is one."""
        await _change(
            self._database,
            work_id,
            user_id=user_id,
            change=lambda marks: votes.taken_back(marks, DIGITS[0]),
        )

    async def of(self, work_id: int) -> dict[int, int]:
        """The work's votes, by user id."""
        rows = await self._database.rows("SELECT user_id, value FROM ratings WHERE work_id = ?", (work_id,))
        return {row["user_id"]: row["value"] for row in rows}

    async def tally(self, work_id: int) -> Tally:
        row = await self._database.row(
            "SELECT count(*) AS votes, avg(value) AS mean,"
            " (SELECT count(*) FROM favourites WHERE work_id = :id) AS saved"
            " FROM ratings WHERE work_id = :id",
            {"id": work_id},
        )
        assert row is not None  # noqa: S101  an aggregate always has one
        return Tally(row["votes"], row["mean"], row["saved"])


class Favourites:
    """Saved works. Writes raise as those of `Ratings` do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, work_id: int, *, user_id: int) -> None:
        """Save the work for this person; saving twice is saving once."""
        await _change(
            self._database, work_id, user_id=user_id, change=lambda marks: votes.said(marks, Sign.STAR)
        )

    async def unsave(self, work_id: int, *, user_id: int) -> None:
        await _change(
            self._database, work_id, user_id=user_id, change=lambda marks: votes.taken_back(marks, Sign.STAR)
        )

    async def of(self, work_id: int) -> set[int]:
        """The ids of those who saved the work."""
        rows = await self._database.rows("SELECT user_id FROM favourites WHERE work_id = ?", (work_id,))
        return {row["user_id"] for row in rows}


async def _change(
    database: Database,
    work_id: int,
    *,
    user_id: int,
    change: Callable[[Marks], Marks],
    source: RatingSource = RatingSource.BUTTON,
) -> Standing:
    """Change one person's marks on a work; what stands afterwards."""
    async with writing_about(database, work_id) as connection:
        before = (await _all_marks(connection, work_id, user_id=user_id)).get(user_id, ())
        after = change(before)
        await _write(connection, work_id, user_id, before, after, source=source)
    return standing(after)


async def _all_marks(
    connection: aiosqlite.Connection, work_id: int, *, user_id: int | None = None
) -> dict[int, Marks]:
    """The marks on a work by user id: everybody's, or one person's."""
    one = "" if user_id is None else " AND user_id = :user_id"
    rows = await connection.execute_fetchall(
        "SELECT user_id, message_id, emoji, counts FROM marks"  # noqa: S608  no text of anybody's
        f" WHERE work_id = :work_id{one} ORDER BY user_id, turn",
        {"work_id": work_id, "user_id": user_id},
    )
    marks: dict[int, Marks] = {}
    for row in rows:
        mark = Mark(row["message_id"], row["emoji"], bool(row["counts"]))
        marks[row["user_id"]] = (*marks.get(row["user_id"], ()), mark)
    return marks


async def _write(
    connection: aiosqlite.Connection,
    work_id: int,
    user_id: int,
    before: Marks,
    after: Marks,
    *,
    source: RatingSource,
) -> None:
    """Keep the marks, what comes of them, and, raw, what was done."""
    if after == before:
        return
    now = now_milliseconds()
    await connection.execute("DELETE FROM marks WHERE work_id = ? AND user_id = ?", (work_id, user_id))
    await connection.executemany(
        "INSERT INTO marks (work_id, user_id, turn, message_id, emoji, counts) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (work_id, user_id, turn, mark.message_id, mark.emoji, mark.counts)
            for turn, mark in enumerate(after)
        ],
    )
    await connection.executemany(
        "INSERT INTO rating_events (work_id, user_id, sign, said, source, happened_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(work_id, user_id, sign, said, source, now) for sign, said in _done(before, after)],
    )
    await _write_standing(connection, work_id, user_id, standing(after), now=now)


def _done(before: Marks, after: Marks) -> list[tuple[Sign, bool]]:
    """What was said (True) and taken back (False): first the one, then the other."""
    counting = {mark for mark in before if mark.counts}
    still = {mark for mark in after if mark.counts}
    taken_back = [(mark.sign, False) for mark in before if mark in counting - still]
    said = [(mark.sign, True) for mark in after if mark in still - counting]
    if set(after) == set(before):  # an older one was said again
        said = [(after[-1].sign, True)]
    return taken_back + said


async def _write_standing(
    connection: aiosqlite.Connection, work_id: int, user_id: int, now_stands: Standing, *, now: int
) -> None:
    of_this = {"work_id": work_id, "user_id": user_id, "now": now}
    if now_stands.vote is None:
        await connection.execute(
            "DELETE FROM ratings WHERE work_id = :work_id AND user_id = :user_id", of_this
        )
    else:
        await connection.execute(
            "INSERT INTO ratings (work_id, user_id, value, scale, changed_at)"
            " VALUES (:work_id, :user_id, :value, :scale, :now)"
            " ON CONFLICT (work_id, user_id) DO UPDATE"
            " SET value = excluded.value, scale = excluded.scale, changed_at = excluded.changed_at"
            " WHERE (value, scale) != (excluded.value, excluded.scale)",
            {**of_this, "value": now_stands.vote.vote, "scale": now_stands.vote.scale},
        )
    if now_stands.saved:
        await connection.execute(
            "INSERT INTO favourites (work_id, user_id, created_at) VALUES (:work_id, :user_id, :now)"
            " ON CONFLICT (work_id, user_id) DO NOTHING",
            of_this,
        )
    else:
        await connection.execute(
            "DELETE FROM favourites WHERE work_id = :work_id AND user_id = :user_id", of_this
        )
