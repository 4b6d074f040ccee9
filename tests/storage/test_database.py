import asyncio
import sqlite3
from pathlib import Path

import pytest

from domain.errors import Reason, Unavailable
from storage import Storage
from storage.database import open_database, unbroken
from storage.jobs import Jobs
from tests.storage.samples import CHANNEL, GUILD, REQUEST, USER, add_clip, add_job


async def test_the_connection_is_durable_and_enforces_foreign_keys(tmp_path: Path):
    async with open_database(tmp_path / "nightingale.db") as database:
        pragmas = ["journal_mode", "synchronous", "foreign_keys", "busy_timeout"]
        values = [(await database.rows(f"PRAGMA {pragma}"))[0][0] for pragma in pragmas]
    assert values == ["wal", 2, 1, 5000]  # synchronous 2 is FULL


async def test_a_rollback_takes_nobody_elses_row_along(tmp_path: Path):
    async with open_database(tmp_path / "nightingale.db") as database:
        jobs = Jobs(database)
        begun = asyncio.Event()

        async def fails() -> None:
            async with database.transaction() as connection:
                await connection.execute(
                    "INSERT INTO jobs (kind, request, status, user_id, channel_id, created_at)"
                    " VALUES ('compose', 'doomed', 'queued', 1, 1, 1)"
                )
                begun.set()
                await asyncio.sleep(0.05)  # the other tasks try to get in between now
                raise RuntimeError("changed my mind")

        async def adds() -> int:
            await begun.wait()
            return await jobs.add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL)

        async def reads() -> int:
            await begun.wait()
            return len(await database.rows("SELECT * FROM jobs WHERE request = 'doomed'"))

        failed, seen, *added = await asyncio.gather(
            fails(), reads(), *(adds() for _ in range(10)), return_exceptions=True
        )
        assert isinstance(failed, RuntimeError)
        assert seen == 0, "a row that was never committed was read"
        rows = await database.rows("SELECT id, request FROM jobs ORDER BY id")
        assert [row["id"] for row in rows] == sorted(added)
        assert {row["request"] for row in rows} == {REQUEST.to_json()}


async def test_a_cancelled_transaction_leaves_nothing_and_blocks_nobody(tmp_path: Path):
    async with open_database(tmp_path / "nightingale.db") as database:
        jobs = Jobs(database)
        for _ in range(30):
            adding = asyncio.create_task(jobs.add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL))
            await asyncio.sleep(0)  # BEGIN is on its way
            adding.cancel()
            with pytest.raises(asyncio.CancelledError):
                await adding
        assert await database.rows("SELECT * FROM jobs") == []
        await jobs.add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL)


async def test_a_locked_database_is_a_plain_error_and_loses_nothing(tmp_path: Path):
    path = tmp_path / "nightingale.db"
    async with open_database(path, busy_timeout_seconds=0.05) as database:
        jobs = Jobs(database)
        first = await jobs.add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            for write in (
                jobs.add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL),
                jobs.start(first),
                jobs.fail(first, Reason.BUG),
                jobs.interrupt_unfinished(),
            ):
                with pytest.raises(Unavailable) as raised:
                    await write
                assert raised.value.reason is Reason.DATABASE_BUSY
            assert (await jobs.get(first)).status == "queued"  # reading goes on
        finally:
            other.execute("COMMIT")
            other.close()

        second = await jobs.add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL)
        assert [row["id"] for row in await database.rows("SELECT id FROM jobs")] == [first, second]


async def test_a_short_lock_is_waited_out(storage: Storage, other_connection: sqlite3.Connection):
    other_connection.execute("BEGIN IMMEDIATE")
    adding = asyncio.create_task(add_job(storage))
    await asyncio.sleep(0.1)
    assert not adding.done()
    other_connection.execute("ROLLBACK")
    assert (await storage.jobs.get(await adding)).status == "queued"


async def test_a_full_database_is_a_plain_error_and_loses_nothing(tmp_path: Path):
    async with open_database(tmp_path / "nightingale.db") as database:
        jobs = Jobs(database)
        [[pages]] = await database.rows("PRAGMA page_count")
        await database.rows(f"PRAGMA max_page_count = {pages + 2}")
        added: list[int] = []

        async def fill() -> None:
            while len(added) < 1000:
                added.append(await jobs.add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL))

        with pytest.raises(Unavailable) as raised:
            await fill()
        assert raised.value.reason is Reason.DISK_FULL

        await database.rows(f"PRAGMA max_page_count = {pages + 100}")
        added.append(await jobs.add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL))
        assert [row["id"] for row in await database.rows("SELECT id FROM jobs ORDER BY id")] == added


async def test_closing_waits_for_the_transaction_under_way(tmp_path: Path):
    async with open_database(tmp_path / "nightingale.db") as database:
        adding = asyncio.create_task(
            Jobs(database).add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL)
        )
        await asyncio.sleep(0)
    job_id = await adding
    async with open_database(tmp_path / "nightingale.db") as database:
        assert (await Jobs(database).get(job_id)).id == job_id


async def test_unbroken_work_ends_before_the_cancellation_is_felt():
    ended: list[str] = []

    async def work() -> None:
        await asyncio.sleep(0.02)
        ended.append("work")
        raise OSError("and it failed")

    task = asyncio.create_task(unbroken(work()))
    for _ in range(2):  # a second cancellation doesn't break it either
        await asyncio.sleep(0)
        task.cancel()
    with pytest.raises(asyncio.CancelledError) as raised:
        await task
    assert ended == ["work"]
    assert isinstance(raised.value.__cause__, OSError)


async def test_no_rows_point_nowhere(storage: Storage, other_connection: sqlite3.Connection):
    clip = await add_clip(storage)
    await storage.ratings.vote(clip.id, user_id=USER, value=4)
    other_connection.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(sqlite3.IntegrityError):
        other_connection.execute("DELETE FROM jobs WHERE id = ?", (clip.id,))
    assert other_connection.execute("PRAGMA foreign_key_check").fetchall() == []
