"""One request, from its row to its work: follows the engine, shows progress, keeps and posts the work.

However it goes, the row ends finished, failed or cancelled, and the person is told which.
"""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

from cogs._shared.buttons import progress_view
from cogs._shared.failures import Failure, log_failure
from cogs._shared.layout import bar_of
from cogs._shared.open_job import OpenJob
from cogs._shared.patience import patiently
from cogs._shared.posting import post_work, upload_limit
from cogs._shared.recent_clips import RecentClips
from cogs._shared.status_message import StatusMessage
from cogs._shared.wording import Wording, wording_for
from domain.clips import Clip, Progress, Stage, Work
from domain.remarks import Remark, Topic
from domain.requests import WorkRequest
from domain.song_requests import SongRequest
from domain.verses import LyricsRequest
from engine.client import Engine
from models.registry import Models
from storage import ClipName, Storage

_BEING_MADE = {LyricsRequest.kind: "progress.writing", SongRequest.kind: "progress.singing"}
"""What is said of a job whose request is of these kinds; of all others, that it is composed."""


def progress_text(progress: Progress, *, name: str, kind: str, wording: Wording) -> str:
    """How far the job is that people are told of as `name`."""
    match progress.stage:
        case Stage.QUEUED if progress.position > 0:
            return wording("progress.queued_at", id=name, position=progress.position)
        case Stage.QUEUED:
            return wording("progress.queued", id=name)
        case Stage.COMPOSING:
            key = _BEING_MADE.get(kind, "progress.composing")
            percent = round(progress.fraction * 100)
            return wording(key, id=name, bar=bar_of(progress.fraction), percent=percent)
        case Stage.RENDERING:
            return wording("progress.rendering", id=name)


class WorkJob(OpenJob[Work]):
    """A job whose row exists and whose interaction has been deferred.

    Where it is a part of a larger one it is not run: that one has it make, save and end its own.
    """

    def __init__(
        self,
        status: StatusMessage,
        request: WorkRequest,
        *,
        job_id: int,
        engine: Engine,
        storage: Storage,
        recent: RecentClips,
        models: Models,
        recipe_version: str | None = None,
    ) -> None:
        interaction = status.interaction
        super().__init__(name=f"{request.kind} #{job_id}", user_id=interaction.user.id)
        self.id = job_id
        self.request = request
        self._interaction = interaction
        self._engine = engine
        self._storage = storage
        self._recent = recent
        self._models = models
        self._recipe_version = recipe_version
        self._wording = wording_for(interaction.locale)
        self._status = status

    async def _make(self) -> Work:
        return await self.make(self.request, show=self._show)

    async def _deliver(self, made: Work) -> None:
        await self.save(made)
        await self.post(made)

    async def _end_cancelled(self) -> None:
        await self._status.tell(self._wording("progress.cancelled", id=f"#{self.id}"))
        await self.end_cancelled()

    async def _fail(self, error: Exception) -> None:
        failure = log_failure(error, about=self.name)
        await self._status.tell(failure.text(self._wording, job_id=self.id))
        await self.end_failed(failure)

    async def make(self, request: WorkRequest, *, show: Callable[[Progress], Awaitable[None]]) -> Work:
        """What the engine makes of the request, its progress given to `show`. Raises what the engine does."""
        started = False
        async with aclosing(self._engine.make(request, owner=self.user_id)) as events:
            async for event in events:
                if not isinstance(event, Progress):
                    self._report_unusable(request, event)
                    return self._compared(event)
                if not started and event.stage is not Stage.QUEUED:
                    started = True
                    await self._storage.jobs.start(self.id)
                await show(event)
        raise RuntimeError("the engine ended without a work")

    async def save(self, work: Work) -> None:
        """Keep the work, which finishes the row. Raises what `Clips.save` and `Verses.save` do."""
        if isinstance(work, Clip):
            await self._storage.clips.save(self.id, work)
            self._recent.add(self._interaction, ClipName(self.id, work.title, work.recipe.genre))
        else:
            await self._storage.verses.save(self.id, work)

    async def post(self, work: Work, *, text: str | None = None) -> None:
        """Show the work, with `text` above it; where Discord refuses that, say so: it is kept."""
        failure = await post_work(
            self._status,
            self.id,
            work,
            wording=self._wording,
            models=self._models,
            limit_bytes=upload_limit(self._interaction),
            text=text,
        )
        if failure is not None:
            await self.end_failed(failure)
        message = self._status.message
        if message is not None:
            await self.write_patiently(
                lambda: self._storage.postings.add(
                    self.id, channel_id=message.channel.id, message_id=message.id
                )
            )

    async def attach_message(self) -> None:
        """Note which message shows how it goes, once there is one."""
        message = self._status.message
        if message is not None:
            await self._storage.jobs.attach_message(
                self.id, channel_id=message.channel.id, message_id=message.id
            )

    async def end_cancelled(self) -> None:
        """End the row as cancelled. Never raises."""
        await self.write_patiently(lambda: self._storage.jobs.cancel(self.id))

    async def end_failed(self, failure: Failure) -> None:
        """End the row as failed, or note the failure in one that has ended. Never raises."""
        await self.write_patiently(
            lambda: self._storage.jobs.fail(self.id, failure.reason, code=failure.code)
        )

    async def write_patiently(self, write: Callable[[], Awaitable[None]]) -> None:
        """Run `write`. Gives up with a log entry: a row left open, the next start marks."""
        await patiently(write, about=f"how #{self.id} ended")

    def _report_unusable(self, request: WorkRequest, work: Work) -> None:
        """Let whoever cares for versions know where one could not be used (see cogs.finetune)."""
        words = request.words if isinstance(request, SongRequest) else None
        unusable = [
            remark.values["adapter"] for remark in work.remarks if remark.topic is Topic.ADAPTER_UNUSABLE
        ]
        for asked in (request, words):
            adapter = getattr(asked, "adapter", None)
            if adapter is not None and adapter[:8] in unusable:
                self._interaction.client.dispatch("adapter_unusable", self._interaction.guild_id, adapter)

    def _compared(self, work: Work) -> Work:
        """The work, with a remark where its recipe is of another model than the one that made it now."""
        now = work.recipe.model_version
        if self._recipe_version in (None, now):
            return work
        remark = Remark(Topic.RECIPE_OF_ANOTHER_MODEL, {"then": str(self._recipe_version), "now": now})
        return replace(work, remarks=(*work.remarks, remark))

    async def _show(self, progress: Progress) -> None:
        text = progress_text(progress, name=f"#{self.id}", kind=self.request.kind, wording=self._wording)
        if self._status.message is not None:
            await self._status.show_progress(content=text)
            return
        await self._status.show_progress(content=text, view=progress_view(self.id, self._wording))
        await self.attach_message()
