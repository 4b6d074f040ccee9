"""A work in a list: what it is, whose, and how it is liked. Knows nothing of recipes and files."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from domain.score import Key
from domain.verses import Language
from storage.jobs import JobKind
from storage.times import moment

LISTED = "listings.*, works.title"
"""What `listing_of` reads."""

LISTING = f"{LISTED} FROM listings CROSS JOIN works ON works.id = listings.work_id"
"""The same from its tables, to be put behind SELECT; in this order, whatever is counted of their rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A work as lists show it; `#id` brings the whole of it.

    Verse has no style, genre, key, tempo and seconds, music without words no language. `judgement` is the
    judge's, 0 to 1. `mean` is that of the standing votes, 1 to 5, None without votes. `liked` is the lower
    end of Wilson's 95% interval of the share of likes, 0 to 1. `created_at` is aware, in UTC; `user_id` is
    who asked for it.
    """

    id: int
    kind: JobKind
    title: str
    user_id: int
    created_at: datetime
    style: str | None
    genre: str | None
    language: Language | None
    key: Key | None
    tempo: float | None
    seconds: float | None
    judgement: float | None
    votes: int
    mean: float | None
    liked: float


def listing_of(row: sqlite3.Row) -> Listing:
    """The work of a row that was selected by LISTING."""
    votes: int = row["votes"]
    return Listing(
        id=row["work_id"],
        kind=JobKind(row["kind"]),
        title=row["title"],
        user_id=row["user_id"],
        created_at=moment(row["created_at"]),
        style=row["style"],
        genre=row["genre"],
        language=None if row["language"] is None else Language(row["language"]),
        key=None if row["key"] is None else Key.parse(row["key"]),
        tempo=row["tempo"],
        seconds=row["seconds"],
        judgement=row["judgement"],
        votes=votes,
        mean=1 + row["points"] / votes if votes else None,
        liked=row["bound"] / 1000,
    )
