"""Pairs, what people picked, and what is left of both when a work goes or the bot is killed."""

import asyncio
from pathlib import Path

import pytest

from domain.errors import BadRequest, Reason
from storage import Difference, Pick, Storage, open_storage
from tests.storage.samples import CHANNEL, GUILD, USER, add_clip, add_verse

ALICE, BOB, CAROL = 1, 2, 3


async def add_pair(storage: Storage, *, guild_id: int | None = GUILD) -> int:
    b, a = await add_clip(storage, guild_id=guild_id), await add_clip(storage, guild_id=guild_id)
    return await storage.preferences.add_pair(a.id, b.id)


async def test_a_pair_says_what_was_compared_and_is_seen_in_its_own_place_alone(storage: Storage):
    here, private = await add_pair(storage), await add_pair(storage, guild_id=None)
    preferences = storage.preferences
    pair = await preferences.pair(here, guild_id=GUILD, channel_id=5)
    assert pair is not None
    assert (pair.a_id, pair.b_id, pair.a_version, pair.b_version) == (2, 1, "rnn-1", "rnn-1")
    assert (pair.differ_in, pair.user_id, pair.channel_id) == (Difference.SEED, USER, CHANNEL)
    assert await preferences.pair(here, guild_id=None) is None
    assert await preferences.pair(here, guild_id=GUILD + 1) is None
    assert await preferences.pair(private, guild_id=None, channel_id=CHANNEL) is not None
    assert await preferences.pair(private, guild_id=None, channel_id=CHANNEL + 1) is None
    assert await preferences.pair(99, guild_id=GUILD) is None


async def test_one_pick_stands_a_person_and_every_press_is_kept(storage: Storage):
    pair_id = await add_pair(storage)
    preferences = storage.preferences
    presses = [(ALICE, Pick.A), (BOB, Pick.EQUAL), (ALICE, Pick.B), (ALICE, Pick.B), (CAROL, Pick.A)]
    for user_id, pick in presses:
        await preferences.pick(pair_id, user_id=user_id, pick=pick)
    assert await preferences.picks(pair_id) == {ALICE: Pick.B, BOB: Pick.EQUAL, CAROL: Pick.A}
    events = await preferences.events(pair_id)
    assert [(event.user_id, event.pick) for event in events] == presses
    times = [event.picked_at for event in events]
    assert times == sorted(times)


async def test_a_pick_is_taken_back_and_was_made_all_the_same(storage: Storage):
    pair_id, preferences = await add_pair(storage), storage.preferences
    for user_id in (ALICE, BOB):
        await preferences.pick(pair_id, user_id=user_id, pick=Pick.A)
    await preferences.withdraw(pair_id, user_id=ALICE, pick=Pick.B)
    assert await preferences.picks(pair_id) == {ALICE: Pick.A, BOB: Pick.A}
    await preferences.withdraw(pair_id, user_id=ALICE, pick=Pick.A)
    assert await preferences.picks(pair_id) == {BOB: Pick.A}
    assert [event.user_id for event in await preferences.events(pair_id)] == [ALICE, BOB]


async def test_what_a_place_picked_is_counted_as_it_stands_and_as_it_was_blind(storage: Storage):
    preferences = storage.preferences
    first, unpicked, versions = (
        await add_pair(storage),
        await add_pair(storage),
        await preferences.add_pair(
            (await add_clip(storage)).id, (await add_verse(storage)).id, differ_in=Difference.VERSION
        ),
    )
    elsewhere, private = await add_pair(storage, guild_id=GUILD + 1), await add_pair(storage, guild_id=None)
    for pair_id in (first, versions, elsewhere, private):
        await preferences.pick(pair_id, user_id=ALICE, pick=Pick.A)
        await preferences.pick(pair_id, user_id=BOB, pick=Pick.A)
        await preferences.pick(pair_id, user_id=ALICE, pick=Pick.EQUAL)

    here = await preferences.here(guild_id=GUILD, channel_id=5)
    assert [(c.pair.id, c.pair.differ_in) for c in here] == [
        (first, Difference.SEED),
        (versions, Difference.VERSION),
    ]
    assert unpicked not in {comparison.pair.id for comparison in here}
    for comparison in here:
        assert comparison.standing == {Pick.A: 1, Pick.B: 0, Pick.EQUAL: 1}
        assert comparison.blind == {Pick.A: 2, Pick.B: 0, Pick.EQUAL: 0}
    [conversation] = await preferences.here(guild_id=None, channel_id=CHANNEL)
    assert conversation.pair.id == private
    assert await preferences.here(guild_id=None, channel_id=CHANNEL + 1) == []


async def test_a_deleted_work_takes_its_pair_along_and_a_press_on_it_says_so(storage: Storage):
    pair_id, other = await add_pair(storage), await add_pair(storage)
    preferences = storage.preferences
    for picked in (pair_id, other):
        await preferences.pick(picked, user_id=ALICE, pick=Pick.A)
    pair = await preferences.pair(pair_id, guild_id=GUILD)
    assert pair is not None
    async with storage.preferences._database.transaction() as connection:
        await connection.execute("DELETE FROM works WHERE id = ?", (pair.b_id,))
    assert await preferences.pair(pair_id, guild_id=GUILD) is None
    with pytest.raises(BadRequest) as refused:
        await preferences.pick(pair_id, user_id=BOB, pick=Pick.A)
    assert refused.value.reason is Reason.PAIR_GONE
    assert (await preferences.picks(pair_id), await preferences.events(pair_id)) == ({}, [])
    assert await preferences.picks(other) == {ALICE: Pick.A}
    assert await add_pair(storage) > other  # the id that went is not given again


async def test_presses_at_the_same_moment_all_count_and_outlive_a_restart(tmp_path: Path):
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        pair_id = await add_pair(storage)
        presses = [(user_id, pick) for user_id in range(8) for pick in Pick]
        await asyncio.gather(
            *(storage.preferences.pick(pair_id, user_id=user_id, pick=pick) for user_id, pick in presses)
        )
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        events = await storage.preferences.events(pair_id)
        assert sorted((event.user_id, event.pick) for event in events) == sorted(presses)
        last = {event.user_id: event.pick for event in events}
        assert await storage.preferences.picks(pair_id) == last
