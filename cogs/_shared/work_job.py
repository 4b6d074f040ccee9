"""One request, from its row to its work: follows the engine, shows progress, keeps and posts the work.

However it goes, the row ends finished, failed or cancelled, and the person is told which.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import discord

from cogs._shared.buttons import progress_view
from cogs._shared.failures import DISCORD_FAULTS, log_failure
from cogs._shared.posting import post_work, upload_limit
from cogs._shared.recent_clips import RecentClips
from cogs._shared.status_message import StatusMessage
from cogs._shared.wording import Wording, wording_for
from domain.clips import Clip, Progress, Stage, Work
from domain.errors import Unavailable
from domain.requests import WorkRequest
from domain.song_requests import SongRequest
from domain.verses import LyricsRequest
from engine.client import Engine
from models.registry import Models
from storage import ClipName, Storage

log = logging.getLogger(__name__)

SECONDS_BEFORE_RETRIES = (1, 10, 60)
"""How long to wait before each new try to end a row when the database is locked or the disk full."""

BAR_STEPS = 10

_BEING_MADE = {LyricsRequest.kind: "progress.writing", SongRequest.kind: "progress.singing"}
"""What is said of a job whose request is of these kinds; of all others, that it is composed."""


def progress_text(progress: Progress, *, job_id: int, kind: str, wording: Wording) -> str:
    name = f"#{job_id}"
    match progress.stage:
        case Stage.QUEUED if progress.position > 0:
            return wording("progress.queued_at", id=name, position=progress.position)
        case Stage.QUEUED:
            return wording("progress.queued", id=name)
        case Stage.COMPOSING:
            done = round(progress.fraction * BAR_STEPS)
            bar = "▰" * done + "▱" * (BAR_STEPS - done)
            key = _BEING_MADE.get(kind, "progress.composing")
            return wording(key, id=name, bar=bar, percent=round(progress.fraction * 100))
        case Stage.RENDERING:
            return wording("progress.rendering", id=name)


class WorkJob:
    """A job whose row exists and whose interaction has been deferred. `run` is to be a task of its own."""

    def __init__(
        self,
        interaction: discord.Interaction,
        request: WorkRequest,
        *,
        job_id: int,
        engine: Engine,
        storage: Storage,
        recent: RecentClips,
        models: Models,
    ) -> None:
        self.id = job_id
        self.user_id = interaction.user.id
        self._interaction = interaction
        self._request = request
        self._engine = engine
        self._storage = storage
        self._recent = recent
        self._models = models
        self._wording = wording_for(interaction.locale)
        self._status = StatusMessage(interaction)
        self._making: asyncio.Task[Work] | None = None

    async def run(self) -> None:
        """Go to the end, telling all failures.

        Cancelled from outside (the bot closes), it leaves the row open, for the next start to mark and tell.
        """
        try:
            await self._run()
        except Exception as error:  # noqa: BLE001  the last stop: logged with its trace, told with its code
            await self._fail(error)

    async def _run(self) -> None:
        self._making = asyncio.create_task(self._make(), name=f"{self._request.kind} #{self.id}")
        try:
            await asyncio.wait([self._making])
        finally:
            self._making.cancel()
        if self._making.cancelled():
            await self._tell(self._wording("progress.cancelled", id=f"#{self.id}"))
            await self._end_row(lambda: self._storage.jobs.cancel(self.id))
            return
        work = self._making.result()
        await self._save(work)
        await self._post(work)

    @property
    def is_making(self) -> bool:
        """True until there is a work, or none will be."""
        return self._making is None or not self._making.done()

    def cancel(self) -> bool:
        """Stop making it, queued or not. False when there is nothing left to stop."""
        return self._making is not None and self._making.cancel()

    async def _make(self) -> Work:
        started = False
        async with aclosing(self._engine.make(self._request, owner=self.user_id)) as events:
            async for event in events:
                if not isinstance(event, Progress):
                    return event
                if not started and event.stage is not Stage.QUEUED:
                    started = True
                    await self._storage.jobs.start(self.id)
                await self._show(event)
        raise RuntimeError("the engine ended without a work")

    async def _show(self, progress: Progress) -> None:
        text = progress_text(progress, job_id=self.id, kind=self._request.kind, wording=self._wording)
        if self._status.message is not None:
            await self._status.show_progress(content=text)
            return
        await self._status.show_progress(content=text, view=progress_view(self.id, self._wording))
        message = self._status.message
        if message is not None:
            await self._storage.jobs.attach_message(
                self.id, channel_id=message.channel.id, message_id=message.id
            )

    async def _save(self, work: Work) -> None:
        if isinstance(work, Clip):
            await self._storage.clips.save(self.id, work)
            self._recent.add(self._interaction, ClipName(self.id, work.title, work.recipe.genre))
        else:
            await self._storage.verses.save(self.id, work)

    async def _post(self, work: Work) -> None:
        """Show the work; where Discord refuses that, say so: it is kept, and its buttons hand it over."""
        failure = await post_work(
            self._status,
            self.id,
            work,
            wording=self._wording,
            models=self._models,
            limit_bytes=upload_limit(self._interaction),
        )
        if failure is not None:
            await self._end_row(lambda: self._storage.jobs.fail(self.id, failure.reason, code=failure.code))
        message = self._status.message
        if message is not None:
            await self._end_row(
                lambda: self._storage.postings.add(
                    self.id, channel_id=message.channel.id, message_id=message.id
                )
            )

    async def _fail(self, error: Exception) -> None:
        failure = log_failure(error, about=f"{self._request.kind} #{self.id}")
        await self._tell(failure.text(self._wording, job_id=self.id))
        await self._end_row(lambda: self._storage.jobs.fail(self.id, failure.reason, code=failure.code))

    async def _tell(self, text: str) -> None:
        """Replace the status by `text`. Never raises."""
        try:
            await self._status.edit(content=text, view=None)
        except DISCORD_FAULTS:
            log.warning("could not show how #%d ended", self.id, exc_info=True)

    async def _end_row(self, write: Callable[[], Awaitable[None]]) -> None:
        """Run `write`, patiently. Gives up with a log entry: a row left open, the next start marks."""
        for seconds in (*SECONDS_BEFORE_RETRIES, None):
            try:
                return await write()
            except Unavailable:
                log.warning("could not write how #%d ended", self.id, exc_info=True)
            if seconds is not None:
                await asyncio.sleep(seconds)
        return None
