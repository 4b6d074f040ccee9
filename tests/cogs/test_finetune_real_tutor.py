"""`/finetune` with the real tutor and a tiny composer: what it can't learn from, and a disk that is full."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from domain.finetuning import Refusal, Teachable, adapter_name
from engine.craft.midi_files import midi_bytes
from engine.rehearsal import rehearsed
from engine.tutor import TUTOR_CRAFT
from models.rnn.files import save_rnn
from storage import ADAPTERS, RunStatus
from tests.cogs.taught import ended, finetune, in_use, rated, taught_world
from tests.cogs.toys import TUNE
from tests.cogs.worlds import World
from tests.models.networks import tiny_network, tiny_profiles
from tests.training.evaluation_scores import works
from training.finetuning.replay import replay_file, write_replay

FULL = Path("/dev/full")
"""Takes no byte: a file that leads here is on a disk that is full."""

needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no such device")


@asynccontextmanager
async def real_world(tmp_path: Path) -> AsyncGenerator[World, None]:
    """Rated works, all of the same notes, and a tutor that reads them."""
    async with taught_world(tmp_path, works=0, tutor_craft=TUTOR_CRAFT) as w:
        await rated(w.storage, w.env.guild.id, midi=midi_bytes(TUNE))
        weights = w.settings.weights_folder
        save_rnn(
            tiny_network(), weights / "rnn.safetensors", profiles=tiny_profiles(), facts={"genres": ["reel"]}
        )
        write_replay(works(24), list(tiny_profiles()), replay_file(weights, "rnn"))
        yield w


@needs_full
async def test_a_disk_that_is_full_while_it_learns_is_told_and_the_next_run_is_judged(tmp_path: Path):
    async with real_world(tmp_path) as w:
        run = w.storage.runs.folder_of(1)
        run.mkdir(parents=True)
        (run / "standing.safetensors.unfinished").symlink_to(FULL)
        await finetune(w, "start", style="rnn")
        assert await ended(w) is RunStatus.FAILED
        assert "My disk is full" in w.last_message.content
        assert not run.exists()
        await finetune(w, "start", style="rnn")
        assert await ended(w, 2) is RunStatus.DONE
        version = await w.storage.versions.of_run(2)
        assert version is not None
        assert version.refusal is Refusal.NOT_BETTER
        [embed] = w.last_message.embeds
        assert "does not foretell votes" in str(embed.description)
        assert await in_use(w) == 0


@needs_full
async def test_a_disk_that_is_full_when_a_version_is_kept_is_told_and_nothing_is_in_use(tmp_path: Path):
    async with taught_world(tmp_path) as w:
        name = adapter_name(rehearsed(1).adapter or b"")
        part = w.settings.data_folder / ADAPTERS / f"{name}.safetensors.part"
        part.symlink_to(FULL)
        await finetune(w, "start", style="rnn")
        assert await ended(w) is RunStatus.FAILED
        assert "My disk is full" in w.last_message.content
        assert await w.storage.versions.all(w.env.guild.id) == []
        assert await in_use(w) == 0
        assert not part.is_symlink()


async def begun(w: World) -> int:
    selection = await w.storage.lessons.select(w.env.guild.id, Teachable.RNN)
    run = await w.storage.runs.begin(
        Teachable.RNN,
        selection,
        guild_id=w.env.guild.id,
        user_id=w.alice.id,
        locale="en-US",
        channel_id=w.channel.id,
    )
    return run.id


async def test_works_that_are_deleted_while_it_waits_leave_too_little_and_that_is_said(tmp_path: Path):
    async with real_world(tmp_path) as w:
        run_id = await begun(w)
        for work_id in range(1, 10):
            await w.storage.works.delete(work_id)
        await w.bot.get_cog("Finetune")._runs.resume()  # type: ignore[attr-defined]
        assert await ended(w, run_id) is RunStatus.DONE
        version = await w.storage.versions.of_run(run_id)
        assert version is not None
        assert (version.refusal, version.adapter) == (Refusal.TOO_LITTLE, None)
        [embed] = (await finetune(w, "status")).response.embeds
        assert "there was too little to learn from" in str(embed.description)
