"""A server that has rated works, and what its administrators do with `/finetune` there."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import discord
import simcord

from domain.finetuning import Finetuned, Teachable
from domain.requests import ComposeRequest
from storage import RunStatus, Storage, Version
from tests.cogs.toys import toy_clip
from tests.cogs.worlds import World, world
from tests.engine.toy_tutors import TOY_TUTOR

VOTES = ((5, 5), (5, 4), (1, 2), (2, 1))


async def rated(
    storage: Storage,
    guild_id: int,
    *,
    works: int = 12,
    votes=VOTES,
    style: str = "rnn",
    midi: bytes | None = None,
) -> None:
    """Works of the server with votes of several people; `midi` is what they are instead of a toy."""
    for seed in range(works):
        request = ComposeRequest(style=style, seed=seed)
        job_id = await storage.jobs.add(request, user_id=1, guild_id=guild_id, channel_id=1)
        clip = toy_clip(request)
        await storage.clips.save(job_id, clip if midi is None else replace(clip, midi=midi))
        for user_id, value in enumerate(votes[seed % len(votes)], 100):
            await storage.ratings.vote(job_id, user_id=user_id, value=value)


@asynccontextmanager
async def taught_world(
    tmp_path: Path, *, works: int = 12, tutor_craft: str = TOY_TUTOR
) -> AsyncGenerator[World, None]:
    """A world in which Alice is an administrator, with rated works."""
    async with world(tmp_path, tutor_craft=tutor_craft) as w:
        admin = w.env.guild.create_role("admin", permissions=discord.Permissions(administrator=True))
        w.alice = w.env.guild.add_member(w.env.create_user("admin"), roles=[admin])
        await rated(w.storage, w.env.guild.id, works=works)
        yield w


async def finetune(
    w: World, command: str, actor: simcord.MemberActor | None = None, **options: object
) -> simcord.InteractionResult:
    return await (actor or w.alice).slash(w.channel, f"finetune {command}", **options)


def said(result: simcord.InteractionResult) -> str:
    assert result.response is not None
    return result.response.content or ""


async def ended(w: World, run_id: int = 1) -> RunStatus:
    """How the run ended, once it has been told."""
    while True:
        if run_id not in w.bot.get_cog("Finetune")._runs._tasks:  # type: ignore[attr-defined]
            return (await w.storage.runs.get(run_id)).status
        await asyncio.sleep(0.02)


async def in_use(w: World) -> int:
    version = await w.storage.versions.in_use(w.env.guild.id, Teachable.RNN)
    return 0 if version is None else version.number


async def keep(
    w: World, finetuned: Finetuned, *, use: bool = True, teachable: Teachable = Teachable.RNN
) -> Version:
    storage, guild_id = w.storage, w.env.guild.id
    run = await storage.runs.begin(
        teachable,
        await storage.lessons.select(guild_id, teachable),
        guild_id=guild_id,
        user_id=w.alice.id,
        locale="en-US",
        channel_id=w.channel.id,
    )
    version = await storage.versions.keep(run.id, finetuned, use=use)
    await storage.runs.told(run.id)
    return version
