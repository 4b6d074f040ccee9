"""The `/compose` command and what its buttons do. Checks and answers; the rest is the job's."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from cogs._shared.failures import log_failure, reply_privately
from cogs._shared.wording import localised, wording_for
from cogs.compose import handover
from cogs.compose.job import ComposeJob
from domain.ensembles import Ensemble
from domain.errors import BadRequest, Reason
from domain.moods import Mood
from domain.requests import (
    DEFAULT_LENGTH_SECONDS,
    DEFAULT_TEMPERATURE,
    LENGTH_SECONDS,
    SEED,
    TEMPERATURE,
    TEMPO,
    ComposeRequest,
)
from domain.score import Key, Metre, Mode
from engine.client import Engine
from models.registry import Style
from storage import JobKind, Storage

MAX_CHOICES = 25
"""Discord shows no more."""

KEYS = tuple(Key(tonic, mode) for mode in Mode for tonic in range(12))

OPTIONS = (
    *("style", "length", "genre", "mood", "instruments"),
    *("key", "metre", "tempo", "seed", "temperature"),
)

Choices = list[app_commands.Choice[str]]


def _parse_key(text: str) -> Key:
    try:
        return Key.parse(text)
    except ValueError:
        raise BadRequest(Reason.UNKNOWN_KEY, value=text) from None


def _parse_metre(text: str) -> Metre:
    try:
        return Metre.parse(text)
    except ValueError:
        raise BadRequest(Reason.UNKNOWN_METRE, value=text) from None


class Compose(commands.Cog):
    def __init__(self, engine: Engine, storage: Storage, styles: Sequence[Style]) -> None:
        self._engine = engine
        self._storage = storage
        self._styles = {style.name: style for style in styles}
        self._jobs: dict[int, ComposeJob] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        # Which styles there are is known only now; the command's other options are fixed above the class.
        choices = [app_commands.Choice(name=name, value=name) for name in self._styles]
        app_commands.choices(style=choices)(self.compose)

    async def cog_unload(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @app_commands.command(
        name=localised("command.compose.name"), description=localised("command.compose.description")
    )
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.rename(**{option: localised(f"option.{option}.name") for option in OPTIONS})
    @app_commands.describe(**{option: localised(f"option.{option}.description") for option in OPTIONS})
    @app_commands.choices(
        mood=[app_commands.Choice(name=localised(f"mood.{mood}"), value=str(mood)) for mood in Mood],
        instruments=[
            app_commands.Choice(name=localised(f"ensemble.{ensemble}"), value=str(ensemble))
            for ensemble in Ensemble
        ],
    )
    async def compose(  # noqa: PLR0913, PLR0917  one argument an option
        self,
        interaction: discord.Interaction,
        style: str,
        length: app_commands.Range[int, *LENGTH_SECONDS] = DEFAULT_LENGTH_SECONDS,
        genre: app_commands.Range[str, 1, 50] | None = None,
        mood: str | None = None,
        instruments: str | None = None,
        key: app_commands.Range[str, 1, 50] | None = None,
        metre: app_commands.Range[str, 1, 20] | None = None,
        tempo: app_commands.Range[int, *TEMPO] | None = None,
        seed: app_commands.Range[int, *SEED] | None = None,
        temperature: app_commands.Range[float, *TEMPERATURE] = DEFAULT_TEMPERATURE,
    ) -> None:
        try:
            request = ComposeRequest(
                style=style,
                seed=self._new_seed() if seed is None else seed,
                length_seconds=length,
                genre=genre,
                mood=None if mood is None else Mood(mood),
                instruments=None if instruments is None else Ensemble(instruments),
                key=None if key is None else _parse_key(key),
                metre=None if metre is None else _parse_metre(metre),
                tempo=tempo,
                temperature=temperature,
            )
        except BadRequest as error:
            await self._refuse(interaction, error)
            return
        await interaction.response.defer(thinking=True)
        await self._begin(interaction, request)

    async def _refuse(self, interaction: discord.Interaction, error: BadRequest) -> None:
        """Write the row of a request that can't be made, and tell the person alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        job_id = await self._storage.jobs.refuse(
            json.dumps(vars(interaction.namespace), default=str, ensure_ascii=False),
            error.reason,
            kind=JobKind.COMPOSE,
            user_id=interaction.user.id,
            guild_id=interaction.guild_id,
            channel_id=interaction.channel_id or 0,
        )
        failure = log_failure(error, about=f"composing #{job_id}")
        await reply_privately(interaction, failure.text(wording_for(interaction.locale), job_id=job_id))

    @compose.autocomplete("genre")
    async def suggest_genres(self, interaction: discord.Interaction, typed: str) -> Choices:
        """The chosen style's genres, or every style's while none is chosen."""
        wording = wording_for(interaction.locale)
        styles = self._styles_chosen(interaction)
        names = dict.fromkeys(str(genre) for style in styles for genre in style.genres)
        return _matching(typed, {name: wording.genre(name) for name in names})

    @compose.autocomplete("metre")
    async def suggest_metres(self, interaction: discord.Interaction, typed: str) -> Choices:
        """The chosen genre's metres; while none is chosen, all there are, what most genres have first."""
        chosen = interaction.namespace.genre
        metres: Counter[str] = Counter(
            str(metre)
            for style in self._styles_chosen(interaction)
            for genre in ([chosen] if chosen in style.genres else style.genres)
            for metre in style.metres.get(genre, ())
        )
        with suppress(ValueError):
            typed = str(Metre.parse(typed))  # as the names are written, for who types 68
        return _matching(typed, {metre: metre for metre, _ in metres.most_common()})

    @compose.autocomplete("key")
    async def suggest_keys(self, interaction: discord.Interaction, typed: str) -> Choices:
        wording = wording_for(interaction.locale)
        return _matching(typed, {str(key): wording.key_name(key) for key in KEYS})

    def _styles_chosen(self, interaction: discord.Interaction) -> list[Style]:
        chosen = self._styles.get(interaction.namespace.style or "")
        return list(self._styles.values()) if chosen is None else [chosen]

    async def hand_over_midi(self, interaction: discord.Interaction, clip_id: int) -> None:
        """Give the person who pressed 🎹 the clip's MIDI and recipe."""
        await handover.hand_over_midi(interaction, clip_id, storage=self._storage)

    async def hand_over_sheet(self, interaction: discord.Interaction, clip_id: int) -> None:
        """Give the person who pressed 🎼 the clip's sheet music."""
        await handover.hand_over_sheet(interaction, clip_id, engine=self._engine, storage=self._storage)

    async def compose_again(self, interaction: discord.Interaction, job_id: int) -> None:
        """Begin a new job that asks what the old one asked, with a new seed."""
        await interaction.response.defer(thinking=True)
        try:
            request = (await self._storage.jobs.get(job_id)).request
        except LookupError:
            request = None
        if request is None:
            raise BadRequest(Reason.NOT_FOUND, value=f"#{job_id}")
        await self._begin(interaction, replace(request, seed=self._new_seed()))

    async def cancel(self, interaction: discord.Interaction, job_id: int) -> None:
        """Cancel on behalf of the requester or of somebody who may manage messages here."""
        wording = wording_for(interaction.locale)
        job = self._jobs.get(job_id)
        if job is None:
            await reply_privately(interaction, wording("reply.too_late_to_cancel", id=f"#{job_id}"))
        elif interaction.user.id != job.user_id and not interaction.permissions.manage_messages:
            await reply_privately(interaction, wording("reply.not_yours_to_cancel", id=f"#{job_id}"))
        elif job.cancel():
            await interaction.response.defer()
        else:
            await reply_privately(interaction, wording("reply.too_late_to_cancel", id=f"#{job_id}"))

    async def _begin(self, interaction: discord.Interaction, request: ComposeRequest) -> None:
        """Write the row and leave the rest to a task. The interaction has been acknowledged."""
        job_id = await self._storage.jobs.add(
            request,
            user_id=interaction.user.id,
            guild_id=interaction.guild_id,
            channel_id=interaction.channel_id or 0,  # Discord always says where a command was used
        )
        job = ComposeJob(interaction, request, job_id=job_id, engine=self._engine, storage=self._storage)
        self._jobs[job_id] = job
        task = asyncio.create_task(job.run(), name=f"compose #{job_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: self._jobs.pop(job_id, None))

    @staticmethod
    def _new_seed() -> int:
        return random.randint(*SEED)


def _matching(typed: str, names: dict[str, str]) -> Choices:
    """Values whose own or shown name begins with, or failing that contains, what was typed."""
    wanted = typed.strip().casefold()
    matches = [
        (not (value.casefold().startswith(wanted) or name.casefold().startswith(wanted)), value, name)
        for value, name in names.items()
        if wanted in value.casefold() or wanted in name.casefold()
    ]
    matches.sort(key=lambda match: match[0])  # stable: within each group the order stays musical
    return [app_commands.Choice(name=name, value=value) for _, value, name in matches[:MAX_CHOICES]]
