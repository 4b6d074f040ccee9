"""`/blend`, `/vary`, `/accompany` and `/restyle`: what is made of clips and of people's MIDI files.

Checks and answers; reading the music and making the clip are others' matter.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.options import Name, Seed, clips_like, offered
from cogs._shared.sources import read_source
from cogs._shared.suggestions import Choices, matching
from cogs._shared.wording import localised, wording_for
from cogs._shared.work_jobs import WorkJobs, seed_for
from domain.errors import BadRequest, Reason
from domain.genres import Genre
from domain.transformations import (
    AMOUNT,
    DEFAULT_AMOUNT,
    RATIO,
    AccompanyRequest,
    BlendRequest,
    RestyleRequest,
    Source,
    Transformation,
    VaryRequest,
)
from storage import JobKind

if TYPE_CHECKING:
    from bot import Nightingale

_Given = tuple[str | None, discord.Attachment | None]
"""A clip's id, or a file. People may give neither, or both."""


class Transform(commands.Cog):
    """`accompanied` and `restyled` are the genres that the models for it offer; none without a model."""

    def __init__(
        self, jobs: WorkJobs, shelf: ClipShelf, *, accompanied: Sequence[Genre], restyled: Sequence[Genre]
    ) -> None:
        self._jobs = jobs
        self._shelf = shelf
        self._genres = {JobKind.ACCOMPANY: accompanied, JobKind.RESTYLE: restyled}

    @app_commands.command(
        name=localised("command.blend.name"), description=localised("command.blend.description")
    )
    @offered(a="first", b="second", ratio="ratio", a_file="first_file", b_file="second_file", seed="seed")
    async def blend(
        self,
        interaction: discord.Interaction,
        a: Name | None = None,
        b: Name | None = None,
        ratio: app_commands.Range[float, *RATIO] | None = None,
        a_file: discord.Attachment | None = None,
        b_file: discord.Attachment | None = None,
        seed: Seed | None = None,
    ) -> None:
        await self._transform(
            interaction,
            JobKind.BLEND,
            [(a, a_file), (b, b_file)],
            lambda pair: BlendRequest(first=pair[0], second=pair[1], ratio=ratio, seed=seed_for(seed)),
        )

    @app_commands.command(
        name=localised("command.vary.name"), description=localised("command.vary.description")
    )
    @offered(clip="clip", amount="amount", file="file", seed="seed")
    async def vary(
        self,
        interaction: discord.Interaction,
        clip: Name | None = None,
        amount: app_commands.Range[float, *AMOUNT] = DEFAULT_AMOUNT,
        file: discord.Attachment | None = None,
        seed: Seed | None = None,
    ) -> None:
        await self._transform(
            interaction,
            JobKind.VARY,
            [(clip, file)],
            lambda one: VaryRequest(source=one[0], amount=amount, seed=seed_for(seed)),
        )

    @app_commands.command(
        name=localised("command.accompany.name"), description=localised("command.accompany.description")
    )
    @offered(clip="clip", genre="accompanied_genre", file="file", seed="seed")
    async def accompany(
        self,
        interaction: discord.Interaction,
        clip: Name | None = None,
        genre: Name | None = None,
        file: discord.Attachment | None = None,
        seed: Seed | None = None,
    ) -> None:
        named = None if genre is None else wording_for(interaction.locale).genre_named(genre)
        await self._transform(
            interaction,
            JobKind.ACCOMPANY,
            [(clip, file)],
            lambda one: AccompanyRequest(source=one[0], genre=named, seed=seed_for(seed)),
        )

    @app_commands.command(
        name=localised("command.restyle.name"), description=localised("command.restyle.description")
    )
    @offered(genre="restyled_genre", clip="clip", file="file", seed="seed")
    async def restyle(
        self,
        interaction: discord.Interaction,
        genre: Name,
        clip: Name | None = None,
        file: discord.Attachment | None = None,
        seed: Seed | None = None,
    ) -> None:
        named = wording_for(interaction.locale).genre_named(genre)
        await self._transform(
            interaction,
            JobKind.RESTYLE,
            [(clip, file)],
            lambda one: RestyleRequest(source=one[0], genre=named, seed=seed_for(seed)),
        )

    @blend.autocomplete("a")
    @blend.autocomplete("b")
    @vary.autocomplete("clip")
    @accompany.autocomplete("clip")
    @restyle.autocomplete("clip")
    async def suggest_clips(self, interaction: discord.Interaction, typed: str) -> Choices:
        return await clips_like(typed, interaction, self._jobs.recent)

    @accompany.autocomplete("genre")
    @restyle.autocomplete("genre")
    async def suggest_genres(self, interaction: discord.Interaction, typed: str) -> Choices:
        """The genres that the model for it knows."""
        wording = wording_for(interaction.locale)
        command = interaction.command
        genres = [] if command is None else self._genres[JobKind(command.name)]
        return matching(typed, {str(genre): wording.genre(genre) for genre in genres})

    async def _transform(
        self,
        interaction: discord.Interaction,
        kind: JobKind,
        given: Sequence[_Given],
        request_on: Callable[[Sequence[Source]], Transformation],
    ) -> None:
        """Acknowledge, read what was given, and begin; why that can't be is told to the person alone."""

        async def read() -> Transformation:
            if len(given) > 1 and any(each == (None, None) for each in given):
                raise BadRequest(Reason.SOURCES_MISSING)
            sources = [
                await read_source(interaction, clip=clip, file=file, shelf=self._shelf)
                for clip, file in given
            ]
            return request_on(sources)

        await self._jobs.begin_with(interaction, read, kind=kind)


async def setup(bot: "Nightingale") -> None:
    accompanist = next((style for style in bot.models.styles if style.name == AccompanyRequest.style), None)
    await bot.add_cog(
        Transform(
            bot.work_jobs,
            bot.clip_shelf,
            accompanied=accompanist.genres if accompanist else (),
            restyled=bot.models.restyler.genres if bot.models.restyler else (),
        )
    )
