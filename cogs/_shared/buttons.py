"""The buttons under a request and under its result.

Each carries nothing but an id in its custom_id, so it works after a restart. What it does is the
matter of the cog `Clips`; here is only who presses what.
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
    from cogs.clips import Clips


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
            await self.press(interaction, cast("Clips", bot.get_cog("Clips")))

    @abstractmethod
    async def press(self, interaction: discord.Interaction, clips: "Clips") -> None: ...


class CancelButton(_NumberedButton, template=r"nightingale:cancel:(?P<number>[0-9]{1,18})"):
    action, emoji = "cancel", "❌"

    async def press(self, interaction: discord.Interaction, clips: "Clips") -> None:
        await clips.cancel(interaction, self.number)


class MidiButton(_NumberedButton, template=r"nightingale:midi:(?P<number>[0-9]{1,18})"):
    action, emoji = "midi", "🎹"

    async def press(self, interaction: discord.Interaction, clips: "Clips") -> None:
        await clips.hand_over_midi(interaction, self.number)


class SheetButton(_NumberedButton, template=r"nightingale:sheet:(?P<number>[0-9]{1,18})"):
    action, emoji = "sheet", "🎼"

    async def press(self, interaction: discord.Interaction, clips: "Clips") -> None:
        await clips.hand_over_sheet(interaction, self.number)


class AgainButton(_NumberedButton, template=r"nightingale:again:(?P<number>[0-9]{1,18})"):
    action, emoji = "again", "🎲"

    async def press(self, interaction: discord.Interaction, clips: "Clips") -> None:
        await clips.ask_again(interaction, self.number)


class VaryButton(_NumberedButton, template=r"nightingale:vary:(?P<number>[0-9]{1,18})"):
    action, emoji = "vary", "🔀"

    async def press(self, interaction: discord.Interaction, clips: "Clips") -> None:
        await clips.vary(interaction, self.number)


BUTTONS = (CancelButton, MidiButton, SheetButton, AgainButton, VaryButton)
"""Registered by template when the cog `Clips` loads, which is what makes old messages' buttons work."""


def progress_view(job_id: int, wording: Wording) -> ui.View:
    return ui.View(timeout=None).add_item(CancelButton(job_id, wording("button.cancel")))


def result_view(clip_id: int, wording: Wording, *, varies: bool) -> ui.View:
    """Everything one can do with a clip; `varies` where there is a model that varies."""
    view = ui.View(timeout=None)
    view.add_item(MidiButton(clip_id, wording("button.midi")))
    view.add_item(SheetButton(clip_id, wording("button.sheet")))
    view.add_item(AgainButton(clip_id, wording("button.again")))
    if varies:
        view.add_item(VaryButton(clip_id, wording("button.vary")))
    return view
