from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from domain.errors import BadRequest, Reason
from domain.votes import Sign, Standing
from storage import JobStatus, Storage, StoredClip, StoredVerse, Tally
from tests.storage.samples import USER, add_clip, add_job, add_song, add_verse, finished_clip, kept_files

Add = Callable[[Storage], Awaitable[StoredClip | StoredVerse]]

kinds = pytest.mark.parametrize("add", [add_clip, add_verse, add_song])


@kinds
async def test_one_standing_vote_a_person_and_work(storage: Storage, add: Add):
    work, other = await add(storage), await add(storage)
    await storage.ratings.vote(work.id, user_id=1, value=2)
    await storage.ratings.vote(work.id, user_id=2, value=5)
    await storage.ratings.vote(other.id, user_id=1, value=3)
    await storage.ratings.vote(work.id, user_id=1, value=4)
    assert await storage.ratings.of(work.id) == {1: 4, 2: 5}
    await storage.ratings.withdraw(work.id, user_id=1)
    await storage.ratings.withdraw(work.id, user_id=1)
    assert await storage.ratings.of(work.id) == {2: 5}
    assert await storage.ratings.of(other.id) == {1: 3}


@kinds
async def test_saving_twice_is_saving_once(storage: Storage, add: Add):
    work = await add(storage)
    for user_id in (1, 1, 2):
        await storage.favourites.save(work.id, user_id=user_id)
    assert await storage.favourites.of(work.id) == {1, 2}
    await storage.favourites.unsave(work.id, user_id=1)
    assert await storage.favourites.of(work.id) == {2}


async def test_what_is_no_work_takes_neither(storage: Storage):
    unfinished = await add_job(storage)
    for attempt in (
        storage.ratings.vote(unfinished, user_id=1, value=5),
        storage.favourites.save(unfinished, user_id=1),
    ):
        with pytest.raises(BadRequest, match=f"no #{unfinished} here") as raised:
            await attempt
        assert raised.value.reason is Reason.NO_WORK


@pytest.mark.parametrize("value", [0, 6, -1])
async def test_votes_beyond_the_scale_are_refused(storage: Storage, value: int):
    clip = await add_clip(storage)
    with pytest.raises(ValueError, match="a vote is 1 to 5"):
        await storage.ratings.vote(clip.id, user_id=1, value=value)
    assert await storage.ratings.of(clip.id) == {}


async def test_reactions_and_buttons_are_one_vote(storage: Storage):
    work = (await add_clip(storage)).id
    ratings, one = storage.ratings, {"user_id": 1}

    async def stands() -> tuple[int | None, str | None]:
        rows = await ratings._database.rows("SELECT value, scale FROM ratings WHERE user_id = 1")
        return (rows[0]["value"], rows[0]["scale"]) if rows else (None, None)

    await ratings.react(work, message_id=10, emoji="👍🏽", **one)
    assert await stands() == (5, "thumbs")
    await ratings.react(work, message_id=10, emoji="5️⃣", **one)
    assert await stands() == (5, "digits")
    assert await ratings.press(work, sign=Sign.DOWN, **one) == Standing(Sign.DOWN)
    assert await stands() == (1, "thumbs")
    await ratings.unreact(work, message_id=10, emoji="5️⃣", **one)
    assert await stands() == (1, "thumbs")
    assert await ratings.press(work, sign=Sign.STAR, **one) == Standing(Sign.DOWN, saved=True)
    # The same button again takes all back, also the thumb that still stands under the message.
    assert await ratings.press(work, sign=Sign.DOWN, **one) == Standing(None, saved=True)
    assert await stands() == (None, None)
    assert await ratings.read_back(work, message_id=10, found={"👍🏽": [1]}) == 0
    assert await stands() == (None, None)
    await ratings.unreact(work, message_id=10, emoji="👍🏽", **one)
    await ratings.react(work, message_id=10, emoji="👍🏽", **one)
    assert await stands() == (5, "thumbs")
    assert await storage.favourites.of(work) == {1}
    assert await ratings.tally(work) == Tally(votes=1, mean=5.0, saved=1)
    rows = await ratings._database.rows("SELECT sign, said, source FROM rating_events ORDER BY id")
    assert [(row["sign"] + "-+"[row["said"]], row["source"]) for row in rows] == [
        ("👍+", "reaction"),
        (f"{Sign.FIVE}+", "reaction"),
        ("👎+", "button"),
        (f"{Sign.FIVE}-", "reaction"),
        ("⭐+", "button"),
        *(("👍-", "button"), ("👎-", "button")),
        ("👍+", "reaction"),
    ]


@kinds
async def test_a_deleted_work_takes_all_with_it_but_its_id(storage: Storage, add: Add, tmp_path: Path):
    work, other = await add(storage), await add(storage)
    await storage.postings.add(work.id, channel_id=2, message_id=10)
    for work_id in (work.id, other.id):
        await storage.ratings.react(work_id, message_id=10, user_id=1, emoji="👍")
        await storage.favourites.save(work_id, user_id=1)
    assert await storage.works.requester_of(work.id) == USER
    await storage.works.delete(work.id)
    assert await storage.works.requester_of(work.id) is None
    assert await storage.postings.of(work.id) == []
    database = storage.ratings._database
    for table in ("ratings", "favourites", "marks", "rating_events", "listings"):
        rows = await database.rows(f"SELECT work_id FROM {table}")  # noqa: S608
        assert {row["work_id"] for row in rows} == {other.id}
    assert not any(path.name.startswith(f"{work.id}.") for path in kept_files(tmp_path))
    assert any(path.name.startswith(f"{other.id}.") for path in kept_files(tmp_path)) == (
        add is not add_verse
    )
    job = await storage.jobs.get(work.id)
    assert (job.status, job.request, job.message_id) == (JobStatus.FINISHED, None, None)
    assert await add_job(storage) == other.id + 1
    for attempt in (
        storage.works.delete(work.id),
        storage.ratings.react(work.id, message_id=10, user_id=2, emoji="👍"),
        storage.ratings.press(work.id, user_id=1, sign=Sign.UP),
        storage.ratings.read_back(work.id, message_id=10, found={"👍": [1]}),
        storage.postings.add(work.id, channel_id=2, message_id=11),
    ):
        with pytest.raises(BadRequest, match=f"no #{work.id} here, or not any more"):
            await attempt


async def test_files_made_again_for_a_work_deleted_meanwhile_go_as_well(storage: Storage, tmp_path: Path):
    clip = await add_clip(storage)
    await storage.works.delete(clip.id)
    await storage.clips.restore(clip, finished_clip())
    assert not kept_files(tmp_path)
