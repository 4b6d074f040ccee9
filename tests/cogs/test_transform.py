"""`/blend`, `/vary`, `/accompany` and `/restyle` as people use them, and the buttons under what they give."""

import asyncio
from pathlib import Path

import pytest
import simcord

from cogs.clips import BUTTON_AMOUNT
from domain.errors import Reason
from domain.genres import Genre
from domain.transformations import AccompanyRequest, BlendRequest, RestyleRequest, VaryRequest
from storage import JobKind, JobStatus, open_storage
from tests.cogs.test_compose import RATING, buttons, fields, speak_chinese
from tests.cogs.toys import TUNE
from tests.cogs.transforming import FILE, ask, library, refusal, request_of
from tests.cogs.worlds import lose, toy_bot, world

BY_ID = [
    ("blend", {"a": "#1", "b": "2", "ratio": 0.25}),
    ("vary", {"clip": " #1 ", "amount": 0.7}),
    ("accompany", {"clip": "1", "genre": "reel"}),
    ("restyle", {"clip": "#1", "genre": "slip jig"}),
]


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
                f"nightingale:{action}:{job_id}"
                for action in ("midi", "sheet", "again", "vary", "words", *RATING)
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
        assert [name.split(":")[1] for name in buttons(result.response)] == [
            "midi",
            "sheet",
            "again",
            "words",
            *RATING,
        ]


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
