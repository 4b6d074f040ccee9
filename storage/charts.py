"""The best-liked works of a place and a period. Knows nothing of who is asking.

A vote of 1, 2, 3, 4 or 5 counts as 0, 1/4, 1/2, 3/4 or 1 like. Works are ranked by the lower end of Wilson's
95% interval of their share of likes (E. B. Wilson, 1927): what they have at least earned, so that one like
does not beat ninety of a hundred. The listings keep it, in step with the votes.
"""

from datetime import datetime

from storage.database import Database
from storage.listings import LISTING, Listing, listing_of
from storage.places import Place

_TOP = f"""
    SELECT {LISTING}
    WHERE listings.place = :place AND listings.votes > 0 AND listings.created_at >= :since
    ORDER BY listings.bound DESC, listings.votes DESC, listings.work_id DESC LIMIT :limit
"""


class Charts:
    """Rankings by standing votes. Reads raise Unavailable(DATABASE_BUSY)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def top(self, place: Place, *, since: datetime | None = None, limit: int) -> list[Listing]:
        """The best-liked works made here since then (an aware time), best first; only ones with votes."""
        milliseconds = 0 if since is None else int(since.timestamp() * 1000)
        rows = await self._database.rows(_TOP, {"place": place.key, "since": milliseconds, "limit": limit})
        return [listing_of(row) for row in rows]
