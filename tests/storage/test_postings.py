"""Which messages show which work."""

import pytest

from domain.errors import BadRequest
from storage import Posting, Storage
from tests.storage.samples import GUILD, add_clip, add_job, add_verse


async def test_a_work_stands_in_several_messages_and_a_message_shows_one(storage: Storage):
    clip, verse = await add_clip(storage), await add_verse(storage, guild_id=None)
    assert await storage.postings.work_of(10) is None
    await storage.postings.add(clip.id, channel_id=1, message_id=10)
    await storage.postings.add(clip.id, channel_id=2, message_id=30)
    await storage.postings.add(verse.id, channel_id=3, message_id=20)
    assert [await storage.postings.work_of(message_id) for message_id in (10, 20, 30, 40)] == [
        *(clip.id, verse.id, clip.id, None)
    ]
    first, second = Posting(clip.id, 10, 1, GUILD), Posting(clip.id, 30, 2, GUILD)
    assert await storage.postings.of(clip.id) == [first, second]
    assert await storage.postings.newest(limit=2) == [second, Posting(verse.id, 20, 3, None)]
    await storage.postings.add(verse.id, channel_id=2, message_id=30)
    assert await storage.postings.of(clip.id) == [first]


async def test_the_message_of_a_pair_is_a_place_of_both(storage: Storage):
    single, b, a = await add_clip(storage), await add_clip(storage), await add_clip(storage)
    pair_id = await storage.preferences.add_pair(a.id, b.id)
    await storage.preferences.add_pair(a.id, single.id)  # not posted yet
    assert await storage.preferences.in_message(20) is None
    await storage.preferences.attach_message(pair_id, channel_id=2, message_id=20)
    await storage.postings.add(single.id, channel_id=1, message_id=10)
    pair = await storage.preferences.in_message(20)
    assert pair is not None
    assert (pair.id, pair.a_id, pair.b_id) == (pair_id, a.id, b.id)
    both = [Posting(b.id, 20, 2, GUILD), Posting(a.id, 20, 2, GUILD)]
    assert await storage.postings.newest(limit=9) == [*both, Posting(single.id, 10, 1, GUILD)]
    assert await storage.postings.of(a.id) == both[1:]


async def test_only_works_are_posted(storage: Storage):
    with pytest.raises(BadRequest):
        await storage.postings.add(await add_job(storage), channel_id=1, message_id=10)
