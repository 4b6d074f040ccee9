"""What holds for works of both kinds: where they are shown, how the newest are found, what their ids are."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from storage import ClipName, Storage, StoredClip, StoredVerse, VerseName
from storage.clips import _CLIP_NAMES
from storage.verses import _VERSE_NAMES
from storage.works import newest_sql
from tests.storage.samples import CHANNEL, GUILD, add_clip, add_song, add_verse

Add = Callable[..., Awaitable[StoredClip | StoredVerse]]

kinds = pytest.mark.parametrize(
    ("add", "noun"),
    [(add_clip, "clips"), (add_song, "clips"), (add_song, "verses"), (add_verse, "verses")],
    ids=["clip", "song", "words of a song", "verse"],
)


@kinds
async def test_a_work_is_shown_only_where_it_was_made(storage: Storage, add: Add, noun: str):
    here, private = (await add(storage)).id, (await add(storage, guild_id=None)).id
    get = getattr(storage, noun).get

    async def shown(work_id: int, **place: int | None) -> int | None:
        work = await get(work_id, **place)
        return None if work is None else work.id

    assert await shown(here, guild_id=GUILD) == here
    assert await shown(here, guild_id=GUILD + 1) is None
    assert await shown(here, guild_id=None) is None
    assert await shown(here, guild_id=None, channel_id=CHANNEL) is None
    assert await shown(private, guild_id=None) == private
    assert await shown(private, guild_id=None, channel_id=CHANNEL) == private
    assert await shown(private, guild_id=None, channel_id=CHANNEL + 1) is None
    assert await shown(private, guild_id=GUILD) is None
    assert await shown(99, guild_id=GUILD) is None


@kinds
async def test_the_newest_works_of_a_place_newest_first(storage: Storage, add: Add, noun: str):
    here = [(await add(storage)).id for _ in range(3)]
    elsewhere = (await add(storage, guild_id=GUILD + 1)).id
    private = (await add(storage, guild_id=None)).id
    newest = getattr(storage, noun).newest

    async def ids(**place: int | None) -> list[int]:
        return [name.id for name in await newest(**place)]

    assert await ids(guild_id=GUILD, channel_id=99, limit=2) == here[:0:-1]
    assert await ids(guild_id=GUILD + 1, channel_id=CHANNEL, limit=9) == [elsewhere]
    assert await ids(guild_id=None, channel_id=CHANNEL, limit=9) == [private]
    assert await ids(guild_id=None, channel_id=CHANNEL + 1, limit=9) == []
    await storage.clips._database._connection.execute("UPDATE clips SET files_cleaned_at = 1")
    # What was cleaned away can be made again, and so be picked.
    assert await ids(guild_id=GUILD, channel_id=99, limit=9) == here[::-1]


async def test_works_have_ids_of_one_row_and_are_listed_by_what_they_are(storage: Storage):
    clip, verse, song = await add_clip(storage), await add_verse(storage), await add_song(storage)
    assert verse.id == clip.id + 1
    assert song.id == verse.id + 1
    place = partial(dict, guild_id=GUILD, channel_id=CHANNEL, limit=9)
    assert await storage.clips.newest(**place()) == [
        ClipName(song.id, "Song of Rain", "reel"),
        ClipName(clip.id, "Reel in D", "reel"),
    ]
    assert await storage.verses.newest(**place()) == [
        VerseName(song.id, "Song of Rain", verse.verse.recipe.request.language),
        VerseName(verse.id, "Tea and “Rain”", verse.verse.recipe.request.language),
    ]
    assert await storage.clips.get(verse.id, guild_id=GUILD) is None
    assert await storage.verses.get(clip.id, guild_id=GUILD) is None


@pytest.mark.parametrize("select", [_CLIP_NAMES, _VERSE_NAMES], ids=["clips", "verses"])
@pytest.mark.parametrize("private", [False, True])
async def test_the_newest_are_found_by_index(storage: Storage, select: str, private: bool):
    plan = await storage.clips._database.rows(
        f"EXPLAIN QUERY PLAN {newest_sql(select, private=private)}",
        {"guild_id": GUILD, "channel_id": CHANNEL, "limit": 9},
    )
    steps = [row["detail"] for row in plan]
    assert len(steps) == 3  # no step of sorting
    assert "INDEX jobs_by_" in steps[0]
    assert all("INTEGER PRIMARY KEY" in step for step in steps[1:])
