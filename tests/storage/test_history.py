from itertools import pairwise
from pathlib import Path

from domain.verses import Language
from domain.votes import Sign
from storage import HistoryFilter, JobKind, Place, Storage
from storage.history import page_sql
from tests.storage.plans import filled, scans
from tests.storage.samples import CHANNEL, GUILD, USER, add_clip, add_song, add_verse

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


async def test_works_are_found_by_what_they_are(storage: Storage):
    clip, verse, song = [(await add(storage)).id for add in (add_clip, add_verse, add_song)]

    async def found(place: Place = HERE, **filters: object) -> list[int]:
        page = await storage.history.page(place, HistoryFilter(**filters), limit=9)
        return [work.id for work in page.works]

    assert await found(genre="reel") == await found(style="rnn", genre="reel") == [song, clip]
    assert await found(language=Language.ENGLISH) == [song, verse]
    assert await found(language=Language.ENGLISH, style="rnn") == [song]
    assert await found(kind=JobKind.COMPOSE, user_id=USER) == [song, verse, clip]  # of jobs to compose
    assert await found(user_id=USER + 1) == await found(genre="jig") == await found(Place(GUILD + 1)) == []
    page = await storage.history.page(HERE, limit=9)
    listed = {work.id: work for work in page.works}
    assert (listed[verse].style, listed[verse].genre, listed[verse].key) == (None, None, None)
    assert (str(listed[clip].key), listed[clip].tempo, listed[clip].seconds) == ("D major", 112.0, 30.25)
    assert (listed[song].title, listed[song].judgement) == ("Song of Rain", 0.8125)
    assert (listed[clip].votes, listed[clip].mean, listed[clip].liked) == (0, None, 0)


async def test_private_works_stay_in_their_conversation(storage: Storage):
    private = (await add_clip(storage, guild_id=None)).id
    for place, expected in (
        (Place(None, CHANNEL), [private]),
        (Place(None, CHANNEL + 1), []),
        (Place(CHANNEL), []),
        (HERE, []),
    ):
        page = await storage.history.page(place, limit=9)
        assert [work.id for work in page.works] == expected


TERMS = ("user_id", "kind", "style", "genre", "language", "liked_by", "saved_by", "before", "after")


async def test_pages_are_found_by_index(storage: Storage, tmp_path: Path):
    values = {"place": 1, "limit": 9, **dict.fromkeys(TERMS, 1)}
    async with filled(tmp_path / "filled") as other:
        for library in (storage, other):
            for names in ((), *((name,) for name in TERMS), ("user_id", "genre", "before"), TERMS):
                for oldest_first in (False, True):
                    plan = await scans(library, page_sql(names, oldest_first=oldest_first), values)
                    assert not any("SCAN" in step for step in plan), (names, plan)
                    assert "listings" in plan[0]
