from collections.abc import Awaitable, Callable

import pytest

from domain.errors import BadRequest, Reason
from storage import Storage, StoredClip, StoredVerse
from tests.storage.samples import add_clip, add_job, add_song, add_verse

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
