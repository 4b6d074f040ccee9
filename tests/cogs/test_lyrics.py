"""`/lyrics` as a person uses it: options, verse, buttons, and whatever may be typed as a scene."""

from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from cogs._shared.wording import CatalogueTranslator
from domain.errors import Reason
from domain.verses import Language, LyricsRequest, RhymeScheme, VerseForm, VerseRecipe
from models.lyrics.safety import LIST_FILE
from storage import JobKind, JobStatus
from tests.cogs.test_compose import RATING, buttons, fields, speak_chinese
from tests.cogs.toy_poets import NETWORKS, TUNES
from tests.cogs.worlds import World, toy_bot, world

ENGLISH = """\
The forest wakes before the day
And sings the mist out of the trees
Till all the hills have turned to grey
And every leaf has caught the breeze"""


async def lyrics(world: World, scene: str = "forest birds", **options: object) -> simcord.ResponseMessage:
    """What everybody sees."""
    result = await world.alice.slash(world.channel, "lyrics", scene=scene, **options)
    assert result.response is not None
    assert not result.response.ephemeral
    return result.response


async def press(
    world: World, message: Any, action: str, work_id: int = 1, *, by: simcord.MemberActor | None = None
) -> simcord.ResponseMessage:
    """What comes of a button."""
    result = await (by or world.alice).click(message, custom_id=f"nightingale:{action}:{work_id}")
    assert result.response is not None
    return result.response


async def request_of(world: World, job_id: int) -> LyricsRequest:
    request = (await world.storage.jobs.get(job_id)).request
    assert isinstance(request, LyricsRequest)
    return request


def unsafe() -> str:
    """A word of the list, which keeps Chinese ones with each character moved on by one."""
    entries = LIST_FILE.read_text(encoding="utf-8").splitlines()
    word = next(entry for entry in entries if not entry.isascii() and not entry.startswith("#"))
    return "".join(chr(ord(sign) - 1) for sign in word)


async def test_the_verse_is_laid_out_with_all_that_asks_for_it_again(tmp_path: Path):
    async with world(tmp_path) as w:
        message = await lyrics(w, seed=7, lines=8, form="quatrains", rhyme="ABAB", temperature=1.2)
        [embed] = message.embeds
        assert embed.title == "The Forest"
        assert embed.description == f"{ENGLISH}\n\u200b\n{ENGLISH}"
        assert fields(embed) == {
            "Scene": "forest",
            "Form": "quatrains",
            "Rhyme": "ABAB",
            "Language": "English",
            "Seed": "`7`",
            "Temperature": "1.2",
            "Model": "`seq2seq-1`",
        }
        assert embed.footer.text == "Lyrics #1"
        assert not message.content
        assert not message.attachments
        assert buttons(message) == [
            f"nightingale:{action}:1" for action in ("again", "sing", "text", *RATING)
        ]
        job = await w.storage.jobs.get(1)
        assert (job.kind, job.status, job.message_id) == (JobKind.LYRICS, JobStatus.FINISHED, message.id)
        assert job.request == LyricsRequest(
            scene="forest birds",
            seed=7,
            lines=8,
            form=VerseForm.QUATRAINS,
            rhyme=RhymeScheme.ABAB,
            temperature=1.2,
        )
        stored = await w.storage.verses.get(1, guild_id=w.env.guild.id)
        assert stored is not None
        assert (stored.verse.title, stored.user_id) == ("The Forest", w.alice.id)


async def test_a_chorus_stands_apart_and_remarks_stand_below(tmp_path: Path):
    async with world(tmp_path) as w:
        [embed] = (await lyrics(w, form="song", tune="浣溪沙")).embeds
        chorus = "> *O forest, sing to me*\n> *By brook and hollow tree*"
        remark = "💡 Tune patterns are for Chinese verse, so I left this one out."
        assert embed.description == f"{ENGLISH}\n\n{chorus}\n\n{ENGLISH}\n\n{chorus}\n\n{remark}"


async def test_chinese_verse_shows_its_tones_to_a_chinese_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with world(tmp_path) as w:
        speak_chinese(monkeypatch)
        [embed] = (await lyrics(w, "山林 鸟语", tune="浣溪沙", seed=3)).embeds
        assert embed.title == "浣溪沙"
        assert embed.description == "空山闻鸟语\n林下晚风轻\n空山闻鸟语\n林下晚风轻"
        assert fields(embed) == {
            "场景": "山林",
            "体式": "词",
            "词牌": "浣溪沙",
            "语言": "中文",
            "平仄": "平平平仄仄　平仄仄平平\n平平平仄仄　平仄仄平平",
            "种子数": "`3`",
            "温度": "0.95",
            "模型": "`seq2seq-1`",
        }
        assert embed.footer.text == "歌词 #1"
        assert (await request_of(w, 1)).tune == "浣溪沙"


async def test_what_can_be_chosen_is_offered_in_both_languages(tmp_path: Path):
    async with world(tmp_path, warm=False) as w:
        payload = {
            command.name: await command.get_translated_payload(w.bot.tree, CatalogueTranslator())
            for command in w.bot.tree.get_commands()
        }
        chinese = {"form": "歌谣（8.6.8.6）", "rhyme": "不押韵", "language": "中文"}
        for name, title in (("lyrics", "作词"), ("song", "写歌")):
            command = payload[name]
            assert command["name_localizations"]["zh-CN"] == title
            assert {0, 1, 2} == set(command["contexts"])
            assert {0, 1} == set(command["integration_types"])
            options = {option["name"]: option for option in command["options"]}
            assert options["scene"]["max_length"] == 4000
            assert [choice["value"] for choice in options["model"]["choices"]] == list(NETWORKS)
            for option, values in (("form", VerseForm), ("rhyme", RhymeScheme), ("language", Language)):
                choices = options[option]["choices"]
                assert [choice["value"] for choice in choices] == list(values)
                assert chinese[option] in {choice["name_localizations"]["zh-CN"] for choice in choices}
        suggest = w.alice.autocomplete
        for typed, tunes in (("", TUNES), ("浣", ("浣溪沙",)), ("x", ())):
            choices = await suggest(w.channel, "lyrics", "tune", typed, scene="山")
            assert tuple(choice["value"] for choice in choices) == tunes


UNWRITABLE = [
    ("", Reason.SCENE_EMPTY),
    ("   \n ", Reason.SCENE_EMPTY),
    ("🌲🐦🎵", Reason.SCENE_WITHOUT_WORDS),
    ("@everyone <@1234> <#5> **__~~||", Reason.SCENE_WITHOUT_WORDS),
    ("лес и птицы", Reason.SCENE_LANGUAGE),
    (f"forest {unsafe()}", Reason.SCENE_UNSAFE),
]


async def test_what_cannot_be_written_about_is_a_sentence_and_no_echo(tmp_path: Path):
    async with world(tmp_path) as w:
        for number, (scene, reason) in enumerate(UNWRITABLE, 1):
            message = await lyrics(w, scene)
            job = await w.storage.jobs.get(number)
            assert (job.kind, job.status, job.reason) == (JobKind.LYRICS, JobStatus.FAILED, reason)
            assert message.content.startswith(f"❌ #{number} · ")
            assert not any(word in message.content for word in scene.split() if word != "forest")
            assert not message.embeds
            assert not message.components


async def test_any_other_scene_becomes_verse(tmp_path: Path):
    async with world(tmp_path) as w:
        scenes = ("forest 山林 mixed", "rain " * 800, "**rain** [here](https://x.y) <@12>", "RAIN!!! 🌧️ rain?")
        for scene in scenes:
            message = await lyrics(w, scene)
            assert message.embeds, message.content
            assert "12" not in str(message.embeds[0].to_dict()["description"])


async def test_the_text_is_for_whoever_presses_also_after_a_restart(tmp_path: Path):
    async with world(tmp_path) as w:
        message = await lyrics(w, seed=7)
        bob = w.env.guild.add_member(w.env.create_user("bob"))
        async with toy_bot(w.settings) as another:
            await w.env.restart_bot(another)
            answer = await press(w, message, "text", by=bob)
            assert answer.ephemeral
            assert answer.content == "Here are the words of #1, and the recipe that writes them again."
            text, recipe = answer.attachments
            assert (text.filename, recipe.filename) == ("nightingale-1.txt", "nightingale-1.json")
            assert (await text.read()).decode() == f"The Forest\n\n{ENGLISH}\n\n{ENGLISH}\n"
            assert VerseRecipe.from_json((await recipe.read()).decode()).request.seed == 7
            await another.engine.ready()
            again = await press(w, message, "again", by=bob)
            assert again.embeds[0].footer.text == "Lyrics #2"
            old, new = [(await another.storage.jobs.get(job_id)).request for job_id in (1, 2)]
            assert isinstance(old, LyricsRequest)
            assert isinstance(new, LyricsRequest)
            assert (new.scene, new.seed != old.seed) == (old.scene, True)
            assert (await another.storage.jobs.get(2)).user_id == bob.id


async def test_verse_of_another_server_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with world(tmp_path) as w:
        message = await lyrics(w)
        await w.storage.jobs._database._connection.execute("UPDATE jobs SET guild_id = 1")
        assert "There are no lyrics #1 here." in (await press(w, message, "text")).content
        result = await w.alice.click(message, custom_id="nightingale:sing:1")
        assert result.response is None  # the acknowledgement in public is taken back
        [private] = result.followups
        assert (private.ephemeral, private.content) == (True, "❌ #2 · There are no lyrics #1 here.")
        speak_chinese(monkeypatch)
        assert "这里没有歌词 #1。" in (await press(w, message, "text")).content


async def test_writing_is_cancelled_by_who_asked_and_by_nobody_else(tmp_path: Path):
    async with world(tmp_path) as w:
        bob = w.env.guild.add_member(w.env.create_user("bob"))
        await w.act(lyrics(w, model="gated"), until="writing")
        assert w.last_message.content.startswith("✍️ #1 · writing ▰▰▱")
        refused = "Only the person who asked, or a moderator, can cancel #1."
        await w.act(bob.click(w.last_message, custom_id="nightingale:cancel:1"), until=refused)
        await w.alice.click(w.last_message, custom_id="nightingale:cancel:1")
        assert w.last_message.content == "🛑 #1 · cancelled"
        assert (await w.storage.jobs.get(1)).status is JobStatus.CANCELLED


async def test_writing_that_a_stop_interrupted_says_so(tmp_path: Path):
    async with world(tmp_path, warm=False) as w:
        channel = w.bot.get_partial_messageable(w.channel.id)
        message = await channel.send("✍️ #1 · writing")
        where = {"guild_id": w.env.guild.id, "channel_id": w.channel.id}
        request = LyricsRequest(scene="rain", seed=1)
        job_id = await w.storage.jobs.add(request, user_id=w.alice.id, **where)
        await w.storage.jobs.attach_message(job_id, channel_id=w.channel.id, message_id=message.id)
        async with toy_bot(w.settings) as another:
            await w.env.restart_bot(another)
            assert w.last_message.content.startswith("⚠️ #1 · I was restarted")
            assert (await another.storage.jobs.get(1)).status is JobStatus.INTERRUPTED


async def test_faults_of_the_writer_are_sentences(tmp_path: Path):
    async with world(tmp_path) as w:
        for model, sentence, reason in (
            ("die", "The composer stopped in the middle of this, twice.", Reason.ENGINE_DIED),
            ("broken", "Something broke on my side.", Reason.BUG),
        ):
            assert sentence in (await lyrics(w, model=model)).content
            assert (await w.storage.jobs.get(1 if model == "die" else 2)).reason is reason
        assert (await lyrics(w)).embeds


async def test_options_out_of_range_get_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("simcord.interactions._check_numeric_range", lambda *_: None)
    async with world(tmp_path, warm=False) as w:
        result = await w.alice.slash(w.channel, "lyrics", scene="rain", lines=17)
        assert result.ephemeral
        assert result.response is not None
        assert result.response.content == "❌ #1 · Lyrics can be 4 to 16 lines long; you asked for 17."


async def test_in_a_direct_message_verse_can_be_had_too(tmp_path: Path):
    async with world(tmp_path) as w:
        result = await w.alice.user.slash("lyrics", scene="rain")
        assert result.response is not None
        assert isinstance(result.response.embeds[0], discord.Embed)
        answer = await w.alice.user.click(result.response, custom_id="nightingale:text:1")
        assert answer.response is not None
        assert len(answer.response.attachments) == 2


async def test_without_poets_the_engine_says_why(tmp_path: Path):
    weights = tmp_path / "few"
    weights.mkdir()
    async with world(tmp_path, craft="tests.cogs.toys:Speechless", weights_folder=weights) as w:
        message = await lyrics(w)
        assert "#1 · There are no trained models for lyrics in the weights folder." in message.content
        assert await w.alice.autocomplete(w.channel, "lyrics", "tune", "", scene="山") == []
