"""`/compose choices:2` as people use it: two clips, no word of which is which, picks, and what goes wrong."""

import json
from dataclasses import replace

import discord
import pytest
import simcord

from domain.errors import Reason, Unavailable
from domain.requests import ComposeRequest
from storage import Clips, Pair, Pick
from storage.jobs import JobStatus
from tests.cogs.test_compose import buttons, fields
from tests.cogs.worlds import World, lose, toy_bot, world


async def pair_message(world: World, **options: object) -> simcord.ResponseMessage:
    result = await world.compose(**{"style": "quick", "choices": 2, **options})
    assert result.response is not None
    return result.response


async def pair(world: World, pair_id: int = 1) -> Pair:
    found = await world.storage.preferences.pair(pair_id, guild_id=world.env.guild.id)
    assert found is not None
    return found


async def request_of(world: World, clip_id: int) -> ComposeRequest:
    clip = await world.storage.clips.get(clip_id, guild_id=world.env.guild.id)
    assert clip is not None
    assert isinstance(clip.recipe.request, ComposeRequest)
    return clip.recipe.request


async def press(
    actor: simcord.MemberActor,
    message: simcord.ResponseMessage | discord.Message,
    action: str,
    number: int = 1,
) -> list[simcord.ResponseMessage]:
    """All that the press is answered with, which nobody else sees."""
    result = await actor.click(message, custom_id=f"nightingale:{action}:{number}")
    assert result.ephemeral
    assert result.response is not None
    return [result.response, *result.followups]


async def test_two_of_one_request_and_nothing_that_tells_them_apart(tmp_path):
    async with world(tmp_path) as w:
        message = await pair_message(w, seed=7, length=12)
        assert [file.filename for file in message.attachments] == ["nightingale-A.mp3", "nightingale-B.mp3"]
        assert buttons(message) == [f"nightingale:{action}:1" for action in ("better_a", "better_b", "equal")]
        [embed] = message.embeds
        assert embed.title == "A or B?"
        assert fields(embed) == {
            "Style": "quick",
            "Genre": "reel",
            "Key": "D major",
            "Tempo": "112 beats/min",
            "Metre": "4/4, 8 bars",
            "Temperature": "0.95",
        }
        shown = json.dumps([embed.to_dict(), message.content])
        assert not any(given in shown for given in ("Toy", "quick-1", "`7`"))

        found = await pair(w)
        assert {found.a_id, found.b_id} == {1, 2}
        first, second = await request_of(w, 1), await request_of(w, 2)
        assert first.seed == 7 != second.seed
        assert replace(second, seed=7) == first
        for job_id in (1, 2):
            job = await w.storage.jobs.get(job_id)
            assert (job.status, job.message_id) == (JobStatus.FINISHED, message.id)
            assert [posting.message_id for posting in await w.storage.postings.of(job_id)] == [message.id]
        assert await w.storage.postings.work_of(message.id) is None
        assert len(w.channel.history()) == 1


async def test_which_is_a_is_left_to_chance(tmp_path):
    async with world(tmp_path) as w:
        for _ in range(12):
            await pair_message(w)
        assert {(await pair(w, number)).a_id % 2 for number in range(1, 13)} == {0, 1}


async def test_whoever_picks_sees_alone_which_is_which_and_may_pick_again(tmp_path):
    async with world(tmp_path) as w:
        message = await pair_message(w, seed=7)
        bob = w.env.guild.add_member(w.env.create_user("bob"))
        found = await pair(w)
        noted, a, b = await press(w.alice, message, "better_b")
        assert noted.content == f"Noted: you like B better. A is #{found.a_id}, and B is #{found.b_id}."
        for shown, clip_id in ((a, found.a_id), (b, found.b_id)):
            [embed] = shown.embeds
            assert embed.footer.text == f"Clip #{clip_id}"
            seed = (await request_of(w, clip_id)).seed
            assert (embed.title, fields(embed)["Seed"]) == (f"Toy {seed}", f"`{seed}`")
            assert f"nightingale:midi:{clip_id}" in buttons(shown)
            assert shown.attachments
        await press(bob, message, "equal")
        [again, *_] = await press(w.alice, message, "better_a")
        assert "A better" in again.content
        assert await w.storage.preferences.picks(1) == {w.alice.id: Pick.A, bob.id: Pick.EQUAL}
        [comparison] = await w.storage.preferences.here(guild_id=w.env.guild.id, channel_id=w.channel.id)
        assert comparison.blind == {Pick.A: 0, Pick.B: 1, Pick.EQUAL: 1}
        assert w.last_message.embeds[0].title == "A or B?"  # for all others it stays a question


async def test_picks_work_after_a_restart_and_with_lost_files(tmp_path):
    async with world(tmp_path) as w:
        message = await pair_message(w, style="tuneful")
        await press(w.alice, message, "better_a")
        await lose(w, 1)
        (w.settings.weights_folder / "changed").touch()
        async with toy_bot(w.settings) as another:
            await w.env.restart_bot(another)
            noted, *revealed = await press(w.alice, message, "better_b")
            assert "you like B better" in noted.content
            assert sorted(bool(shown.content) for shown in revealed) == [False, True]  # one was made again
            (w.settings.weights_folder / "forgotten").touch()
            await lose(w, 2)
            noted, *revealed = await press(w.alice, message, "better_b")
            assert "you like B better" in noted.content
            assert sum("can't make it again" in shown.content for shown in revealed) == 2
            events = await another.storage.preferences.events(1)
            assert [event.pick for event in events] == [Pick.A, Pick.B, Pick.B]


async def test_a_pair_of_a_deleted_work_is_no_pair_any_more(tmp_path):
    async with world(tmp_path) as w:
        message = await pair_message(w)
        await w.storage.works.delete(2)
        [answer] = await press(w.alice, message, "better_a")
        assert "One of these two was deleted" in answer.content
        assert await w.storage.clips.get(1, guild_id=w.env.guild.id) is not None


async def test_cancel_stops_both(tmp_path):
    async with world(tmp_path) as w:
        await w.act(w.compose(style="gated", choices=2), until="#1, #2 · composing")
        await w.alice.click(w.last_message, custom_id="nightingale:cancel:1")
        assert w.last_message.content == "🛑 #1, #2 · cancelled"
        assert not w.last_message.components
        for job_id in (1, 2):
            await w.job(job_id, status=JobStatus.CANCELLED)
        assert not w.bot.work_jobs._open._jobs


async def test_where_none_can_be_made_both_fail(tmp_path):
    async with world(tmp_path) as w:
        message = await pair_message(w, style="damaged")
        assert [line[:5] for line in message.content.splitlines()] == ["❌ #1 ", "❌ #2 "]
        for job_id in (1, 2):
            job = await w.storage.jobs.get(job_id)
            assert (job.status, job.reason) == (JobStatus.FAILED, Reason.WEIGHTS_UNUSABLE)


async def test_where_one_fails_the_other_is_a_clip_like_any(tmp_path, monkeypatch):
    save = Clips.save

    async def save_first(clips, job_id, clip):
        if job_id == 2:
            raise Unavailable(Reason.DISK_FULL)
        return await save(clips, job_id, clip)

    monkeypatch.setattr(Clips, "save", save_first)
    async with world(tmp_path) as w:
        message = await pair_message(w, seed=7)
        assert message.content.startswith("❌ #2 · My disk is full")
        assert message.embeds[0].title == "Toy 7"
        assert "nightingale:midi:1" in buttons(message)
        assert (await w.storage.jobs.get(1)).status is JobStatus.FINISHED
        assert (await w.storage.jobs.get(2)).status is JobStatus.FAILED
        assert await w.storage.postings.work_of(message.id) == 1
        assert await w.storage.preferences.pair(1, guild_id=w.env.guild.id) is None


async def test_two_that_are_too_big_for_discord_are_kept(tmp_path):
    async with world(tmp_path) as w:
        message = await pair_message(w, style="bulky")
        assert message.content.count("Discord refused the upload. It is kept") == 2
        assert not message.components
        for job_id in (1, 2):
            assert (await w.storage.jobs.get(job_id)).status is JobStatus.FINISHED
            assert await w.storage.clips.get(job_id, guild_id=w.env.guild.id) is not None


async def test_a_restart_in_between_is_told_of_both(tmp_path):
    async with world(tmp_path) as w:
        message = await w.bot.get_partial_messageable(w.channel.id).send("🎼 #1, #2 · composing")
        for seed in (1, 2):
            job_id = await w.storage.jobs.add(
                ComposeRequest(style="quick", seed=seed),
                user_id=w.alice.id,
                guild_id=w.env.guild.id,
                channel_id=w.channel.id,
            )
            await w.storage.jobs.attach_message(job_id, channel_id=w.channel.id, message_id=message.id)
        async with toy_bot(w.settings) as another:
            await w.env.restart_bot(another)
            assert w.last_message.content == (
                "⚠️ #1, #2 · I was restarted before this was finished. Please ask again."
            )
            for job_id in (1, 2):
                assert (await another.storage.jobs.get(job_id)).status is JobStatus.INTERRUPTED


@pytest.mark.parametrize("choices", [0, 3])
async def test_one_or_two(tmp_path, choices):
    async with world(tmp_path, warm=False) as w:
        with pytest.raises(simcord.OptionError):
            await w.compose(style="quick", choices=choices)


async def test_reactions_pick_as_the_buttons_do_and_what_else_is_said_is_said_of_both(tmp_path):
    async with world(tmp_path) as w:
        message, bob = await pair_message(w), w.env.guild.add_member(w.env.create_user("bob"))
        found, preferences, ratings = await pair(w), w.storage.preferences, w.storage.ratings
        for emoji, pick in (("🅰️", Pick.A), ("⚖️", Pick.EQUAL), ("🅱️", Pick.B)):
            await bob.react(message, emoji)
            assert await preferences.picks(1) == {bob.id: pick}
        await bob.unreact(message, "🅰️")  # which is not what stands
        assert await preferences.picks(1) == {bob.id: Pick.B}
        await bob.unreact(message, "🅱️")
        assert await preferences.picks(1) == {}
        await bob.react(message, "👍")
        await bob.react(message, "⭐")
        assert await ratings.of(1) == await ratings.of(2) == {bob.id: 5}
        assert await w.storage.favourites.of(1) == await w.storage.favourites.of(2) == {bob.id}
        _, a, _ = await press(bob, message, "better_b")
        # Once it is told which is which, each is rated by itself.
        await bob.click(a.message, custom_id=f"nightingale:down:{found.a_id}")
        assert (await ratings.of(found.a_id), await ratings.of(found.b_id)) == ({bob.id: 1}, {bob.id: 5})
        await bob.unreact(message, "👍")
        assert (await ratings.of(found.a_id), await ratings.of(found.b_id)) == ({bob.id: 1}, {})
        w.env.backend.clear_reactions(w.channel.id, message.id)
        await w.env.settle()
        assert await w.storage.favourites.of(1) == await w.storage.favourites.of(2) == set()


async def test_an_envelope_sends_both_to_who_has_picked_and_a_cross_deletes_both(tmp_path):
    async with world(tmp_path) as w:
        message = await pair_message(w, style="tuneful")
        bob = w.env.guild.add_member(w.env.create_user("bob"))
        for _ in range(2):
            await bob.react(message, "✉️")
            await bob.unreact(message, "✉️")
        [asked] = bob.user.dm_channel.history()
        assert asked.content.startswith("Which one do you like better?")
        assert not asked.attachments
        await bob.react(message, "🅰️")
        await bob.react(message, "✉️")
        _, *letters = bob.user.dm_channel.history()
        assert {letter.embeds[0].footer.text for letter in letters} == {"Clip #1", "Clip #2"}
        await bob.react(message, "❌")  # who may not
        await w.alice.react(message, "❌")
        assert (w.last_message.content, w.last_message.attachments) == ("🗑️ #1, #2 · deleted", [])
        assert not w.last_message.components
        for clip_id in (1, 2):
            assert await w.storage.clips.get(clip_id, guild_id=w.env.guild.id) is None


async def test_what_was_said_of_a_pair_while_the_bot_was_away_is_read_back(tmp_path):
    async with world(tmp_path) as w:
        message, guild = await pair_message(w), w.env.guild
        bob, carol = (guild.add_member(w.env.create_user(name)) for name in ("bob", "carol"))
        await press(w.alice, message, "better_b")
        await w.bot.remove_cog("Ratings")  # from here on nothing is heard
        for actor, emojis in ((w.alice, "🅰️"), (bob, "🅰️"), (carol, "🅱️")):
            await actor.react(message, emojis)
        await carol.react(message, "⚖️")  # of two nobody knows which is meant
        await bob.react(message, "👎")
        async with toy_bot(w.settings) as another:
            await w.env.restart_bot(another)
            assert await another.storage.preferences.picks(1) == {w.alice.id: Pick.B, bob.id: Pick.A}
            assert await another.storage.ratings.of(1) == await another.storage.ratings.of(2) == {bob.id: 1}
