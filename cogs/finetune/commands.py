"""The group `/finetune`. Checks who asks, and answers; learning and what is told of it are others'."""

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs._shared.options import choices_of, options_worded
from cogs._shared.wording import localised, wording_for
from cogs._shared.work_jobs import WorkJobs, new_seed
from cogs.finetune.items import run_view
from cogs.finetune.messages import (
    MOST_LISTED,
    contest_text,
    ended_text,
    progress_text,
    result_embed,
    style_name,
    versions_embed,
)
from cogs.finetune.permission import guild_of
from cogs.finetune.plans import Plans
from cogs.finetune.runs import Runs
from cogs.finetune.samples import Samples, request_of
from domain.clips import Progress
from domain.errors import BadRequest, Reason
from domain.finetuning import Learning, Teachable
from engine.client import Engine
from engine.tutor import Tutor
from models.registry import Models
from storage import SHIPPED, Run, RunStatus, Storage, Version

if TYPE_CHECKING:
    from bot import Nightingale

log = logging.getLogger(__name__)

STYLES = choices_of(Teachable, "teachable")

Number = app_commands.Range[int, SHIPPED, 9999]


class Finetune(commands.Cog):
    """Administrators only, as is checked at every command and every press."""

    finetune = app_commands.Group(
        name=localised("command.finetune.name"),
        description=localised("command.finetune.description"),
        guild_only=True,
        default_permissions=discord.Permissions(administrator=True),
    )

    def __init__(
        self,
        bot: "Nightingale",
        *,
        tutor: Tutor,
        engine: Engine,
        storage: Storage,
        jobs: WorkJobs,
        models: Models,
    ) -> None:
        self._bot = bot
        self._storage = storage
        self._versions = storage.versions
        self._work_jobs = jobs
        samples = Samples(bot, engine, storage, models)
        self._runs = Runs(bot, tutor=tutor, storage=storage, samples=samples)
        self._plans = Plans(tutor, storage)
        self._resuming: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self._resuming = asyncio.create_task(self._runs.resume())

    async def cog_unload(self) -> None:
        if self._resuming is not None:
            self._resuming.cancel()
        await self._runs.close()

    @finetune.command(
        name=localised("command.finetune_plan.name"),
        description=localised("command.finetune_plan.description"),
    )
    @options_worded(style="taught_style")
    @app_commands.choices(style=STYLES)
    async def plan(self, interaction: discord.Interaction, style: str) -> None:
        guild_id = guild_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._plans.tell(interaction, guild_id, Teachable(style))

    @finetune.command(
        name=localised("command.finetune_start.name"),
        description=localised("command.finetune_start.description"),
    )
    @options_worded(style="taught_style")
    @app_commands.choices(style=STYLES)
    async def start(self, interaction: discord.Interaction, style: str) -> None:
        guild_id = guild_of(interaction)
        await interaction.response.defer(thinking=True)
        teachable = Teachable(style)
        (await self._storage.lessons.survey(guild_id, teachable)).check()
        run = await self._storage.runs.begin(
            teachable,
            await self._storage.lessons.select(guild_id, teachable),
            guild_id=guild_id,
            user_id=interaction.user.id,
            locale=interaction.locale.value,
            channel_id=interaction.channel_id or 0,
        )
        log.info("%d has %s learned for %d: run %d", run.user_id, teachable, guild_id, run.id)
        wording = wording_for(interaction.locale)
        text = progress_text(run, Learning(fraction=0.0), wording)
        try:
            message = await interaction.edit_original_response(content=text, view=run_view(run.id, wording))
            place = {"channel_id": message.channel.id, "message_id": message.id}
            await self._storage.runs.attach_message(run.id, **place)
            run = replace(run, **place)
        finally:  # it is begun, whether or not that could be said
            self._runs.start(run, interaction)

    @finetune.command(
        name=localised("command.finetune_status.name"),
        description=localised("command.finetune_status.description"),
    )
    async def status(self, interaction: discord.Interaction) -> None:
        guild_id = guild_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        wording = wording_for(interaction.locale)
        run = await self._storage.runs.newest(guild_id)
        if run is None:
            raise BadRequest(Reason.FINETUNE_NO_RUN)
        if run.status is RunStatus.RUNNING:
            step = self._runs.progress(run.id)
            shown = step if isinstance(step, Progress | Learning) else Learning(fraction=0.0)
            text = progress_text(run, shown, wording)
            await interaction.edit_original_response(content=text, view=run_view(run.id, wording))
            return
        version = await self._versions.of_run(run.id)
        if version is None:
            await interaction.edit_original_response(content=ended_text(run, run.status, wording))
            return
        in_use = await self._versions.in_use(guild_id, run.teachable)
        embed = result_embed(version, wording, in_use=in_use is not None and in_use.id == version.id)
        await interaction.edit_original_response(embed=embed)

    @finetune.command(
        name=localised("command.finetune_cancel.name"),
        description=localised("command.finetune_cancel.description"),
    )
    async def cancel(self, interaction: discord.Interaction) -> None:
        run = await self._storage.runs.newest(guild_of(interaction))
        if run is None or run.status is not RunStatus.RUNNING:
            raise BadRequest(Reason.FINETUNE_NO_RUN)
        await self.cancel_run(interaction, run.id)

    @finetune.command(
        name=localised("command.finetune_versions.name"),
        description=localised("command.finetune_versions.description"),
    )
    @options_worded(style="listed_style")
    @app_commands.choices(style=STYLES)
    async def versions(self, interaction: discord.Interaction, style: str | None = None) -> None:
        guild_id = guild_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        listed = await self._versions.all(guild_id, None if style is None else Teachable(style))
        standing = [await self._versions.in_use(guild_id, teachable) for teachable in Teachable]
        damaged = [
            version.id
            for version in listed[:MOST_LISTED]
            if version.adapter is not None and not await self._versions.is_whole(version)
        ]
        embed = versions_embed(
            listed,
            wording_for(interaction.locale),
            used=[version.id for version in standing if version is not None],
            damaged=damaged,
            contests=await self._storage.contests.here(guild_id, None if style is None else Teachable(style)),
        )
        await interaction.edit_original_response(embed=embed)

    @finetune.command(
        name=localised("command.finetune_use.name"),
        description=localised("command.finetune_use.description"),
    )
    @options_worded(style="taught_style", version="version")
    @app_commands.choices(style=STYLES)
    async def use(self, interaction: discord.Interaction, style: str, version: Number) -> None:
        await self._use(interaction, Teachable(style), version)

    @finetune.command(
        name=localised("command.finetune_rollback.name"),
        description=localised("command.finetune_rollback.description"),
    )
    @options_worded(style="taught_style")
    @app_commands.choices(style=STYLES)
    async def rollback(self, interaction: discord.Interaction, style: str) -> None:
        guild_id, teachable = guild_of(interaction), Teachable(style)
        await interaction.response.defer(thinking=True)
        version = await self._versions.rollback(guild_id, teachable)
        await self._tell_in_use(interaction, teachable, version)

    @finetune.command(
        name=localised("command.finetune_compare.name"),
        description=localised("command.finetune_compare.description"),
    )
    @options_worded(style="taught_style", a="compared_version", b="other_version")
    @app_commands.choices(style=STYLES)
    async def compare(self, interaction: discord.Interaction, style: str, a: Number, b: Number) -> None:
        guild_id, teachable = guild_of(interaction), Teachable(style)
        if a == b:
            raise BadRequest(Reason.VERSIONS_SAME)
        await interaction.response.defer(thinking=True)
        seed, wording = new_seed(), wording_for(interaction.locale)
        requests = [
            request_of(
                teachable,
                seed=seed,
                adapter=None if version is None else version.adapter,
                wording=wording,
            )
            for version in [await self._versions.usable(guild_id, teachable, number) for number in (a, b)]
        ]
        log.info("%d has versions %d and %d of %s compared", interaction.user.id, a, b, teachable)
        contests = await self._storage.contests.here(guild_id, teachable)
        told = [each for each in contests if {each.first, each.second} == {a, b}]
        note = wording("finetune.so_far", result=contest_text(told[0], wording)) if told else None
        await self._work_jobs.begin_versions(interaction, requests[0], requests[1], note=note)

    async def cancel_run(self, interaction: discord.Interaction, run_id: int) -> None:
        """❌: stop the run. Raises BadRequest (FINETUNE_NOT_ADMIN, FINETUNE_NO_RUN, FINETUNE_ENDED)."""
        guild_id = guild_of(interaction)
        run = await self._run_here(run_id, guild_id)
        if not self._runs.cancel(run.id):
            raise BadRequest(Reason.FINETUNE_ENDED)
        log.info("%d cancelled run %d", interaction.user.id, run.id)
        text = wording_for(interaction.locale)("finetune.cancelling")
        await interaction.response.send_message(text, ephemeral=True)

    async def use_version_of(self, interaction: discord.Interaction, run_id: int) -> None:
        """✅: put what a run came to in use. Raises BadRequest as `cancel_run` and `Versions.use` do."""
        guild_id = guild_of(interaction)
        await self._run_here(run_id, guild_id)
        version = await self._versions.of_run(run_id)
        if version is None:
            raise BadRequest(Reason.FINETUNE_NO_RUN)
        await self._use(interaction, version.teachable, version.number)

    @commands.Cog.listener()
    async def on_adapter_unusable(self, guild_id: int, adapter: str) -> None:
        """A work was made by the shipped model in place of a version, whose file can't be used."""
        await self._runs.warn(guild_id, adapter)

    async def _use(self, interaction: discord.Interaction, teachable: Teachable, number: int) -> None:
        guild_id = guild_of(interaction)
        await interaction.response.defer(thinking=True)
        version = await self._versions.use(guild_id, teachable, number)
        await self._tell_in_use(interaction, teachable, version)

    async def _tell_in_use(
        self, interaction: discord.Interaction, teachable: Teachable, version: Version | None
    ) -> None:
        wording = wording_for(interaction.locale)
        number = SHIPPED if version is None else version.number
        log.info("%d put version %d of %s in use", interaction.user.id, number, teachable)
        key = "finetune.now_shipped" if version is None else "finetune.now_used"
        text = wording(key, style=style_name(teachable, wording), number=number)
        await interaction.edit_original_response(content=text)

    async def _run_here(self, run_id: int, guild_id: int) -> Run:
        try:
            run = await self._storage.runs.get(run_id)
        except LookupError:
            raise BadRequest(Reason.FINETUNE_NO_RUN) from None
        if run.guild_id != guild_id:
            raise BadRequest(Reason.FINETUNE_NO_RUN)
        return run
