"""`/blend`, `/vary`, `/accompany` and `/restyle` as people use them: by clips' ids and with their files."""

import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
import simcord

from cogs.clips import BUTTON_AMOUNT
from domain.errors import Reason
from domain.genres import Genre
from domain.score import Note, Part
from domain.transformations import (
    AccompanyRequest,
    BlendRequest,
    RestyleRequest,
    Transformation,
    VaryRequest,
)
from engine.craft.midi_files import midi_bytes
from engine.intake.reader import MAX_BYTES
from storage import ClipName, Clips, JobKind, JobStatus, open_storage
from tests.cogs.test_compose import buttons, fields, speak_chinese
from tests.cogs.toys import TUNE
from tests.cogs.worlds import World, lose, toy_bot, world

LONG = replace(
    TUNE,
    bars=70,
    parts=(Part("Fiddle", 110, tuple(Note(12 * beat, 60 + 7 * beat % 12, 12) for beat in range(280))),),
)
DRUMS = replace(TUNE, parts=(replace(TUNE.parts[0], percussion=True),))
FILE = ("Der Mond ist aufgegangen.mid", midi_bytes(TUNE))

BY_ID = [
    ("blend", {"a": "#1", "b": "2", "ratio": 0.25}),
    ("vary", {"clip": " #1 ", "amount": 0.7}),
    ("accompany", {"clip": "1", "genre": "reel"}),
    ("restyle", {"clip": "#1", "genre": "slip jig"}),
]
BY_FILE = [
    ("blend", {"a_file": FILE, "b_file": FILE}),
    ("vary", {"file": FILE}),
    ("accompany", {"file": FILE}),
    ("restyle", {"file": FILE, "genre": "reel"}),
]


async def library(world: World, clips: int = 1) -> None:
    """Clips 1, 2 … whose music can be read."""
    for seed in range(1, clips + 1):
        result = await world.compose(style="tuneful", seed=seed)
        assert result.response is not None
        assert result.response.attachments


async def ask(world: World, command: str, **options: object) -> simcord.ResponseMessage:
    """What everybody sees."""
    result = await world.alice.slash(world.channel, command, **options)
    assert result.response is not None
    assert not result.response.ephemeral
    return result.response


async def refusal(world: World, command: str, **options: object) -> str:
    """What the person who asked sees, and nobody else."""
    already = len(world.channel.history())
    result = await world.alice.slash(world.channel, command, **options)
    assert result.response is None  # the acknowledgement in public is taken back
    [private] = result.followups
    assert private.ephemeral
    assert len(world.channel.history()) == already
    return private.content


async def request_of(world: World, job_id: int) -> Transformation:
    request = (await world.storage.jobs.get(job_id)).request
    assert isinstance(request, BlendRequest | VaryRequest | AccompanyRequest | RestyleRequest)
    return request


async def move_elsewhere(world: World, clip_id: int) -> None:
    """Have the clip be another server's."""
    await world.storage.jobs._database._connection.execute(
        "UPDATE jobs SET guild_id = 1 WHERE id = ?", (clip_id,)
    )


async def test_each_command_makes_a_clip_of_clips(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w, 2)
        for job_id, (command, options) in enumerate(BY_ID, 3):
            message = await ask(w, command, **options)
            assert [file.filename for file in message.attachments] == [
                f"nightingale-{job_id}.mp3",
                f"nightingale-{job_id}.png",
            ]
            assert message.embeds[0].title == "New Tune 1"
            assert buttons(message) == [
                f"nightingale:{action}:{job_id}" for action in ("midi", "sheet", "again", "vary", "words")
            ]
            job = await w.storage.jobs.get(job_id)
            assert (job.kind, job.status) == (command, JobStatus.FINISHED)
            source = (await request_of(w, job_id)).sources[0]
            assert (source.title, source.genre, source.clip_id) == ("Tune 1", Genre.REEL, 1)
            # The tune alone: what the clip was accompanied by is not what was composed.
            [tune] = source.score.parts
            assert [note.pitch for note in tune.notes] == [note.pitch for note in TUNE.parts[0].notes]


async def test_options_reach_the_request_and_are_shown(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w, 2)
        shown = [fields((await ask(w, command, **options)).embeds[0]) for command, options in BY_ID]
        blend, vary, accompany, restyle = [await request_of(w, job_id) for job_id in range(3, 7)]
        assert isinstance(blend, BlendRequest)
        assert (blend.ratio, blend.second.clip_id) == (0.25, 2)
        assert isinstance(vary, VaryRequest)
        assert vary.amount == 0.7
        assert isinstance(accompany, AccompanyRequest)
        assert accompany.genre == "reel"
        assert isinstance(restyle, RestyleRequest)
        assert restyle.genre == "slip jig"
        assert [each["Made from"] for each in shown] == [
            "#1 · Tune 1\n#2 · Tune 2",
            *["#1 · Tune 1"] * 3,
        ]
        assert (shown[0]["Ratio"], shown[1]["Amount"]) == ("0.25", "0.7")
        assert shown[1]["Model"] == "`vae-1`"
        assert (shown[1]["Genre"], shown[1]["Metre"], shown[1]["Key"]) == (
            "slip jig",
            "9/8, 4 bars",
            "D major",
        )
        assert len({request.seed for request in (blend, vary, accompany, restyle)}) == 4


async def test_a_seed_that_is_asked_for_is_taken_and_shown(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w, 2)
        for job_id, (command, options) in enumerate(BY_ID, 3):
            message = await ask(w, command, **options, seed=41)
            assert fields(message.embeds[0])["Seed"] == "`41`"
            assert (await request_of(w, job_id)).seed == 41


async def test_restyling_shows_both_pieces_and_how_the_judge_places_them(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        shown = fields((await ask(w, "restyle", clip="1", genre="slip jig")).embeds[0])
        assert shown["How likely people wrote it, the judge thinks"] == (
            "#1 · Tune 1 (reel): 54%\n#2 · New Tune 1 (slip jig): 61%"
        )
        stored = await w.storage.clips.get(2, guild_id=w.env.guild.id)
        assert stored is not None
        assert (stored.judgement, stored.source_judgement) == (0.61, 0.54)


async def test_each_command_takes_files(tmp_path: Path):
    async with world(tmp_path) as w:
        for job_id, (command, options) in enumerate(BY_FILE, 1):
            message = await ask(w, command, **options)
            assert len(message.attachments) == 2
            source = (await request_of(w, job_id)).sources[0]
            assert (source.genre, source.clip_id) == (None, None)
            assert "Mond" in source.title
            assert source.title in fields(message.embeds[0])["Made from"]
            assert len(source.score.parts) == 2
        blend, vary = await request_of(w, 1), await request_of(w, 2)
        assert isinstance(blend, BlendRequest)
        assert blend.ratio is None
        assert isinstance(vary, VaryRequest)
        assert vary.amount == 0.3


async def test_a_clip_and_a_file_blend(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        message = await ask(w, "blend", a_file=FILE, b="#1")
        assert fields(message.embeds[0])["Ratio"] == "a walk from the first to the second"
        first, second = (await request_of(w, 2)).sources
        assert (first.clip_id, second.clip_id) == (None, 1)


REFUSED = [
    ("vary", {}, "Give me a clip's id, such as #42, or a MIDI file", Reason.SOURCE_MISSING),
    ("blend", {"a": "1"}, "I need two pieces", Reason.SOURCES_MISSING),
    ("blend", {}, "I need two pieces", Reason.SOURCES_MISSING),
    ("vary", {"clip": "1", "file": FILE}, "either a clip's id or a MIDI file", Reason.SOURCE_TWICE),
    ("accompany", {"clip": "99"}, "There is no clip #99 here.", Reason.NOT_FOUND),
    ("accompany", {"clip": "٤٢"}, "There is no clip ٤٢ here.", Reason.NOT_FOUND),
    ("restyle", {"clip": "a reel", "genre": "reel"}, "There is no clip a reel here.", Reason.NOT_FOUND),
    ("vary", {"clip": "9" * 40}, "There is no clip 999", Reason.NOT_FOUND),
    ("vary", {"file": ("song.mid", b"ID3 not MIDI")}, "MIDI", Reason.NOT_MIDI),
    ("vary", {"file": ("song.mid", b"")}, "empty", Reason.MIDI_EMPTY),
    ("vary", {"file": ("song.mid", midi_bytes(DRUMS))}, "drums", Reason.MIDI_DRUMS_ONLY),
    ("vary", {"file": ("song.mid", bytes(MAX_BYTES + 1))}, "1000", Reason.MIDI_TOO_BIG),
]


async def test_what_cannot_be_worked_on_is_told_to_the_person_alone(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        for job_id, (command, options, sentence, reason) in enumerate(REFUSED, 2):
            said = await refusal(w, command, **options)
            assert f"#{job_id} · " in said
            assert sentence in said
            job = await w.storage.jobs.get(job_id)
            assert (job.kind, job.status, job.request) == (command, JobStatus.FAILED, None)
            assert job.reason is reason
        assert (await ask(w, "vary", clip="1")).attachments  # all goes on


async def test_a_file_too_big_is_not_even_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async def fetch(self: discord.Attachment) -> bytes:
        raise AssertionError("it was fetched")

    monkeypatch.setattr(discord.Attachment, "read", fetch)
    async with world(tmp_path) as w:
        await refusal(w, "vary", file=("big.mid", bytes(MAX_BYTES + 1)))


async def test_a_file_that_discord_lost_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async def fetch(self: discord.Attachment) -> bytes:
        raise OSError("connection reset")

    monkeypatch.setattr(discord.Attachment, "read", fetch)
    async with world(tmp_path) as w:
        assert "couldn't fetch your file" in await refusal(w, "vary", file=FILE)


async def test_another_servers_clip_is_told_as_one_that_never_was(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        await move_elsewhere(w, 1)
        theirs = await refusal(w, "vary", clip="1")
        unknown = await refusal(w, "vary", clip="999")
        assert theirs.split("· ")[1].replace("#1", "#") == unknown.split("· ")[1].replace("#999", "#")


async def test_a_clip_whose_files_are_gone_is_worked_on_all_the_same(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        await lose(w, 1)
        for job_id, command in enumerate(("vary", "accompany"), 2):
            message = await ask(w, command, clip="1")
            assert message.embeds[0].description is None
            source = (await request_of(w, job_id)).sources[0]
            assert (source.title, source.clip_id, source.left_out) == ("Tune 1", 1, ())
            assert source.score.tempo == TUNE.tempo


async def test_a_clip_that_came_out_otherwise_is_worked_on_and_said_to_differ(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        await lose(w, 1)
        (w.settings.weights_folder / "retrained").touch()
        message = await ask(w, "vary", clip="1")
        said = message.embeds[0].description
        assert said is not None
        assert "made it again. It was tuneful-1 that made it, and now it was tuneful-2: the notes" in said
        assert (await request_of(w, 2)).sources[0].score.tempo == 120


async def test_a_clip_that_cannot_be_made_any_more_is_a_sentence(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        await lose(w, 1)
        (w.settings.weights_folder / "forgotten").touch()
        said = await refusal(w, "vary", clip="1")
        assert "The files of clip #1 are gone, and the models that I have now can't make it again." in said
        assert (await w.storage.jobs.get(2)).reason is Reason.FILES_GONE


async def suggested(world: World, typed: str, command: str = "vary", option: str = "clip") -> list[str]:
    filled = {"genre": "reel"} if command == "restyle" and option != "genre" else {}
    choices = await world.alice.autocomplete(world.channel, command, option, typed, **filled)
    return [choice["name"] for choice in choices]


async def test_clips_of_this_place_are_suggested_from_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with world(tmp_path) as w:
        await library(w, 2)
        await move_elsewhere(w, 1)
        assert await suggested(w, "") == ["#2 · Tune 2 · reel"]
        monkeypatch.setattr(type(w.storage.clips), "newest", None)  # from here on: nothing but memory
        await library(w)
        assert await suggested(w, "") == ["#3 · Tune 1 · reel", "#2 · Tune 2 · reel"]
        assert await suggested(w, "#2") == ["#2 · Tune 2 · reel"]
        assert await suggested(w, "tune 1") == ["#3 · Tune 1 · reel"]
        assert await suggested(w, "3", "blend", "b") == ["#3 · Tune 1 · reel"]
        assert await suggested(w, "3", "accompany") == ["#3 · Tune 1 · reel"]
        assert await suggested(w, "3", "restyle") == ["#3 · Tune 1 · reel"]


async def test_a_clip_saved_while_the_library_is_asked_is_suggested_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with world(tmp_path) as w:
        await library(w)
        newest = Clips.newest
        place: Any = SimpleNamespace(guild_id=w.env.guild.id, channel_id=1)
        saved = ClipName(2, "Tune 2", "reel")

        async def ask_slowly(clips: Clips, **where: Any) -> list[ClipName]:
            answer = await newest(clips, **where)
            w.bot.work_jobs.recent.add(place, saved)
            return answer

        monkeypatch.setattr(Clips, "newest", ask_slowly)
        here = await w.bot.work_jobs.recent.here(place)
        assert [name.id for name in here] == [2, 1]


async def test_genres_are_those_of_the_model_that_does_it(tmp_path: Path):
    async with world(tmp_path) as w:
        assert await suggested(w, "", "accompany", "genre") == ["reel", "slip jig", "chorale"]
        assert await suggested(w, "", "restyle", "genre") == ["reel", "slip jig"]


async def test_without_weights_for_it_no_genre_is_suggested_and_the_engine_says_why(tmp_path: Path):
    weights = tmp_path / "few"
    weights.mkdir()
    async with world(tmp_path, weights_folder=weights) as w:
        assert await suggested(w, "", "restyle", "genre") == []
        message = await ask(w, "restyle", file=FILE, genre="damaged")
        assert "The weights of “style_transfer” can't be used: they are missing." in message.content


async def test_a_genre_that_the_model_lacks_is_named(tmp_path: Path):
    async with world(tmp_path) as w:
        message = await ask(w, "accompany", file=FILE, genre="polka")
        known = "reel, slip jig, chorale"
        assert message.content == f"❌ #1 · This command doesn't know the genre “polka”. It knows: {known}."
        assert (await w.storage.jobs.get(1)).reason is Reason.GENRE_NOT_OFFERED


async def test_again_works_on_the_same_music_with_a_new_seed(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        message = await ask(w, "restyle", clip="1", genre="slip jig")
        await lose(w, 1)  # the request has the notes
        await w.alice.click(message, custom_id="nightingale:again:2")
        old, new = await request_of(w, 2), await request_of(w, 3)
        assert (await w.storage.jobs.get(3)).status is JobStatus.FINISHED
        assert isinstance(new, RestyleRequest)
        assert (new.genre, new.sources) == ("slip jig", old.sources)
        assert new.seed != old.seed


async def test_the_vary_button_varies_the_clip_it_is_under(tmp_path: Path):
    async with world(tmp_path) as w:
        result = await w.compose(style="tuneful", seed=7)
        assert result.response is not None
        pressed = await w.alice.click(result.response, custom_id="nightingale:vary:1")
        assert pressed.response is not None
        assert pressed.response.embeds[0].footer.text == "Clip #2"
        request = await request_of(w, 2)
        assert isinstance(request, VaryRequest)
        assert (request.amount, request.source.clip_id) == (BUTTON_AMOUNT, 1)


async def test_the_vary_button_of_a_clip_without_music_says_so_to_who_pressed(tmp_path: Path):
    async with world(tmp_path) as w:
        result = await w.compose(style="quick", seed=7)
        assert result.response is not None
        pressed = await w.alice.click(result.response, custom_id="nightingale:vary:1")
        [private] = pressed.followups
        assert private.ephemeral
        assert (await w.storage.jobs.get(2)).reason is Reason.CLIP_UNREADABLE


async def test_without_a_model_that_varies_there_is_no_such_button(tmp_path: Path):
    weights = tmp_path / "weights"
    async with world(tmp_path, warm=False) as w:
        assert w.settings.weights_folder == weights
    (weights / "vae.json").unlink()
    (weights / "vae.safetensors").unlink()
    settings = w.settings
    async with toy_bot(settings) as bot, simcord.run(bot, shard_count=1, settle_timeout=30) as env:
        guild = env.create_guild()
        alice = guild.add_member(env.create_user("alice"))
        result = await alice.slash(guild.create_text_channel("music"), "compose", style="quick")
        assert result.response is not None
        assert [name.split(":")[1] for name in buttons(result.response)] == ["midi", "sheet", "again"]


async def test_cancel_stops_a_transformation(tmp_path: Path):
    async with world(tmp_path) as w:
        await w.act(w.alice.slash(w.channel, "accompany", file=FILE, genre="gated"), until="composing")
        await w.alice.click(w.last_message, custom_id="nightingale:cancel:1")
        assert w.last_message.content == "🛑 #1 · cancelled"
        job = await w.storage.jobs.get(1)
        assert (job.kind, job.status) == (JobKind.ACCOMPANY, JobStatus.CANCELLED)


async def test_a_restart_in_the_middle_interrupts_it_and_keeps_the_request(tmp_path: Path):
    async with world(tmp_path) as w:
        await w.act(w.alice.slash(w.channel, "accompany", file=FILE, genre="gated"), until="composing")
        while (await w.job(1)).message_id is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    async with open_storage(w.settings.data_folder, max_clip_bytes=10**8) as storage:
        [job] = await storage.jobs.interrupt_unfinished()
        assert (job.kind, job.status) == (JobKind.ACCOMPANY, JobStatus.INTERRUPTED)
        assert isinstance(job.request, AccompanyRequest)
        assert [len(part.notes) for part in job.request.source.score.parts] == [8, 2]


async def test_in_a_direct_message_ones_own_clips_alone_are_found(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        alone = w.alice.user
        composed = await alone.slash("compose", style="tuneful", seed=5)
        assert composed.response is not None
        result = await alone.slash("vary", clip="2")
        assert result.response is not None
        assert len(result.response.attachments) == 2
        refused = await alone.slash("vary", clip="1")
        assert "There is no clip #1 here." in [*refused.followups][-1].content
        choices = await alone.autocomplete("vary", "clip", "")
        assert [choice["value"] for choice in choices] == ["3", "2"]


async def test_chinese_readers_are_answered_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with world(tmp_path) as w:
        speak_chinese(monkeypatch)
        await library(w)
        shown = fields((await ask(w, "restyle", clip="1", genre="slip jig")).embeds[0])
        assert shown["来自"] == "#1 · Tune 1"
        assert "（滑步吉格）：61%" in shown["评审认为出自人手的可能性"]
        assert shown["风格"] == "改编"
        message = await ask(w, "accompany", clip="1", genre="滑步吉格")  # typed, not picked
        assert message.embeds
        request = await request_of(w, 3)
        assert isinstance(request, AccompanyRequest)
        assert request.genre == "slip jig"
        message = await ask(w, "accompany", clip="1", genre="波尔卡")
        assert "它会的有：里尔舞曲、滑步吉格、众赞歌。" in message.content
        assert "这里没有作品 #9。" in await refusal(w, "vary", clip="9")


async def test_what_was_left_out_of_a_source_is_said_and_file_names_are_harmless(tmp_path: Path):
    async with world(tmp_path) as w:
        long = ("**bold** @everyone.mid", midi_bytes(LONG))
        message = await ask(w, "vary", file=long)
        [embed] = message.embeds
        assert embed.description is not None
        assert "64" in embed.description
        assert "**bold**" not in embed.description
        source = (await request_of(w, 1)).sources[0]
        assert source.score.bars <= 64
