"""Two works of one request, posted in one message to be compared blind: who looks can't tell which is which.

The second is made as the first turned out: in its genre, key, metre, tempo and length, from another seed. By
another version it is made of what was asked for: which genre and tempo it chooses is a part of what differs.
Where only one comes about, it is posted as any work is.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from cogs._shared.buttons import pair_view, progress_view
from cogs._shared.failures import DISCORD_FAULTS, Failure, log_failure
from cogs._shared.open_job import OpenJob
from cogs._shared.pair_message import pair_embeds, pair_files
from cogs._shared.posting import hears_reactions, upload_limit
from cogs._shared.status_message import StatusMessage
from cogs._shared.wording import wording_for
from cogs._shared.work_job import WorkJob, progress_text
from domain.clips import Progress, Stage, Work
from domain.errors import Reason, Unavailable
from domain.requests import SEED, WorkRequest
from storage import Difference, Preferences

Halves = tuple[WorkJob, WorkJob]


def another_seed(seed: int) -> int:
    """Any seed but this one."""
    low, high = SEED
    return (seed - low + random.randint(1, high - low)) % (high - low + 1) + low


class PairJob(OpenJob[tuple[Work, Work | Failure]]):
    """Two jobs of one kind, whose rows exist, with one status message."""

    def __init__(
        self,
        status: StatusMessage,
        halves: Halves,
        *,
        preferences: Preferences,
        differ_in: Difference = Difference.SEED,
        note: str | None = None,
    ) -> None:
        first, second = halves
        super().__init__(name=f"pair #{first.id}, #{second.id}", user_id=first.user_id)
        self._differ_in = differ_in
        self._note = note
        self._halves = halves
        self._preferences = preferences
        self._status = status
        self._limit_bytes = upload_limit(status.interaction)
        self._wording = wording_for(status.interaction.locale)
        self._ids = self._wording("list.comma").join(f"#{half.id}" for half in halves)

    async def _make(self) -> tuple[Work, Work | Failure]:
        first, second = self._halves
        work = await self._make_half(first, first.request)
        request = second.request
        if self._differ_in is Difference.SEED:
            request = replace(work.recipe.request, seed=request.seed)
        try:
            return work, await self._make_half(second, request)
        except Exception as error:  # noqa: BLE001  one work is better than none; logged and told with it
            return work, log_failure(error, about=second.name)

    async def _make_half(self, half: WorkJob, request: WorkRequest) -> Work:
        return await half.make(request, show=partial(self._show, self._halves.index(half)))

    async def _deliver(self, made: tuple[Work, Work | Failure]) -> None:
        first, second = self._halves
        work, other = made
        await first.save(work)
        if not isinstance(other, Failure):
            try:
                await second.save(other)
            except Exception as error:  # noqa: BLE001  see above
                other = log_failure(error, about=second.name)
        if isinstance(other, Failure):
            await first.post(work, text=other.text(self._wording, job_id=second.id))
            await second.end_failed(other)
            return
        await self._post([(first.id, work), (second.id, other)])

    async def _post(self, works: Sequence[tuple[int, Work]]) -> None:
        (a_id, a), (b_id, b) = random.sample(works, 2)
        pair_id = await self._preferences.add_pair(a_id, b_id, differ_in=self._differ_in)
        files = pair_files(a, b)
        if sum(len(content) for _, content in files) > self._limit_bytes:
            raise Unavailable(Reason.UPLOAD_REFUSED)
        embeds = pair_embeds(self._ids, a, b, self._wording, note=self._note)
        deletable = not hears_reactions(self._status.interaction)
        view = pair_view(pair_id, self._wording, deletable=deletable)
        try:
            await self._status.edit(content=None, embeds=embeds, view=view, files=files)
        except DISCORD_FAULTS as error:
            raise Unavailable(Reason.UPLOAD_REFUSED) from error
        message = self._status.message
        if message is not None:
            await self._halves[0].write_patiently(
                lambda: self._preferences.attach_message(
                    pair_id, channel_id=message.channel.id, message_id=message.id
                )
            )

    async def _end_cancelled(self) -> None:
        await self._status.tell(self._wording("progress.cancelled", id=self._ids))
        for half in self._halves:
            await half.end_cancelled()

    async def _fail(self, error: Exception) -> None:
        failure = log_failure(error, about=self.name)
        lines = [failure.text(self._wording, job_id=half.id) for half in self._halves]
        await self._status.tell("\n".join(lines))
        for half in self._halves:
            await half.end_failed(failure)

    async def _show(self, half: int, progress: Progress) -> None:
        """Show how far the two are together; `half` is 0 while the first is made, 1 for the second."""
        if progress.stage is Stage.COMPOSING:
            progress = replace(progress, fraction=(half + progress.fraction) / 2)
        first = self._halves[0]
        text = progress_text(progress, name=self._ids, kind=first.request.kind, wording=self._wording)
        if self._status.message is not None:
            await self._status.show_progress(content=text)
            return
        await self._status.show_progress(content=text, view=progress_view(first.id, self._wording))
        for job in self._halves:
            await job.attach_message()
