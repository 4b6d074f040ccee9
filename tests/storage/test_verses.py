import asyncio
import sqlite3
import time
from pathlib import Path

import pytest

from domain.errors import Reason, Unavailable
from domain.verses import Language
from storage import JobStatus, Storage, open_storage
from tests.storage.samples import GUILD, USER, add_clip, add_job, add_verse, finished_verse, kept_files


async def test_saved_verse_is_there_whole_after_a_restart(tmp_path: Path):
    verse = finished_verse(title="茶 & <@1>", language=Language.CHINESE)
    async with open_storage(tmp_path, max_clip_bytes=1) as storage:
        job_id = await add_job(storage)
        await storage.jobs.start(job_id)
        saved = await storage.verses.save(job_id, verse)

    async with open_storage(tmp_path, max_clip_bytes=1) as storage:
        stored = await storage.verses.get(job_id, guild_id=GUILD)
        assert stored == saved
        job = await storage.jobs.get(job_id)
    assert (saved.id, saved.verse, saved.user_id, saved.guild_id) == (job_id, verse, USER, GUILD)
    assert abs(saved.created_at.timestamp() - time.time()) < 60
    assert (job.status, job.model_version) == (JobStatus.FINISHED, "seq2seq-1")
    assert job.finished_at == saved.created_at
    assert kept_files(tmp_path) == set()


async def test_only_an_open_job_takes_verse(storage: Storage):
    clip, verse = await add_clip(storage), await add_verse(storage)
    cancelled = await add_job(storage)
    await storage.jobs.cancel(cancelled)
    for job_id in (clip.id, verse.id, cancelled, 99):
        with pytest.raises(ValueError, match=f"job {job_id} is not open"):
            await storage.verses.save(job_id, finished_verse(title="Again"))
    assert await storage.verses.get(verse.id, guild_id=GUILD) == verse
    assert await storage.verses.get(clip.id, guild_id=GUILD) is None


async def test_of_two_saves_of_one_job_one_is_kept(storage: Storage):
    job_id = await add_job(storage)
    titles = ["First", "Second"]
    outcomes = await asyncio.gather(
        *(storage.verses.save(job_id, finished_verse(title=title)) for title in titles),
        return_exceptions=True,
    )
    [refused] = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert isinstance(refused, ValueError)
    assert await storage.verses.get(job_id, guild_id=GUILD) in outcomes


async def test_a_cancelled_save_finishes_first(storage: Storage):
    job_id = await add_job(storage)
    saving = asyncio.create_task(storage.verses.save(job_id, finished_verse()))
    await asyncio.sleep(0)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert await storage.verses.get(job_id, guild_id=GUILD) is not None
    assert (await storage.jobs.get(job_id)).status is JobStatus.FINISHED


async def test_verse_that_cannot_be_written_leaves_the_job_open(
    storage: Storage, other_connection: sqlite3.Connection
):
    job_id = await add_job(storage)
    await storage.verses._database._connection.execute("PRAGMA busy_timeout = 50")
    other_connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable) as raised:
        await storage.verses.save(job_id, finished_verse())
    assert raised.value.reason is Reason.DATABASE_BUSY
    other_connection.execute("ROLLBACK")
    assert (await storage.jobs.get(job_id)).status is JobStatus.QUEUED
    assert (await storage.verses.save(job_id, finished_verse())).verse == finished_verse()
