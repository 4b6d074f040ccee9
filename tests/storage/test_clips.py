import asyncio
import errno
import hashlib
import os
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import Reason, Unavailable
from domain.requests import Recipe
from storage import JobStatus, Storage, open_storage
from storage.cleaning import Cleaning
from storage.clips import Clips
from storage.database import open_database
from storage.files import ClipFolder
from storage.jobs import Jobs
from tests.storage.samples import (
    CHANNEL,
    GUILD,
    REQUEST,
    USER,
    add_clip,
    add_job,
    add_song,
    finished_clip,
    finished_song,
    get_clip,
    kept_files,
    paths_of,
)

KIB = 1024


async def test_a_saved_clip_is_there_whole_after_a_restart(tmp_path: Path):
    clip = finished_clip(title="The “Ö” <@1> Reel")
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        job_id = await add_job(storage)
        saved = await storage.clips.save(job_id, clip)

    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        stored = await get_clip(storage, job_id)
        assert stored == saved
        assert await storage.clips.load(stored) == clip
    assert (stored.id, stored.user_id, stored.guild_id, stored.files_cleaned) == (job_id, USER, GUILD, False)
    assert (stored.title, stored.seconds, stored.recipe) == (clip.title, clip.seconds, clip.recipe)
    assert (stored.judgement, stored.remarks) == (0.8125, clip.remarks)
    assert abs(stored.created_at.timestamp() - time.time()) < 60
    assert kept_files(tmp_path) == paths_of(stored)
    assert stored.midi.read_bytes() == clip.midi
    assert stored.audio.read_bytes() == clip.audio
    assert stored.picture.read_bytes() == clip.picture
    assert Recipe.from_json(stored.recipe_file.read_text(encoding="utf-8")) == clip.recipe
    assert {path.suffix for path in paths_of(stored)} == {".mid", ".mp3", ".png", ".json"}


async def test_a_song_is_kept_with_its_words_and_its_lead_sheet(tmp_path: Path):
    song = finished_song()
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        job_id = await add_job(storage)
        saved = await storage.clips.save(job_id, song)

    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        stored = await get_clip(storage, job_id)
        assert stored == saved
        assert stored.verse == song.verse
        assert await storage.clips.load(stored) == song
        words = await storage.verses.get(job_id, guild_id=GUILD)
        assert words is not None
        assert (words.id, words.verse) == (job_id, song.verse)
        [[file_bytes]] = await storage.clips._database.rows("SELECT file_bytes FROM clips")
    assert stored.lead_sheet is not None
    assert stored.lead_sheet.read_bytes() == song.lead_sheet
    assert kept_files(tmp_path) == paths_of(stored)
    assert {path.suffix for path in paths_of(stored)} == {".mid", ".mp3", ".png", ".json", ".musicxml"}
    assert sum(path.stat().st_size for path in paths_of(stored)) == file_bytes


async def test_a_song_without_its_lead_sheet_is_not_whole(storage: Storage):
    song = await add_song(storage)
    assert song.lead_sheet is not None
    song.lead_sheet.unlink()
    with pytest.raises(Unavailable) as raised:
        await storage.clips.load(song)
    assert raised.value.reason is Reason.FILES_GONE


async def test_words_that_cannot_be_kept_keep_nothing_of_the_song(storage: Storage, tmp_path: Path):
    job_id = await add_job(storage)
    await storage.clips._database._connection.execute(
        "CREATE TRIGGER no_words BEFORE INSERT ON verses BEGIN SELECT raise(ABORT, 'no words'); END"
    )
    with pytest.raises(sqlite3.IntegrityError, match="no words"):
        await storage.clips.save(job_id, finished_song())
    assert kept_files(tmp_path) == set()
    assert await storage.clips.get(job_id, guild_id=GUILD) is None
    assert await storage.clips._database.rows("SELECT * FROM works") == []
    assert (await storage.jobs.get(job_id)).status is JobStatus.QUEUED


async def test_only_an_open_job_takes_a_clip(storage: Storage, tmp_path: Path):
    first = await add_clip(storage)
    cancelled = await add_job(storage)
    await storage.jobs.cancel(cancelled)
    for job_id in (first.id, cancelled, 99):
        with pytest.raises(ValueError, match=f"job {job_id} is not open"):
            await storage.clips.save(job_id, finished_clip(title="Again"))
    assert await storage.clips.load(await get_clip(storage, first.id)) == finished_clip()
    assert kept_files(tmp_path) == paths_of(first)


async def test_a_job_ended_during_the_save_keeps_no_files(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    job_id = await add_job(storage)
    write = ClipFolder.write

    def write_slowly(folder: ClipFolder, *args: object) -> int:
        size = write(folder, *args)  # type: ignore[arg-type]
        time.sleep(0.1)
        return size

    monkeypatch.setattr(ClipFolder, "write", write_slowly)
    saving = asyncio.create_task(storage.clips.save(job_id, finished_clip()))
    await asyncio.sleep(0.05)
    await storage.jobs.cancel(job_id)
    with pytest.raises(ValueError, match="ended while"):
        await saving
    assert kept_files(tmp_path) == set()
    assert (await storage.jobs.get(job_id)).status is JobStatus.CANCELLED


async def test_a_cancelled_save_finishes_first(storage: Storage, tmp_path: Path):
    job_id = await add_job(storage)
    saving = asyncio.create_task(storage.clips.save(job_id, finished_clip()))
    await asyncio.sleep(0)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert kept_files(tmp_path) == paths_of(await get_clip(storage, job_id))
    assert (await storage.jobs.get(job_id)).status is JobStatus.FINISHED


@pytest.mark.parametrize("broken_step", ["fsync", "replace"])
async def test_a_full_disk_leaves_no_half_files(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken_step: str
):
    job_id = await add_job(storage)
    calls = 0

    def fail_at_the_third(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        if broken_step == "fsync":
            patch.setattr(os, "fsync", fail_at_the_third)
        else:
            real_replace = Path.replace

            def replace_or_fail(path: Path, target: Path) -> Path:
                fail_at_the_third()
                return real_replace(path, target)

            patch.setattr(Path, "replace", replace_or_fail)
        with pytest.raises(Unavailable) as raised:
            await storage.clips.save(job_id, finished_clip())
    assert raised.value.reason is Reason.DISK_FULL
    assert kept_files(tmp_path) == set()
    assert await storage.clips.get(job_id, guild_id=GUILD) is None

    await storage.clips.save(job_id, finished_clip())  # the job is still open: room was made, try again
    assert kept_files(tmp_path) == paths_of(await get_clip(storage, job_id))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
async def test_a_really_full_device_leaves_no_half_files(storage: Storage, tmp_path: Path):
    job_id = await add_job(storage)
    paths = ClipFolder(tmp_path / "clips").paths(job_id)
    paths.picture.parent.mkdir()
    paths.picture.with_name(f"{paths.picture.name}.part").symlink_to("/dev/full")
    with pytest.raises(Unavailable) as raised:
        await storage.clips.save(job_id, finished_clip())
    assert raised.value.reason is Reason.DISK_FULL
    assert list(paths.picture.parent.iterdir()) == []


@pytest.mark.parametrize("fault", ["locked", "full"])
async def test_a_row_that_cannot_be_written_leaves_no_files(tmp_path: Path, fault: str):
    folder = ClipFolder(tmp_path / "clips")
    async with open_database(tmp_path / "nightingale.db", busy_timeout_seconds=0.05) as database:
        jobs = Jobs(database)
        clips = Clips(database, folder, Cleaning(database, folder, max_clip_bytes=10**9))
        job_id = await jobs.add(REQUEST, user_id=USER, guild_id=GUILD, channel_id=CHANNEL)
        other = sqlite3.connect(tmp_path / "nightingale.db", isolation_level=None)
        if fault == "locked":
            other.execute("BEGIN IMMEDIATE")
            clip, reason = finished_clip(), Reason.DATABASE_BUSY
        else:
            [[pages]] = await database.rows("PRAGMA page_count")
            await database.rows(f"PRAGMA max_page_count = {pages}")
            clip, reason = finished_clip(title="A title of several pages" * 1000), Reason.DISK_FULL

        with pytest.raises(Unavailable) as raised:
            await clips.save(job_id, clip)
        other.close()
        assert raised.value.reason is reason
        assert kept_files(tmp_path) == set()
        assert (await jobs.get(job_id)).status is JobStatus.QUEUED

        await database.rows("PRAGMA max_page_count = 1000000")
        saved = await clips.save(job_id, clip)
        assert kept_files(tmp_path) == paths_of(saved)


async def test_other_faults_of_the_disk_stay_loud(storage: Storage, tmp_path: Path):
    job_id = await add_job(storage)
    (tmp_path / "clips" / "000000").write_text("a file where a folder should be")
    with pytest.raises(FileExistsError):
        await storage.clips.save(job_id, finished_clip())


async def test_files_that_somebody_removed_are_said_to_be_gone(storage: Storage):
    clip = await add_clip(storage)
    clip.midi.unlink()
    with pytest.raises(Unavailable) as raised:
        await storage.clips.load(await get_clip(storage, clip.id))
    assert raised.value.reason is Reason.FILES_GONE
    assert str(raised.value).startswith(f"The files of clip #{clip.id} are gone")


async def test_another_midi_file_in_its_place_is_not_taken_for_the_clips(storage: Storage):
    clip = await add_clip(storage)
    assert clip.midi_sha256 == hashlib.sha256(finished_clip().midi).hexdigest()
    clip.midi.write_bytes(b"MThd something else")
    with pytest.raises(Unavailable) as raised:
        await storage.clips.load(await get_clip(storage, clip.id))
    assert raised.value.reason is Reason.FILES_GONE
    # Of clips from before it was noted nothing is known.
    await storage.clips._database._connection.execute("UPDATE clips SET midi_sha256 = NULL")
    assert (await storage.clips.load(await get_clip(storage, clip.id))).midi == b"MThd something else"


async def test_restored_files_are_kept_again_and_others_make_room(tmp_path: Path):
    async with open_storage(tmp_path, max_clip_bytes=25 * KIB) as storage:
        first, second, third = [await add_clip(storage, audio_bytes=11 * KIB) for _ in range(3)]
        assert (await get_clip(storage, first.id)).files_cleaned
        await storage.clips.restore(await get_clip(storage, first.id), finished_clip(audio_bytes=11 * KIB))
        cleaned = [(await get_clip(storage, clip.id)).files_cleaned for clip in (first, second, third)]
        assert cleaned == [False, True, False]
        assert kept_files(tmp_path) == paths_of(first) | paths_of(third)
        assert (await storage.clips.load(first)).midi == finished_clip().midi


async def test_a_cleaned_song_is_restored_with_its_lead_sheet(tmp_path: Path):
    async with open_storage(tmp_path, max_clip_bytes=25 * KIB) as storage:
        song = await add_song(storage, audio_bytes=11 * KIB)
        for _ in range(2):
            await add_clip(storage, audio_bytes=11 * KIB)
        cleaned = await get_clip(storage, song.id)
        assert cleaned == replace(song, files_cleaned=True)
        assert not paths_of(song) & kept_files(tmp_path)

        await storage.clips.restore(cleaned, finished_song(audio_bytes=11 * KIB))
        assert await get_clip(storage, song.id) == song
        assert await storage.clips.load(song) == finished_song(audio_bytes=11 * KIB)
        assert paths_of(song) <= kept_files(tmp_path)


async def test_files_that_cannot_be_restored_leave_the_row_as_it_was(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
):
    clip = await add_clip(storage)
    clip.audio.unlink()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(ClipFolder, "write", full)
    with pytest.raises(Unavailable) as raised:
        await storage.clips.restore(clip, finished_clip())
    assert raised.value.reason is Reason.DISK_FULL
    assert await get_clip(storage, clip.id) == clip


async def test_a_thousand_clips_to_a_folder(tmp_path: Path):
    folder = ClipFolder(tmp_path)
    assert folder.paths(999).midi.parent == folder.paths(0).midi.parent
    assert folder.paths(1000).midi.parent != folder.paths(999).midi.parent
    everything = [path for clip_id in (7, 70, 1007) for path in folder.paths(clip_id).all]
    assert len(set(everything)) == len(everything)


async def test_saves_at_once_do_not_disturb_each_other(storage: Storage, tmp_path: Path):
    clips = await asyncio.gather(*(add_clip(storage) for _ in range(8)))
    assert kept_files(tmp_path) == set().union(*map(paths_of, clips))
    for clip in clips:
        assert replace(await get_clip(storage, clip.id), created_at=clip.created_at) == clip
