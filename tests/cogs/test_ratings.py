"""Reactions and rating buttons under works, as people use them."""

import asyncio
from pathlib import Path

import discord
import pytest
import simcord

from cogs._shared import patience
from cogs.ratings import reading_back
from storage import Tally
from tests.cogs.test_compose import buttons, clip_message, speak_chinese
from tests.cogs.test_lyrics import lyrics, press
from tests.cogs.toys import PICTURE
from tests.cogs.worlds import World, lose, toy_bot, world


def join(w: World, name: str, *, bot: bool = False, moderator: bool = False) -> simcord.MemberActor:
    may = discord.Permissions(manage_messages=True)
    roles = [w.env.guild.create_role("moderator", permissions=may)] if moderator else []
    return w.env.guild.add_member(w.env.create_user(name, bot=bot), roles=roles)


async def votes(w: World, work_id: int = 1) -> dict[int, int]:
    return await w.storage.ratings.of(work_id)


async def test_reactions_are_one_vote_a_person(tmp_path: Path):
    async with world(tmp_path) as w:
        message, alice, bob = await clip_message(w), w.alice, join(w, "bob")
        await alice.react(message, "👍🏽")
        await bob.react(message, "2️⃣")
        assert await votes(w) == {alice.id: 5, bob.id: 2}
        await alice.react(message, "👎")
        assert await votes(w) == {alice.id: 1, bob.id: 2}
        await alice.unreact(message, "👎")
        assert await votes(w) == {alice.id: 5, bob.id: 2}
        for emoji in ("🎉", "6️⃣", "❤️"):
            await alice.react(message, emoji)
        await alice.unreact(message, "🎉")
        await bob.unreact(message, "2️⃣")
        assert await votes(w) == {alice.id: 5}
        await bob.react(message, "⭐")
        await alice.react(message, "⭐")
        await bob.unreact(message, "⭐")
        assert await w.storage.favourites.of(1) == {alice.id}
        shown = w.bot.get_partial_messageable(w.channel.id).get_partial_message(message.id)
        w.env.backend.clear_reaction(w.channel.id, message.id, "👍🏽")
        await w.env.settle()
        assert await votes(w) == {}
        await alice.react(message, "4️⃣")
        assert await votes(w) == {alice.id: 4}
        # Neither the bot's own reactions count, nor another bot's, and nothing under what is no work.
        await shown.add_reaction("👍")
        await join(w, "robot", bot=True).react(message, "👍")
        await alice.react(await alice.send(w.channel, "👍?"), "👍")
        assert await votes(w) == {alice.id: 4}
        w.env.backend.clear_reactions(w.channel.id, message.id)
        await w.env.settle()
        assert await w.storage.ratings.tally(1) == Tally(votes=0, mean=None, saved=0)


async def test_buttons_are_the_same_vote_and_answer_privately(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with world(tmp_path) as w:
        message, bob = await lyrics(w), join(w, "bob")
        assert [len(row["components"]) for row in message.components] == [3, 3]
        await bob.react(message, "3️⃣")
        private = await press(w, message, "up")
        assert private.ephemeral
        assert private.content == (
            "👍 Noted for #1. The same button again takes it back.\n-# Votes: 2, on average 4.0 of 5 · ⭐ 0"
        )
        assert await votes(w) == {w.alice.id: 5, bob.id: 3}
        assert "👎 Noted" in (await press(w, message, "down", by=bob)).content
        assert "taken back" in (await press(w, message, "down", by=bob)).content
        await w.alice.react(message, "2️⃣")
        assert await votes(w) == {w.alice.id: 2}
        assert "favourites now" in (await press(w, message, "star")).content
        assert "no more" in (await press(w, message, "star")).content
        speak_chinese(monkeypatch)
        assert (await press(w, message, "star")).content == (
            "⭐ #1 已加入你的收藏。再按一次同一个按钮就会移出。\n-# 评价 1 个，平均 2.0 分（满分 5 分）· ⭐ 1"
        )


async def test_what_was_said_while_the_bot_was_away_is_read_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with world(tmp_path) as w:
        message, alice, bob = await clip_message(w), w.alice, join(w, "bob")
        bare = discord.PermissionOverwrite(read_message_history=False)
        assert w.bot.user is not None
        hidden = w.env.guild.create_text_channel("hidden", overwrites={w.bot.user: bare})
        for _ in range(2):
            result = await alice.slash(hidden, "compose", style="quick")
        secret = result.response
        verse = await lyrics(w)
        gone = await lyrics(w)
        await alice.react(message, "👍")
        await alice.react(message, "⭐")
        await bob.react(message, "👍")
        await alice.react(gone, "👍")
        await alice.react(secret, "👍")
        await w.bot.remove_cog("Ratings")  # from here on nothing is heard
        await alice.unreact(message, "👍")
        await alice.unreact(message, "⭐")
        await bob.react(message, "1️⃣")
        await alice.react(verse, "3️⃣")
        await join(w, "robot", bot=True).react(verse, "5️⃣")
        await alice.unreact(secret, "👍")
        w.env.backend.delete_message(w.channel.id, gone.id)
        assert await votes(w) == {alice.id: 5, bob.id: 5}
        async with toy_bot(w.settings) as another:
            await w.env.restart_bot(another)
            assert await another.storage.ratings.of(1) == {bob.id: 1}
            assert await another.storage.favourites.of(1) == set()
            assert await another.storage.ratings.of(4) == {alice.id: 3}
            # Where it may not read, and what isn't there any more, stays as it was.
            assert await another.storage.ratings.of(3) == {alice.id: 5}
            assert await another.storage.ratings.of(5) == {alice.id: 5}
            await bob.unreact(message, "1️⃣")
            assert await another.storage.ratings.of(1) == {bob.id: 5}
        [warning] = [record for record in caplog.records if "can't read the history" in record.getMessage()]
        assert str(hidden.id) in warning.getMessage()


async def test_an_envelope_sends_the_files_to_whoever_asks(tmp_path: Path):
    async with world(tmp_path) as w:
        clip, bob = await clip_message(w, style="tuneful"), join(w, "bob")
        verse = await lyrics(w)
        await lose(w, 1)
        await bob.react(clip, "✉️")
        await bob.unreact(clip, "✉️")
        await bob.react(clip, "✉")
        await bob.react(verse, "✉️")
        first, second = bob.user.dm_channel.history()  # and not a third
        assert first.content == "✉️ Here is #1, as you asked."
        endings = [file.filename.rpartition(".")[2] for file in first.attachments]
        assert endings == ["mp3", "png", "mid", "json"]
        assert await first.attachments[1].read() == PICTURE
        assert first.embeds[0].footer.text == "Clip #1"
        assert [file.filename for file in second.attachments] == ["nightingale-2.txt", "nightingale-2.json"]
        assert w.alice.user.dm_channel.history() == []


async def test_a_cross_deletes_for_the_requester_and_for_moderators(tmp_path: Path):
    async with world(tmp_path) as w:
        mine, other = await clip_message(w), await lyrics(w)
        for message in (mine, other):
            await join(w, "bob").react(message, "❌")
            await w.alice.react(message, "👍")
        stored = await w.storage.clips.get(1, guild_id=w.env.guild.id)
        assert stored is not None
        assert await w.alice.autocomplete(w.channel, "vary", "clip", "") != []
        await w.alice.react(mine, "❌")
        await join(w, "mod", moderator=True).react(other, "❌")
        for message, text in zip(w.channel.history(), ("🗑️ #1 · deleted", "🗑️ #2 · deleted"), strict=True):
            assert (message.content, message.embeds, message.attachments) == (text, [], [])
            assert not message.components
        assert await w.storage.clips.get(1, guild_id=w.env.guild.id) is None
        assert not stored.midi.exists()
        assert await votes(w, 1) == await votes(w, 2) == {}
        assert await w.alice.autocomplete(w.channel, "vary", "clip", "") == []
        await w.alice.unreact(mine, "👍")  # nobody minds
        assert (await clip_message(w)).embeds[0].footer.text == "Clip #3"


async def test_buttons_of_a_deleted_work_say_so(tmp_path: Path):
    async with world(tmp_path) as w:
        clip = await clip_message(w)
        await w.storage.works.delete(1)
        for action in ("up", "star", "again", "midi", "vary"):
            result = await w.alice.click(clip, custom_id=f"nightingale:{action}:1")
            answers = [answer.content for answer in (*result.followups, result.response) if answer]
            assert any("here" in text and "#1" in text for text in answers), (action, answers)
        await w.alice.react(clip, "👍")
        assert await votes(w) == {}


async def test_in_direct_messages_reactions_count_too(tmp_path: Path):
    async with world(tmp_path) as w:
        user = w.alice.user
        result = await user.slash("compose", style="quick")
        assert result.response is not None
        await user.set_reaction(result.response, "4️⃣", reacted=True)
        here = w.bot.get_partial_messageable(user.dm_channel.id)
        await here.get_partial_message(result.response.id).add_reaction("👍")  # the bot's own, which is none
        assert await votes(w) == {user.id: 4}
        await user.set_reaction(result.response, "4️⃣", reacted=False)
        assert await votes(w) == {}
        await user.set_reaction(result.response, "❌", reacted=True)
        assert user.dm_channel.history()[-1].content == "🗑️ #1 · deleted"


async def test_a_vote_waits_for_a_busy_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patience, "PAUSES_SECONDS", (0.2, 0.2, 0.2, 0.2))
    async with world(tmp_path) as w:
        message = await clip_message(w)
        await w.impatient_database()
        with w.locked_database():
            reacting = asyncio.create_task(w.alice.react(message, "👍"))
            await asyncio.sleep(0.2)
        await reacting
        assert await votes(w) == {w.alice.id: 5}


async def test_where_reactions_are_not_heard_a_button_deletes(tmp_path: Path):
    async with world(tmp_path) as w:
        heard = await clip_message(w)
        assert "nightingale:delete:1" not in buttons(heard)
        known = w.bot._connection
        known._remove_guild(known._guilds[w.env.guild.id])  # as where people have it for themselves alone
        message = await clip_message(w)
        assert buttons(message)[-1] == "nightingale:delete:2"
        refused = await join(w, "bob").click(message, custom_id="nightingale:delete:2")
        assert refused.ephemeral
        assert refused.response is not None
        assert "Only the person who asked" in refused.response.content
        await w.alice.click(message, custom_id="nightingale:delete:2")
        emptied = w.last_message
        assert (emptied.content, emptied.embeds, emptied.attachments) == ("🗑️ #2 · deleted", [], [])
        assert not emptied.components
        assert await w.storage.clips.get(2, guild_id=w.env.guild.id) is None
        await w.compose(style="quick", choices=2)
        pair = w.last_message
        assert buttons(pair)[-1] == "nightingale:delete_pair:1"
        await join(w, "mod", moderator=True).click(pair, custom_id="nightingale:delete_pair:1")
        assert w.last_message.content == "🗑️ #3, #4 · deleted"


async def test_a_new_session_is_read_back_once_and_a_resumed_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading_back, "SECONDS_BETWEEN", 0.3)
    async with world(tmp_path) as w:
        message = await clip_message(w)

        def readings() -> int:
            return sum(r.method == "GET" and str(message.id) in r.path for r in w.env.http_requests)

        async with toy_bot(w.settings) as another:
            await w.env.restart_bot(another)
            assert readings() == 1
            monkeypatch.delitem(another._connection.parsers, "MESSAGE_REACTION_ADD")
            await w.alice.react(message, "👍")  # what is done while there is no session, nobody tells
            another.dispatch("shard_resumed", 0)
            another.dispatch("resumed")
            await w.env.settle()
            assert await another.storage.ratings.of(1) == {}
            for _ in range(3):
                another.dispatch("shard_ready", 0)
            while not await another.storage.ratings.of(1):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            assert readings() == 3  # the message once more, and who made its reaction
