"""What the buttons under requests and clips do, whichever command they came of."""

from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from cogs._shared import handover
from cogs._shared.buttons import BUTTONS
from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.sources import clip_source
from cogs._shared.work_jobs import WorkJobs, new_seed
from domain.transformations import VaryRequest
from engine.client import Engine
from storage import JobKind

if TYPE_CHECKING:
    from bot import Nightingale

BUTTON_AMOUNT = 0.5
"""How far 🔀 goes from a clip: further than `/vary` by default, since a press tells nothing else."""


class Clips(commands.Cog):
    """Closes the jobs when the bot closes."""

    def __init__(self, jobs: WorkJobs, shelf: ClipShelf, engine: Engine) -> None:
        self._jobs = jobs
        self._shelf = shelf
        self._engine = engine

    async def cog_unload(self) -> None:
        await self._jobs.close()

    async def cancel(self, interaction: discord.Interaction, job_id: int) -> None:
        """❌: see `WorkJobs.cancel`."""
        await self._jobs.cancel(interaction, job_id)

    async def ask_again(self, interaction: discord.Interaction, job_id: int) -> None:
        """🎲: see `WorkJobs.ask_again`."""
        await self._jobs.ask_again(interaction, job_id)

    async def vary(self, interaction: discord.Interaction, clip_id: int) -> None:
        """🔀: begin a variation of the clip."""

        async def read() -> VaryRequest:
            source = await clip_source(interaction, clip_id, shelf=self._shelf)
            return VaryRequest(source=source, amount=BUTTON_AMOUNT, seed=new_seed())

        await self._jobs.begin_with(interaction, read, kind=JobKind.VARY)

    async def hand_over_midi(self, interaction: discord.Interaction, clip_id: int) -> None:
        """🎹: give the person who pressed the clip's MIDI and recipe."""
        await handover.hand_over_midi(interaction, clip_id, shelf=self._shelf)

    async def hand_over_sheet(self, interaction: discord.Interaction, clip_id: int) -> None:
        """🎼: give the person who pressed the clip's sheet music."""
        await handover.hand_over_sheet(interaction, clip_id, engine=self._engine, shelf=self._shelf)


async def setup(bot: "Nightingale") -> None:
    bot.add_dynamic_items(*BUTTONS)
    await bot.add_cog(Clips(bot.work_jobs, bot.clip_shelf, bot.engine))
