"""A library filled with the works and votes of a simulated population, in rows as wide as real ones.

For measuring alone: it writes past the storage's own nouns, without foreign keys, and must not be let near
a library that anything is in. Everything stands on one server, which is the hardest case.
"""

import random
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import cycle, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

from domain.verses import Language
from domain.votes import DIGITS, Scale, Sign
from storage.benchmark.population import SimulatedVote, SimulatedWork
from storage.benchmark.texts import SHARES, VERSION, Texts, make_texts
from storage.times import now_milliseconds

_Item = TypeVar("_Item")

GUILD, CHANNEL = 10**18 + 1, 10**18 + 2

_BEFORE_LONG = 2 * 365 * 86_400_000
"""Milliseconds ago that the first work was made; the others follow evenly."""

_MADE = 400
"""Works whose texts are made; the others repeat them."""

_SAVED = 0.1
"""The share of works voted 5 on that are saved as well."""

_REMARKS = '[{"topic": "metre_of_genre", "values": {"genre": "reel", "asked": "6/8", "chosen": "4/4"}}]'


def fill(
    path: Path, works: list[SimulatedWork], votes: Iterable[SimulatedVote], *, seed: int, shown: float = 0.2
) -> int:
    """Write works, and who voted how, into the new library's database at `path`; how many votes these are.

    For a share `shown` of the votes, the person was shown some work as well. Raises ValueError where the
    library is not empty.
    """
    rng = random.Random(seed)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # What breaks off half way is made anew.
        connection.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -300000;"
        )
        if connection.execute("SELECT EXISTS (SELECT 1 FROM jobs)").fetchone()[0]:
            raise ValueError(f"{path} is not empty")
        connection.execute("BEGIN")
        # Before the works, so that no tally is brought up to date a million times; and without foreign keys.
        count = _write_votes(connection, votes, len(works), rng, shown=shown)
        _write_works(connection, works, rng)
        connection.execute(
            "UPDATE listings SET votes = tallies.votes, points = tallies.points FROM tallies"
            " WHERE tallies.work_id = listings.work_id"
        )
        connection.execute("COMMIT")
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise ValueError("the rows that were written do not fit together")
    return count


def made_at(work_id: int, works: int) -> int:
    """When a work of the simulated past was made, in milliseconds since 1970."""
    return now_milliseconds() - _BEFORE_LONG + _BEFORE_LONG * work_id // (works + 1)


def _write_votes(
    connection: sqlite3.Connection,
    votes: Iterable[SimulatedVote],
    works: int,
    rng: random.Random,
    *,
    shown: float,
) -> int:
    dated = [(made_at(vote.work_id, works) + round(rng.expovariate(1 / 86_400_000)), vote) for vote in votes]
    # As they would have come in: where rows end up in a table, and how full its pages are, depends on it.
    dated.sort(key=itemgetter(0))
    for chunk in _chunks(dated, 20_000):
        _insert(connection, "ratings", (_rating(vote, at) for at, vote in chunk))
        _insert(connection, "marks", (_mark(vote, rng) for _, vote in chunk))
        _insert(connection, "rating_events", (_event(vote, at) for at, vote in chunk))
        loved = [
            (vote.work_id, vote.user_id, at)
            for at, vote in chunk
            if vote.value == 5 and rng.random() < _SAVED
        ]
        connection.executemany("INSERT INTO favourites VALUES (?, ?, ?)", loved)
        seen = {(rng.randint(1, works), vote.user_id, at) for at, vote in chunk if rng.random() < shown}
        connection.executemany("INSERT OR IGNORE INTO hearings VALUES (?, ?, ?)", seen)
    return len(dated)


def _rating(vote: SimulatedVote, at: int) -> dict[str, Any]:
    scale = Scale.THUMBS if vote.value in (1, 5) else Scale.DIGITS
    row = {"work_id": vote.work_id, "user_id": vote.user_id, "value": vote.value}
    return row | {"changed_at": at, "scale": scale}


def _mark(vote: SimulatedVote, rng: random.Random) -> dict[str, Any]:
    row = {"work_id": vote.work_id, "user_id": vote.user_id, "turn": 0}
    return row | {"message_id": _message(vote.work_id), "emoji": _sign(vote), "counts": rng.random() < 0.98}


def _event(vote: SimulatedVote, at: int) -> dict[str, Any]:
    row = {"work_id": vote.work_id, "user_id": vote.user_id, "sign": _sign(vote), "said": 1}
    return row | {"source": "reaction", "happened_at": at}


def _sign(vote: SimulatedVote) -> str:
    return {1: Sign.DOWN, 5: Sign.UP}.get(vote.value, DIGITS[vote.value - 1])


def _message(work_id: int) -> int:
    return 10**18 + 10**9 * work_id


def _write_works(connection: sqlite3.Connection, works: list[SimulatedWork], rng: random.Random) -> None:
    kinds = rng.choices(list(SHARES), list(SHARES.values()), k=min(_MADE, len(works)))
    texts = [make_texts(rng, kind) for kind in kinds]
    for chunk in _chunks(zip(works, cycle(texts)), 5000):
        made = [(work, text, made_at(work.id, len(works))) for work, text in chunk]
        _insert(connection, "jobs", (_job(*each) for each in made))
        _insert(connection, "works", (_work(*each) for each in made))
        _insert(connection, "clips", (_clip(work, text, rng) for work, text, _ in made if text.recipe))
        _insert(connection, "verses", (_verse(work, text) for work, text, _ in made if text.verse))
        _insert(connection, "postings", (_posting(work) for work, _, _ in made))


def _job(work: SimulatedWork, texts: Texts, at: int) -> dict[str, Any]:
    asked = {"id": work.id, "kind": texts.kind, "request": texts.request, "status": "finished"}
    where = {
        "user_id": work.author,
        "guild_id": GUILD,
        "channel_id": CHANNEL,
        "message_id": _message(work.id),
    }
    times = {"created_at": at - 5000, "started_at": at - 4000, "finished_at": at}
    return asked | where | times | {"model_version": VERSION}


def _work(work: SimulatedWork, _: Texts, at: int) -> dict[str, Any]:
    title = f"{work.genre.capitalize()} of the {work.id}th lantern"
    return {"id": work.id, "title": title, "model_version": VERSION, "created_at": at}


def _clip(work: SimulatedWork, texts: Texts, rng: random.Random) -> dict[str, Any]:
    heard = {"style": work.style, "genre": work.genre, "key": work.key, "tempo": work.tempo, "seconds": 30.25}
    judged = {"judgement": work.judgement, "remarks": _REMARKS}
    # Files are said to be cleaned away: there are none.
    files = {"midi_sha256": f"{rng.getrandbits(256):064x}", "file_bytes": 500_000, "files_cleaned_at": 0}
    return {"id": work.id, "recipe": texts.recipe} | heard | judged | files


def _verse(work: SimulatedWork, texts: Texts) -> dict[str, Any]:
    return {"id": work.id, "language": list(Language)[work.id % 2], "verse": texts.verse}


def _posting(work: SimulatedWork) -> dict[str, Any]:
    return {"message_id": _message(work.id), "channel_id": CHANNEL, "work_id": work.id}


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    found = list(rows)
    if found:
        names = list(found[0])
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  names of our own
        connection.executemany(sql, [tuple(row.values()) for row in found])


def _chunks(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
