"""The one message that answers a request, edited in place from acknowledgement to result.

An interaction's token dies after 15 minutes and a queue may be longer than that, so where the bot
is a member it edits with its own token. Knows nothing of what the message says.
"""

import io
import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord

from cogs._shared.failures import DISCORD_FAULTS

log = logging.getLogger(__name__)

SECONDS_BETWEEN_EDITS = 2.0

NamedFile = tuple[str, bytes]
"""A file's name and its content."""


def attachments(files: Sequence[NamedFile]) -> list[discord.File]:
    """Files to send once: Discord's library can't send the same one a second time."""
    return [discord.File(io.BytesIO(content), name) for name, content in files]


class StatusMessage:
    """The deferred response to `interaction`; `message` is None until it has been filled once."""

    def __init__(self, interaction: discord.Interaction) -> None:
        self.message: discord.PartialMessage | None = None
        self.interaction = interaction
        # How to edit it: the first is preferred, one that Discord forbids is dropped.
        self._ways: list[Callable[..., Awaitable[discord.Message]]] = [interaction.edit_original_response]
        self._tried_at = -math.inf

    async def show_progress(self, **fields: Any) -> None:
        """Edit, unless an edit was tried less than two seconds ago. Never raises."""
        if time.perf_counter() - self._tried_at < SECONDS_BETWEEN_EDITS:
            return
        try:
            await self.edit(**fields)
        except DISCORD_FAULTS:
            # Only a glimpse is lost: the result is posted by an edit of its own.
            log.warning("could not show progress", exc_info=True)

    async def tell(self, text: str) -> None:
        """Replace all that it shows by `text`. Never raises."""
        try:
            await self.edit(content=text, view=None)
        except DISCORD_FAULTS:
            log.warning("could not say: %s", text, exc_info=True)

    async def edit(self, *, files: Sequence[NamedFile] = (), **fields: Any) -> None:
        """Edit at once, attaching `files`. Raises DISCORD_FAULTS when it can be done in no way."""
        self._tried_at = time.perf_counter()
        while True:
            if files:
                fields["attachments"] = attachments(files)
            try:
                edited = await self._ways[0](**fields)
            except discord.Forbidden:
                # A channel that the bot can't see, for one: the interaction's token still works there.
                if len(self._ways) == 1:
                    raise
                self._ways.pop(0)
            else:
                break
        if self.message is None:
            self._adopt(edited)

    def _adopt(self, message: discord.Message) -> None:
        client, guild_id = self.interaction.client, self.interaction.guild_id
        channel = client.get_partial_messageable(message.channel.id, guild_id=guild_id)
        self.message = channel.get_partial_message(message.id)
        # A user-installed app answers in servers and conversations that the bot itself is not in.
        if guild_id is not None and client.get_guild(guild_id) is not None:
            self._ways.insert(0, self.message.edit)
