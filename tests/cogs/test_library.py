"""The library as people leaf through it: history, charts, recommendations, and works brought back."""

import re
from pathlib import Path

import pytest
import simcord
from simcord import actors
from simcord.backend import serializers
from simcord.enums import AppCommandType, InteractionType

from cogs.library.queries import TEMPLATE, Edge, Leaf, Mark
from domain.votes import Sign
from engine.craft.midi_files import midi_bytes
from storage import JobKind
from tests.cogs.test_compose import buttons, speak_chinese
from tests.cogs.toys import TUNE
from tests.cogs.transforming import library, move_elsewhere
from tests.cogs.worlds import World, lose, toy_bot, world


async def asked(world: World, command: str, **options: object) -> simcord.ResponseMessage:
    result = await world.alice.slash(world.channel, command, **options)
    assert result.response is not None
    return result.response


def text_of(message: simcord.ResponseMessage) -> str:
    return message.embeds[0].description or ""


def ids_in(message: simcord.ResponseMessage) -> list[int]:
    return [int(found) for found in re.findall(r"\*\*#(\d+)\*\*", text_of(message))]


async def like(world: World, *work_ids: int, user_id: int = 5) -> None:
    for work_id in work_ids:
        await world.storage.ratings.press(work_id, user_id=user_id, sign=Sign.UP)


def test_any_leaf_fits_into_a_button_and_comes_back():
    longest = Leaf(
        person=2**64 - 1,
        kind=JobKind.ACCOMPANY,
        style="x" * 20,
        mark=Mark.LIKED,
        edge=Edge.BEFORE,
        work_id=10**18 - 1,
    )
    for leaf in (longest, Leaf()):
        assert len(f"nightingale:leaf:{leaf.to_text()}") <= 100
        match = re.fullmatch(TEMPLATE, leaf.to_text())
        assert match is not None
        assert Leaf.from_match(match) == leaf


async def test_the_history_is_leafed_through_also_after_a_restart(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w, 12)
        page = await asked(w, "history")
        assert page.ephemeral
        assert ids_in(page) == list(range(12, 2, -1))
        assert text_of(page).startswith(f"by <@{w.alice.id}>\n\n**#12** Tune 12 · reel (tuneful) · <t:")
        *_, older = buttons(page)
        assert older == f"nightingale:leaf:{w.alice.id}::::b3"
        async with toy_bot(w.settings) as another:
            await w.env.restart_bot(another)
            turned = await w.alice.click(page.message, custom_id=older)
            assert turned.response is not None
            assert ids_in(turned.response) == [2, 1]
            *_, newer = buttons(turned.response)
            back = await w.alice.click(turned.response.message, custom_id=newer)
            assert back.response is not None
            assert ids_in(back.response) == list(range(12, 2, -1))
            shown = await w.alice.select(back.response.message, ["4"], custom_id="nightingale:open")
            assert shown.response is not None
            assert shown.response.embeds[0].title == "Tune 4"


async def test_the_history_is_filtered(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        await w.alice.slash(w.channel, "lyrics", scene="birds")
        await w.compose(style="quick")
        await like(w, 1, user_id=w.alice.id)
        assert ids_in(await asked(w, "history", kind="lyrics")) == [2]
        assert ids_in(await asked(w, "history", style="tuneful")) == [1]
        liked = await asked(w, "history", marked="liked")
        assert ids_in(liked) == [1]
        assert f"<@{w.alice.id}>" in text_of(liked)
        assert "★ 5.0 (1)" in text_of(liked)
        assert ids_in(await asked(w, "history", whose="here")) == [3, 2, 1]
        assert "Nothing yet." in text_of(await asked(w, "history", marked="saved"))


async def test_a_work_is_brought_back_the_same_and_its_new_message_counts(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        await lose(w, 1)
        shown = await asked(w, "show", id="#1")
        assert not shown.ephemeral
        assert not shown.content  # the same, note for note
        assert [file.filename for file in shown.attachments] == ["nightingale-1.mp3", "nightingale-1.png"]
        stored = await w.storage.clips.get(1, guild_id=w.env.guild.id)
        assert stored is not None
        assert stored.midi.read_bytes() == midi_bytes(TUNE)
        assert await w.storage.postings.work_of(shown.id) == 1
        pressed = await w.alice.click(shown.message, custom_id="nightingale:midi:1")
        assert pressed.response is not None
        assert await pressed.response.attachments[0].read() == midi_bytes(TUNE)


async def test_what_another_model_makes_of_it_is_said_to_differ(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        await lose(w, 1)
        (w.settings.weights_folder / "retrained").touch()
        assert "now it was tuneful-2: the notes differ" in (await asked(w, "show", id="1")).content


async def test_verse_and_songs_are_brought_back(tmp_path: Path):
    async with world(tmp_path) as w:
        await w.alice.slash(w.channel, "lyrics", scene="birds")
        await w.alice.slash(w.channel, "song", scene="rain")
        verse, song = await asked(w, "show", id="1"), await asked(w, "show", id="2")
        assert "nightingale:sing:1" in buttons(verse)
        assert len(song.embeds) == 2
        assert len(song.attachments) == 2


async def test_what_is_not_here_is_refused_in_the_same_words_to_the_person_alone(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        await move_elsewhere(w, 1)
        said: list[str] = []
        for name in ("1", "99", "#7 **x**", "0", "9" * 18, "9" * 40, "-1", "٤٢"):
            already = len(w.channel.history())
            result = await w.alice.slash(w.channel, "show", id=name)
            [answer] = [*result.followups] or [result.response]
            assert answer is not None
            assert answer.ephemeral
            assert len(w.channel.history()) == already
            said.append(re.sub(r"\(code.*", "", answer.content).replace("#1 ", "#99 "))
        assert all("There is no " in text for text in said)
        assert said[0] == said[1] == "❌ There is no #99 here, or not any more. "
        assert "\\*\\*x\\*\\*" in said[2]
        assert "Nothing yet." in text_of(await asked(w, "history", whose="here"))


async def test_the_chart_ranks_by_what_the_votes_prove(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w, 3)
        await like(w, 2)
        for user_id in range(10, 14):
            await like(w, 3, user_id=user_id)
        chart = await asked(w, "top")
        assert ids_in(chart) == [3, 2]
        assert "▰▰▰▰▰▱▱▱▱▱ 51%" in text_of(chart)
        await w.storage.jobs._database._connection.execute(
            "UPDATE listings SET created_at = 1 WHERE work_id = 3"
        )
        week = await w.alice.click(chart.message, custom_id="nightingale:top:day")
        assert week.response is not None
        assert ids_in(week.response) == [2]
        always = await w.alice.click(week.response.message, custom_id="nightingale:top:all")
        assert always.response is not None
        assert ids_in(always.response) == [3, 2]
        shown = await w.alice.select(always.response.message, ["3"], custom_id="nightingale:open")
        assert shown.response is not None
        assert shown.response.embeds[0].title == "Tune 3"
        assert not shown.response.ephemeral


async def test_what_was_recommended_and_played_is_not_recommended_again(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w, 2)
        bob = w.env.guild.add_member(w.env.create_user("bob"))
        for _ in range(2):
            result = await bob.slash(w.channel, "recommend")
            assert result.response is not None
            assert result.response.ephemeral
            first, *rest = ids_in(result.response)
            assert text_of(result.response).count("\n> ") == 1 + len(rest)
            await bob.click(result.response.message, custom_id=f"nightingale:play:{first}")
            assert w.last_message.embeds[0].title == f"Tune {first}"
        result = await bob.slash(w.channel, "recommend")
        assert result.response is not None
        assert "nothing here that you have not heard" in text_of(result.response)


async def test_a_message_hands_out_the_recipe_of_what_stands_in_it(tmp_path: Path):
    async with world(tmp_path) as w:
        await w.alice.slash(w.channel, "lyrics", scene="birds ```", model="wild")
        message = w.last_message
        result = await w.alice.context_menu(w.channel, "Show recipe", message)
        assert result.response is not None
        assert result.response.ephemeral
        recipe = (await result.response.attachments[0].read()).decode()
        stored = await w.storage.verses.get(1, guild_id=w.env.guild.id)
        assert stored is not None
        assert recipe == stored.verse.recipe.to_json()
        assert result.response.content.count("```") == 2
        other = await w.alice.send(w.channel, "hello")
        result = await w.alice.context_menu(w.channel, "Show recipe", other)
        assert result.response is not None
        assert result.response.ephemeral
        assert "No single piece of mine stands in this message." in result.response.content


async def test_chinese_readers_read_chinese_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with world(tmp_path) as w:
        speak_chinese(monkeypatch)
        await library(w)
        await like(w, 1)
        assert "里尔舞曲 (tuneful)" in text_of(await asked(w, "history"))
        chart = await asked(w, "top")
        assert chart.embeds[0].title == "这里最受喜欢的 · 一周"
        assert "★ 5.0（1 票）" in text_of(chart)


async def test_the_library_of_a_direct_conversation_is_its_own(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)  # of the server, which is none of the conversation's
        user = w.alice.user

        async def privately(command: str, **options: object) -> simcord.ResponseMessage:
            result = await user.slash(command, **options)
            [answer] = result.followups or [result.response]
            assert answer is not None
            return answer

        for seed in (2, 3):
            await privately("compose", style="tuneful", seed=seed)
        assert (
            ids_in(await privately("history")) == ids_in(await privately("history", whose="here")) == [3, 2]
        )
        assert ids_in(await asked(w, "history", whose="here")) == [1]
        shown = await privately("show", id="2")
        assert shown.embeds[0].title == "Tune 2"
        assert "There is no #1 here" in (await privately("show", id="#1")).content
        await user.set_reaction(shown, "⭐", reacted=True)
        await user.click(shown, custom_id="nightingale:up:2")
        assert ids_in(await privately("history", marked="saved")) == [2]
        assert ids_in(await privately("history", marked="liked")) == [2]
        chart = await privately("top")
        assert ids_in(chart) == [2]
        opened = await user.select(chart, ["2"], custom_id="nightingale:open")
        assert opened.response is not None
        assert opened.response.embeds[0].title == "Tune 2"
        assert "nothing here that you have not heard" in text_of(await privately("recommend"))
        recipe = await privately_from_the_menu(w, "Show recipe", shown)
        stored = await w.storage.clips.get(2, guild_id=None, channel_id=user.dm_channel.id)
        assert stored is not None
        assert (await recipe.attachments[0].read()).decode() == stored.recipe.to_json()


async def privately_from_the_menu(
    world: World, name: str, message: simcord.ResponseMessage
) -> simcord.ResponseMessage:
    """The answer to what is picked in the menu of a message of Alice's conversation with the bot."""
    user, backend = world.alice.user, world.env.backend
    root = actors._resolve_visible_command(user, user.dm_channel.id, name, AppCommandType.MESSAGE)
    target = serializers.message_payload(backend, actors._visible_message(user, message))
    data = {
        "id": root["id"],
        "name": name,
        "type": AppCommandType.MESSAGE,
        "target_id": str(message.id),
        "resolved": {"messages": {str(message.id): dict(target)}},
    }
    kind = InteractionType.APPLICATION_COMMAND
    result = await actors._dispatch_actor_interaction(user, kind, user.dm_channel, data)
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def test_what_is_gone_is_a_sentence_wherever_it_is_asked_for(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w, 3)
        bob = w.env.guild.add_member(w.env.create_user("bob"))
        leaf, found = await asked(w, "history"), (await bob.slash(w.channel, "recommend")).response
        standing = w.last_message
        assert found is not None
        await w.storage.works.delete(3)
        no_work = "There is no #3 here, or not any more."
        for result in (
            await w.alice.slash(w.channel, "show", id="3"),
            await w.alice.select(leaf.message, ["3"], custom_id="nightingale:open"),
            await bob.click(found.message, custom_id="nightingale:play:3"),
            await w.alice.click(standing, custom_id="nightingale:again:3"),
            await w.alice.click(standing, custom_id="nightingale:star:3"),
        ):
            [private] = result.followups or [result.response]
            assert private is not None
            assert private.ephemeral
            assert no_work in private.content
        menu = await w.alice.context_menu(w.channel, "Show recipe", standing)
        assert menu.response is not None
        assert "No single piece of mine stands in this message." in menu.response.content
        assert ids_in(await asked(w, "history")) == [2, 1]
        # What can't be made again any more is said to the person alone.
        await lose(w, 2)
        (w.settings.weights_folder / "forgotten").touch()
        already = len(w.channel.history())
        [private] = (await w.alice.slash(w.channel, "show", id="2")).followups
        assert private.ephemeral
        assert "the models that I have now can't make it again" in private.content
        assert len(w.channel.history()) == already
