from storage import Place, Storage
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
