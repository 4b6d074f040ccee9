"""The buttons under a request and under its result.

Each carries nothing but an id in its custom_id, so it works after a restart. What it does is the
cog's; here is only who presses what.
"""

import re
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import discord
from discord import ui
from discord.ext import commands

from cogs._shared.failures import failures_told
from cogs._shared.wording import Wording

if TYPE_CHECKING:
    from cogs.compose.command import Compose


class _NumberedButton(ui.DynamicItem[ui.Button[Any]], template=r"(?!)"):
    """A button with the custom_id `nightingale:ACTION:NUMBER`. Subclasses say what a press does."""

    action: ClassVar[str]
    emoji: ClassVar[str]

    def __init__(self, number: int, label: str = "") -> None:
        self.number = number
        custom_id = f"nightingale:{self.action}:{number}"
        super().__init__(ui.Button(custom_id=custom_id, label=label, emoji=self.emoji))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about=f"{self.action} #{self.number}"):
            # The cog of the bot that runs now, not of the one that posted the button.
            bot = cast(commands.Bot, interaction.client)
            await self.press(interaction, cast("Compose", bot.get_cog("Compose")))

    @abstractmethod
    async def press(self, interaction: discord.Interaction, compose: "Compose") -> None: ...


class CancelButton(_NumberedButton, template=r"nightingale:cancel:(?P<number>[0-9]{1,18})"):
    action, emoji = "cancel", "❌"

    async def press(self, interaction: discord.Interaction, compose: "Compose") -> None:
        await compose.cancel(interaction, self.number)


class MidiButton(_NumberedButton, template=r"nightingale:midi:(?P<number>[0-9]{1,18})"):
    action, emoji = "midi", "🎹"

    async def press(self, interaction: discord.Interaction, compose: "Compose") -> None:
        await compose.hand_over_midi(interaction, self.number)


class SheetButton(_NumberedButton, template=r"nightingale:sheet:(?P<number>[0-9]{1,18})"):
    action, emoji = "sheet", "🎼"

    async def press(self, interaction: discord.Interaction, compose: "Compose") -> None:
        await compose.hand_over_sheet(interaction, self.number)


class AgainButton(_NumberedButton, template=r"nightingale:again:(?P<number>[0-9]{1,18})"):
    action, emoji = "again", "🎲"

    async def press(self, interaction: discord.Interaction, compose: "Compose") -> None:
        await compose.compose_again(interaction, self.number)


BUTTONS = (CancelButton, MidiButton, SheetButton, AgainButton)
"""Registered by template when the cog loads, which is what makes old messages' buttons work."""


def progress_view(job_id: int, wording: Wording) -> ui.View:
    return ui.View(timeout=None).add_item(CancelButton(job_id, wording("button.cancel")))


def result_view(clip_id: int, wording: Wording) -> ui.View:
    view = ui.View(timeout=None)
    view.add_item(MidiButton(clip_id, wording("button.midi")))
    view.add_item(SheetButton(clip_id, wording("button.sheet")))
    return view.add_item(AgainButton(clip_id, wording("button.again")))
