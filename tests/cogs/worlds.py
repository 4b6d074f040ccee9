"""The real bot, engine process and SQLite, in SimCord: only Discord and the model are toys."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Coroutine, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import simcord

from bot import Nightingale, Settings
from engine.client import Engine
from engine.tutor import Tutor
from storage import Job, JobStatus, Storage, StoredClip, open_storage
from tests.cogs.toys import TOY, lay_out_weights
from tests.engine.toy_tutors import TOY_TUTOR


@dataclass
class World:
    env: simcord.Env
    bot: Nightingale
    channel: simcord.ChannelHandle
    alice: simcord.MemberActor
    settings: Settings

    @property
    def storage(self) -> Storage:
        return self.bot.storage

    @property
    def last_message(self) -> discord.Message:
        message = self.channel.last_message
        assert message is not None
        return message

    async def compose(self, **options: Any) -> simcord.InteractionResult:
        return await self.alice.slash(self.channel, "compose", **options)

    async def act(self, action: Coroutine[Any, Any, object], *, until: str) -> None:
        """Do something, and go on once the bot has said `until` to Discord, whatever jobs run on."""
        already = len(self.env.http_requests)
        acting = asyncio.create_task(action)
        while not any(until in str(request.json) for request in self.env.http_requests[already:]):
            assert not acting.done(), f"all is done, and {until!r} was not said"
            await asyncio.sleep(0.01)
        acting.cancel()  # SimCord would wait for the jobs
        with suppress(asyncio.CancelledError):
            await acting

    def open_gate(self) -> None:
        (self.settings.weights_folder / "gate").touch()

    async def job(self, job_id: int, *, status: JobStatus | None = None) -> Job:
        """The job's row, once it has `status`."""
        while True:
            with suppress(LookupError):
                job = await self.storage.jobs.get(job_id)
                if status in (None, job.status):
                    return job
            await asyncio.sleep(0.02)

    def edits(self) -> list[str]:
        """The bodies of all edits of messages, with either token, as text."""
        return [str(request.json) for request in self.env.http_requests if request.method == "PATCH"]

    async def impatient_database(self) -> None:
        """Have the bot's statements wait 50 ms for a lock, not 5 s."""
        await self.storage.jobs._database._connection.execute("PRAGMA busy_timeout = 50")

    @contextmanager
    def locked_database(self) -> Generator[None, None, None]:
        """Somebody's shell, with a transaction open."""
        shell = sqlite3.connect(self.settings.data_folder / "nightingale.db", isolation_level=None)
        shell.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            shell.close()


async def lose(world: World, clip_id: int) -> StoredClip:
    """Remove the clip's files, as somebody might who tidies the data folder."""
    clip = await world.storage.clips.get(clip_id, guild_id=world.env.guild.id)
    assert clip is not None
    for path in (clip.midi, clip.audio, clip.picture, clip.recipe_file):
        path.unlink()
    return clip


def settings_for(tmp_path: Path, **fields: Any) -> Settings:
    """Settings of a bot that lives in `tmp_path`, with the toy's weights."""
    weights = lay_out_weights(tmp_path / "weights")
    return Settings(_env_file=None, data_folder=tmp_path / "data", **{"weights_folder": weights, **fields})


@asynccontextmanager
async def toy_bot(
    settings: Settings, craft: str = TOY, tutor_craft: str = TOY_TUTOR
) -> AsyncGenerator[Nightingale, None]:
    """As `bot.open_bot`, with crafts that need no model."""
    async with (
        open_storage(settings.data_folder, max_clip_bytes=10**8) as storage,
        Engine(
            weights=settings.weights_folder,
            craft=craft,
            max_waiting=settings.max_waiting,
            back_off_seconds=0.01,
        ) as engine,
        Tutor(weights=settings.weights_folder, craft=tutor_craft, foresight=TOY_TUTOR) as tutor,
        Nightingale(settings, engine=engine, tutor=tutor, storage=storage) as bot,
    ):
        yield bot


@asynccontextmanager
async def world(
    tmp_path: Path, *, craft: str = TOY, tutor_craft: str = TOY_TUTOR, warm: bool = True, **fields: Any
) -> AsyncGenerator[World, None]:
    """A server with one channel, the bot and Alice. `fields` are settings."""
    settings = settings_for(tmp_path, **fields)
    async with (
        toy_bot(settings, craft, tutor_craft) as bot,
        simcord.run(bot, shard_count=1, settle_timeout=100) as env,
    ):
        guild = env.create_guild()
        channel = guild.create_text_channel("music")
        alice = guild.add_member(env.create_user("alice"))
        if warm:
            await bot.engine.ready()
        yield World(env, bot, channel, alice, settings)
