"""What the buttons under two works do: note which one a person likes better, and tell them which is which."""

from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from cogs._shared.buttons import result_view
from cogs._shared.clip_shelf import ClipShelf, ShelvedWork
from cogs._shared.failures import DISCORD_FAULTS, log_failure
from cogs._shared.layout import file_name, said
from cogs._shared.status_message import attachments
from cogs._shared.wording import wording_for
from cogs._shared.work_message import embeds_of
from domain.clips import Clip
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
        """🅰️ 🅱️ ⚖️: let the pick stand for who pressed, and show both works to them alone.

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
        works = {work_id: await self._fetched(interaction, work_id) for work_id in (pair.a_id, pair.b_id)}
        noted = wording_for(interaction.locale)(_NOTED[pick], a=f"#{pair.a_id}", b=f"#{pair.b_id}")
        try:
            await interaction.edit_original_response(content=noted)
            for work_id, work in works.items():
                await self._reveal(interaction, work_id, work)
        except DISCORD_FAULTS as error:
            raise Unavailable(Reason.UPLOAD_REFUSED) from error

    async def _fetched(self, interaction: discord.Interaction, work_id: int) -> ShelvedWork | str:
        """The work, or a sentence that says why it can't be shown."""
        try:
            return await self._shelf.fetch_work(interaction, work_id)
        except NightingaleError as error:
            failure = log_failure(error, about=f"revealing #{work_id}")
            return failure.text(wording_for(interaction.locale), job_id=work_id)

    async def _reveal(
        self, interaction: discord.Interaction, work_id: int, shelved: ShelvedWork | str
    ) -> None:
        """What one sees of any work, but for its sound, which stands above."""
        if isinstance(shelved, str):
            await interaction.followup.send(shelved, ephemeral=True)
            return
        wording = wording_for(interaction.locale)
        work = shelved.work
        files = [(file_name(work_id, "png"), work.picture)] if isinstance(work, Clip) else []
        await interaction.followup.send(
            "\n".join(said(change, wording) for change in shelved.changes),
            embeds=embeds_of(work_id, work, wording, files=files),
            files=attachments(files),
            view=result_view(work_id, work, wording, models=self._models),
            ephemeral=True,
        )


async def setup(bot: "Nightingale") -> None:
    await bot.add_cog(Choices(bot.storage.preferences, bot.clip_shelf, bot.models))
