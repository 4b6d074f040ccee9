import asyncio
import sqlite3
import time
from dataclasses import replace

import pytest

from domain.errors import BadRequest, Reason, Unavailable
from domain.remarks import Remark, Topic
from domain.score import Key, Metre, Note, Part, Score
from domain.seeds import Seed
from domain.transformations import Source
from storage import MAX_SEEDS, Storage
from tests.storage.samples import GUILD

ALICE, BOB, CAROL = 1, 2, 3
ELSEWHERE = 99

NOTES = tuple(Note(12 * beat, 60 + beat, 12, velocity=70 + beat) for beat in range(8))
HUM = Source(
    "my “hum”.wav",
    Score(Key(2), Metre(4, 4), 96.5, 2, (Part("Voice", 53, NOTES),)),
    left_out=(Remark(Topic.CUT, {"bars": "80"}),),
)


def seed(name: str, *, title: str = "my “hum”.wav") -> Seed:
    return Seed.of(name, replace(HUM, title=title))


async def refused(work) -> Reason:
    with pytest.raises(BadRequest) as raised:
        await work
    return raised.value.reason


async def titles(storage: Storage, called: str, user_id: int, guild_id: int | None = GUILD) -> str:
    return (await storage.seeds.find(called, user_id=user_id, guild_id=guild_id)).source.title


async def test_a_seed_is_found_by_its_owner_everywhere_and_whole(storage: Storage):
    await storage.seeds.save(seed("Morgen  Gruß"), user_id=ALICE)
    for guild_id in (GUILD, ELSEWHERE, None):
        found = await storage.seeds.find("morgen gruss", user_id=ALICE, guild_id=guild_id)
        assert (found.name, found.source, found.owner) == ("Morgen Gruß", HUM, None)
        assert abs(found.created_at.timestamp() - time.time()) < 60
        assert (
            await refused(storage.seeds.find("Morgen Gruß", user_id=BOB, guild_id=guild_id)) is Reason.NO_SEED
        )
        assert await storage.seeds.get(found.id, user_id=BOB, guild_id=guild_id) is None


async def test_names_are_unique_a_person_unless_replaced(storage: Storage):
    await storage.seeds.save(seed("Hum", title="old"), user_id=ALICE)
    await storage.seeds.save(seed("hum", title="Bob's"), user_id=BOB)
    taken = storage.seeds.save(seed("HUM", title="new"), user_id=ALICE)
    assert await refused(taken) is Reason.SEED_NAME_TAKEN
    assert await refused(storage.seeds.check_free("ＨＵＭ", user_id=ALICE)) is Reason.SEED_NAME_TAKEN
    assert await titles(storage, "Hum", ALICE) == "old"
    old = await storage.seeds.find("hum", user_id=ALICE, guild_id=None)
    await storage.seeds.share(old.id, guild_id=GUILD, owner="Alice")
    await storage.seeds.save(seed("HUM", title="new"), user_id=ALICE, replace=True)
    new = await storage.seeds.find("hum", user_id=ALICE, guild_id=GUILD)
    assert (new.id, new.name, new.source.title, new.owner) == (old.id, "HUM", "new", "Alice")


async def test_so_many_seeds_and_no_more(storage: Storage):
    for number in range(MAX_SEEDS):
        await storage.seeds.save(seed(f"tune {number}"), user_id=ALICE)
    assert await refused(storage.seeds.save(seed("another"), user_id=ALICE)) is Reason.TOO_MANY_SEEDS
    assert await refused(storage.seeds.check_free("another", user_id=ALICE)) is Reason.TOO_MANY_SEEDS
    await storage.seeds.save(seed("tune 7", title="new"), user_id=ALICE, replace=True)
    await storage.seeds.save(seed("another"), user_id=BOB)
    gone = await storage.seeds.find_own("TUNE 8", user_id=ALICE, guild_id=None)
    await storage.seeds.delete(gone.id)
    await storage.seeds.save(seed("another"), user_id=ALICE)
    [first, *_], count = await storage.seeds.page(user_id=ALICE, guild_id=None, offset=1, limit=10)
    assert (first.name, count) == ("tune 0", MAX_SEEDS)


async def test_two_saves_at_once_keep_the_first(storage: Storage):
    saves = [storage.seeds.save(seed("Hum", title=title), user_id=ALICE) for title in ("first", "second")]
    outcomes = await asyncio.gather(*saves, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), BadRequest]
    assert await titles(storage, "hum", ALICE) == "first"


async def test_a_shared_seed_is_seen_on_that_server_alone_until_it_is_taken_back(storage: Storage):
    await storage.seeds.save(seed("Hum"), user_id=ALICE)
    own = await storage.seeds.find_own("hum", user_id=ALICE, guild_id=GUILD)
    await storage.seeds.share(own.id, guild_id=GUILD, owner="Alice: the 1st")
    for called in ("hum", "Alice: the 1st: hum", "alice: The 1st ： HUM"):
        found = await storage.seeds.find(called, user_id=BOB, guild_id=GUILD)
        assert (found.id, found.full_name) == (own.id, "Alice: the 1st: Hum")
    assert await storage.seeds.get(own.id, user_id=BOB, guild_id=GUILD) == found
    for guild_id in (ELSEWHERE, None):
        assert await refused(storage.seeds.find("hum", user_id=BOB, guild_id=guild_id)) is Reason.NO_SEED
        assert await storage.seeds.get(own.id, user_id=BOB, guild_id=guild_id) is None
    assert await refused(storage.seeds.find_own("hum", user_id=BOB, guild_id=GUILD)) is Reason.NO_OWN_SEED
    await storage.seeds.unshare(own.id, guild_id=ELSEWHERE)
    assert await titles(storage, "hum", BOB) == HUM.title
    await storage.seeds.unshare(own.id, guild_id=GUILD)
    assert await refused(storage.seeds.find("hum", user_id=BOB, guild_id=GUILD)) is Reason.NO_SEED
    assert await titles(storage, "hum", ALICE) == HUM.title


async def test_ones_own_goes_first_and_others_of_one_name_are_told_apart(storage: Storage):
    for user_id, owner in ((ALICE, "Alice"), (BOB, "Bob")):
        await storage.seeds.save(seed("Hum", title=owner), user_id=user_id)
        own = await storage.seeds.find_own("hum", user_id=user_id, guild_id=GUILD)
        await storage.seeds.share(own.id, guild_id=GUILD, owner=owner)
    assert [await titles(storage, "hum", user_id) for user_id in (ALICE, BOB)] == ["Alice", "Bob"]
    assert await titles(storage, "bob: hum", ALICE) == "Bob"
    with pytest.raises(BadRequest, match="Say whose you mean: Alice: Hum, Bob: Hum"):
        await storage.seeds.find("hum", user_id=CAROL, guild_id=GUILD)
    assert await titles(storage, "Alice: Hum", CAROL) == "Alice"
    names = await storage.seeds.names("", user_id=BOB, guild_id=GUILD, limit=9)
    assert [(name.user_id, name.full_name) for name in names] == [(BOB, "Bob: Hum"), (ALICE, "Alice: Hum")]
    by_owner = await storage.seeds.names("ALI", user_id=BOB, guild_id=GUILD, limit=9)
    assert [name.user_id for name in by_owner] == [ALICE]
    assert not await storage.seeds.names("ali", user_id=BOB, guild_id=GUILD, limit=9, mine_only=True)
    assert not await storage.seeds.names("ali", user_id=ALICE, guild_id=GUILD, limit=9)
    seeds, count = await storage.seeds.page(user_id=BOB, guild_id=GUILD, offset=0, limit=1)
    assert ([found.source.title for found in seeds], count) == (["Bob"], 2)


async def test_renaming_keeps_the_music_and_what_is_shared(storage: Storage):
    for name in ("Hum", "Drum"):
        await storage.seeds.save(seed(name, title=name), user_id=ALICE)
    own = await storage.seeds.find_own("hum", user_id=ALICE, guild_id=None)
    await storage.seeds.share(own.id, guild_id=GUILD, owner="Alice")
    assert await refused(storage.seeds.rename(own.id, "DRUM")) is Reason.SEED_NAME_TAKEN
    assert await refused(storage.seeds.rename(own.id, "a\nb")) is Reason.SEED_NAME_UNFIT
    assert await titles(storage, "hum", BOB) == "Hum"
    await storage.seeds.rename(own.id, "HUM")  # in other letters alone
    await storage.seeds.rename(own.id, " Morning ")
    renamed = await storage.seeds.find("alice: morning", user_id=BOB, guild_id=GUILD)
    assert (renamed.id, renamed.name, renamed.source.title) == (own.id, "Morning", "Hum")
    assert await refused(storage.seeds.find("hum", user_id=ALICE, guild_id=GUILD)) is Reason.NO_SEED


async def test_a_deleted_seed_is_gone_for_good(storage: Storage, other_connection: sqlite3.Connection):
    await storage.seeds.save(seed("Hum"), user_id=ALICE)
    own = await storage.seeds.find_own("hum", user_id=ALICE, guild_id=GUILD)
    await storage.seeds.share(own.id, guild_id=GUILD, owner="Alice")
    await storage.seeds.delete(own.id)
    await storage.seeds.share(own.id, guild_id=GUILD, owner="Alice")  # pressed a moment too late
    left = "SELECT id FROM seeds UNION ALL SELECT seed_id FROM shared_seeds"
    assert not other_connection.execute(left).fetchall()
    await storage.seeds.save(seed("Hum"), user_id=BOB)
    assert (await storage.seeds.find_own("hum", user_id=BOB, guild_id=None)).id != own.id


async def test_a_busy_library_loses_nothing(storage: Storage, other_connection: sqlite3.Connection):
    await storage.seeds.save(seed("Hum", title="old"), user_id=ALICE)
    await storage.seeds._database._connection.execute("PRAGMA busy_timeout = 10")
    other_connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        await storage.seeds.save(seed("Hum", title="new"), user_id=ALICE, replace=True)
    other_connection.execute("ROLLBACK")
    assert await titles(storage, "hum", ALICE) == "old"
