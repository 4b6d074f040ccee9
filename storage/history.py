"""The works of a place, newest first, in pages and by filters. Knows nothing of how liked they are by all."""

from dataclasses import dataclass

from domain.verses import Language
from storage.database import Database
from storage.jobs import JobKind
from storage.listings import LISTING, Listing, listing_of
from storage.places import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """Which works are meant: those for which all holds that is not None.

    `user_id` is who asked for them, `liked_by` who gave them a vote of 4 or more, `saved_by` who saved them.
    """

    user_id: int | None = None
    kind: JobKind | None = None
    style: str | None = None
    genre: str | None = None
    language: Language | None = None
    liked_by: int | None = None
    saved_by: int | None = None

    def values(self) -> dict[str, int | str]:
        """What is asked for, by the names of terms."""
        asked = {
            "user_id": self.user_id,
            "kind": self.kind,
            "style": self.style,
            "genre": self.genre,
            "language": self.language,
            "liked_by": self.liked_by,
            "saved_by": self.saved_by,
        }
        return {name: value for name, value in asked.items() if value is not None}


_TERMS = {
    "liked_by": "work_id IN (SELECT work_id FROM ratings WHERE user_id = :liked_by AND value >= 4)",
    "saved_by": "work_id IN (SELECT work_id FROM favourites WHERE user_id = :saved_by)",
    "before": "work_id < :before",
    "after": "work_id > :after",
}
"""What holds for the works; what is not here is a column's value."""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Works, newest first.

    `before` gives the next page, older works, and `after` the page before this one; None where there is none.
    """

    works: tuple[Listing, ...]
    before: int | None
    after: int | None = None


class History:
    """All works that a place has made, by their ids. Reads raise Unavailable(DATABASE_BUSY)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        place: Place,
        filters: HistoryFilter = HistoryFilter(),
        *,
        before: int | None = None,
        after: int | None = None,
        limit: int,
    ) -> HistoryPage:
        """At most `limit` works older than `before`, the `limit` that follow on `after`, or the newest.

        A page begins behind an id, not at a number: new works neither shift it nor show one twice. Where
        too few works follow on `after`, or none are left before `before`, it is the newest page.
        """
        edges = {"before": before} if before is not None else {} if after is None else {"after": after}
        values = {**filters.values(), **edges}
        rows = await self._database.rows(
            page_sql(tuple(values), oldest_first="after" in edges),
            {**values, "place": place.key, "limit": limit + 1},
        )
        works, more = tuple(map(listing_of, rows[:limit])), len(rows) > limit
        if "after" in edges and more:
            return HistoryPage(works[::-1], works[0].id, works[-1].id)
        if "after" in edges or ("before" in edges and not works):
            return await self.page(place, filters, limit=limit)
        return HistoryPage(works, works[-1].id if more else None, works[0].id if edges else None)


def page_sql(names: tuple[str, ...], *, oldest_first: bool = False) -> str:
    """The works of `:place` for which these terms, or values of columns, hold."""
    terms = ["place = :place", *(_TERMS.get(name, f"{name} = :{name}") for name in names)]
    where = " AND ".join(f"listings.{term}" for term in terms)
    order = "ASC" if oldest_first else "DESC"
    return f"SELECT {LISTING} WHERE {where} ORDER BY listings.work_id {order} LIMIT :limit"
