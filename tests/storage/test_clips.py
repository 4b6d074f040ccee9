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
from storage import ClipName, JobStatus, Storage, StoredClip, open_storage
from storage.clips import _NEWEST_OF_CONVERSATION, _NEWEST_OF_SERVER, Clips
from storage.database import open_database
from storage.files import ClipFolder
from storage.jobs import Jobs
from tests.storage.samples import CHANNEL, GUILD, REQUEST, USER, add_clip, add_job, finished_clip

KIB = 1024


def _files(tmp_path: Path) -> set[Path]:
    return {path for path in (tmp_path / "clips").rglob("*") if path.is_file()}


def _paths(clip: StoredClip) -> set[Path]:
    return {clip.midi, clip.audio, clip.picture, clip.recipe_file}


async def _get(storage: Storage, clip_id: int) -> StoredClip:
    clip = await storage.clips.get(clip_id, guild_id=GUILD)
    assert clip is not None
    return clip


async def test_a_saved_clip_is_there_whole_after_a_restart(tmp_path: Path):
    clip = finished_clip(title="The “Ö” <@1> Reel")
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        job_id = await add_job(storage)
        saved = await storage.clips.save(job_id, clip)

    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        stored = await _get(storage, job_id)
        assert stored == saved
        assert await storage.clips.load(stored) == clip
    assert (stored.id, stored.user_id, stored.guild_id, stored.files_cleaned) == (job_id, USER, GUILD, False)
    assert (stored.title, stored.seconds, stored.recipe) == (clip.title, clip.seconds, clip.recipe)
    assert (stored.judgement, stored.remarks) == (0.8125, clip.remarks)
    assert abs(stored.created_at.timestamp() - time.time()) < 60
    assert _files(tmp_path) == _paths(stored)
    assert stored.midi.read_bytes() == clip.midi
    assert stored.audio.read_bytes() == clip.audio
    assert stored.picture.read_bytes() == clip.picture
    assert Recipe.from_json(stored.recipe_file.read_text(encoding="utf-8")) == clip.recipe
    assert {path.suffix for path in _paths(stored)} == {".mid", ".mp3", ".png", ".json"}


async def test_a_clip_is_shown_only_where_it_was_made(storage: Storage):
    here = await add_clip(storage)
    private = await add_clip(storage, guild_id=None)
    get = storage.clips.get
    assert await get(here.id, guild_id=GUILD) == here
    assert await get(here.id, guild_id=GUILD + 1) is None
    assert await get(here.id, guild_id=None) is None
    assert await get(here.id, guild_id=None, channel_id=CHANNEL) is None
    assert await get(private.id, guild_id=None) == private
    assert await get(private.id, guild_id=None, channel_id=CHANNEL) == private
    assert await get(private.id, guild_id=None, channel_id=CHANNEL + 1) is None
    assert await get(private.id, guild_id=GUILD) is None
    assert await get(99, guild_id=GUILD) is None


async def test_the_newest_clips_of_a_place_are_found_by_index(storage: Storage):
    here = [(await add_clip(storage)).id for _ in range(3)]
    elsewhere = await add_clip(storage, guild_id=GUILD + 1)
    private = await add_clip(storage, guild_id=None)
    newest = storage.clips.newest
    assert [name.id for name in await newest(guild_id=GUILD, channel_id=99, limit=2)] == here[:0:-1]
    assert await newest(guild_id=GUILD + 1, channel_id=CHANNEL, limit=9) == [
        ClipName(elsewhere.id, "Reel in D", "reel")
    ]
    assert [name.id for name in await newest(guild_id=None, channel_id=CHANNEL, limit=9)] == [private.id]
    assert await newest(guild_id=None, channel_id=CHANNEL + 1, limit=9) == []
    await storage.clips._database._connection.execute(
        "UPDATE clips SET files_cleaned_at = 1 WHERE id = ?", (here[2],)
    )
    # What was cleaned away can be made again, and so be picked.
    assert [name.id for name in await newest(guild_id=GUILD, channel_id=99, limit=9)] == here[::-1]
    for sql in (_NEWEST_OF_SERVER, _NEWEST_OF_CONVERSATION):
        plan = await storage.clips._database.rows(
            f"EXPLAIN QUERY PLAN {sql}", {"guild_id": GUILD, "channel_id": CHANNEL, "limit": 9}
        )
        steps = [row["detail"] for row in plan]
        assert len(steps) == 2  # no step of sorting
        assert "INDEX jobs_by_" in steps[0]


async def test_only_an_open_job_takes_a_clip(storage: Storage, tmp_path: Path):
    first = await add_clip(storage)
    cancelled = await add_job(storage)
    await storage.jobs.cancel(cancelled)
    for job_id in (first.id, cancelled, 99):
        with pytest.raises(ValueError, match=f"job {job_id} is not open"):
            await storage.clips.save(job_id, finished_clip(title="Again"))
    assert await storage.clips.load(await _get(storage, first.id)) == finished_clip()
    assert _files(tmp_path) == _paths(first)


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
    assert _files(tmp_path) == set()
    assert (await storage.jobs.get(job_id)).status is JobStatus.CANCELLED


async def test_a_cancelled_save_finishes_first(storage: Storage, tmp_path: Path):
    job_id = await add_job(storage)
    saving = asyncio.create_task(storage.clips.save(job_id, finished_clip()))
    await asyncio.sleep(0)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert _files(tmp_path) == _paths(await _get(storage, job_id))
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
    assert _files(tmp_path) == set()
    assert await storage.clips.get(job_id, guild_id=GUILD) is None

    await storage.clips.save(job_id, finished_clip())  # the job is still open: room was made, try again
    assert _files(tmp_path) == _paths(await _get(storage, job_id))


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
        jobs, clips = Jobs(database), Clips(database, folder, max_clip_bytes=10**9)
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
        assert _files(tmp_path) == set()
        assert (await jobs.get(job_id)).status is JobStatus.QUEUED

        await database.rows("PRAGMA max_page_count = 1000000")
        saved = await clips.save(job_id, clip)
        assert _files(tmp_path) == _paths(saved)


async def test_other_faults_of_the_disk_stay_loud(storage: Storage, tmp_path: Path):
    job_id = await add_job(storage)
    (tmp_path / "clips" / "000000").write_text("a file where a folder should be")
    with pytest.raises(FileExistsError):
        await storage.clips.save(job_id, finished_clip())


async def test_the_cap_cleans_the_oldest_but_never_rated_or_saved_ones(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with open_storage(tmp_path, max_clip_bytes=50 * KIB) as storage:
        rated, saved, *plain = [(await add_clip(storage, audio_bytes=9 * KIB)).id for _ in range(5)]
        await storage.ratings.vote(rated, user_id=USER, value=1)
        await storage.favourites.save(saved, user_id=USER)
        before = [await _get(storage, clip_id) for clip_id in [rated, saved, *plain]]
        assert not any(clip.files_cleaned for clip in before)

        newest = (await add_clip(storage, audio_bytes=9 * KIB)).id
        assert caplog.text == ""  # there was room to be made
        clips = {clip_id: await _get(storage, clip_id) for clip_id in [rated, saved, *plain, newest]}
        cleaned = {clip_id for clip_id, clip in clips.items() if clip.files_cleaned}
        assert cleaned == {plain[0]}, "one clip's room was missing, and the oldest plain one is to give it"

        kept_files = set().union(*(_paths(clip) for clip in clips.values() if not clip.files_cleaned))
        assert _files(tmp_path) == kept_files
        assert sum(path.stat().st_size for path in kept_files) <= 50 * KIB

        with pytest.raises(Unavailable, match=f"#{plain[0]}") as raised:
            await storage.clips.load(clips[plain[0]])
        assert raised.value.reason is Reason.FILES_GONE
        assert clips[plain[0]].recipe == finished_clip().recipe  # it can be made again


async def test_a_withdrawn_vote_protects_no_longer(tmp_path: Path):
    async with open_storage(tmp_path, max_clip_bytes=25 * KIB) as storage:
        first, second = [await add_clip(storage, audio_bytes=11 * KIB) for _ in range(2)]
        await storage.ratings.vote(first.id, user_id=USER, value=5)
        await storage.favourites.save(first.id, user_id=USER)
        await add_clip(storage, audio_bytes=11 * KIB)
        assert (await _get(storage, second.id)).files_cleaned

        await storage.ratings.withdraw(first.id, user_id=USER)
        await storage.favourites.unsave(first.id, user_id=USER)
        await add_clip(storage, audio_bytes=11 * KIB)
        assert (await _get(storage, first.id)).files_cleaned
        assert not first.audio.exists()


async def test_a_clip_just_saved_is_kept_even_beyond_the_cap(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with open_storage(tmp_path, max_clip_bytes=1) as storage:
        first = await add_clip(storage)
        assert "over the cap of 1 bytes" in caplog.text
        assert await storage.clips.load(first) == finished_clip()
        second = await add_clip(storage)
        assert _files(tmp_path) == _paths(second)


async def test_a_lowered_cap_is_met_at_the_next_start(tmp_path: Path):
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        old, new = [await add_clip(storage, audio_bytes=10 * KIB) for _ in range(2)]
    async with open_storage(tmp_path, max_clip_bytes=15 * KIB) as storage:
        assert (await _get(storage, old.id)).files_cleaned
        assert _files(tmp_path) == _paths(new)


async def test_files_that_somebody_removed_are_said_to_be_gone(storage: Storage):
    clip = await add_clip(storage)
    clip.midi.unlink()
    with pytest.raises(Unavailable) as raised:
        await storage.clips.load(await _get(storage, clip.id))
    assert raised.value.reason is Reason.FILES_GONE
    assert str(raised.value).startswith(f"The files of clip #{clip.id} are gone")


async def test_another_midi_file_in_its_place_is_not_taken_for_the_clips(storage: Storage):
    clip = await add_clip(storage)
    assert clip.midi_sha256 == hashlib.sha256(finished_clip().midi).hexdigest()
    clip.midi.write_bytes(b"MThd something else")
    with pytest.raises(Unavailable) as raised:
        await storage.clips.load(await _get(storage, clip.id))
    assert raised.value.reason is Reason.FILES_GONE
    # Of clips from before it was noted nothing is known.
    await storage.clips._database._connection.execute("UPDATE clips SET midi_sha256 = NULL")
    assert (await storage.clips.load(await _get(storage, clip.id))).midi == b"MThd something else"


async def test_restored_files_are_kept_again_and_others_make_room(tmp_path: Path):
    async with open_storage(tmp_path, max_clip_bytes=25 * KIB) as storage:
        first, second, third = [await add_clip(storage, audio_bytes=11 * KIB) for _ in range(3)]
        assert (await _get(storage, first.id)).files_cleaned
        await storage.clips.restore(await _get(storage, first.id), finished_clip(audio_bytes=11 * KIB))
        cleaned = [(await _get(storage, clip.id)).files_cleaned for clip in (first, second, third)]
        assert cleaned == [False, True, False]
        assert _files(tmp_path) == _paths(first) | _paths(third)
        assert (await storage.clips.load(first)).midi == finished_clip().midi


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
    assert await _get(storage, clip.id) == clip


async def test_the_start_sweeps_what_a_crash_left_and_nothing_else(tmp_path: Path):
    folder = ClipFolder(tmp_path / "clips")
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        kept = await add_clip(storage)
        crashed, half = await add_job(storage), await add_job(storage)
    folder.write(crashed, finished_clip())  # renamed, but the crash came before the COMMIT
    unfinished = folder.paths(half).audio.with_suffix(".mp3.part")
    unfinished.write_bytes(b"half")
    newer_by_a_lost_database = folder.write(half + 1, finished_clip()) and folder.paths(half + 1)
    note = kept.audio.with_name("notes.txt")
    note.write_text("the operator's own")

    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        assert _files(tmp_path) == _paths(kept) | {note} | set(newer_by_a_lost_database.all)
        assert await storage.clips.load(await _get(storage, kept.id)) == finished_clip()
        assert (await storage.clips.save(crashed, finished_clip())).id == crashed


async def test_a_thousand_clips_to_a_folder(tmp_path: Path):
    folder = ClipFolder(tmp_path)
    assert folder.paths(999).midi.parent == folder.paths(0).midi.parent
    assert folder.paths(1000).midi.parent != folder.paths(999).midi.parent
    everything = [path for clip_id in (7, 70, 1007) for path in folder.paths(clip_id).all]
    assert len(set(everything)) == len(everything)


async def test_saves_at_once_do_not_disturb_each_other(storage: Storage, tmp_path: Path):
    clips = await asyncio.gather(*(add_clip(storage) for _ in range(8)))
    assert _files(tmp_path) == set().union(*map(_paths, clips))
    for clip in clips:
        assert replace(await _get(storage, clip.id), created_at=clip.created_at) == clip
