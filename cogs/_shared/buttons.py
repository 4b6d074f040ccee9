"""The buttons under a request and under its result.

Each carries nothing but an id in its custom_id, so it works after a restart. What it does is the
matter of a cog; here is only who presses what.
"""

from typing import TYPE_CHECKING, cast

import discord
from discord import ui
from discord.ext import commands

from cogs._shared.numbered_button import NumberedButton
from cogs._shared.wording import Wording
from domain.clips import Work
from domain.verses import Verse
from domain.votes import Sign
from models.registry import Models
from storage import Pick

if TYPE_CHECKING:
    from cogs.choices import Choices
    from cogs.clips import Clips
    from cogs.library.commands import Library
    from cogs.lyrics import Lyrics
    from cogs.ratings.reactions import Ratings
    from cogs.song import Song


MOST_IN_A_ROW = 5
"""Buttons that Discord shows beside each other."""


def _clips(bot: commands.Bot) -> "Clips":
    return cast("Clips", bot.get_cog("Clips"))


def _lyrics(bot: commands.Bot) -> "Lyrics":
    return cast("Lyrics", bot.get_cog("Lyrics"))


def _library(bot: commands.Bot) -> "Library":
    return cast("Library", bot.get_cog("Library"))


def _ratings(bot: commands.Bot) -> "Ratings":
    return cast("Ratings", bot.get_cog("Ratings"))


def _choices(bot: commands.Bot) -> "Choices":
    return cast("Choices", bot.get_cog("Choices"))


def _song(bot: commands.Bot) -> "Song":
    return cast("Song", bot.get_cog("Song"))


class CancelButton(NumberedButton, action="cancel", emoji="❌"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _clips(bot).cancel(interaction, self.number)


class MidiButton(NumberedButton, action="midi", emoji="🎹"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _clips(bot).hand_over_midi(interaction, self.number)


class SheetButton(NumberedButton, action="sheet", emoji="🎼"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _clips(bot).hand_over_sheet(interaction, self.number)


class AgainButton(NumberedButton, action="again", emoji="🎲"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _clips(bot).ask_again(interaction, self.number)


class VaryButton(NumberedButton, action="vary", emoji="🔀"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _clips(bot).vary(interaction, self.number)


class TextButton(NumberedButton, action="text", emoji="📜"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _lyrics(bot).hand_over_text(interaction, self.number)


class SingButton(NumberedButton, action="sing", emoji="🎵"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _song(bot).sing(interaction, self.number)


class WordsButton(NumberedButton, action="words", emoji="✍️"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _song(bot).ask_for_scene(interaction, self.number)


class PlayButton(NumberedButton, action="play", emoji="▶️"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _library(bot).bring_back(interaction, self.number)


class UpButton(NumberedButton, action="up", emoji="👍"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _ratings(bot).press(interaction, self.number, Sign.UP)


class DownButton(NumberedButton, action="down", emoji="👎"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _ratings(bot).press(interaction, self.number, Sign.DOWN)


class StarButton(NumberedButton, action="star", emoji="⭐"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _ratings(bot).press(interaction, self.number, Sign.STAR)


class DeleteButton(NumberedButton, action="delete", emoji="❌"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _ratings(bot).delete(interaction, (self.number,))


class DeletePairButton(NumberedButton, action="delete_pair", emoji="❌"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _ratings(bot).delete_pair(interaction, self.number)


class BetterAButton(NumberedButton, action="better_a", emoji="🅰️"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _choices(bot).pick(interaction, self.number, Pick.A)


class BetterBButton(NumberedButton, action="better_b", emoji="🅱️"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _choices(bot).pick(interaction, self.number, Pick.B)


class EqualButton(NumberedButton, action="equal", emoji="⚖️"):
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _choices(bot).pick(interaction, self.number, Pick.EQUAL)


BUTTONS = (
    *(CancelButton, AgainButton),
    *(MidiButton, SheetButton, VaryButton, WordsButton),
    *(TextButton, SingButton, PlayButton),
    *(UpButton, DownButton, StarButton, DeleteButton),
    *(BetterAButton, BetterBButton, EqualButton, DeletePairButton),
)
"""Registered by template when the cog `Clips` loads, which is what makes old messages' buttons work."""


def progress_view(job_id: int, wording: Wording) -> ui.View:
    return ui.View(timeout=None).add_item(CancelButton(job_id, wording("button.cancel")))


def pair_view(pair_id: int, wording: Wording, *, deletable: bool) -> ui.View:
    """Which of two is the better one, and, if they are `deletable` by a button, that one."""
    view = ui.View(timeout=None)
    for button in (BetterAButton, BetterBButton, EqualButton):
        view.add_item(button(pair_id, wording(f"button.{button.action}")))
    if deletable:
        view.add_item(DeletePairButton(pair_id, wording("button.delete")))
    return view


def result_view(
    work_id: int, work: Work, wording: Wording, *, models: Models, deletable: bool = False
) -> ui.View:
    """Everything that one can do with a work, as far as there are models for it.

    It is `deletable` by a button where ❌ as a reaction is not heard.
    """
    if isinstance(work, Verse):
        rows = [[AgainButton, *([SingButton] if models.sings else []), TextButton]]
    else:
        files = [MidiButton, SheetButton, *([TextButton] if work.verse is not None else [])]
        further = [
            AgainButton,
            *([VaryButton] if models.varies else []),
            *([WordsButton] if models.sings else []),
        ]
        # A row holds five; where that is too few, what is handed over stands above what is made next.
        rows = [[*files, *further]] if len(files) + len(further) <= MOST_IN_A_ROW else [files, further]
    view = ui.View(timeout=None)
    for row, buttons in enumerate(rows):
        for button in buttons:
            view.add_item(button(work_id, wording(f"button.{button.action}"), row))
    for button in (UpButton, DownButton, StarButton):
        view.add_item(button(work_id, row=len(rows)))
    if deletable:
        view.add_item(DeleteButton(work_id, wording("button.delete"), len(rows)))
    return view
