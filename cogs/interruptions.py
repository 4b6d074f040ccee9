"""What a bot that died or was stopped left behind: its open jobs are marked, and their people told."""

import asyncio
import logging
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from discord.ext import commands

from cogs._shared.failures import DISCORD_FAULTS
from cogs._shared.wording import wording_for
from storage import Job, Storage

if TYPE_CHECKING:
    from bot import Nightingale

log = logging.getLogger(__name__)


class Interruptions(commands.Cog):
    """To be loaded before any cog that adds jobs: at that moment every open job is an old one."""

    def __init__(self, bot: commands.AutoShardedBot, storage: Storage) -> None:
        self._bot = bot
        self._storage = storage
        self._telling: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        interrupted = await self._storage.jobs.interrupt_unfinished()
        if interrupted:
            log.warning("%d jobs were interrupted by the last stop", len(interrupted))
            self._telling = asyncio.create_task(self._tell(interrupted))

    async def cog_unload(self) -> None:
        if self._telling is not None:
            self._telling.cancel()

    async def _tell(self, jobs: Sequence[Job]) -> None:
        """Replace the status each job left standing, where the bot may edit it with its own token."""
        await self._bot.wait_until_ready()
        for message_id, shown in groupby(jobs, key=lambda job: job.message_id):
            job, *others = shown  # two that are compared have one message
            guild = self._bot.get_guild(job.guild_id) if job.guild_id is not None else None
            if guild is None or message_id is None:
                continue
            channel = self._bot.get_partial_messageable(job.channel_id, guild_id=guild.id)
            wording = wording_for(guild.preferred_locale)
            names = wording("list.comma").join(f"#{each.id}" for each in (job, *others))
            try:
                await channel.get_partial_message(message_id).edit(
                    content=wording("progress.interrupted", id=names), view=None
                )
            except DISCORD_FAULTS:
                log.warning("could not tell that %s was interrupted", names, exc_info=True)


async def setup(bot: "Nightingale") -> None:
    await bot.add_cog(Interruptions(bot, bot.storage))
