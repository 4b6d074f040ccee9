"""The jobs of one kind that are open: begun, found by their numbers, cancelled, and closed with the bot."""

import asyncio
from collections.abc import Sequence
from typing import Any

import discord

from cogs._shared.failures import reply_privately
from cogs._shared.open_job import OpenJob
from cogs._shared.wording import wording_for

POSTING_SECONDS = 5.0
"""How long a bot that closes waits for what only has to be saved and posted."""


class OpenJobs:
    """Each job runs in a task of its own, known by its numbers until it ends."""

    def __init__(self) -> None:
        self._jobs: dict[int, OpenJob[Any]] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def start(self, job: OpenJob[Any], numbers: Sequence[int]) -> None:
        """Run the job, known by each of `numbers` until it ends."""
        task = asyncio.create_task(job.run(), name=job.name)
        for number in numbers:
            self._jobs[number], self._tasks[number] = job, task
        task.add_done_callback(lambda _: self._forget(numbers))

    async def close(self) -> None:
        """Leave jobs under way where they are; what is made already is first saved and posted.

        Nobody would come back to that.
        """
        tasks = dict(self._tasks)
        for number, task in tasks.items():
            if self._jobs[number].is_making:
                task.cancel()
        if tasks:
            await asyncio.wait(tasks.values(), timeout=POSTING_SECONDS)
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)

    async def cancel(self, interaction: discord.Interaction, number: int, *, name: str) -> None:
        """Cancel on behalf of the requester or of somebody who may manage messages here.

        People are told of the job as `name`.
        """
        wording = wording_for(interaction.locale)
        job = self._jobs.get(number)
        if job is None:
            await reply_privately(interaction, wording("reply.too_late_to_cancel", id=name))
        elif interaction.user.id != job.user_id and not interaction.permissions.manage_messages:
            await reply_privately(interaction, wording("reply.not_yours_to_cancel", id=name))
        elif job.cancel():
            await interaction.response.defer()
        else:
            await reply_privately(interaction, wording("reply.too_late_to_cancel", id=name))

    def _forget(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            del self._tasks[number], self._jobs[number]
