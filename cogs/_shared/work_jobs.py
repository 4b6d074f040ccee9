"""All jobs that make works, whichever command asked for them: begun, cancelled, asked for again."""

import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

import discord

from cogs._shared.failures import log_failure, reply_privately, reply_privately_instead
from cogs._shared.open_jobs import OpenJobs
from cogs._shared.pair_job import PairJob, another_seed
from cogs._shared.recent_clips import RecentClips
from cogs._shared.status_message import StatusMessage
from cogs._shared.wording import wording_for
from cogs._shared.work_job import WorkJob
from domain.errors import BadRequest, NightingaleError, Reason, Unavailable
from domain.finetuning import Teachable
from domain.requests import SEED, ComposeRequest, WorkRequest
from domain.song_requests import SongRequest
from domain.transformations import AccompanyRequest, BlendRequest, VaryRequest
from domain.verses import LyricsRequest
from engine.client import Engine
from models.registry import Models
from storage import Difference, JobKind, Storage


def new_seed() -> int:
    return random.randint(*SEED)


def seed_for(asked: int | None) -> int:
    """The seed that was asked for, or a new one."""
    return new_seed() if asked is None else asked


class WorkJobs:
    """The jobs of this bot that are open. `recent` knows the newest clips of each place.

    `models` says what can be asked for next of a work.
    """

    def __init__(self, engine: Engine, storage: Storage, *, models: Models) -> None:
        self.recent = RecentClips(storage.clips)
        self._engine = engine
        self._storage = storage
        self._models = models
        self._open = OpenJobs()

    async def close(self) -> None:
        """Leave jobs under way where they are; their rows stay open, for the next start to mark and tell.

        Works that are made already are first saved and posted.
        """
        await self._open.close()

    async def begin(
        self, interaction: discord.Interaction, request: WorkRequest, *, recipe_version: str | None = None
    ) -> None:
        """Write the row and leave the rest to a task. The interaction has been acknowledged.

        Where the request is a recipe's, `recipe_version` is the version of the model that made it.
        """
        if recipe_version is None:
            request = await self._by_version_in_use(request, interaction.guild_id)
        job = await self._add(StatusMessage(interaction), request, recipe_version=recipe_version)
        self._open.start(job, [job.id])

    async def begin_pair(self, interaction: discord.Interaction, request: ComposeRequest) -> None:
        """As `begin`, for two clips that differ in their seeds alone, to be compared blind."""
        status = StatusMessage(interaction)
        adapter = await self._adapter_of(request.style, interaction.guild_id)
        request = replace(request, adapter=adapter)
        other = replace(request, seed=another_seed(request.seed))
        await self._begin_both(status, request, other, Difference.SEED)

    async def begin_versions(
        self,
        interaction: discord.Interaction,
        first: WorkRequest,
        second: WorkRequest,
        *,
        note: str | None = None,
    ) -> None:
        """As `begin_pair`, for two clips of one seed by two versions of a style, which the requests name.

        `note` is said with them.
        """
        await self._begin_both(StatusMessage(interaction), first, second, Difference.VERSION, note=note)

    async def _begin_both(
        self,
        status: StatusMessage,
        first: WorkRequest,
        second: WorkRequest,
        differ_in: Difference,
        *,
        note: str | None = None,
    ) -> None:
        halves = await self._add(status, first), await self._add(status, second)
        preferences = self._storage.preferences
        pair = PairJob(status, halves, preferences=preferences, differ_in=differ_in, note=note)
        self._open.start(pair, [half.id for half in halves])

    async def _by_version_in_use(self, request: WorkRequest, guild_id: int | None) -> WorkRequest:
        """The request, to be met by the version of the style that the server uses."""
        match request:
            case ComposeRequest() | BlendRequest() | VaryRequest() | AccompanyRequest():
                return replace(request, adapter=await self._adapter_of(request.style, guild_id))
            case LyricsRequest():
                return replace(request, adapter=await self._adapter_of(Teachable.LYRICS, guild_id))
            case SongRequest():
                words = replace(request.words, adapter=await self._adapter_of(Teachable.LYRICS, guild_id))
                # A tune that is given stays as it is, whatever the composer has learned.
                taught = request.source is None
                adapter = await self._adapter_of(request.style, guild_id) if taught else None
                return replace(request, words=words, adapter=adapter)
            case _:
                return request

    async def _adapter_of(self, style: str, guild_id: int | None) -> str | None:
        """The adapter of the version that the server uses of a style; None where that is the shipped one."""
        if style not in list(Teachable):
            return None
        return await self._storage.versions.adapter(guild_id, Teachable(style))

    async def _add(
        self, status: StatusMessage, request: WorkRequest, *, recipe_version: str | None = None
    ) -> WorkJob:
        """A job whose row is written."""
        interaction = status.interaction
        job_id = await self._storage.jobs.add(
            request,
            user_id=interaction.user.id,
            guild_id=interaction.guild_id,
            channel_id=interaction.channel_id or 0,  # Discord always says where a command was used
        )
        return WorkJob(
            status,
            request,
            job_id=job_id,
            engine=self._engine,
            storage=self._storage,
            recent=self.recent,
            models=self._models,
            recipe_version=recipe_version,
        )

    async def begin_with(
        self, interaction: discord.Interaction, read: Callable[[], Awaitable[WorkRequest]], *, kind: JobKind
    ) -> None:
        """Acknowledge in public, and begin what `read` gives; why that fails is told to the person alone."""
        await interaction.response.defer(thinking=True)
        try:
            request = await read()
        except (BadRequest, Unavailable) as error:
            await self.refuse(interaction, error, kind=kind)
        else:
            await self.begin(interaction, request)

    async def refuse(
        self, interaction: discord.Interaction, error: NightingaleError, *, kind: JobKind
    ) -> None:
        """Write the row of what can't be made a request, and tell the person alone.

        Where the interaction was acknowledged in public, that is taken back.
        """
        in_public = interaction.response.is_done()
        if not in_public:
            await interaction.response.defer(ephemeral=True, thinking=True)
        job_id = await self._storage.jobs.refuse(
            json.dumps(vars(interaction.namespace), default=_name, ensure_ascii=False),
            error.reason,
            kind=kind,
            user_id=interaction.user.id,
            guild_id=interaction.guild_id,
            channel_id=interaction.channel_id or 0,
        )
        failure = log_failure(error, about=f"{kind} #{job_id}")
        text = failure.text(wording_for(interaction.locale), job_id=job_id)
        await (reply_privately_instead if in_public else reply_privately)(interaction, text)

    async def ask_again(self, interaction: discord.Interaction, job_id: int) -> None:
        """Begin a new job that asks what the old one asked, with a new seed.

        That there is none any more is told to the person alone.
        """
        await interaction.response.defer(thinking=True)
        try:
            request = (await self._storage.jobs.get(job_id)).request
        except LookupError:
            request = None
        if request is not None:
            await self.begin(interaction, _with_new_seed(request))
            return
        failure = log_failure(BadRequest(Reason.NO_WORK, value=f"#{job_id}"), about=f"again #{job_id}")
        await reply_privately_instead(interaction, failure.text(wording_for(interaction.locale)))

    async def cancel(self, interaction: discord.Interaction, job_id: int) -> None:
        """Cancel on behalf of the requester or of somebody who may manage messages here."""
        await self._open.cancel(interaction, job_id, name=f"#{job_id}")


def _with_new_seed(request: WorkRequest) -> WorkRequest:
    if isinstance(request, SongRequest):  # whose words' seed decides all
        return replace(request, words=replace(request.words, seed=new_seed()))
    return replace(request, seed=new_seed())


def _name(value: object) -> str:
    """What is kept of an option that is no plain value: of a file its name, and not where it lies."""
    return value.filename if isinstance(value, discord.Attachment) else str(value)
