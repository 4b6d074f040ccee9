"""Works of a place that somebody has not heard and may like, and what they have heard.

Here is gathered what `domain.tastes` weighs. However large the library, each of the three statements reads a
bounded number of rows, by index, and adds them up where they are: a person's newest votes; other people's on
those of these works that the fewest voted on; and candidates, which are what the closest of these people
liked lately, and some works that the person may like without anybody's word.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.tastes import (
    MOST_OF_KIN,
    Candidate,
    Choice,
    Grounds,
    Overlap,
    Taste,
    Traits,
    choose,
    interest,
    kin,
    liking,
    pace,
    weight,
)
from storage.database import Database
from storage.listings import LISTED, Listing, listing_of
from storage.places import Place
from storage.times import now_milliseconds
from storage.works import writing_about

# ruff: noqa: S608  statements are put together of constants alone

MOST_OWN = 100
"""Of a person's votes, and of what they saved and asked for, the newest that are looked at."""

MOST_ANY = 300
"""Of all works of the place, the newest, by which is told what works here usually are."""

MOST_COMMON = 1500
"""Votes of other people on the same works that are looked at."""

MOST_LIKED = 60
"""Candidates that people of like taste like."""

MOST_OTHERS = 20
"""Candidates of each other sort: the newest, the best-liked, and a genre's best."""

GENRES = 3
"""Genres that a person likes best, of which works are candidates."""

ASKED_LIKING = 0.2
"""What asking for a work says of it: that one likes such works, a little."""

SEARCHED = 1000
"""Works of each sort among which candidates are looked for; all, where that gives too few."""

_TRAITS = "listings.work_id, style, genre, language, key, tempo"

# A CROSS JOIN is one in this order: first the few rows, then what belongs to each.
_OWN = f"""
    SELECT * FROM (
        SELECT 'voted' AS how, own.value, listings.votes, {_TRAITS}
        FROM ratings AS own CROSS JOIN listings ON listings.work_id = own.work_id
        WHERE own.user_id = :user_id ORDER BY own.changed_at DESC, own.work_id DESC LIMIT :limit
    ) UNION ALL SELECT * FROM (
        SELECT 'saved', 5, listings.votes, {_TRAITS}
        FROM favourites AS own CROSS JOIN listings ON listings.work_id = own.work_id
        WHERE own.user_id = :user_id ORDER BY own.created_at DESC, own.work_id DESC LIMIT :limit
    ) UNION ALL SELECT * FROM (
        SELECT 'asked', NULL, votes, {_TRAITS} FROM listings INDEXED BY listings_by_person
        WHERE place = :place AND user_id = :user_id ORDER BY work_id DESC LIMIT :limit
    ) UNION ALL SELECT * FROM (
        SELECT 'usual', NULL, votes, {_TRAITS} FROM listings INDEXED BY listings_here
        WHERE place = :place ORDER BY work_id DESC LIMIT :any
    )
"""

_OVERLAPS = """
    WITH mine (work_id, interest) AS MATERIALIZED (
        SELECT json_extract(given.value, '$[0]'), json_extract(given.value, '$[1]')
        FROM json_each(:works) AS given
    ), common AS MATERIALIZED (
        SELECT ratings.user_id, mine.interest * (ratings.value + 1) / 6.0 AS interest
        FROM mine CROSS JOIN ratings ON ratings.work_id = mine.work_id
        WHERE ratings.user_id <> :user_id LIMIT :limit
    ), summed AS MATERIALIZED (
        SELECT user_id, sum(interest) AS interest FROM common GROUP BY user_id
    )
    SELECT summed.user_id, summed.interest, voters.votes
    FROM summed CROSS JOIN voters ON voters.user_id = summed.user_id
"""

_UNHEARD = """listings.place = :place AND listings.user_id <> :user_id
    AND NOT EXISTS (SELECT 1 FROM ratings WHERE work_id = listings.work_id AND user_id = :user_id)
    AND NOT EXISTS (SELECT 1 FROM favourites WHERE work_id = listings.work_id AND user_id = :user_id)
    AND NOT EXISTS (SELECT 1 FROM hearings WHERE work_id = listings.work_id AND user_id = :user_id)
"""


def _unheard_of(works: str) -> str:
    """The first of these works, as SQL gives their ids, that the person has not heard."""
    return f"""
        SELECT work_id, 0.0 AS kin, 0 AS people FROM (
            SELECT listings.work_id FROM ({works} LIMIT :searched) AS found
            CROSS JOIN listings ON listings.work_id = found.work_id WHERE {_UNHEARD} LIMIT :others
        )
    """


_NEWEST = """
    SELECT work_id FROM listings INDEXED BY listings_here WHERE place = :place ORDER BY work_id DESC
"""
_BEST_LIKED = """
    SELECT work_id FROM listings INDEXED BY listings_by_likes WHERE place = :place AND votes > 0
    ORDER BY points - votes DESC, work_id DESC
"""
_BEST_OF_GENRE = """
    SELECT work_id FROM listings INDEXED BY listings_by_genre WHERE place = :place AND genre = :genre_{}
    ORDER BY judgement DESC, work_id DESC
"""
_OTHERS = [_NEWEST, _BEST_LIKED, *(_BEST_OF_GENRE.format(number) for number in range(GENRES))]

_CANDIDATES = f"""
    WITH kin (user_id, closeness, since) AS MATERIALIZED (
        SELECT json_extract(given.value, '$[0]'), json_extract(given.value, '$[1]'), coalesce((
            SELECT changed_at FROM ratings INDEXED BY ratings_by_person
            WHERE user_id = json_extract(given.value, '$[0]') ORDER BY changed_at DESC LIMIT 1 OFFSET :of_kin
        ), 0)
        FROM json_each(:kin) AS given
    ), liked AS MATERIALIZED (
        SELECT work_id, sum(closeness * (value + 1) / 6.0) AS kin, sum(value > 3) AS people
        FROM kin CROSS JOIN ratings INDEXED BY ratings_by_person
            ON ratings.user_id = kin.user_id AND ratings.changed_at >= kin.since
        WHERE work_id NOT IN (SELECT own.work_id FROM ratings AS own WHERE own.user_id = :user_id)
        GROUP BY work_id ORDER BY kin DESC, work_id DESC LIMIT 4 * :liked
    ), candidates AS MATERIALIZED (
        SELECT * FROM (
            SELECT liked.* FROM liked CROSS JOIN listings ON listings.work_id = liked.work_id
            WHERE {_UNHEARD} ORDER BY liked.kin DESC, liked.work_id DESC LIMIT :liked
        ) UNION ALL {" UNION ALL ".join(map(_unheard_of, _OTHERS))}
    ), best (work_id, kin, people) AS MATERIALIZED (
        SELECT work_id, max(kin), max(people) FROM candidates GROUP BY work_id
    )
    SELECT best.kin, best.people, {LISTED} FROM best
    CROSS JOIN listings ON listings.work_id = best.work_id CROSS JOIN works ON works.id = best.work_id
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

    async def for_user(self, place: Place, user_id: int, limit: int) -> list[Recommendation]:
        """At most `limit` works of this place that the person has not heard, best first.

        Taste, and whose is like it, is learned from all places.
        """
        person = {"place": place.key, "user_id": user_id}
        own = await self._database.rows(_OWN, {**person, "limit": MOST_OWN, "any": MOST_ANY})
        taste = _taste(own)
        closeness = kin(await self._overlaps(user_id, own))
        wanted = _wanted(taste, closeness)
        rows = await self._database.rows(_CANDIDATES, {**person, **wanted, "searched": SEARCHED})
        if len(rows) < limit:
            rows = await self._database.rows(_CANDIDATES, {**person, **wanted, "searched": -1})
        choices = choose(taste, [_candidate(row) for row in rows], limit=limit)
        listings = {row["work_id"]: row for row in rows}
        liked = frozenset(taste.favourites("genre"))
        return [
            _recommendation(choice, listing_of(listings[choice.candidate.work_id]), liked)
            for choice in choices
        ]

    async def heard(self, user_id: int, work_id: int) -> None:
        """Note that this person was shown the work; twice is once. Raises BadRequest(NO_WORK)."""
        async with writing_about(self._database, work_id) as connection:
            await connection.execute(
                "INSERT INTO hearings (work_id, user_id, heard_at) VALUES (?, ?, ?)"
                " ON CONFLICT (work_id, user_id) DO NOTHING",
                (work_id, user_id, now_milliseconds()),
            )

    async def _overlaps(self, user_id: int, own: Sequence[sqlite3.Row]) -> list[Overlap]:
        """What others think of the works that this person voted on."""
        mine = [
            (row["work_id"], interest(row["value"]) * weight(row["votes"]))
            for row in _telling([row for row in own if row["how"] == "voted"])
        ]
        values = {"user_id": user_id, "works": json.dumps(mine), "limit": MOST_COMMON}
        return [Overlap(*row) for row in await self._database.rows(_OVERLAPS, values)]


def _wanted(taste: Taste, closeness: Mapping[int, float]) -> dict[str, int | str | None]:
    """What decides the candidates, by the names in the statement."""
    genres: list[str | None] = [*taste.favourites("genre")[:GENRES]]
    genres += [None] * (GENRES - len(genres))
    amounts = {"of_kin": MOST_OF_KIN - 1, "liked": MOST_LIKED, "others": MOST_OTHERS}
    named = {f"genre_{number}": genre for number, genre in enumerate(genres)}
    return {"kin": json.dumps(list(closeness.items())), **amounts, **named}


def _taste(own: Sequence[sqlite3.Row]) -> Taste:
    """What was voted on goes before what was saved, and that before what was only asked for."""
    likings: dict[int, tuple[Traits, float]] = {}
    for row in own:
        if row["how"] != "usual" and row["work_id"] not in likings:
            value: int | None = row["value"]
            likings[row["work_id"]] = (_traits(row), ASKED_LIKING if value is None else liking(value))
    usual = [_traits(row) for row in own if row["how"] == "usual"]
    return Taste([likings[work_id] for work_id in sorted(likings)], usual)


def _telling(voted: list[sqlite3.Row]) -> list[sqlite3.Row]:
    """Of a person's votes those on works that the fewest voted on, with up to MOST_COMMON votes together.

    What everybody knows tells little of a taste, and would cost the most to read.
    """
    telling: list[sqlite3.Row] = []
    budget = MOST_COMMON
    for row in sorted(voted, key=lambda row: (row["votes"], -row["work_id"])):
        budget -= row["votes"]
        telling.append(row)
        if budget <= 0:
            break
    return telling


def _recommendation(choice: Choice, work: Listing, liked: frozenset[str]) -> Recommendation:
    match choice.grounds:
        case Grounds.LIKE_TASTE:
            return Recommendation(work, choice.grounds, people=choice.candidate.people)
        case Grounds.OWN_RATINGS if work.genre in liked:
            return Recommendation(work, choice.grounds, genre=work.genre)
        case _:
            return Recommendation(work, choice.grounds)


def _traits(row: sqlite3.Row) -> Traits:
    key: str | None = row["key"]
    return Traits(
        style=row["style"],
        genre=row["genre"],
        mode=None if key is None else key.rpartition(" ")[2],
        pace=pace(row["tempo"]),
        language=row["language"],
    )


def _candidate(row: sqlite3.Row) -> Candidate:
    return Candidate(
        row["work_id"],
        _traits(row),
        kin=row["kin"],
        people=row["people"],
        liking=(row["points"] - row["votes"]) / 3,
        judgement=row["judgement"],
    )
