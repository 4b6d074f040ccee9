import math
import sqlite3
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from storage import Place, Storage
from storage.charts import _TOP
from storage.database import MIGRATIONS
from storage.packing import pack
from tests.storage.plans import scans
from tests.storage.samples import CHANNEL, GUILD, add_clip, add_verse

HERE = Place(GUILD, CHANNEL)
Z = 1.959964


def _wilson(votes: list[int]) -> float:
    """The lower end of Wilson's interval, as textbooks have it."""
    n = len(votes)
    p = sum(vote - 1 for vote in votes) / (4 * n)
    centre, spread = p + Z * Z / (2 * n), Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return (centre - spread) / (1 + Z * Z / n)


def _migrated() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.create_function("pack", 1, pack)
    for path in sorted(MIGRATIONS.glob("*.sql")):
        connection.executescript(path.read_text(encoding="utf-8"))
    return connection


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 8), st.integers(0, 5)), min_size=1, max_size=30))
def test_listings_follow_the_votes_and_bound_them_as_wilson_does(steps: list[tuple[int, int]]):
    connection = _migrated()
    connection.execute(
        "INSERT INTO jobs (id, kind, request, status, user_id, channel_id, created_at)"
        " VALUES (1, 'compose', '{}', 'finished', 5, 6, 7)"
    )
    connection.execute("INSERT INTO works VALUES (1, 'A', 'rnn-1', 7)")
    standing: dict[int, int] = {}
    for user_id, value in steps:
        if value:
            standing[user_id] = value
            connection.execute(
                "INSERT INTO ratings (work_id, user_id, value, changed_at) VALUES (1, ?, ?, 0)"
                " ON CONFLICT (work_id, user_id) DO UPDATE SET value = excluded.value",
                (user_id, value),
            )
        else:
            standing.pop(user_id, None)
            connection.execute("DELETE FROM ratings WHERE user_id = ?", (user_id,))
        [(place, votes, points, bound)] = connection.execute(
            "SELECT place, votes, points, bound FROM listings"
        )
        assert (place, votes) == (-6, len(standing))
        assert points == sum(value - 1 for value in standing.values())
        expected = _wilson(list(standing.values())) if standing else 0
        assert 0 <= expected * 1000 - bound < 1.001
    connection.close()


async def test_what_is_surely_liked_stands_before_what_one_person_likes(storage: Storage):
    once, often, disliked, unrated = [(await add_clip(storage)).id for _ in range(4)]
    verse = (await add_verse(storage)).id
    elsewhere = await add_clip(storage, guild_id=GUILD + 1)
    for work_id, votes in ((once, [5]), (often, [5] * 9 + [4]), (disliked, [1, 2]), (verse, [4, 4, 5, 5])):
        for user_id, vote in enumerate(votes):
            await storage.ratings.vote(work_id, user_id=user_id, value=vote)
    await storage.ratings.vote(elsewhere.id, user_id=1, value=5)
    top = await storage.charts.top(HERE, limit=9)
    assert [work.id for work in top] == [often, verse, once, disliked]
    assert [(work.votes, work.mean) for work in top] == [(10, 4.9), (4, 4.5), (1, 5.0), (2, 1.5)]
    assert [work.id for work in await storage.charts.top(HERE, limit=2)] == [often, verse]
    assert await storage.charts.top(Place(None, CHANNEL), limit=9) == []
    await storage.works.delete(often)
    assert [work.id for work in await storage.charts.top(HERE, limit=9)] == [verse, once, disliked]
    assert unrated not in [work.id for work in top]


async def test_a_period_has_the_works_that_were_made_in_it(storage: Storage):
    works = [(await add_clip(storage)).id for _ in range(2)]
    for work_id in works:
        await storage.ratings.vote(work_id, user_id=1, value=5)
    async with storage.charts._database.transaction() as connection:
        await connection.execute("UPDATE listings SET created_at = 1000 WHERE work_id = ?", (works[0],))
    since = datetime.now(UTC) - timedelta(days=1)
    assert [work.id for work in await storage.charts.top(HERE, since=since, limit=9)] == works[1:]
    assert len(await storage.charts.top(HERE, limit=9)) == 2


async def test_the_chart_is_read_along_its_index(storage: Storage):
    plan = await scans(storage, _TOP, {"place": 1, "since": 0, "limit": 9})
    assert "listings_by_bound" in plan[0]
    assert not any("SCAN" in step or "TEMP B-TREE" in step for step in plan)
