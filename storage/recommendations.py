"""Works of a place that somebody has not heard and may like, and what they have heard.

What people like is learned from all votes by `storage.affinities`, and kept in memory: so many works are read
by the thousand only while it is learned, which is done again now and then. Asked for what to hear next, each
statement reads a bounded number of rows, by index.
"""

import asyncio
import json
import sqlite3
import time
from array import array
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from domain.tastes import Candidate, Evidence, Grounds, choose, grounds, liking, pace
from storage.database import Database
from storage.listings import LISTED, Listing, listing_of
from storage.places import Place
from storage.times import now_milliseconds
from storage.works import writing_about

if TYPE_CHECKING:
    from storage.affinities import Affinities

# ruff: noqa: S608  statements are put together of constants alone

MOST_OWN = 300
"""Of a person's votes, and of what they saved and asked for, the newest that are looked at."""

CANDIDATES = 60
"""Works among which a list is chosen."""

SEARCHED = 1000
"""Works among which those are looked for that were not heard; all, where that gives too few."""

PAGE = 10_000
"""Rows that are read at once while tastes are learned: others need not wait for all of them."""

SHARE_OF_TIME = 0.01
"""How much of the time may go into learning: what took a second is learned again a hundred seconds later."""

PATIENCE_SECONDS = 1.0
"""How long is waited for what is learned again, before what was learned last time is taken."""

ASKED_LIKING = 0.2
"""What asking for a work says of it: that one likes such works, a little."""

_OWN = """
    SELECT * FROM (
        SELECT 'voted' AS how, value, work_id FROM ratings INDEXED BY ratings_by_person
        WHERE user_id = :user_id ORDER BY changed_at DESC, work_id DESC LIMIT :limit
    ) UNION ALL SELECT * FROM (
        SELECT 'saved', 5, work_id FROM favourites
        WHERE user_id = :user_id ORDER BY created_at DESC, work_id DESC LIMIT :limit
    ) UNION ALL SELECT * FROM (
        SELECT 'asked', NULL, work_id FROM listings INDEXED BY listings_by_person
        WHERE place = :place AND user_id = :user_id ORDER BY work_id DESC LIMIT :limit
    )
"""

# A CROSS JOIN is one in this order: first the few rows, then what belongs to each.
_UNHEARD = f"""
    SELECT {LISTED} FROM json_each(:works) AS given
    CROSS JOIN listings ON listings.work_id = given.value CROSS JOIN works ON works.id = given.value
    WHERE listings.place = :place AND listings.user_id <> :user_id
        AND NOT EXISTS (SELECT 1 FROM ratings WHERE work_id = given.value AND user_id = :user_id)
        AND NOT EXISTS (SELECT 1 FROM favourites WHERE work_id = given.value AND user_id = :user_id)
        AND NOT EXISTS (SELECT 1 FROM hearings WHERE work_id = given.value AND user_id = :user_id)
    ORDER BY given.key LIMIT :limit
"""

_LIKED_BY = """
    SELECT given.value AS work_id, count(*) AS people FROM json_each(:works) AS given
    CROSS JOIN json_each(:kin) AS kin
    CROSS JOIN ratings ON ratings.work_id = given.value AND ratings.user_id = kin.value
    WHERE ratings.value > 3 AND ratings.user_id <> :user_id GROUP BY given.value
"""

_VOTES = """
    SELECT work_id, user_id, value FROM ratings WHERE (work_id, user_id) > (:work_id, :user_id)
    ORDER BY work_id, user_id LIMIT :limit
"""
_WORKS = """
    SELECT work_id, user_id, place, style, genre, language, key, tempo, judgement FROM listings
    WHERE work_id > :work_id ORDER BY work_id LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A work and what speaks most for it.

    `people` of like taste like it (LIKE_TASTE); `genre` is what the person likes works of (OWN_RATINGS), None
    where it is no genre that speaks for it.
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
        self._learned: Affinities | None = None
        self._learning: asyncio.Task[Affinities] | None = None
        self._stale_at = 0.0

    async def for_user(self, place: Place, user_id: int, limit: int) -> list[Recommendation]:
        """At most `limit` works of this place that the person has not heard, best first.

        Taste, and whose is like it, is learned from all places; the first time it is waited for. The
        person's own newest votes count at once.
        """
        affinities = await self._affinities()
        asker: dict[str, object] = {"place": place.key, "user_id": user_id}
        own = await self._database.rows(_OWN, {**asker, "limit": MOST_OWN})
        person = affinities.person(_likings(own))
        rows = await self._unheard(asker, affinities.best(place.key, person, SEARCHED), limit)
        if len(rows) < limit:
            rows = await self._unheard(asker, affinities.best(place.key, person, len(affinities.ids)), limit)
        candidates = [Candidate(row["work_id"], row["genre"], row["language"]) for row in rows.values()]
        chosen = [each.work_id for each in choose(candidates, limit=limit)]
        people = await self._people(user_id, chosen, affinities.kin(person))
        liked = frozenset(affinities.liked("genre", person))
        return [
            _recommendation(rows[each], affinities.raised(each, person), people.get(each, 0), liked)
            for each in chosen
        ]

    async def heard(self, user_id: int, work_id: int) -> None:
        """Note that this person was shown the work; twice is once. Raises BadRequest(NO_WORK)."""
        async with writing_about(self._database, work_id) as connection:
            await connection.execute(
                "INSERT INTO hearings (work_id, user_id, heard_at) VALUES (?, ?, ?)"
                " ON CONFLICT (work_id, user_id) DO NOTHING",
                (work_id, user_id, now_milliseconds()),
            )

    async def aclose(self) -> None:
        """Break off what is being learned."""
        if self._learning is not None:
            self._learning.cancel()
            await asyncio.wait({self._learning})

    async def _unheard(
        self, asker: Mapping[str, object], works: Sequence[int], limit: int
    ) -> dict[int, sqlite3.Row]:
        """Of these works, in their order, the first that the person has not heard, some to choose from."""
        values = {**asker, "works": json.dumps(works), "limit": max(limit, CANDIDATES)}
        return {row["work_id"]: row for row in await self._database.rows(_UNHEARD, values)}

    async def _people(self, user_id: int, works: Sequence[int], kin: Sequence[int]) -> dict[int, int]:
        """How many of these people like which of the works."""
        values = {"user_id": user_id, "works": json.dumps(works), "kin": json.dumps(kin)}
        rows = await self._database.rows(_LIKED_BY, values)
        return {row["work_id"]: row["people"] for row in rows}

    async def _affinities(self) -> "Affinities":
        """What was learned lately, or, where learning it again takes long, the time before."""
        if self._learning is None or (self._learning.done() and time.monotonic() >= self._stale_at):
            self._learning = asyncio.create_task(self._learn())
        learning = self._learning
        if self._learned is not None:
            await asyncio.wait({learning}, timeout=PATIENCE_SECONDS)
            if not learning.done():
                return self._learned
        return await asyncio.shield(learning)

    async def _learn(self) -> "Affinities":
        begun = time.monotonic()
        works = [row async for page in self._pages(_WORKS) for row in page]
        votes = array("q")
        async for page in self._pages(_VOTES):
            votes.extend(chain.from_iterable(page))
        self._learned = await asyncio.to_thread(_learned, works, votes)
        ended = time.monotonic()
        self._stale_at = ended + (ended - begun) / SHARE_OF_TIME
        return self._learned

    async def _pages(self, sql: str) -> AsyncIterator[list[sqlite3.Row]]:
        """All rows of a statement that goes on behind a work, or behind what a person voted on it."""
        behind = {"work_id": 0, "user_id": 0}
        while page := await self._database.rows(sql, {**behind, "limit": PAGE}):
            yield page
            behind = {name: page[-1][name] for name in behind}


def _learned(works: Sequence[sqlite3.Row], votes: "array[int]") -> "Affinities":
    """What is told by the works and by votes, which are of three numbers each."""
    # Only here, as it needs numpy and scipy: a bot that nobody asks does without.
    from storage.affinities import Library, learn  # noqa: PLC0415

    library = Library(
        ids=[row["work_id"] for row in works],
        places=[row["place"] for row in works],
        judgements=[row["judgement"] for row in works],
        traits=[_traits(row) for row in works],
    )
    return learn(library, votes)


def _traits(row: sqlite3.Row) -> dict[str, str | None]:
    key: str | None = row["key"]
    mode = None if key is None else key.rpartition(" ")[2]
    told = {name: row[name] for name in ("style", "genre", "language")}
    return {**told, "mode": mode, "pace": pace(row["tempo"])}


def _likings(own: Sequence[sqlite3.Row]) -> dict[int, float]:
    """What was voted on goes before what was saved, and that before what was only asked for."""
    likings: dict[int, float] = {}
    for row in own:
        value: int | None = row["value"]
        likings.setdefault(row["work_id"], ASKED_LIKING if value is None else liking(value))
    return likings


def _recommendation(
    row: sqlite3.Row, raised: tuple[float, float], people: int, liked: frozenset[str]
) -> Recommendation:
    work = listing_of(row)
    by_taste, by_traits = raised
    for_all = (2 * row["points"] - row["votes"]) / 7
    evidence = Evidence(by_taste if people else 0.0, by_traits, for_all, work.judgement)
    match grounds(evidence):
        case Grounds.LIKE_TASTE:
            return Recommendation(work, Grounds.LIKE_TASTE, people=people)
        case Grounds.OWN_RATINGS if work.genre in liked:
            return Recommendation(work, Grounds.OWN_RATINGS, genre=work.genre)
        case other:
            return Recommendation(work, other)
