"""What the buttons under two clips do: note which one a person likes better, and tell them which is which."""

from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from cogs._shared.buttons import result_view
from cogs._shared.clip_shelf import ClipShelf, ShelvedClip
from cogs._shared.failures import DISCORD_FAULTS, log_failure
from cogs._shared.layout import file_name, said
from cogs._shared.status_message import attachments
from cogs._shared.wording import wording_for
from cogs._shared.work_message import embeds_of
from domain.errors import BadRequest, NightingaleError, Reason, Unavailable
from models.registry import Models
from storage import Pick, Preferences

if TYPE_CHECKING:
    from bot import Nightingale

_NOTED = {Pick.A: "choices.noted_a", Pick.B: "choices.noted_b", Pick.EQUAL: "choices.noted_equal"}


class Choices(commands.Cog):
    def __init__(self, preferences: Preferences, shelf: ClipShelf, models: Models) -> None:
        self._preferences = preferences
        self._shelf = shelf
        self._models = models

    async def pick(self, interaction: discord.Interaction, pair_id: int, pick: Pick) -> None:
        """🅰️ 🅱️ ⚖️: let the pick stand for who pressed, and show both clips to them alone.

        Raises BadRequest (PAIR_GONE), also for another place's pair, and Unavailable (DATABASE_BUSY,
        UPLOAD_REFUSED).
        """
        await interaction.response.defer(ephemeral=True, thinking=True)
        pair = await self._preferences.pair(
            pair_id, guild_id=interaction.guild_id, channel_id=interaction.channel_id
        )
        if pair is None:
            raise BadRequest(Reason.PAIR_GONE)
        await self._preferences.pick(pair_id, user_id=interaction.user.id, pick=pick)
        clips = {clip_id: await self._fetched(interaction, clip_id) for clip_id in (pair.a_id, pair.b_id)}
        noted = wording_for(interaction.locale)(_NOTED[pick], a=f"#{pair.a_id}", b=f"#{pair.b_id}")
        try:
            await interaction.edit_original_response(content=noted)
            for clip_id, clip in clips.items():
                await self._reveal(interaction, clip_id, clip)
        except DISCORD_FAULTS as error:
            raise Unavailable(Reason.UPLOAD_REFUSED) from error

    async def _fetched(self, interaction: discord.Interaction, clip_id: int) -> ShelvedClip | str:
        """The clip, or a sentence that says why it can't be shown."""
        try:
            return await self._shelf.fetch(interaction, clip_id)
        except NightingaleError as error:
            failure = log_failure(error, about=f"revealing #{clip_id}")
            return failure.text(wording_for(interaction.locale), job_id=clip_id)

    async def _reveal(
        self, interaction: discord.Interaction, clip_id: int, shelved: ShelvedClip | str
    ) -> None:
        """What one sees of any clip, but for its sound, which stands above."""
        if isinstance(shelved, str):
            await interaction.followup.send(shelved, ephemeral=True)
            return
        wording = wording_for(interaction.locale)
        files = [(file_name(clip_id, "png"), shelved.clip.picture)]
        await interaction.followup.send(
            "\n".join(said(change, wording) for change in shelved.changes),
            embeds=embeds_of(clip_id, shelved.clip, wording, files=files),
            files=attachments(files),
            view=result_view(clip_id, shelved.clip, wording, models=self._models),
            ephemeral=True,
        )


async def setup(bot: "Nightingale") -> None:
    await bot.add_cog(Choices(bot.storage.preferences, bot.clip_shelf, bot.models))
