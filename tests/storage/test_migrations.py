"""Databases of every earlier version, brought up to this one."""

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import aiosqlite
import pytest

from domain.votes import Sign, Standing
from storage import DatabaseTooNew, open_storage
from storage.database import MIGRATIONS, open_database
from storage.jobs import Jobs
from tests.storage.samples import (
    CHANNEL,
    GUILD,
    REQUEST,
    USER,
    add_job,
    add_song,
    finished_clip,
    finished_song,
    get_clip,
)

RECIPE_OF_VERSION_1 = """{
  "format": 1, "model_version": "rnn-1", "metre": "4/4", "bars": 16,
  "request": {
    "genre": "reel", "key": "D major", "length_seconds": 30, "seed": 7, "style": "rnn",
    "temperature": 0.95, "tempo": 112.0
  }
}
"""

# What each version added to the row of a clip, as it wrote it.
COLUMNS = {
    1: {
        "title": "Reel in D",
        "style": "rnn",
        "genre": "reel",
        "model_version": "rnn-1",
        "recipe": RECIPE_OF_VERSION_1,
        "seconds": 30.25,
        "file_bytes": 4000,
        "created_at": 1000,
    },
    2: {
        "judgement": 0.5,
        "remarks": '[{"topic": "cut", "values": {"title": "a", "bars": "9", "limit": "8"}}]',
    },
    3: {"source_judgement": 0.25},
    4: {"midi_sha256": "ab" * 32},
    5: {},  # but some of it became the row of a work
}
OF_WORKS = ("title", "model_version", "created_at")
NEWEST = max(int(path.name[:4]) for path in MIGRATIONS.glob("*.sql"))
OLD_VERSIONS = pytest.mark.parametrize("version", COLUMNS)


def _dump(path: Path) -> tuple[int, list[str]]:
    """Version and whole content of a database, as SQL."""
    connection = sqlite3.connect(path)
    try:
        [[version]] = connection.execute("PRAGMA user_version")
        return version, list(connection.iterdump())
    finally:
        connection.close()


def _migrations(tmp_path: Path, *, until: int) -> Path:
    """A folder with the migrations up to this version."""
    folder = tmp_path / f"migrations until {until}"
    folder.mkdir()
    for path in MIGRATIONS.glob("*.sql"):
        if int(path.name[:4]) <= until:
            shutil.copy(path, folder)
    return folder


async def _write_old_database(tmp_path: Path, version: int) -> None:
    """Jobs 1 to 4, of which 1 and 2 have clips, 2 without files; votes for both, and a favourite."""
    clip = {name: value for added in range(1, version + 1) for name, value in COLUMNS.get(added, {}).items()}
    work = {name: clip.pop(name) for name in OF_WORKS} if version >= 5 else {}
    migrations = _migrations(tmp_path, until=version)
    async with open_database(tmp_path / "nightingale.db", migrations=migrations) as database:
        for _ in range(4):
            await Jobs(database).add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL)
        async with database.transaction() as connection:
            await connection.execute("UPDATE jobs SET status = 'finished', finished_at = 9 WHERE id < 3")
            await connection.execute("UPDATE jobs SET message_id = 77 WHERE id IN (1, 3)")
            for clip_id, cleaned_at in ((1, None), (2, 2000)):
                if work:
                    await _insert(connection, "works", {"id": clip_id, **work})
                await _insert(connection, "clips", {"id": clip_id, "files_cleaned_at": cleaned_at, **clip})
            id_of_work = "clip_id" if version < 5 else "work_id"
            for work_id, user_id, value in ((1, 5, 4), (1, 6, 1), (2, 5, 3)):
                row = {id_of_work: work_id, "user_id": user_id, "value": value, "changed_at": 1}
                await _insert(connection, "ratings", row)
            await _insert(connection, "favourites", {id_of_work: 2, "user_id": 6, "created_at": 1})
            await connection.execute("DELETE FROM jobs WHERE id = 4")
    assert _dump(tmp_path / "nightingale.db")[0] == version


async def _insert(connection: aiosqlite.Connection, table: str, row: Mapping[str, object]) -> None:
    await connection.execute(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",  # noqa: S608
        tuple(row.values()),
    )


def _schema(path: Path) -> list[tuple[str, str, str]]:
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        # What is counted to plan by differs with the rows.
        return connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name"
        ).fetchall()
    finally:
        connection.close()


@OLD_VERSIONS
async def test_the_rows_of_every_version_come_along(tmp_path: Path, version: int):
    await _write_old_database(tmp_path, version)
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        kept, cleaned = await get_clip(storage, 1), await get_clip(storage, 2)
        assert (kept.files_cleaned, cleaned.files_cleaned) == (False, True)
        for clip in (kept, cleaned):
            assert (clip.title, clip.seconds, clip.created_at.timestamp()) == ("Reel in D", 30.25, 1.0)
            assert (clip.recipe.genre, clip.recipe.model_version) == ("reel", "rnn-1")
            assert clip.recipe.request.seed == 7
            assert clip.judgement == (0.5 if version >= 2 else None)
            assert [remark.topic for remark in clip.remarks] == (["cut"] if version >= 2 else [])
            assert clip.source_judgement == (0.25 if version >= 3 else None)
            assert clip.midi_sha256 == ("ab" * 32 if version >= 4 else None)
            assert (clip.verse, clip.lead_sheet) == (None, None)
        assert [name.id for name in await storage.clips.newest(guild_id=GUILD, channel_id=0, limit=9)] == [
            2,
            1,
        ]
        assert [await storage.ratings.of(work_id) for work_id in (1, 2)] == [{5: 4, 6: 1}, {5: 3}]
        assert [await storage.favourites.of(work_id) for work_id in (1, 2)] == [set(), {6}]
        [[file_bytes]] = await storage.clips._database.rows("SELECT sum(file_bytes) FROM clips")
        assert file_bytes == 2 * 4000


@OLD_VERSIONS
async def test_a_migrated_library_goes_on(tmp_path: Path, version: int):
    await _write_old_database(tmp_path, version)
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        assert (await storage.clips.save(3, finished_clip())).id == 3
        assert await add_job(storage) == 5, "an id that was once given out is never given again"
        await storage.ratings.vote(1, user_id=5, value=2)
        await storage.favourites.unsave(2, user_id=6)
        song = await add_song(storage)
        await storage.ratings.vote(song.id, user_id=5, value=5)
        assert await storage.ratings.of(1) == {5: 2, 6: 1}
        assert await storage.favourites.of(2) == set()
        # A vote from before there were reactions is as if said by a button, which takes it back again.
        assert await storage.ratings.press(2, user_id=5, sign=Sign.THREE) == Standing()
        assert await storage.ratings.of(2) == {}
        assert [await storage.postings.work_of(message_id) for message_id in (77, 78)] == [1, None]
        assert await storage.clips.load(await get_clip(storage, song.id)) == finished_song()


@OLD_VERSIONS
async def test_an_old_database_becomes_what_a_blank_one_is(tmp_path: Path, version: int):
    await _write_old_database(tmp_path, version)
    for folder in (tmp_path, tmp_path / "blank"):
        async with open_storage(folder, max_clip_bytes=10**9):
            pass
    schema = _schema(tmp_path / "nightingale.db")
    assert schema == _schema(tmp_path / "blank" / "nightingale.db")
    assert {"works", "clips", "verses", "ratings", "favourites"} <= {name for _, name, _ in schema}
    assert not any("old_" in str(sql) for _, _, sql in schema)


async def test_long_texts_of_old_libraries_are_packed(tmp_path: Path):
    await _write_old_database(tmp_path, 5)
    long = RECIPE_OF_VERSION_1 + " " * 900
    with closing(sqlite3.connect(tmp_path / "nightingale.db", isolation_level=None)) as connection:
        connection.execute("UPDATE clips SET recipe = ? WHERE id = 1", (long,))
        connection.execute("UPDATE jobs SET request = request || ? WHERE id = 1", (" " * 900,))
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        [first, second] = await storage.clips._database.rows(
            "SELECT recipe, request FROM clips JOIN jobs USING (id) ORDER BY id"
        )
        assert (first["recipe"][0], first["request"][0]) == ("z", "z")
        assert len(first["recipe"]) < len(second["recipe"])
        assert (second["recipe"], second["request"][0]) == (RECIPE_OF_VERSION_1, "{")
        assert (await get_clip(storage, 1)).recipe == (await get_clip(storage, 2)).recipe
        assert (await storage.jobs.get(1)).request == REQUEST


@pytest.mark.parametrize("version", range(5, NEWEST + 1))
async def test_a_migration_that_fails_half_way_leaves_the_old_database_whole(tmp_path: Path, version: int):
    await _write_old_database(tmp_path, version - 1)
    path, migrations = tmp_path / "nightingale.db", _migrations(tmp_path, until=version)
    before, script = _dump(path), next(migrations.glob(f"{version:04d}_*.sql"))
    statements = script.read_text(encoding="utf-8").split(";\n")
    assert len(statements) > 2
    for number in range(len(statements)):
        script.write_text(
            ";\n".join([*statements[:number], "INSERT INTO nowhere VALUES (1);"]), encoding="utf-8"
        )
        # Also cut within a trigger, which is no whole statement then.
        with pytest.raises(sqlite3.OperationalError, match=r"nowhere|near|incomplete"):
            async with open_database(path, migrations=migrations):
                pytest.fail("opened in spite of the failure")
        assert _dump(path) == before


async def test_a_blank_folder_becomes_a_current_database(tmp_path: Path):
    numbers = [int(path.name[:4]) for path in sorted(MIGRATIONS.glob("*.sql"))]
    assert numbers == list(range(1, len(numbers) + 1))

    async with open_storage(tmp_path / "new" / "data", max_clip_bytes=1) as storage:
        job_id = await add_job(storage)
    async with open_storage(tmp_path / "new" / "data", max_clip_bytes=1) as storage:
        assert (await storage.jobs.get(job_id)).request == REQUEST

    version, _ = _dump(tmp_path / "new" / "data" / "nightingale.db")
    assert version == numbers[-1]


async def test_a_database_migrates_from_an_older_version_with_its_rows(tmp_path: Path):
    path, migrations = tmp_path / "nightingale.db", _migrations(tmp_path, until=9999)
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


async def test_a_failing_migration_leaves_the_old_database_whole(tmp_path: Path):
    path, migrations = tmp_path / "nightingale.db", _migrations(tmp_path, until=9999)
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
