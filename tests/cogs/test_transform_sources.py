"""What `/blend`, `/vary`, `/accompany` and `/restyle` work on: clips by their ids and files, or a refusal."""

from dataclasses import replace
from pathlib import Path

import discord
import pytest

from domain.errors import Reason
from domain.score import Note, Part
from domain.transformations import BlendRequest, VaryRequest
from engine.craft.midi_files import midi_bytes
from engine.intake.reader import MAX_BYTES
from storage import JobStatus
from tests.cogs.test_compose import fields
from tests.cogs.toys import TUNE
from tests.cogs.transforming import FILE, ask, library, move_elsewhere, refusal, request_of
from tests.cogs.worlds import lose, world

LONG = replace(
    TUNE,
    bars=70,
    parts=(Part("Fiddle", 110, tuple(Note(12 * beat, 60 + 7 * beat % 12, 12) for beat in range(280))),),
)
DRUMS = replace(TUNE, parts=(replace(TUNE.parts[0], percussion=True),))

BY_FILE = [
    ("blend", {"a_file": FILE, "b_file": FILE}),
    ("vary", {"file": FILE}),
    ("accompany", {"file": FILE}),
    ("restyle", {"file": FILE, "genre": "reel"}),
]


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
    ("vary", {}, "Give me a clip's id, such as #42, a MIDI file or a seed's name", Reason.SOURCE_MISSING),
    ("blend", {"a": "1"}, "I need two pieces", Reason.SOURCES_MISSING),
    ("blend", {}, "I need two pieces", Reason.SOURCES_MISSING),
    (
        "vary",
        {"clip": "1", "file": FILE},
        "Give me one of them alone",
        Reason.SOURCE_TWICE,
    ),
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
