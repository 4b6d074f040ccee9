import pytest

from domain.errors import BadRequest, Reason
from storage import Storage
from tests.storage.samples import add_clip, add_job


async def test_one_standing_vote_a_person_and_clip(storage: Storage):
    clip, other = await add_clip(storage), await add_clip(storage)
    await storage.ratings.vote(clip.id, user_id=1, value=2)
    await storage.ratings.vote(clip.id, user_id=2, value=5)
    await storage.ratings.vote(other.id, user_id=1, value=3)
    await storage.ratings.vote(clip.id, user_id=1, value=4)
    assert await storage.ratings.of(clip.id) == {1: 4, 2: 5}
    await storage.ratings.withdraw(clip.id, user_id=1)
    await storage.ratings.withdraw(clip.id, user_id=1)
    assert await storage.ratings.of(clip.id) == {2: 5}
    assert await storage.ratings.of(other.id) == {1: 3}


async def test_saving_twice_is_saving_once(storage: Storage):
    clip = await add_clip(storage)
    for user_id in (1, 1, 2):
        await storage.favourites.save(clip.id, user_id=user_id)
    assert await storage.favourites.of(clip.id) == {1, 2}
    await storage.favourites.unsave(clip.id, user_id=1)
    assert await storage.favourites.of(clip.id) == {2}


async def test_what_is_no_clip_takes_neither(storage: Storage):
    unfinished = await add_job(storage)
    for attempt in (
        storage.ratings.vote(unfinished, user_id=1, value=5),
        storage.favourites.save(unfinished, user_id=1),
    ):
        with pytest.raises(BadRequest, match=f"no clip #{unfinished} here") as raised:
            await attempt
        assert raised.value.reason is Reason.NOT_FOUND


@pytest.mark.parametrize("value", [0, 6, -1])
async def test_votes_beyond_the_scale_are_refused(storage: Storage, value: int):
    clip = await add_clip(storage)
    with pytest.raises(ValueError, match="a vote is 1 to 5"):
        await storage.ratings.vote(clip.id, user_id=1, value=value)
    assert await storage.ratings.of(clip.id) == {}
