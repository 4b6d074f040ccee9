"""Clips whose files are gone: they are made again, and what differs is said."""

import asyncio
import errno
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest
import simcord

from engine.craft.midi_files import midi_bytes
from storage.files import ClipFolder
from tests.cogs.test_compose import clip_message, speak_chinese
from tests.cogs.toys import TUNE
from tests.cogs.worlds import World, lose, world


async def press(world: World, action: str = "midi") -> simcord.ResponseMessage:
    """What the one who presses a button under clip 1 sees, and nobody else."""
    [message] = [each for each in world.channel.history() if each.embeds]
    result = await world.alice.click(message, custom_id=f"nightingale:{action}:1")
    assert result.ephemeral
    assert result.response is not None
    return result.response


def asker(world: World) -> Any:
    """An interaction of somebody in the channel, so far as shelves know them: SimCord has one at a time."""
    return SimpleNamespace(
        guild_id=world.env.guild.id,
        channel_id=1,
        user=SimpleNamespace(id=1),
        locale=None,
        edit_original_response=AsyncMock(),
    )


def made(world: World) -> int:
    """How many times clip 1 was made."""
    return len((world.settings.weights_folder / "tuneful.log").read_text().splitlines())


async def test_lost_files_are_made_again_and_kept(tmp_path: Path):
    async with world(tmp_path) as w:
        await clip_message(w, style="tuneful", seed=7)
        before = await lose(w, 1)
        await w.storage.clips._database._connection.execute("UPDATE clips SET files_cleaned_at = 1")
        answer = await press(w)
        assert answer.content == "Here is clip #1 as MIDI, with the recipe that makes it again."
        assert await answer.attachments[0].read() == midi_bytes(TUNE)
        assert any("The files of clip #1 are gone, so I'm making it again first" in e for e in w.edits())
        stored = await w.storage.clips.get(1, guild_id=w.env.guild.id)
        assert stored == before  # row and all: its files are kept again
        assert (await w.storage.clips.load(before)).midi == midi_bytes(TUNE)
        await press(w, "sheet")
        assert made(w) == 2


async def test_a_damaged_file_is_replaced(tmp_path: Path):
    async with world(tmp_path) as w:
        await clip_message(w, style="tuneful", seed=7)
        clip = await w.storage.clips.get(1, guild_id=w.env.guild.id)
        assert clip is not None
        clip.midi.write_bytes(b"MThd rubbish")
        assert await (await press(w)).attachments[0].read() == midi_bytes(TUNE)
        assert clip.midi.read_bytes() == midi_bytes(TUNE)


async def test_what_another_model_makes_of_it_is_said_to_differ_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with world(tmp_path) as w:
        await clip_message(w, style="tuneful", seed=7)
        clip = await lose(w, 1)
        (w.settings.weights_folder / "retrained").touch()
        answer = await press(w, "sheet")
        assert answer.content.startswith("Here is the sheet music of clip #1")
        assert "It was tuneful-1 that made it, and now it was tuneful-2: the notes differ." in answer.content
        speak_chinese(monkeypatch)
        answer = await press(w)
        assert "当时用的模型是 tuneful-1，现在是 tuneful-2，所以音符不一样了。" in answer.content
        assert b"tuneful-2" in await answer.attachments[1].read()
        assert not clip.midi.exists()


async def test_what_comes_out_otherwise_is_said_to_differ(tmp_path: Path):
    async with world(tmp_path) as w:
        await clip_message(w, style="tuneful", seed=7)
        await lose(w, 1)
        (w.settings.weights_folder / "changed").touch()
        assert "Something in me has changed since: the notes differ." in (await press(w)).content


async def test_of_a_clip_from_before_hashes_were_kept_the_model_version_tells(tmp_path: Path):
    async with world(tmp_path) as w:
        await clip_message(w, style="tuneful", seed=7)
        await w.storage.clips._database._connection.execute("UPDATE clips SET midi_sha256 = NULL")
        await lose(w, 1)
        assert "differ" not in (await press(w)).content
        await lose(w, 1)
        (w.settings.weights_folder / "retrained").touch()
        assert "the notes differ" in (await press(w)).content


async def test_two_who_press_at_once_have_it_made_once(tmp_path: Path):
    async with world(tmp_path) as w:
        await clip_message(w, style="tuneful", seed=7)
        await lose(w, 1)
        fetched = await asyncio.gather(*(w.bot.clip_shelf.fetch(asker(w), 1) for _ in range(3)))
        assert [shelved.clip.midi for shelved in fetched] == [midi_bytes(TUNE)] * 3
        assert made(w) == 2


async def test_a_full_disk_keeps_nobody_from_the_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with world(tmp_path) as w:
        await clip_message(w, style="tuneful", seed=7)
        await lose(w, 1)

        def full(*_: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(ClipFolder, "write", full)
        assert await (await press(w)).attachments[0].read() == midi_bytes(TUNE)


async def test_why_it_cannot_be_made_again_is_a_sentence(tmp_path: Path):
    async with world(tmp_path) as w:
        await clip_message(w, style="tuneful", seed=7)
        await lose(w, 1)
        (w.settings.weights_folder / "forgotten").touch()
        assert "the models that I have now can't make it again" in (await press(w)).content
        await w.bot.engine.close()
        assert "The composer isn't running right now." in (await press(w)).content
