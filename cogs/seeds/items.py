"""What is pressed under the list of seeds, and under one that is played; it answers after a restart."""

import re
from typing import TYPE_CHECKING, Any, Self, cast

import discord
from discord import ui

from cogs._shared.failures import failures_told
from cogs._shared.wording import Wording

if TYPE_CHECKING:
    from cogs.seeds.commands import Seeds


class PageButton(ui.DynamicItem[ui.Button[Any]], template=r"nightingale:seeds:(?P<page>[0-9]{1,6})"):
    """Leafs to another page of what the person who presses sees."""

    def __init__(self, page: int, label: str = "…") -> None:
        self.page = page
        super().__init__(ui.Button(custom_id=f"nightingale:seeds:{page}", label=label, emoji="📃"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["page"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about="turning a page of seeds"):
            # The cog that runs now, not the one that posted the list.
            bot: Any = interaction.client
            await cast("Seeds", bot.get_cog("Seeds")).turn_to(interaction, self.page)


class StopButton(ui.DynamicItem[ui.Button[Any]], template=r"nightingale:stop:(?P<number>[0-9]{1,20})"):
    """Cancels the playing of a seed, which is known by the number of the interaction that asked for it."""

    def __init__(self, number: int, label: str = "…") -> None:
        self.number = number
        super().__init__(ui.Button(custom_id=f"nightingale:stop:{number}", label=label, emoji="❌"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about="stopping a seed"):
            bot: Any = interaction.client
            await cast("Seeds", bot.get_cog("Seeds")).stop(interaction, self.number)


def playing_view(number: int, wording: Wording) -> ui.View:
    """A way to stop what is being rendered."""
    return ui.View(timeout=None).add_item(StopButton(number, wording("button.cancel")))


def page_view(page: int, pages: int, wording: Wording) -> ui.View | None:
    """Ways to the page before and the page after; None where there is neither."""
    view = ui.View(timeout=None)
    for number in (page - 1, page + 1):
        if 1 <= number <= pages:
            view.add_item(PageButton(number, wording("button.page", page=number)))
    return view if view.children else None
