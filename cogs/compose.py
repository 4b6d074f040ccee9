"""The `/compose` command. Checks and answers; the rest is the job's."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs._shared.options import ENSEMBLES, Name, Seed, choices_of, keys_like, offered, read_key
from cogs._shared.recipes import read_handed
from cogs._shared.seed_names import SeedName, seed_source, seeds_like
from cogs._shared.suggestions import Choices, matching
from cogs._shared.wording import localised, wording_for
from cogs._shared.work_jobs import WorkJobs, seed_for
from domain.ensembles import Ensemble
from domain.errors import BadRequest, Reason, Unavailable
from domain.moods import Mood
from domain.requests import (
    DEFAULT_LENGTH_SECONDS,
    DEFAULT_TEMPERATURE,
    LENGTH_SECONDS,
    TEMPERATURE,
    TEMPO,
    ComposeRequest,
)
from domain.score import Metre
from models.registry import Style
from storage import JobKind, Seeds

if TYPE_CHECKING:
    from bot import Nightingale

USUAL_STYLE = "rnn"

CHOICES = (1, 2)
"""How many clips to make; two are compared blind."""

OPTIONS = (
    *("style", "length", "genre", "mood", "instruments"),
    *("key", "metre", "tempo", "seed", "temperature", "choices"),
    *("recipe", "recipe_text"),
)


def _parse_metre(text: str) -> Metre:
    try:
        return Metre.parse(text)
    except ValueError:
        raise BadRequest(Reason.UNKNOWN_METRE, value=text) from None


class Compose(commands.Cog):
    def __init__(self, jobs: WorkJobs, styles: Sequence[Style], seeds: Seeds) -> None:
        self._jobs = jobs
        self._seeds = seeds
        self._styles = {style.name: style for style in styles}
        # Which styles there are is known only now; the command's other options are fixed above the class.
        choices = [app_commands.Choice(name=name, value=name) for name in self._styles]
        app_commands.choices(style=choices)(self.compose)

    @app_commands.command(
        name=localised("command.compose.name"), description=localised("command.compose.description")
    )
    @offered(*OPTIONS, seed_name="opening_seed")
    @app_commands.choices(mood=choices_of(Mood, "mood"), instruments=ENSEMBLES)
    async def compose(  # noqa: PLR0913, PLR0917  one argument an option
        self,
        interaction: discord.Interaction,
        style: str | None = None,
        length: app_commands.Range[int, *LENGTH_SECONDS] = DEFAULT_LENGTH_SECONDS,
        genre: Name | None = None,
        mood: str | None = None,
        instruments: str | None = None,
        key: Name | None = None,
        metre: app_commands.Range[str, 1, 20] | None = None,
        tempo: app_commands.Range[int, *TEMPO] | None = None,
        seed_name: SeedName | None = None,
        seed: Seed | None = None,
        temperature: app_commands.Range[float, *TEMPERATURE] = DEFAULT_TEMPERATURE,
        choices: app_commands.Range[int, *CHOICES] = 1,
        recipe: discord.Attachment | None = None,
        recipe_text: app_commands.Range[str, 1, 6000] | None = None,
    ) -> None:
        if recipe is not None or recipe_text is not None:
            await self._compose_recipe(interaction, recipe, recipe_text)
            return
        wanted_genre = None if genre is None else wording_for(interaction.locale).genre_named(genre)
        try:
            opening = None
            if seed_name is not None:
                await interaction.response.defer(thinking=True)
                opening = await seed_source(interaction, seed_name, seeds=self._seeds)
            request = ComposeRequest(
                style=style or self._usual_style(wanted_genre),
                seed=seed_for(seed),
                length_seconds=length,
                genre=wanted_genre,
                mood=None if mood is None else Mood(mood),
                instruments=None if instruments is None else Ensemble(instruments),
                key=read_key(key),
                metre=None if metre is None else _parse_metre(metre),
                tempo=tempo,
                temperature=temperature,
                opening=opening,
            )
        except (BadRequest, Unavailable) as error:
            await self._jobs.refuse(interaction, error, kind=JobKind.COMPOSE)
            return
        if opening is None:
            await interaction.response.defer(thinking=True)
        begin = self._jobs.begin if choices == 1 else self._jobs.begin_pair
        await begin(interaction, request)

    async def _compose_recipe(
        self, interaction: discord.Interaction, file: discord.Attachment | None, text: str | None
    ) -> None:
        """Begin what a recipe says, whatever kind of work it makes."""
        await interaction.response.defer(thinking=True)
        try:
            if set(vars(interaction.namespace)) - {"recipe", "recipe_text"}:
                raise BadRequest(Reason.RECIPE_ALONE)
            handed = await read_handed(file, text)
        except (BadRequest, Unavailable) as error:
            await self._jobs.refuse(interaction, error, kind=JobKind.COMPOSE)
        else:
            await self._jobs.begin(interaction, handed.request, recipe_version=handed.model_version)

    def _usual_style(self, genre: str | None) -> str:
        """The style for who names none: the usual one, or the first that plays the genre."""
        styles = sorted(self._styles, key=lambda name: name != USUAL_STYLE)
        playing = (name for name in styles if genre in self._styles[name].genres)
        return next(playing, styles[0] if styles else USUAL_STYLE)

    @compose.autocomplete("genre")
    async def suggest_genres(self, interaction: discord.Interaction, typed: str) -> Choices:
        """The chosen style's genres, or every style's while none is chosen."""
        wording = wording_for(interaction.locale)
        styles = self._styles_chosen(interaction)
        names = dict.fromkeys(str(genre) for style in styles for genre in style.genres)
        return matching(typed, {name: wording.genre(name) for name in names})

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
        return matching(typed, {metre: metre for metre, _ in metres.most_common()})

    @compose.autocomplete("seed_name")
    async def suggest_seeds(self, interaction: discord.Interaction, typed: str) -> Choices:
        return await seeds_like(typed, interaction, seeds=self._seeds)

    @compose.autocomplete("key")
    async def suggest_keys(self, interaction: discord.Interaction, typed: str) -> Choices:
        return keys_like(typed, wording_for(interaction.locale))

    def _styles_chosen(self, interaction: discord.Interaction) -> list[Style]:
        chosen = self._styles.get(interaction.namespace.style or "")
        return list(self._styles.values()) if chosen is None else [chosen]


async def setup(bot: "Nightingale") -> None:
    await bot.add_cog(Compose(bot.work_jobs, bot.models.styles, bot.storage.seeds))
