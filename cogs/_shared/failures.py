"""How a failure is told: a sentence and an id to the person, the trace to the log."""

import logging
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import discord

from cogs._shared.wording import Wording, wording_for
from domain.errors import Bug, NightingaleError, Reason

log = logging.getLogger(__name__)

DISCORD_FAULTS = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What a call to Discord raises when Discord refuses or can't be reached."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure that has been logged under `code`. `error` is what the person is told."""

    error: NightingaleError
    code: str

    @property
    def reason(self) -> Reason:
        return self.error.reason

    def text(self, wording: Wording, *, job_id: int | None = None) -> str:
        """The sentence, with the job's id where there is a job; the code where there is none, or a bug."""
        sentence = wording.sentence(self.error)
        if job_id is None:
            return wording("reply.failed_without_id", sentence=sentence, code=self.code)
        if self.reason is Reason.BUG:
            return wording("reply.failed_with_code", id=f"#{job_id}", sentence=sentence, code=self.code)
        return wording("reply.failed", id=f"#{job_id}", sentence=sentence)


def log_failure(error: Exception, *, about: str) -> Failure:
    """Log `error` with its trace under a fresh code. Whatever is not a domain error is a bug."""
    code = secrets.token_hex(3)
    known = error if isinstance(error, NightingaleError) else Bug()
    level = logging.ERROR if isinstance(known, Bug) else logging.WARNING
    log.log(level, "%s failed [%s]: %s", about, code, error, exc_info=error)
    return Failure(known, code)


async def reply_failure(interaction: discord.Interaction, error: Exception, *, about: str) -> None:
    """Log `error` and tell the person who pressed or typed, and nobody else. Never raises."""
    text = log_failure(error, about=about).text(wording_for(interaction.locale))
    await reply_privately(interaction, text)


async def reply_privately(interaction: discord.Interaction, text: str) -> None:
    """Say `text` to the person alone, whether or not the interaction was acknowledged. Never raises.

    A response that was deferred in public stays public: Discord fixes that when it is deferred.
    """
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(text, ephemeral=True)
        elif interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
            await interaction.edit_original_response(content=text)
        else:
            await interaction.followup.send(text, ephemeral=True)
    except DISCORD_FAULTS:
        log.warning("could not answer interaction %d", interaction.id, exc_info=True)


async def reply_privately_instead(interaction: discord.Interaction, text: str) -> None:
    """Take back a deferral in public, and say `text` to the person alone. Never raises."""
    try:
        # Until a deferred response says something, whatever is sent takes its place, and is as public.
        await interaction.edit_original_response(content="…")
        await interaction.followup.send(text, ephemeral=True)
        await interaction.delete_original_response()
    except DISCORD_FAULTS:
        log.warning("could not answer interaction %d", interaction.id, exc_info=True)


@asynccontextmanager
async def failures_told(interaction: discord.Interaction, *, about: str) -> AsyncGenerator[None, None]:
    """Tell the person when the block fails. For buttons, whose failures no other handler sees."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  the last stop: logged with its trace, told with its code
        await reply_failure(interaction, error, about=about)
