"""A button that carries nothing but a number in its custom_id, so that it works after a restart.

Knows who presses and what is said when that fails; what a press does is the matter of whoever makes one.
"""

import re
from abc import abstractmethod
from typing import Any, ClassVar, Self, cast

import discord
from discord import ui
from discord.ext import commands

from cogs._shared.failures import failures_told


class NumberedButton(ui.DynamicItem[ui.Button[Any]], template=r"(?!)"):
    """A button with the custom_id `nightingale:ACTION:NUMBER`, of so many digits at most. Subclasses say what
    a press does.

    `row` is the row of the message's buttons that it stands in; None for the first with room.
    """

    action: ClassVar[str]
    emoji: ClassVar[str]

    def __init_subclass__(cls, *, action: str, emoji: str, digits: int = 18) -> None:
        cls.action, cls.emoji = action, emoji
        super().__init_subclass__(
            template=re.compile(rf"nightingale:{action}:(?P<number>[0-9]{{1,{digits}}})")
        )

    def __init__(self, number: int, label: str = "", row: int | None = None) -> None:
        self.number = number
        custom_id = f"nightingale:{self.action}:{number}"
        super().__init__(ui.Button(custom_id=custom_id, label=label, emoji=self.emoji, row=row), row=row)

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about=f"{self.action} #{self.number}"):
            # The bot that runs now, not the one that posted the button.
            await self.press(interaction, cast(commands.Bot, interaction.client))

    @abstractmethod
    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None: ...
