"""The same seed before and after: two works of one request, by the shipped model and by a new version.

They are works like any other, with rows, files and buttons, of the person who had it learned.
"""

import logging
from dataclasses import replace

import discord
from discord.ext import commands

from cogs._shared.buttons import result_view
from cogs._shared.failures import DISCORD_FAULTS
from cogs._shared.patience import patiently
from cogs._shared.status_message import attachments
from cogs._shared.wording import Wording
from cogs._shared.work_jobs import new_seed
from cogs._shared.work_message import embeds_of, upload_ladder
from domain.clips import Clip, Work
from domain.errors import NightingaleError, Reason
from domain.finetuning import Teachable
from domain.requests import ComposeRequest, WorkRequest
from domain.verses import LyricsRequest
from engine.client import Engine, outcome_of
from models.registry import Models
from storage import Run, Storage, Version

SECONDS = 20

log = logging.getLogger(__name__)


def request_of(teachable: Teachable, *, seed: int, adapter: str | None, wording: Wording) -> WorkRequest:
    """Something that leaves open what can be left open, so that what is liked shows."""
    if teachable is Teachable.LYRICS:
        return LyricsRequest(scene=wording("finetune.scene"), seed=seed, adapter=adapter)
    return ComposeRequest(style=teachable, seed=seed, length_seconds=SECONDS, adapter=adapter)


class Samples:
    """Makes and posts them with the bot's own token, after whatever time."""

    def __init__(
        self, bot: commands.AutoShardedBot, engine: Engine, storage: Storage, models: Models
    ) -> None:
        self._bot = bot
        self._engine = engine
        self._storage = storage
        self._models = models

    async def post(self, run: Run, version: Version, wording: Wording) -> None:
        """Both works, each in a message of its own. Never raises: they only show what was told already."""
        after = request_of(run.teachable, seed=new_seed(), adapter=version.adapter, wording=wording)
        try:
            for key, request in (("before", replace(after, adapter=None)), ("after", after)):
                text = wording(f"finetune_sample.{key}", number=version.number, seed=request.seed)
                await self._post_one(run, request, text, wording)
        except NightingaleError:
            log.warning("could not make samples of run %d", run.id, exc_info=True)
        except DISCORD_FAULTS:
            log.warning("could not post samples of run %d", run.id, exc_info=True)

    async def _post_one(self, run: Run, request: WorkRequest, text: str, wording: Wording) -> None:
        jobs = self._storage.jobs
        job_id = await jobs.add(
            request, user_id=run.user_id, guild_id=run.guild_id, channel_id=run.channel_id
        )
        try:
            await jobs.start(job_id)
            work = await outcome_of(self._engine.make(request, owner=run.user_id))
            await self._save(job_id, work)
        except NightingaleError as error:
            reason: Reason = error.reason
            await patiently(lambda: jobs.fail(job_id, reason), about=f"how #{job_id} ended")
            raise
        message = await self._send(run, job_id, work, text, wording)
        await self._storage.postings.add(job_id, channel_id=message.channel.id, message_id=message.id)

    async def _save(self, job_id: int, work: Work) -> None:
        if isinstance(work, Clip):
            await self._storage.clips.save(job_id, work)
        else:
            await self._storage.verses.save(job_id, work)

    async def _send(self, run: Run, work_id: int, work: Work, text: str, wording: Wording) -> discord.Message:
        channel = self._bot.get_partial_messageable(run.channel_id, guild_id=run.guild_id)
        guild = self._bot.get_guild(run.guild_id)
        limit = discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES if guild is None else guild.filesize_limit
        [files, *_] = upload_ladder(work_id, work, limit_bytes=limit) or [[]]
        return await channel.send(
            text,
            embeds=embeds_of(work_id, work, wording, files=files),
            files=attachments(files),
            view=result_view(work_id, work, wording, models=self._models),
        )
