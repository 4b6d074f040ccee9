"""What a person hears when a slash command fails: one handler for the whole tree."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from cogs._shared.failures import reply_failure, reply_privately
from cogs._shared.wording import wording_for

if TYPE_CHECKING:
    from bot import Nightingale


async def on_command_error(interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        # Discord's client keeps commands for a while after they changed.
        await reply_privately(interaction, wording_for(interaction.locale)("reply.outdated_command"))
        return
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    name = interaction.command.qualified_name if interaction.command else "command"
    await reply_failure(interaction, cause, about=f"/{name}")


async def setup(bot: "Nightingale") -> None:
    bot.tree.error(on_command_error)
