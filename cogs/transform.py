"""`/blend`, `/vary`, `/accompany` and `/restyle`: what is made of clips and of people's MIDI files.

Checks and answers; reading the music and making the clip are others' matter.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from cogs._shared.clip_jobs import ClipJobs, seed_for
from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.sources import read_source
from cogs._shared.suggestions import Choices, matching
from cogs._shared.wording import localised, wording_for
from domain.errors import BadRequest, Reason, Unavailable
from domain.genres import Genre
from domain.limits import SEED
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

_Seed = app_commands.Range[int, *SEED]

_Callback = TypeVar("_Callback", bound=Callable[..., Any])


def _offered(**options: str) -> Callable[[_Callback], _Callback]:
    """Offer a command everywhere, each of its options worded as `option.VALUE` in the catalogues."""

    def offer(callback: _Callback) -> _Callback:
        for decorate in (
            app_commands.allowed_installs(guilds=True, users=True),
            app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True),
            app_commands.rename(**{name: localised(f"option.{key}.name") for name, key in options.items()}),
            app_commands.describe(
                **{name: localised(f"option.{key}.description") for name, key in options.items()}
            ),
        ):
            decorate(callback)
        return callback

    return offer


class Transform(commands.Cog):
    """`accompanied` and `restyled` are the genres that the models for it offer; none without a model."""

    def __init__(
        self, jobs: ClipJobs, shelf: ClipShelf, *, accompanied: Sequence[Genre], restyled: Sequence[Genre]
    ) -> None:
        self._jobs = jobs
        self._shelf = shelf
        self._genres = {JobKind.ACCOMPANY: accompanied, JobKind.RESTYLE: restyled}

    @app_commands.command(
        name=localised("command.blend.name"), description=localised("command.blend.description")
    )
    @_offered(a="first", b="second", ratio="ratio", a_file="first_file", b_file="second_file", seed="seed")
    async def blend(
        self,
        interaction: discord.Interaction,
        a: app_commands.Range[str, 1, 50] | None = None,
        b: app_commands.Range[str, 1, 50] | None = None,
        ratio: app_commands.Range[float, *RATIO] | None = None,
        a_file: discord.Attachment | None = None,
        b_file: discord.Attachment | None = None,
        seed: _Seed | None = None,
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
    @_offered(clip="clip", amount="amount", file="file", seed="seed")
    async def vary(
        self,
        interaction: discord.Interaction,
        clip: app_commands.Range[str, 1, 50] | None = None,
        amount: app_commands.Range[float, *AMOUNT] = DEFAULT_AMOUNT,
        file: discord.Attachment | None = None,
        seed: _Seed | None = None,
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
    @_offered(clip="clip", genre="accompanied_genre", file="file", seed="seed")
    async def accompany(
        self,
        interaction: discord.Interaction,
        clip: app_commands.Range[str, 1, 50] | None = None,
        genre: app_commands.Range[str, 1, 50] | None = None,
        file: discord.Attachment | None = None,
        seed: _Seed | None = None,
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
    @_offered(genre="restyled_genre", clip="clip", file="file", seed="seed")
    async def restyle(
        self,
        interaction: discord.Interaction,
        genre: app_commands.Range[str, 1, 50],
        clip: app_commands.Range[str, 1, 50] | None = None,
        file: discord.Attachment | None = None,
        seed: _Seed | None = None,
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
        """The newest clips of this place, by id, title or genre."""
        wording = wording_for(interaction.locale)
        try:
            clips = await self._jobs.recent.here(interaction)
        except Unavailable:  # nobody waits for a suggestion
            return []
        return matching(
            typed,
            {str(clip.id): f"#{clip.id} · {clip.title} · {wording.genre(clip.genre)}" for clip in clips},
        )

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
        await interaction.response.defer(thinking=True)
        try:
            if len(given) > 1 and any(each == (None, None) for each in given):
                raise BadRequest(Reason.SOURCES_MISSING)
            sources = [
                await read_source(interaction, clip=clip, file=file, shelf=self._shelf)
                for clip, file in given
            ]
            request = request_on(sources)
        except (BadRequest, Unavailable) as error:
            await self._jobs.refuse(interaction, error, kind=kind)
            return
        await self._jobs.begin(interaction, request)


async def setup(bot: "Nightingale") -> None:
    accompanist = next((style for style in bot.styles if style.name == AccompanyRequest.style), None)
    await bot.add_cog(
        Transform(
            bot.clip_jobs,
            bot.clip_shelf,
            accompanied=accompanist.genres if accompanist else (),
            restyled=bot.restyler.genres if bot.restyler else (),
        )
    )
