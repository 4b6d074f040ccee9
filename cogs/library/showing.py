"""Works brought back: posted again with their buttons and files, and their recipes handed out."""

import logging

import discord

from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.failures import DISCORD_FAULTS, log_failure, reply_privately_instead
from cogs._shared.layout import file_name, said
from cogs._shared.posting import post_work, upload_limit
from cogs._shared.status_message import StatusMessage, attachments
from cogs._shared.wording import wording_for
from domain.errors import BadRequest, NightingaleError, Reason, Unavailable
from models.registry import Models
from storage import Storage

log = logging.getLogger(__name__)

MOST_SHOWN = 1900
"""Characters of a recipe that is shown as well as attached: a message has 2000."""


class Showing:
    """Fetches works of a place, whatever they are, and shows them."""

    def __init__(self, shelf: ClipShelf, storage: Storage, models: Models) -> None:
        self._shelf = shelf
        self._storage = storage
        self._models = models

    async def show(self, interaction: discord.Interaction, work_id: int) -> None:
        """Post the work, for all to see and rate; who asked for that has then heard it.

        The interaction has not been acknowledged. What can't be shown is told to the person alone, another
        place's work in the same words as one that never was.
        """
        await interaction.response.defer(thinking=True)
        wording = wording_for(interaction.locale)
        try:
            shelved = await self._shelf.fetch_work(interaction, work_id)
        except NightingaleError as error:
            failure = log_failure(error, about=f"showing #{work_id}")
            await reply_privately_instead(interaction, failure.text(wording))
            return
        status = StatusMessage(interaction)
        await post_work(
            status,
            work_id,
            shelved.work,
            wording=wording,
            models=self._models,
            limit_bytes=upload_limit(interaction),
            text="\n".join(said(change, wording) for change in shelved.changes) or None,
        )
        await self._note(status, work_id, user_id=interaction.user.id)

    async def hand_over_recipe(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Answer with the recipe of the work in the message, to the person alone.

        Raises BadRequest (NO_WORK_IN_MESSAGE), and Unavailable (DATABASE_BUSY, UPLOAD_REFUSED).
        """
        await interaction.response.defer(ephemeral=True, thinking=True)
        work_id = await self._storage.postings.work_of(message.id)
        recipe = None if work_id is None else await self._recipe(interaction, work_id)
        if work_id is None or recipe is None:
            raise BadRequest(Reason.NO_WORK_IN_MESSAGE)
        text = wording_for(interaction.locale)("reply.recipe", id=f"#{work_id}")
        shown = recipe.replace("`", "\\u0060")  # in JSON the same, and no end of the block
        if len(text) + len(shown) <= MOST_SHOWN:
            text = f"{text}\n```json\n{shown}```"
        files = attachments([(file_name(work_id, "json"), recipe.encode())])
        try:
            await interaction.edit_original_response(content=text, attachments=files)
        except DISCORD_FAULTS as error:
            raise Unavailable(Reason.UPLOAD_REFUSED) from error

    async def _recipe(self, interaction: discord.Interaction, work_id: int) -> str | None:
        """The JSON of what makes the work again; None where there is no such work here."""
        place = {"guild_id": interaction.guild_id, "channel_id": interaction.channel_id}
        clip = await self._storage.clips.get(work_id, **place)
        if clip is not None:
            return clip.recipe.to_json()
        verse = await self._storage.verses.get(work_id, **place)
        return None if verse is None else verse.verse.recipe.to_json()

    async def _note(self, status: StatusMessage, work_id: int, *, user_id: int) -> None:
        """Have reactions on the new message count, and the work be no news to the person."""
        try:
            if status.message is not None:
                await self._storage.postings.add(
                    work_id, channel_id=status.message.channel.id, message_id=status.message.id
                )
            await self._storage.recommendations.heard(user_id, work_id)
        except (BadRequest, Unavailable):  # deleted meanwhile, or busy: it is shown all the same
            log.warning("could not note that #%d was shown", work_id, exc_info=True)
