"""Who may have the bot learn: a server's administrators, as of the moment when it is asked."""

import logging

import discord
from discord.ext import commands

from cogs._shared.failures import DISCORD_FAULTS
from domain.errors import BadRequest, Reason
from storage import Run

log = logging.getLogger(__name__)


def guild_of(interaction: discord.Interaction) -> int:
    """The id of the server whose administrator asks. Raises BadRequest (FINETUNE_NOT_ADMIN) for all others.

    Discord's own check of a command's permissions is a hint that servers may override.
    """
    if interaction.guild_id is None or not interaction.permissions.administrator:
        raise BadRequest(Reason.FINETUNE_NOT_ADMIN)
    return interaction.guild_id


async def is_still_allowed(bot: commands.AutoShardedBot, run: Run) -> bool:
    """Whether who started the run is an administrator now; False where that can't be found out."""
    guild = bot.get_guild(run.guild_id)
    if guild is None:
        return False
    try:
        member = await guild.fetch_member(run.user_id)
    except discord.NotFound:
        return False
    except DISCORD_FAULTS:
        log.warning("could not see whether %d may still do that", run.user_id, exc_info=True)
        return False
    return member.guild_permissions.administrator
