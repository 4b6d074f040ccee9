"""Works of a place that somebody has not heard and may like, and what they have heard."""

import sqlite3
from dataclasses import dataclass

from domain.errors import BadRequest, Reason
from domain.tastes import Grounds
from storage.database import Database
from storage.listings import LISTING, Listing, listing_of
from storage.places import Place
from storage.times import now_milliseconds

_UNHEARD = """
    listings.user_id <> :user_id
    AND NOT EXISTS (SELECT 1 FROM ratings WHERE work_id = listings.work_id AND user_id = :user_id)
    AND NOT EXISTS (SELECT 1 FROM favourites WHERE work_id = listings.work_id AND user_id = :user_id)
    AND NOT EXISTS (SELECT 1 FROM hearings WHERE work_id = listings.work_id AND user_id = :user_id)
"""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A work and what speaks most for it.

    `people` says of how many people of like taste (LIKE_TASTE) that is so, `genre` which genre they like
    (OWN_RATINGS), where it is a genre.
    """

    work: Listing
    grounds: Grounds
    people: int | None = None
    genre: str | None = None


class Recommendations:
    """What to hear next. Reads raise Unavailable(DATABASE_BUSY), writes DISK_FULL as well.

    A person has heard what they asked for, rated, saved or were shown; only the last has to be told.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def for_user(self, place: Place, user_id: int, limit: int) -> list[Recommendation]:
        """At most `limit` works of this place that the person has not heard, best first."""
        rows = await self._database.rows(
            f"SELECT {LISTING} WHERE listings.place = :place AND {_UNHEARD}"
            " ORDER BY listings.bound DESC, listings.work_id DESC LIMIT :limit",
            {"place": place.key, "user_id": user_id, "limit": limit},
        )
        return [
            Recommendation(listing_of(row), Grounds.COLD_START if row["votes"] else Grounds.JUDGE)
            for row in rows
        ]

    async def heard(self, user_id: int, work_id: int) -> None:
        """Note that this person was shown the work; twice is once. Raises BadRequest(NO_WORK)."""
        try:
            async with self._database.transaction() as connection:
                await connection.execute(
                    "INSERT INTO hearings (work_id, user_id, heard_at) VALUES (?, ?, ?)"
                    " ON CONFLICT (work_id, user_id) DO NOTHING",
                    (work_id, user_id, now_milliseconds()),
                )
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
                raise
            raise BadRequest(Reason.NO_WORK, value=f"#{work_id}") from error
