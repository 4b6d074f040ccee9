"""Has a seed played, shows how far that is, and says how it ended. Knows no command.

What is played is no work: nothing of it is kept, rated or learned from, so it has no row in the library.
"""

import asyncio
from contextlib import aclosing

import discord

from cogs._shared.escaping import escaped
from cogs._shared.failures import DISCORD_FAULTS, log_failure
from cogs._shared.open_job import OpenJob
from cogs._shared.status_message import StatusMessage
from cogs._shared.wording import wording_for
from cogs._shared.work_job import progress_text
from cogs.seeds.items import playing_view
from cogs.seeds.messages import played_embed
from domain.clips import Progress
from domain.errors import Reason, Unavailable
from domain.playings import Playing, PlayRequest
from domain.transformations import Source
from engine.client import Engine

KIND = "play"


class PlayJob(OpenJob[Playing]):
    """A seed being played. The interaction has been acknowledged in public; files are called `file_name`."""

    def __init__(
        self, interaction: discord.Interaction, source: Source, *, file_name: str, engine: Engine
    ) -> None:
        super().__init__(name=f"{KIND} {file_name}", user_id=interaction.user.id)
        self.number = interaction.id
        self._source = source
        self._request = PlayRequest.of(source)
        self._file_name = file_name
        self._engine = engine
        self._status = StatusMessage(interaction)
        self._wording = wording_for(interaction.locale)
        self._title = f"🌱 {escaped(source.title)}"

    async def run(self) -> None:
        """As any job's, but told at once when the bot closes: no later start would know of it."""
        try:
            await super().run()
        except asyncio.CancelledError:
            await self._status.tell(self._wording("progress.interrupted", id=self._title))
            raise

    async def _make(self) -> Playing:
        async with aclosing(self._engine.play(self._request, owner=self.user_id)) as events:
            async for event in events:
                if not isinstance(event, Progress):
                    return event
                await self._show(event)
        raise RuntimeError("the engine ended without a sound")

    async def _deliver(self, made: Playing) -> None:
        name = self._file_name
        files = [(f"{name}.mp3", made.audio), (f"{name}.png", made.picture)]
        embed = played_embed(self._source, self._request, self._wording)
        embed.set_image(url=f"attachment://{name}.png")
        try:
            await self._status.edit(content=None, embeds=[embed], view=None, files=files)
        except DISCORD_FAULTS as error:
            raise Unavailable(Reason.UPLOAD_REFUSED) from error

    async def _end_cancelled(self) -> None:
        await self._status.tell(self._wording("progress.cancelled", id=self._title))

    async def _fail(self, error: Exception) -> None:
        await self._status.tell(log_failure(error, about=self.name).text(self._wording))

    async def _show(self, progress: Progress) -> None:
        text = progress_text(progress, name=self._title, kind=KIND, wording=self._wording)
        if self._status.message is not None:
            await self._status.show_progress(content=text)
        else:
            await self._status.show_progress(content=text, view=playing_view(self.number, self._wording))
