"""The works of a place, newest first, in pages and by filters. Knows nothing of how liked they are."""

from dataclasses import dataclass

from domain.verses import Language
from storage.database import Database
from storage.jobs import JobKind
from storage.listings import LISTING, Listing, listing_of
from storage.places import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """Which works are meant: those for which all holds that is not None. `user_id` is who asked for them."""

    user_id: int | None = None
    kind: JobKind | None = None
    style: str | None = None
    genre: str | None = None
    language: Language | None = None

    def values(self) -> dict[str, int | str]:
        """What is asked for, by the listings' columns."""
        asked = {
            "user_id": self.user_id,
            "kind": self.kind,
            "style": self.style,
            "genre": self.genre,
            "language": self.language,
        }
        return {column: value for column, value in asked.items() if value is not None}


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Works, newest first. `before` gives the next page, older works; None where there are none."""

    works: tuple[Listing, ...]
    before: int | None


class History:
    """All works that a place has made, by their ids. Reads raise Unavailable(DATABASE_BUSY)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, place: Place, filters: HistoryFilter = HistoryFilter(), *, before: int | None = None, limit: int
    ) -> HistoryPage:
        """At most `limit` works older than `before`, or the newest.

        A page begins behind an id, not at a number: new works neither shift it nor show one twice.
        """
        values = filters.values()
        rows = await self._database.rows(
            page_sql(tuple(values), older=before is not None),
            {**values, "place": place.key, "before": before, "limit": limit + 1},
        )
        works = tuple(map(listing_of, rows[:limit]))
        return HistoryPage(works, works[-1].id if len(rows) > limit else None)


def page_sql(columns: tuple[str, ...], *, older: bool) -> str:
    """The works of `:place` that have the values of these columns, `older` than `:before`."""
    terms = ["place = :place", *(f"{column} = :{column}" for column in columns)]
    if older:
        terms.append("work_id < :before")
    where = " AND ".join(f"listings.{term}" for term in terms)
    return f"SELECT {LISTING} WHERE {where} ORDER BY listings.work_id DESC LIMIT :limit"
