"""`/status`: is the composer up, and which models does it play."""

import asyncio
from importlib.metadata import version
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs._shared.wording import Wording, localised, wording_for
from domain.errors import NightingaleError
from engine.client import Engine
from models.registry import Models

if TYPE_CHECKING:
    from bot import Nightingale


class Status(commands.Cog):
    def __init__(self, engine: Engine, models: Models) -> None:
        self._engine = engine
        self._models = models

    @app_commands.command(
        name=localised("command.status.name"), description=localised("command.status.description")
    )
    async def status(self, interaction: discord.Interaction) -> None:
        wording = wording_for(interaction.locale)
        embed = discord.Embed(title=wording("status.title", version=version("nightingale")))
        embed.add_field(name=wording("status.engine"), value=await self._engine_state(wording), inline=False)
        embed.add_field(
            name=wording("status.models"),
            value="\n".join(self._played(wording)) or wording("status.no_models"),
            inline=False,
        )
        if self._models.poets:
            written = "\n".join(self._written(wording))
            embed.add_field(name=wording("status.poets"), value=written, inline=False)
        await interaction.response.send_message(embed=embed, ephemeral=True)

    def _played(self, wording: Wording) -> list[str]:
        """A line for each model of music, and what it plays."""
        restylers = [self._models.restyler] if self._models.restyler else []
        return [
            wording(
                "status.model",
                style=style.name,
                model_version=style.model_version,
                genres=wording.genres(style.genres),
            )
            for style in [*self._models.styles, *restylers]
        ]

    def _written(self, wording: Wording) -> list[str]:
        """A line for each network that writes verse, and in which language."""
        return [
            wording(
                "status.poet",
                network=poet.network,
                model_version=poet.model_version,
                language=wording(f"language.{poet.language}"),
            )
            for poet in self._models.poets
        ]

    async def _engine_state(self, wording: Wording) -> str:
        try:
            # `ready` returns without waiting once the engine is warm, so no time at all is enough.
            async with asyncio.timeout(0):
                await self._engine.ready()
        except TimeoutError:
            return wording("status.engine_warming")
        except NightingaleError as error:
            return wording.sentence(error)
        return wording("status.engine_warm")


async def setup(bot: "Nightingale") -> None:
    await bot.add_cog(Status(bot.engine, bot.models))
