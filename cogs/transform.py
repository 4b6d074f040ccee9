"""`/blend`, `/vary`, `/accompany` and `/restyle`: what is made of clips, people's MIDI files and their seeds.

Checks and answers; reading the music and making the clip are others' matter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.options import Name, Seed, clips_like, offered
from cogs._shared.seed_names import SeedName, seed_source, seeds_like
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
from storage import JobKind, Seeds

if TYPE_CHECKING:
    from bot import Nightingale


@dataclass(frozen=True, slots=True)
class _Given:
    """What a piece is named by: a clip's id, a file or a seed. People may give none of them, or several."""

    clip: str | None = None
    file: discord.Attachment | None = None
    seed_name: str | None = None

    @property
    def is_nothing(self) -> bool:
        return self == _Given()


class Transform(commands.Cog):
    """`accompanied` and `restyled` are the genres that the models for it offer; none without a model."""

    def __init__(
        self,
        jobs: WorkJobs,
        shelf: ClipShelf,
        seeds: Seeds,
        *,
        accompanied: Sequence[Genre],
        restyled: Sequence[Genre],
    ) -> None:
        self._jobs = jobs
        self._shelf = shelf
        self._seeds = seeds
        self._genres = {JobKind.ACCOMPANY: accompanied, JobKind.RESTYLE: restyled}

    @app_commands.command(
        name=localised("command.blend.name"), description=localised("command.blend.description")
    )
    @offered(
        *("ratio", "other_seed_name", "seed"),
        a="first",
        b="second",
        a_file="first_file",
        b_file="second_file",
        seed_name="blended_seed",
    )
    async def blend(  # noqa: PLR0913, PLR0917  one argument an option
        self,
        interaction: discord.Interaction,
        a: Name | None = None,
        b: Name | None = None,
        ratio: app_commands.Range[float, *RATIO] | None = None,
        a_file: discord.Attachment | None = None,
        b_file: discord.Attachment | None = None,
        seed_name: SeedName | None = None,
        other_seed_name: SeedName | None = None,
        seed: Seed | None = None,
    ) -> None:
        await self._transform(
            interaction,
            JobKind.BLEND,
            [_Given(a, a_file), _Given(b, b_file)],
            lambda pair: BlendRequest(first=pair[0], second=pair[1], ratio=ratio, seed=seed_for(seed)),
            seed_names=[name for name in (seed_name, other_seed_name) if name is not None],
        )

    @app_commands.command(
        name=localised("command.vary.name"), description=localised("command.vary.description")
    )
    @offered("clip", "amount", "file", "seed_name", "seed")
    async def vary(
        self,
        interaction: discord.Interaction,
        clip: Name | None = None,
        amount: app_commands.Range[float, *AMOUNT] = DEFAULT_AMOUNT,
        file: discord.Attachment | None = None,
        seed_name: SeedName | None = None,
        seed: Seed | None = None,
    ) -> None:
        await self._transform(
            interaction,
            JobKind.VARY,
            [_Given(clip, file, seed_name)],
            lambda one: VaryRequest(source=one[0], amount=amount, seed=seed_for(seed)),
        )

    @app_commands.command(
        name=localised("command.accompany.name"), description=localised("command.accompany.description")
    )
    @offered("clip", "file", "seed_name", "seed", genre="accompanied_genre")
    async def accompany(
        self,
        interaction: discord.Interaction,
        clip: Name | None = None,
        genre: Name | None = None,
        file: discord.Attachment | None = None,
        seed_name: SeedName | None = None,
        seed: Seed | None = None,
    ) -> None:
        named = None if genre is None else wording_for(interaction.locale).genre_named(genre)
        await self._transform(
            interaction,
            JobKind.ACCOMPANY,
            [_Given(clip, file, seed_name)],
            lambda one: AccompanyRequest(source=one[0], genre=named, seed=seed_for(seed)),
        )

    @app_commands.command(
        name=localised("command.restyle.name"), description=localised("command.restyle.description")
    )
    @offered("clip", "file", "seed_name", "seed", genre="restyled_genre")
    async def restyle(
        self,
        interaction: discord.Interaction,
        genre: Name,
        clip: Name | None = None,
        file: discord.Attachment | None = None,
        seed_name: SeedName | None = None,
        seed: Seed | None = None,
    ) -> None:
        named = wording_for(interaction.locale).genre_named(genre)
        await self._transform(
            interaction,
            JobKind.RESTYLE,
            [_Given(clip, file, seed_name)],
            lambda one: RestyleRequest(source=one[0], genre=named, seed=seed_for(seed)),
        )

    @blend.autocomplete("a")
    @blend.autocomplete("b")
    @vary.autocomplete("clip")
    @accompany.autocomplete("clip")
    @restyle.autocomplete("clip")
    async def suggest_clips(self, interaction: discord.Interaction, typed: str) -> Choices:
        return await clips_like(typed, interaction, self._jobs.recent)

    @blend.autocomplete("seed_name")
    @blend.autocomplete("other_seed_name")
    @vary.autocomplete("seed_name")
    @accompany.autocomplete("seed_name")
    @restyle.autocomplete("seed_name")
    async def suggest_seeds(self, interaction: discord.Interaction, typed: str) -> Choices:
        return await seeds_like(typed, interaction, seeds=self._seeds)

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
        seed_names: Sequence[str] = (),
    ) -> None:
        """Acknowledge, read what was given, and begin; why that can't be is told to the person alone.

        Seeds called `seed_names` take the places of pieces that are missing.
        """

        async def read() -> Transformation:
            pieces = _filled(given, seed_names)
            if len(pieces) > 1 and any(each.is_nothing for each in pieces):
                raise BadRequest(Reason.SOURCES_MISSING)
            return request_on([await self._source(interaction, each) for each in pieces])

        await self._jobs.begin_with(interaction, read, kind=kind)

    async def _source(self, interaction: discord.Interaction, given: _Given) -> Source:
        """The music of a piece. Raises as `read_source` and `seed_source` do."""
        if given.seed_name is None:
            return await read_source(interaction, clip=given.clip, file=given.file, shelf=self._shelf)
        if given != _Given(seed_name=given.seed_name):
            raise BadRequest(Reason.SOURCE_TWICE)
        return await seed_source(interaction, given.seed_name, seeds=self._seeds)


def _filled(given: Sequence[_Given], seed_names: Sequence[str]) -> list[_Given]:
    """The pieces, seeds in the places of missing ones. Raises BadRequest (SOURCE_TWICE) for one too many."""
    filled = list(given)
    for name in seed_names:
        if _Given() not in filled:
            raise BadRequest(Reason.SOURCE_TWICE)
        filled[filled.index(_Given())] = _Given(seed_name=name)
    return filled


async def setup(bot: "Nightingale") -> None:
    accompanist = next((style for style in bot.models.styles if style.name == AccompanyRequest.style), None)
    await bot.add_cog(
        Transform(
            bot.work_jobs,
            bot.clip_shelf,
            bot.storage.seeds,
            accompanied=accompanist.genres if accompanist else (),
            restyled=bot.models.restyler.genres if bot.models.restyler else (),
        )
    )
