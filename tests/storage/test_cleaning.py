from pathlib import Path

import pytest

from domain.errors import Reason, Unavailable
from storage import open_storage
from storage.files import ClipFolder
from tests.storage.samples import (
    USER,
    add_clip,
    add_job,
    add_song,
    add_verse,
    finished_clip,
    finished_song,
    get_clip,
    kept_files,
    paths_of,
)

KIB = 1024


async def test_the_cap_cleans_the_oldest_but_never_rated_or_saved_ones(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with open_storage(tmp_path, max_clip_bytes=50 * KIB) as storage:
        rated, saved, *plain = [(await add_clip(storage, audio_bytes=9 * KIB)).id for _ in range(5)]
        await storage.ratings.vote(rated, user_id=USER, value=1)
        await storage.favourites.save(saved, user_id=USER)
        before = [await get_clip(storage, clip_id) for clip_id in [rated, saved, *plain]]
        assert not any(clip.files_cleaned for clip in before)

        newest = (await add_clip(storage, audio_bytes=9 * KIB)).id
        assert caplog.text == ""  # there was room to be made
        clips = {clip_id: await get_clip(storage, clip_id) for clip_id in [rated, saved, *plain, newest]}
        cleaned = {clip_id for clip_id, clip in clips.items() if clip.files_cleaned}
        assert cleaned == {plain[0]}, "one clip's room was missing, and the oldest plain one is to give it"

        promised = set().union(*(paths_of(clip) for clip in clips.values() if not clip.files_cleaned))
        assert kept_files(tmp_path) == promised
        assert sum(path.stat().st_size for path in promised) <= 50 * KIB

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
        assert (await get_clip(storage, second.id)).files_cleaned

        await storage.ratings.withdraw(first.id, user_id=USER)
        await storage.favourites.unsave(first.id, user_id=USER)
        await add_clip(storage, audio_bytes=11 * KIB)
        assert (await get_clip(storage, first.id)).files_cleaned
        assert not first.audio.exists()


async def test_a_clip_just_saved_is_kept_even_beyond_the_cap(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with open_storage(tmp_path, max_clip_bytes=1) as storage:
        first = await add_clip(storage)
        assert "over the cap of 1 bytes" in caplog.text
        assert await storage.clips.load(first) == finished_clip()
        second = await add_clip(storage)
        assert kept_files(tmp_path) == paths_of(second)


async def test_a_lowered_cap_is_met_at_the_next_start(tmp_path: Path):
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        old, new = [await add_clip(storage, audio_bytes=10 * KIB) for _ in range(2)]
    async with open_storage(tmp_path, max_clip_bytes=15 * KIB) as storage:
        assert (await get_clip(storage, old.id)).files_cleaned
        assert kept_files(tmp_path) == paths_of(new)


async def test_the_start_sweeps_what_a_crash_left_and_nothing_else(tmp_path: Path):
    folder = ClipFolder(tmp_path / "clips")
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        kept, sung, spoken = await add_clip(storage), await add_song(storage), await add_verse(storage)
        crashed, half = await add_job(storage), await add_job(storage)
    folder.write(crashed, finished_song())  # renamed, but the crash came before the COMMIT
    folder.write(spoken.id, finished_clip())  # verse has no files
    for unfinished in (folder.paths(half).audio, folder.paths(half).lead_sheet):
        unfinished.with_name(f"{unfinished.name}.part").write_bytes(b"half")
    newer_by_a_lost_database = folder.write(half + 1, finished_song()) and folder.paths(half + 1)
    note = kept.audio.with_name("notes.txt")
    note.write_text("the operator's own")

    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        assert kept_files(tmp_path) == paths_of(kept) | paths_of(sung) | {note} | set(
            newer_by_a_lost_database.all
        )
        assert await storage.clips.load(await get_clip(storage, kept.id)) == finished_clip()
        assert await storage.clips.load(await get_clip(storage, sung.id)) == finished_song()
        assert (await storage.clips.save(crashed, finished_clip())).id == crashed
