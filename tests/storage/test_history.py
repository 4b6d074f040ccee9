from itertools import pairwise

from domain.votes import Sign
from storage import HistoryFilter, Place, Storage
from tests.storage.samples import CHANNEL, GUILD, add_clip

HERE = Place(GUILD, CHANNEL)


async def test_a_page_ends_where_the_next_one_begins(storage: Storage):
    ids = [(await add_clip(storage)).id for _ in range(5)]
    await add_clip(storage, guild_id=GUILD + 1)
    first = await storage.history.page(HERE, limit=2)
    await add_clip(storage)
    second = await storage.history.page(HERE, before=first.before, limit=2)
    last = await storage.history.page(HERE, before=second.before, limit=2)
    assert [[work.id for work in page.works] for page in (first, second, last)] == [
        ids[:2:-1],
        ids[2:0:-1],
        ids[:1],
    ]
    assert last.before is None


async def test_one_leafs_back_as_one_leafed_on(storage: Storage):
    ids = [(await add_clip(storage)).id for _ in range(7)]
    pages, before = [], None
    for _ in range(4):
        page = await storage.history.page(HERE, before=before, limit=2)
        pages.append(page)
        before = page.before
    assert [work.id for page in pages for work in page.works] == ids[::-1]
    assert pages[0].after is None
    for earlier, later in pairwise(pages[1:]):
        back = await storage.history.page(HERE, after=later.after, limit=2)
        assert back == earlier
    assert await storage.history.page(HERE, after=pages[1].after, limit=2) == pages[0]
    assert await storage.history.page(HERE, before=ids[0], limit=2) == pages[0]  # all of it deleted


async def test_what_one_likes_and_what_one_saved_are_found(storage: Storage):
    first, second, third = [(await add_clip(storage)).id for _ in range(3)]
    await storage.ratings.press(first, user_id=5, sign=Sign.UP)
    await storage.ratings.press(second, user_id=5, sign=Sign.THREE)
    await storage.ratings.press(third, user_id=6, sign=Sign.FOUR)
    await storage.ratings.press(third, user_id=5, sign=Sign.STAR)
    liked = await storage.history.page(HERE, HistoryFilter(liked_by=5), limit=9)
    saved = await storage.history.page(HERE, HistoryFilter(saved_by=5), limit=9)
    assert [[work.id for work in page.works] for page in (liked, saved)] == [[first], [third]]
