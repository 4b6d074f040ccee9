"""`/compose` as a person uses it: options, progress, result, buttons."""

import re
import time
from itertools import pairwise

import discord
import pytest
import simcord
from simcord import interactions

from cogs._shared.buttons import progress_view
from cogs._shared.wording import CatalogueTranslator, wording_for
from domain.ensembles import Ensemble
from domain.moods import Mood
from domain.requests import Recipe
from domain.score import Key, Metre
from storage import JobStatus
from tests.cogs.toys import GENRES, PICTURE, STYLES
from tests.cogs.worlds import World, toy_bot, world

RATING = ("up", "down", "star")
"""What stands under every work, in a row of its own."""


def fields(embed: discord.Embed) -> dict[str, str]:
    return {field.name or "": field.value or "" for field in embed.fields}


def buttons(message: simcord.ResponseMessage | discord.Message) -> list[str]:
    """The custom_ids of all buttons, row by row."""
    rows = [row if isinstance(row, dict) else row.to_dict() for row in message.components]
    return [button["custom_id"] for row in rows for button in row["components"]]


async def clip_message(world: World, **options: object) -> simcord.ResponseMessage:
    result = await world.compose(**{"style": "quick", **options})
    assert result.response is not None
    return result.response


def speak_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have everybody's Discord be in Chinese from now on."""
    payload = interactions.base_payload

    def chinese(*arguments, **named):
        record, body = payload(*arguments, **named)
        return record, body | {"locale": "zh-CN"}

    monkeypatch.setattr(interactions, "base_payload", chinese)


async def suggested(world: World, option: str, typed: str, **filled: object) -> list[str]:
    choices = await world.alice.autocomplete(world.channel, "compose", option, typed, **filled)
    return [choice["value"] for choice in choices]


async def test_the_result_has_sound_picture_and_recipe(tmp_path):
    async with world(tmp_path) as w:
        message = await clip_message(
            w, length=12, genre="slip jig", key="F# minor", tempo=90, seed=7, temperature=1.2
        )
        assert [file.filename for file in message.attachments] == ["nightingale-1.mp3", "nightingale-1.png"]
        assert [await file.read() for file in message.attachments] == [b"ID3 toy", PICTURE]
        [embed] = message.embeds
        assert embed.title == "Toy 7"
        assert embed.footer.text == "Clip #1"
        assert embed.image.url is not None
        assert embed.image.url.endswith("nightingale-1.png")
        assert fields(embed) == {
            "Style": "quick",
            "Genre": "slip jig",
            "Key": "F# minor",
            "Tempo": "90 beats/min",
            "Metre": "4/4, 8 bars",
            "Length": "5.0 s",
            "Seed": "`7`",
            "Temperature": "1.2",
            "Model": "`quick-1`",
        }
        assert not message.content
        assert buttons(message) == [
            f"nightingale:{action}:1" for action in ("midi", "sheet", "again", "vary", "words", *RATING)
        ]


async def test_a_finished_request_is_a_row_that_knows_all(tmp_path):
    async with world(tmp_path) as w:
        message = await clip_message(w, seed=7, key="Bb")
        job = await w.storage.jobs.get(1)
        assert job.status is JobStatus.FINISHED
        assert (job.user_id, job.guild_id) == (w.alice.id, w.env.guild.id)
        assert (job.channel_id, job.message_id) == (w.channel.id, message.id)
        assert job.model_version == "quick-1"
        assert job.request.seed == 7
        assert job.request.key == Key(10)
        assert job.request.genre is None  # what was left open stays open; the clip's recipe says what came
        assert job.started_at is not None


async def test_a_seed_left_out_is_drawn_and_shown(tmp_path):
    async with world(tmp_path) as w:
        seeds = {fields((await clip_message(w)).embeds[0])["Seed"] for _ in range(2)}
        assert len(seeds) == 2
        assert seeds == {f"`{(await w.storage.jobs.get(job_id)).request.seed}`" for job_id in (1, 2)}


async def test_the_bot_acknowledges_before_it_does_anything_else(tmp_path):
    async with world(tmp_path) as w:
        already = len(w.env.http_requests)
        await clip_message(w)
        first, second, *_ = w.env.http_requests[already:]
        assert (first.method, first.json) == ("POST", {"type": 5})
        assert second.path.endswith("@original")  # the last one that needs the interaction's token


async def test_progress_is_shown_in_place_and_not_too_often(tmp_path):
    async with world(tmp_path) as w:
        moments: list[float] = []
        original = discord.PartialMessage.edit

        async def timed(self, **fields):
            moments.append(time.perf_counter())
            return await original(self, **fields)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(discord.PartialMessage, "edit", timed)
            await clip_message(w, style="slow")
        *progress, result = w.edits()
        assert all(re.search(r"#1 · composing ▰*▱* \d+%", text) for text in progress)
        assert 2 <= len(progress) <= 4  # in 5 seconds
        assert "attachment://" in result
        # the result alone does not wait its turn
        assert all(later - earlier >= 2.0 for earlier, later in pairwise(moments[:-1]))
        assert len(w.channel.history()) == 1


OUT_OF_RANGE = [
    ({"length": 4}, "5 to 120 seconds long; you asked for 4"),
    ({"length": 121}, "5 to 120 seconds long; you asked for 121"),
    ({"tempo": 39}, "40 to 240 beats a minute; you asked for 39"),
    ({"temperature": 1.6}, "0.5 to 1.5; you asked for 1.6"),
    ({"seed": -1}, "can be 0 to 2147483647; you gave -1"),
    ({"key": "H flat"}, "I don't know the key “H flat”"),
    ({"metre": "waltz"}, "I don't know the metre “waltz”"),
]


async def test_options_out_of_range_get_a_sentence(tmp_path, monkeypatch):
    # Discord's own clients don't send such values; others may.
    monkeypatch.setattr("simcord.interactions._check_numeric_range", lambda *_: None)
    async with world(tmp_path) as w:
        for number, (options, sentence) in enumerate(OUT_OF_RANGE, 1):
            result = await w.compose(style="quick", **options)
            assert result.ephemeral
            assert result.response is not None
            assert f"#{number} · " in result.response.content
            assert sentence in result.response.content
            job = await w.job(number, status=JobStatus.FAILED)
            assert job.request is None
            [name] = options
            assert str(job.reason) in {f"unknown_{name}", f"{name}_out_of_range"}


async def test_the_ranges_are_declared(tmp_path):
    async with world(tmp_path) as w:
        with pytest.raises(simcord.OptionError):
            await w.compose(style="quick", length=121)
        with pytest.raises(simcord.OptionError):
            await w.compose(style="waltz")


async def test_styles_are_choices_from_the_weights_folder(tmp_path):
    async with world(tmp_path) as w:
        [command] = [c for c in await w.bot.tree.fetch_commands() if c.name == "compose"]
        style = command.options[0]
        assert isinstance(style, discord.app_commands.Argument)
        assert [choice.value for choice in style.choices] == sorted(STYLES)
        assert not style.required


async def test_genres_are_suggested_for_the_chosen_style(tmp_path):
    async with world(tmp_path) as w:
        suggest = w.alice.autocomplete
        assert [c["value"] for c in await suggest(w.channel, "compose", "genre", "", style="quick")] == [
            *GENRES
        ]
        assert [c["value"] for c in await suggest(w.channel, "compose", "genre", "JIG", style="quick")] == [
            "slip jig"
        ]
        assert [c["value"] for c in await suggest(w.channel, "compose", "genre", "re")] == ["reel"]


async def test_keys_are_suggested(tmp_path):
    async with world(tmp_path) as w:
        suggest = w.alice.autocomplete
        assert [c["value"] for c in await suggest(w.channel, "compose", "key", "f#")] == [
            "F# major",
            "F# minor",
        ]
        everything = await suggest(w.channel, "compose", "key", "")
        assert len(everything) == 24
        assert {str(Key.parse(choice["value"])) for choice in everything} == {c["value"] for c in everything}


async def test_metres_are_suggested_for_the_chosen_genre(tmp_path):
    async with world(tmp_path) as w:
        assert await suggested(w, "metre", "", style="quick", genre="chorale") == ["4/4", "3/4"]
        assert await suggested(w, "metre", "", style="quick", genre="slip jig") == ["9/8"]
        assert await suggested(w, "metre", "", style="quick", genre="a mazurk") == ["4/4", "9/8", "3/4"]
        assert await suggested(w, "metre", "34") == ["3/4"]
        assert await suggested(w, "metre", "9") == ["9/8"]
        assert await suggested(w, "metre", "5/4") == []


async def test_moods_and_ensembles_are_choices_in_the_readers_language(tmp_path):
    async with world(tmp_path, warm=False) as w:
        [payload] = [
            await command.get_translated_payload(w.bot.tree, CatalogueTranslator())
            for command in w.bot.tree.get_commands()
            if command.name == "compose"
        ]
        options = {option["name"]: option for option in payload["options"]}
        for option, values, chinese in (("mood", Mood, "忧伤"), ("instruments", Ensemble, "八音盒")):
            choices = options[option]["choices"]
            assert [choice["value"] for choice in choices] == list(values)
            assert chinese in {choice["name_localizations"]["zh-CN"] for choice in choices}


async def test_wishes_reach_the_composer_and_are_shown(tmp_path):
    async with world(tmp_path) as w:
        message = await clip_message(w, mood="lullaby", instruments="music box", metre="68", genre="reel")
        request = (await w.storage.jobs.get(1)).request
        assert (request.mood, request.instruments) == (Mood.LULLABY, Ensemble.MUSIC_BOX)
        assert request.metre == Metre(6, 8)
        shown = fields(message.embeds[0])
        assert (shown["Mood"], shown["Instruments"]) == ("lullaby", "music box")
        assert shown["Metre"] == "6/8, 8 bars"
        assert list(shown).index("Mood") == list(shown).index("Genre") + 1


async def test_remarks_are_in_the_reply_and_the_judges_mind_is_in_the_library(tmp_path):
    async with world(tmp_path) as w:
        message = await clip_message(w, style="remarking", instruments="choir")
        [embed] = message.embeds
        line = "💡 Some notes were out of range (choir), so I moved them by octaves."
        assert embed.description == f"{line}\n{line}"
        assert embed.footer.text == "Clip #1"
        stored = await w.storage.clips.get(1, guild_id=w.env.guild.id)
        assert stored is not None
        assert stored.judgement == 0.8675
        assert [remark.values for remark in stored.remarks] == [{"instruments": "choir"}] * 2


async def test_remarks_are_told_in_chinese(tmp_path, monkeypatch):
    async with world(tmp_path) as w:
        speak_chinese(monkeypatch)
        message = await clip_message(w, style="remarking", instruments="music box", mood="calm")
        [embed] = message.embeds
        line = "💡 有些音超出了音域（八音盒），所以我把它们移了八度。"
        assert embed.description == f"{line}\n{line}"
        assert embed.footer.text == "作品 #1"
        assert (fields(embed)["情绪"], fields(embed)["乐器"]) == ("平静", "八音盒")


async def test_the_reader_is_answered_in_chinese(tmp_path, monkeypatch):
    async with world(tmp_path) as w:
        speak_chinese(monkeypatch)
        message = await clip_message(w, genre="reel", key="A小调")
        assert fields(message.embeds[0])["体裁"] == "里尔舞曲"
        assert fields(message.embeds[0])["调"] == "A 小调"
        choices = await w.alice.autocomplete(w.channel, "compose", "genre", "众赞")
        assert choices == [{"name": "众赞歌", "value": "chorale"}]
        result = await w.compose(style="quick", key="H")
        assert result.response is not None
        assert "我不认识“H”这个调" in result.response.content


async def test_the_midi_button_gives_midi_and_recipe_to_who_pressed(tmp_path):
    async with world(tmp_path) as w:
        message = await clip_message(w, seed=7)
        bob = w.env.guild.add_member(w.env.create_user("bob"))
        result = await bob.click(message, custom_id="nightingale:midi:1")
        assert result.ephemeral
        assert result.response is not None
        midi, recipe = result.response.attachments
        assert (midi.filename, await midi.read()) == ("nightingale-1.mid", b"MThd toy")
        assert recipe.filename == "nightingale-1.json"
        assert Recipe.from_json((await recipe.read()).decode()).request.seed == 7
        assert "clip #1" in result.response.content


async def test_the_midi_button_works_after_a_restart(tmp_path):
    async with world(tmp_path) as w:
        message = await clip_message(w)
        async with toy_bot(w.settings) as another:
            await w.env.restart_bot(another)
            result = await w.alice.click(message, custom_id="nightingale:midi:1")
            assert result.response is not None
            assert len(result.response.attachments) == 2
            # The same commands are not registered twice.
            registrations = [r for r in w.env.http_requests if r.method == "PUT"]
            assert len(registrations) == 1


async def test_a_clip_of_another_server_is_not_found(tmp_path):
    async with world(tmp_path) as w:
        message = await clip_message(w)
        await w.storage.jobs._database._connection.execute("UPDATE jobs SET guild_id = 1")
        result = await w.alice.click(message, custom_id="nightingale:midi:1")
        assert result.response is not None
        assert "no clip #1 here" in result.response.content


async def test_again_asks_the_same_with_a_new_seed(tmp_path):
    async with world(tmp_path) as w:
        message = await clip_message(w, seed=7, genre="slip jig", tempo=90)
        result = await w.alice.click(message, custom_id="nightingale:again:1")
        [old, new] = [(await w.storage.jobs.get(job_id)) for job_id in (1, 2)]
        assert new.status is JobStatus.FINISHED
        assert new.request.seed != old.request.seed
        assert (new.request.genre, new.request.tempo, new.request.key) == ("slip jig", 90, None)
        assert result.response is not None
        assert result.response.embeds[0].footer.text == "Clip #2"
        assert w.channel.history()[0].embeds[0].footer.text == "Clip #1"  # the old one stays


async def test_cancel_stops_what_runs(tmp_path):
    async with world(tmp_path) as w:
        await w.act(w.compose(style="gated"), until="composing")
        assert re.search(r"#1 · composing ▱* 0%", w.last_message.content)
        await w.alice.click(w.last_message, custom_id="nightingale:cancel:1")
        assert w.last_message.content == "🛑 #1 · cancelled"
        assert not w.last_message.components
        assert (await w.storage.jobs.get(1)).status is JobStatus.CANCELLED
        assert (await clip_message(w)).attachments  # the engine is free again


async def test_a_queued_request_shows_its_place_and_can_be_left(tmp_path):
    async with world(tmp_path) as w:
        bob = w.env.guild.add_member(w.env.create_user("bob"))
        await w.act(w.compose(style="gated"), until="composing")
        await w.act(bob.slash(w.channel, "compose", style="quick"), until="in the queue")
        queued = w.last_message
        assert queued.content == "🎼 #2 · number 1 in the queue"
        await w.act(bob.click(queued, custom_id="nightingale:cancel:2"), until="cancelled")
        assert w.last_message.content == "🛑 #2 · cancelled"
        assert (await w.storage.jobs.get(2)).started_at is None
        w.open_gate()
        await w.env.settle()
        assert (await w.storage.jobs.get(1)).status is JobStatus.FINISHED


async def test_only_the_requester_and_moderators_may_cancel(tmp_path):
    async with world(tmp_path) as w:
        guild = w.env.guild
        moderators = guild.create_role("mods", permissions=discord.Permissions(manage_messages=True))
        bob = guild.add_member(w.env.create_user("bob"))
        carol = guild.add_member(w.env.create_user("carol"), roles=[moderators])
        await w.act(w.compose(style="gated"), until="composing")
        await w.act(
            bob.click(w.last_message, custom_id="nightingale:cancel:1"),
            until="Only the person who asked, or a moderator, can cancel #1.",
        )
        assert (await w.storage.jobs.get(1)).status is JobStatus.RUNNING
        await carol.click(w.last_message, custom_id="nightingale:cancel:1")
        assert (await w.storage.jobs.get(1)).status is JobStatus.CANCELLED


async def test_a_cancel_that_comes_too_late_says_so(tmp_path):
    async with world(tmp_path) as w:
        channel = w.bot.get_partial_messageable(w.channel.id)
        old = await channel.send("composing", view=progress_view(99, wording_for(None)))
        result = await w.alice.click(old, custom_id="nightingale:cancel:99")
        assert result.ephemeral
        assert result.response is not None
        assert result.response.content == "#99 has ended already."
