"""Options that several commands have: how they are offered, what can be chosen, and how they are read."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, TypeVar

import discord
from discord import app_commands

from cogs._shared.recent_clips import RecentClips
from cogs._shared.suggestions import Choices, matching
from cogs._shared.wording import Wording, localised, wording_for
from domain.ensembles import Ensemble
from domain.errors import BadRequest, Reason, Unavailable
from domain.limits import SEED
from domain.score import Key, Mode
from domain.verses import MOST_SCENE, VERSE_TEMPERATURE, Language, LyricsRequest, RhymeScheme, VerseForm
from models.registry import Models

Callback = TypeVar("Callback", bound=Callable[..., Any])

Seed = app_commands.Range[int, *SEED]
Scene = app_commands.Range[str, 0, MOST_SCENE]
Name = app_commands.Range[str, 1, 50]
VerseTemperature = app_commands.Range[float, *VERSE_TEMPERATURE]

KEYS = tuple(Key(tonic, mode) for mode in Mode for tonic in range(12))


def offered(*names: str, **worded: str) -> Callable[[Callback], Callback]:
    """Offer a command everywhere: in servers, in conversations, and to people who install it.

    Its options are worded as `options_worded` has it.
    """

    def offer(callback: Callback) -> Callback:
        for decorate in (
            app_commands.allowed_installs(guilds=True, users=True),
            app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True),
            options_worded(*names, **worded),
        ):
            decorate(callback)
        return callback

    return offer


def options_worded(*names: str, **worded: str) -> Callable[[Callback], Callback]:
    """Have each option worded as `option.NAME` in the catalogues, or as `worded` has it for that name."""
    options = {name: name for name in names} | worded

    def word(callback: Callback) -> Callback:
        for decorate in (
            app_commands.rename(**{name: localised(f"option.{key}.name") for name, key in options.items()}),
            app_commands.describe(
                **{name: localised(f"option.{key}.description") for name, key in options.items()}
            ),
        ):
            decorate(callback)
        return callback

    return word


def choices_of(values: Iterable[StrEnum], kind: str) -> list[app_commands.Choice[str]]:
    """A choice for each value, worded as `KIND.VALUE` in the catalogues."""
    return [app_commands.Choice(name=localised(f"{kind}.{value}"), value=str(value)) for value in values]


ENSEMBLES = choices_of(Ensemble, "ensemble")

VERSE_CHOICES = {
    "form": choices_of(VerseForm, "form"),
    "rhyme": choices_of(RhymeScheme, "rhyme"),
    "language": choices_of(Language, "language"),
}
"""What can be chosen for the options of verse."""


def poet_choices(models: Models) -> list[app_commands.Choice[str]]:
    """A choice for each network that writes."""
    return [app_commands.Choice(name=network, value=network) for network in models.networks]


def read_words(  # noqa: PLR0913  one argument an option
    scene: str,
    *,
    seed: int,
    lines: int | None,
    form: str | None,
    rhyme: str | None,
    language: str | None,
    model: str | None,
    temperature: float,
    tune: str | None = None,
) -> LyricsRequest:
    """The words that were asked for. Raises BadRequest where a value is out of range."""
    return LyricsRequest(
        scene=scene,
        seed=seed,
        language=None if language is None else Language(language),
        lines=lines,
        form=None if form is None else VerseForm(form),
        rhyme=None if rhyme is None else RhymeScheme(rhyme),
        tune=tune,
        model=model,
        temperature=temperature,
    )


def read_key(text: str | None) -> Key | None:
    """The key that was typed, if any was. Raises BadRequest (UNKNOWN_KEY)."""
    if text is None:
        return None
    try:
        return Key.parse(text)
    except ValueError:
        raise BadRequest(Reason.UNKNOWN_KEY, value=text) from None


def keys_like(typed: str, wording: Wording) -> Choices:
    """The keys that begin with what was typed."""
    return matching(typed, {str(key): wording.key_name(key) for key in KEYS})


async def clips_like(typed: str, interaction: discord.Interaction, recent: RecentClips) -> Choices:
    """The newest clips of this place, by id, title or genre."""
    wording = wording_for(interaction.locale)
    try:
        clips = await recent.here(interaction)
    except Unavailable:  # nobody waits for a suggestion
        return []
    return matching(
        typed, {str(clip.id): f"#{clip.id} · {clip.title} · {wording.genre(clip.genre)}" for clip in clips}
    )
