import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from domain.errors import Reason, Unavailable
from storage import DatabaseTooNew, Storage, open_storage
from storage.database import MIGRATIONS, open_database, unbroken
from storage.jobs import Jobs
from tests.storage.samples import CHANNEL, GUILD, REQUEST, USER, add_clip, add_job, finished_clip

RECIPE_OF_VERSION_1 = """{
  "format": 1, "model_version": "rnn-1", "metre": "4/4", "bars": 16,
  "request": {
    "genre": "reel", "key": "D major", "length_seconds": 30, "seed": 7, "style": "rnn",
    "temperature": 0.95, "tempo": 112.0
  }
}
"""


def _dump(path: Path) -> tuple[int, list[str]]:
    """Version and whole content of a database, as SQL."""
    connection = sqlite3.connect(path)
    try:
        [[version]] = connection.execute("PRAGMA user_version")
        return version, list(connection.iterdump())
    finally:
        connection.close()


async def test_a_blank_folder_becomes_a_current_database(tmp_path: Path):
    numbers = [int(path.name[:4]) for path in sorted(MIGRATIONS.glob("*.sql"))]
    assert numbers == list(range(1, len(numbers) + 1))

    async with open_storage(tmp_path / "new" / "data", max_clip_bytes=1) as storage:
        job_id = await add_job(storage)
    async with open_storage(tmp_path / "new" / "data", max_clip_bytes=1) as storage:
        assert (await storage.jobs.get(job_id)).request == REQUEST

    version, _ = _dump(tmp_path / "new" / "data" / "nightingale.db")
    assert version == numbers[-1]


async def test_the_connection_is_durable_and_enforces_foreign_keys(tmp_path: Path):
    async with open_database(tmp_path / "nightingale.db") as database:
        pragmas = ["journal_mode", "synchronous", "foreign_keys", "busy_timeout"]
        values = [(await database.rows(f"PRAGMA {pragma}"))[0][0] for pragma in pragmas]
    assert values == ["wal", 2, 1, 5000]  # synchronous 2 is FULL


async def test_a_database_migrates_from_an_older_version_with_its_rows(tmp_path: Path):
    path, migrations = tmp_path / "nightingale.db", _copy_of_migrations(tmp_path)
    async with open_database(path, migrations=migrations) as database:
        job_id = await Jobs(database).add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL)
    newest = _dump(path)[0]

    (migrations / f"{newest + 1:04d}_mood.sql").write_text("ALTER TABLE jobs ADD COLUMN mood TEXT;")
    (migrations / f"{newest + 2:04d}_glad.sql").write_text(
        "UPDATE jobs SET mood = 'glad' -- no semicolon, no line end"
    )
    async with open_database(path, migrations=migrations) as database:
        row = await database.row("SELECT mood FROM jobs WHERE id = ?", (job_id,))
    assert row is not None
    assert row["mood"] == "glad"
    assert _dump(path)[0] == newest + 2


async def test_clips_of_version_1_come_without_judgement_and_remarks(tmp_path: Path):
    old = tmp_path / "only the first"
    old.mkdir()
    shutil.copy(next(MIGRATIONS.glob("0001_*.sql")), old)
    async with open_database(tmp_path / "nightingale.db", migrations=old) as database:
        jobs = Jobs(database)
        made, waiting = [
            await jobs.add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL) for _ in range(2)
        ]
        async with database.transaction() as connection:
            await connection.execute("UPDATE jobs SET status = 'finished' WHERE id = ?", (made,))
            await connection.execute(
                "INSERT INTO clips (id, title, style, genre, model_version, recipe, seconds, file_bytes,"
                " created_at) VALUES (?, 'Reel in D', 'rnn', 'reel', 'rnn-1', ?, 30.25, 4000, 1)",
                (made, RECIPE_OF_VERSION_1),
            )
    assert _dump(tmp_path / "nightingale.db")[0] == 1

    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        await storage.ratings.vote(made, user_id=USER, value=4)
        clip = await storage.clips.get(made, guild_id=GUILD)
        assert clip is not None
        assert (clip.title, clip.judgement, clip.remarks) == ("Reel in D", None, ())
        assert (clip.recipe.request.genre, clip.recipe.request.mood) == ("reel", None)
        assert str(clip.recipe.request.metre) == "4/4"
        new = await storage.clips.save(waiting, finished_clip())
        assert (new.judgement, new.remarks) == (finished_clip().judgement, finished_clip().remarks)
        assert await storage.ratings.of(made) == {USER: 4}
    assert _dump(tmp_path / "nightingale.db")[0] > 1


async def test_a_failing_migration_leaves_the_old_database_whole(tmp_path: Path):
    path, migrations = tmp_path / "nightingale.db", _copy_of_migrations(tmp_path)
    async with open_database(path, migrations=migrations) as database:
        await Jobs(database).add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL)
    before = _dump(path)

    broken = migrations / f"{before[0] + 1:04d}_broken.sql"
    broken.write_text(
        "CREATE TABLE moods (name TEXT); DELETE FROM jobs; DROP TABLE favourites;"
        "INSERT INTO nowhere VALUES (1);"
    )
    with pytest.raises(sqlite3.OperationalError, match="nowhere") as raised:
        async with open_database(path, migrations=migrations):
            pytest.fail("opened in spite of the failure")

    assert broken.name in raised.value.__notes__[0]
    assert _dump(path) == before
    broken.unlink()
    async with open_database(path, migrations=migrations) as database:
        assert len(await database.rows("SELECT * FROM jobs")) == 1


async def test_a_newer_database_is_refused_and_untouched(tmp_path: Path):
    path = tmp_path / "nightingale.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE from_the_future (id)")
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(DatabaseTooNew, match="9999"):
        async with open_storage(tmp_path, max_clip_bytes=1):
            pytest.fail("opened a newer database")
    assert path.read_bytes() == before


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


def _copy_of_migrations(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))
