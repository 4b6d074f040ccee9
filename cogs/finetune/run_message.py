"""The one message that tells of a run, from its start to its end, perhaps hours and restarts later.

An interaction's token dies after 15 minutes, so where the bot may it edits with its own. Knows nothing of
what is said.
"""

import logging
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord.ext import commands

from cogs._shared.failures import DISCORD_FAULTS
from storage import Run

log = logging.getLogger(__name__)

SECONDS_BETWEEN_EDITS = 3.0


class RunMessage:
    """Of a run that has one; `interaction` is the command that began it, if that was just now."""

    def __init__(
        self, bot: commands.AutoShardedBot, run: Run, interaction: discord.Interaction | None = None
    ) -> None:
        self._ways: list[Callable[..., Awaitable[object]]] = []
        if run.message_id is not None:
            channel = bot.get_partial_messageable(run.channel_id, guild_id=run.guild_id)
            self._ways.append(channel.get_partial_message(run.message_id).edit)
        if interaction is not None:
            self._ways.append(interaction.edit_original_response)
        self._tried_at = -math.inf

    async def show(self, **fields: Any) -> None:
        """Edit, unless an edit was tried less than three seconds ago. Never raises."""
        if time.perf_counter() - self._tried_at >= SECONDS_BETWEEN_EDITS:
            await self.tell(**fields)

    async def tell(self, **fields: Any) -> None:
        """Edit at once. Never raises: what can't be said here, `/finetune status` says."""
        self._tried_at = time.perf_counter()
        for edit in list(self._ways):
            try:
                await edit(**fields)
            except (discord.Forbidden, discord.NotFound):
                self._ways.remove(edit)
            except DISCORD_FAULTS:
                log.warning("could not tell of a run", exc_info=True)
            else:
                return
