"""The `/lyrics` command, and what 📜 hands over. Checks and answers; writing is the job's."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs._shared import handover
from cogs._shared.options import (
    VERSE_CHOICES,
    Name,
    Scene,
    Seed,
    VerseTemperature,
    offered,
    poet_choices,
    read_words,
)
from cogs._shared.suggestions import Choices, matching
from cogs._shared.wording import localised
from cogs._shared.work_jobs import WorkJobs, seed_for
from domain.errors import BadRequest
from domain.verses import DEFAULT_VERSE_TEMPERATURE, LINES
from models.registry import Models
from storage import JobKind, Verses

if TYPE_CHECKING:
    from bot import Nightingale


class Lyrics(commands.Cog):
    def __init__(self, jobs: WorkJobs, verses: Verses, models: Models) -> None:
        self._jobs = jobs
        self._verses = verses
        self._tunes = {tune: tune for tune in models.tunes}
        # Which networks there are is known only now; the command's other options are fixed above it.
        app_commands.choices(model=poet_choices(models))(self.lyrics)

    @app_commands.command(
        name=localised("command.lyrics.name"), description=localised("command.lyrics.description")
    )
    @offered(
        *("scene", "lines", "form", "rhyme", "language", "tune", "seed"),
        model="poet",
        temperature="verse_temperature",
    )
    @app_commands.choices(**VERSE_CHOICES)
    async def lyrics(  # noqa: PLR0913, PLR0917  one argument an option
        self,
        interaction: discord.Interaction,
        scene: Scene,
        lines: app_commands.Range[int, *LINES] | None = None,
        form: str | None = None,
        rhyme: str | None = None,
        language: str | None = None,
        tune: Name | None = None,
        model: str | None = None,
        temperature: VerseTemperature = DEFAULT_VERSE_TEMPERATURE,
        seed: Seed | None = None,
    ) -> None:
        try:
            request = read_words(
                scene,
                seed=seed_for(seed),
                lines=lines,
                form=form,
                rhyme=rhyme,
                language=language,
                tune=tune,
                model=model,
                temperature=temperature,
            )
        except BadRequest as error:
            await self._jobs.refuse(interaction, error, kind=JobKind.LYRICS)
            return
        await interaction.response.defer(thinking=True)
        await self._jobs.begin(interaction, request)

    @lyrics.autocomplete("tune")
    async def suggest_tunes(self, _interaction: discord.Interaction, typed: str) -> Choices:
        return matching(typed, self._tunes)

    async def hand_over_text(self, interaction: discord.Interaction, work_id: int) -> None:
        """📜: give the person who pressed the text of verse, or of a song."""
        await handover.hand_over_text(interaction, work_id, verses=self._verses)


async def setup(bot: "Nightingale") -> None:
    await bot.add_cog(Lyrics(bot.work_jobs, bot.storage.verses, bot.models))
