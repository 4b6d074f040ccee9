"""The `/song` command, 🎵 under verse and ✍️ under clips: words and music that belong together.

Checks and answers; reading the tune and making the song are others' matter.
"""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.handover import stored_verse
from cogs._shared.options import (
    ENSEMBLES,
    VERSE_CHOICES,
    Name,
    Scene,
    Seed,
    VerseTemperature,
    clips_like,
    keys_like,
    offered,
    poet_choices,
    read_key,
    read_words,
)
from cogs._shared.scene_modal import SceneModal
from cogs._shared.sources import clip_source, read_source
from cogs._shared.suggestions import Choices
from cogs._shared.wording import localised, wording_for
from cogs._shared.work_jobs import WorkJobs, new_seed, seed_for
from domain.ensembles import Ensemble
from domain.song_requests import SongRequest
from domain.verses import DEFAULT_VERSE_TEMPERATURE, LINES, LyricsRequest
from models.registry import Models
from storage import JobKind, Verses

if TYPE_CHECKING:
    from bot import Nightingale


class Song(commands.Cog):
    def __init__(self, jobs: WorkJobs, shelf: ClipShelf, verses: Verses, models: Models) -> None:
        self._jobs = jobs
        self._shelf = shelf
        self._verses = verses
        app_commands.choices(model=poet_choices(models))(self.song)

    @app_commands.command(
        name=localised("command.song.name"), description=localised("command.song.description")
    )
    @offered(
        *("scene", "lines", "form", "rhyme", "language", "key", "instruments", "seed"),
        clip="sung_clip",
        model="poet",
        temperature="verse_temperature",
    )
    @app_commands.choices(instruments=ENSEMBLES, **VERSE_CHOICES)
    async def song(  # noqa: PLR0913, PLR0917  one argument an option
        self,
        interaction: discord.Interaction,
        scene: Scene,
        lines: app_commands.Range[int, *LINES] | None = None,
        form: str | None = None,
        rhyme: str | None = None,
        language: str | None = None,
        clip: Name | None = None,
        key: Name | None = None,
        instruments: str | None = None,
        model: str | None = None,
        temperature: VerseTemperature = DEFAULT_VERSE_TEMPERATURE,
        seed: Seed | None = None,
    ) -> None:
        async def read() -> SongRequest:
            source = None
            if clip is not None:
                source = await read_source(interaction, clip=clip, file=None, shelf=self._shelf)
            words = read_words(
                scene,
                seed=seed_for(seed),
                lines=lines,
                form=form,
                rhyme=rhyme,
                language=language,
                model=model,
                temperature=temperature,
            )
            ensemble = None if instruments is None else Ensemble(instruments)
            return SongRequest(words=words, source=source, key=read_key(key), instruments=ensemble)

        await self._jobs.begin_with(interaction, read, kind=JobKind.SONG)

    @song.autocomplete("clip")
    async def suggest_clips(self, interaction: discord.Interaction, typed: str) -> Choices:
        return await clips_like(typed, interaction, self._jobs.recent)

    @song.autocomplete("key")
    async def suggest_keys(self, interaction: discord.Interaction, typed: str) -> Choices:
        return keys_like(typed, wording_for(interaction.locale))

    async def sing(self, interaction: discord.Interaction, verse_id: int) -> None:
        """🎵: begin a song with the words of the verse."""

        async def read() -> SongRequest:
            stored = await stored_verse(interaction, verse_id, verses=self._verses)
            return SongRequest(words=stored.verse.recipe.request)

        await self._jobs.begin_with(interaction, read, kind=JobKind.SONG)

    async def ask_for_scene(self, interaction: discord.Interaction, clip_id: int) -> None:
        """✍️: ask what the words are to be about, and begin a song of them and the clip's tune."""

        async def begin(interaction: discord.Interaction, scene: str) -> None:
            async def read() -> SongRequest:
                source = await clip_source(interaction, clip_id, shelf=self._shelf)
                return SongRequest(words=LyricsRequest(scene=scene, seed=new_seed()), source=source)

            await self._jobs.begin_with(interaction, read, kind=JobKind.SONG)

        await interaction.response.send_modal(SceneModal(begin, wording_for(interaction.locale)))


async def setup(bot: "Nightingale") -> None:
    await bot.add_cog(Song(bot.work_jobs, bot.clip_shelf, bot.storage.verses, bot.models))
