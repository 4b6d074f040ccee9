"""What is pressed under the list of seeds, and under one that is played; it answers after a restart."""

from typing import TYPE_CHECKING, cast

import discord
from discord import ui
from discord.ext import commands

from cogs._shared.numbered_button import NumberedButton
from cogs._shared.wording import Wording

if TYPE_CHECKING:
    from cogs.seeds.commands import Seeds


def _seeds(bot: commands.Bot) -> "Seeds":
    return cast("Seeds", bot.get_cog("Seeds"))


class PageButton(NumberedButton, action="seeds", emoji="📃", digits=6):
    """Leafs to another page of what the person who presses sees."""

    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _seeds(bot).turn_to(interaction, self.number)


class StopButton(NumberedButton, action="stop", emoji="❌", digits=20):
    """Cancels the playing of a seed, which is known by the number of the interaction that asked for it."""

    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _seeds(bot).stop(interaction, self.number)


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
