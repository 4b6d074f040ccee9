"""The runs that are open in this bot: begun, gone on with after a restart, cancelled, and told of."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import discord
from discord.ext import commands

from cogs._shared.failures import DISCORD_FAULTS, Failure, log_failure
from cogs._shared.open_job import OpenJob
from cogs._shared.patience import patiently
from cogs._shared.wording import Wording, wording_for
from cogs.finetune.conduct import Step, conduct
from cogs.finetune.items import offer_view, run_view
from cogs.finetune.messages import ended_text, progress_text, result_embed, style_name
from cogs.finetune.permission import is_still_allowed
from cogs.finetune.run_message import RunMessage
from cogs.finetune.samples import Samples
from domain.errors import NightingaleError, Reason
from engine.tutor import Tutor
from storage import Run, RunStatus, Storage, Version

log = logging.getLogger(__name__)


def wording_of(run: Run) -> Wording:
    """The language in which the run is told of: that of who started it."""
    known = {locale.value: locale for locale in discord.Locale}
    return wording_for(known.get(run.locale))


class RunJob(OpenJob[Version]):
    """One run whose row is open, and the message that tells of it."""

    def __init__(
        self,
        run: Run,
        message: RunMessage,
        *,
        tutor: Tutor,
        storage: Storage,
        samples: Samples,
        may_use: Callable[[Run], Awaitable[bool]],
    ) -> None:
        super().__init__(name=f"run {run.id} of {run.teachable}", user_id=run.user_id)
        self.row = run
        self._message = message
        self._tutor = tutor
        self._storage = storage
        self._samples = samples
        self._may_use = may_use
        self._wording = wording_of(run)
        self.last: Step | None = None

    async def _make(self) -> Version:
        run = self.row
        steps = conduct(run, tutor=self._tutor, storage=self._storage, may_use=self._may_use)
        async with aclosing(steps):
            async for step in steps:
                if isinstance(step, Version):
                    return step
                self.last = step
                text = progress_text(run, step, self._wording)
                await self._message.show(content=text, view=run_view(run.id, self._wording))
        raise RuntimeError("the run ended without a version")

    async def _deliver(self, made: Version) -> None:
        run = self.row
        log.info(
            "Run %d of %s for %d: version %d, %s",
            *(run.id, run.teachable, run.guild_id, made.number),
            "accepted" if made.accepted else made.refusal,
        )
        in_use = await self._storage.versions.in_use(run.guild_id, run.teachable)
        is_used = in_use is not None and in_use.id == made.id
        offered = made.accepted and made.adapter is not None and not is_used
        await self._message.tell(
            content=None,
            embed=result_embed(made, self._wording, in_use=is_used),
            view=offer_view(run.id, made.number, self._wording) if offered else None,
        )
        await self._told()
        if made.accepted and made.adapter is not None:
            await self._samples.post(run, made, self._wording)

    async def _end_cancelled(self) -> None:
        run = self.row
        version = await self._storage.versions.of_run(run.id)
        if version is not None:  # it was too late
            await self._deliver(version)
            return
        await patiently(lambda: self._storage.runs.cancel(run.id), about=f"that run {run.id} was cancelled")
        await self._end(RunStatus.CANCELLED)

    async def _fail(self, error: Exception) -> None:
        run = self.row
        if isinstance(error, NightingaleError) and error.reason is Reason.TUTOR_DOWN:
            return  # the bot closes; the next start goes on
        failure = log_failure(error, about=self.name)
        await patiently(
            lambda: self._storage.runs.fail(run.id, failure.reason, code=failure.code),
            about=f"that run {run.id} failed",
        )
        await self._end(RunStatus.FAILED, failure)

    async def tell_again(self) -> None:
        """Tell how it ended, which an earlier bot had no time for."""
        run = self.row
        version = await self._storage.versions.of_run(run.id)
        if version is not None:
            await self._deliver(version)
        else:
            await self._end(run.status)

    async def _end(self, status: RunStatus, failure: Failure | None = None) -> None:
        run = self.row
        await self._storage.runs.forget_checkpoints(run.id)
        text = ended_text(run, status, self._wording) if failure is None else failure.text(self._wording)
        await self._message.tell(content=text, view=None)
        await self._told()

    async def _told(self) -> None:
        run_id = self.row.id
        await patiently(lambda: self._storage.runs.told(run_id), about=f"that run {run_id} was told of")


class Runs:
    """One for the bot; `close` leaves runs open, and `resume`, once a start, goes on with them."""

    def __init__(
        self, bot: commands.AutoShardedBot, *, tutor: Tutor, storage: Storage, samples: Samples
    ) -> None:
        self._bot = bot
        self._tutor = tutor
        self._storage = storage
        self._samples = samples
        self._jobs: dict[int, RunJob] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def start(self, run: Run, interaction: discord.Interaction | None = None) -> None:
        """Learn, and tell of it in the run's message, which `interaction` may edit as well."""
        job = RunJob(
            run,
            RunMessage(self._bot, run, interaction),
            tutor=self._tutor,
            storage=self._storage,
            samples=self._samples,
            may_use=lambda run: is_still_allowed(self._bot, run),
        )
        work = job.run() if run.status is RunStatus.RUNNING else job.tell_again()
        task = asyncio.create_task(work, name=job.name)
        self._jobs[run.id], self._tasks[run.id] = job, task
        task.add_done_callback(lambda _: self._forget(run.id))

    async def resume(self) -> None:
        """Go on with what the last stop left open, and tell what nobody was told."""
        await self._bot.wait_until_ready()
        for run in await self._storage.runs.unfinished():
            if run.id in self._tasks:  # begun since
                continue
            if run.status is RunStatus.RUNNING and self._bot.get_guild(run.guild_id) is None:
                log.warning("Run %d is of a server that I am not in any more", run.id)
                await self._storage.runs.interrupt(run.id)
                await self._storage.runs.forget_checkpoints(run.id)
                await self._storage.runs.told(run.id)
                continue
            log.info("Going on with run %d of %s", run.id, run.teachable)
            self.start(run)

    def progress(self, run_id: int) -> Step | None:
        """What was heard of an open run last."""
        job = self._jobs.get(run_id)
        return None if job is None else job.last

    def cancel(self, run_id: int) -> bool:
        """Stop learning. False where there is nothing left to stop."""
        job = self._jobs.get(run_id)
        return job is not None and job.cancel()

    async def warn(self, guild_id: int, adapter: str) -> None:
        """Tell the server's administrators, once, where they had it learned, that a version can't be used."""
        version = await self._storage.versions.warn(guild_id, adapter)
        if version is None:
            return
        log.error("Adapter %s, version %d for %d, can't be used", adapter, version.number, guild_id)
        run = await self._storage.runs.get(version.run_id)
        wording = wording_of(run)
        style = style_name(version.teachable, wording)
        channel = self._bot.get_partial_messageable(run.channel_id, guild_id=guild_id)
        try:
            await channel.send(wording("finetune.unusable", number=version.number, style=style))
        except DISCORD_FAULTS:
            log.warning("could not warn %d of that", guild_id, exc_info=True)

    async def close(self) -> None:
        """Stop all, whose rows and checkpoints stay as they are."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await self._tutor.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, run_id: int) -> None:
        del self._jobs[run_id], self._tasks[run_id]
