"""The buttons of fine-tuning: ❌ under a run, and ✅ under a version that waits for an administrator."""

from typing import TYPE_CHECKING, cast

import discord
from discord import ui
from discord.ext import commands

from cogs._shared.numbered_button import NumberedButton
from cogs._shared.wording import Wording

if TYPE_CHECKING:
    from cogs.finetune.commands import Finetune


def _finetune(bot: commands.Bot) -> "Finetune":
    return cast("Finetune", bot.get_cog("Finetune"))


class CancelRunButton(NumberedButton, action="cancel_run", emoji="❌"):
    """Stops a run."""

    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _finetune(bot).cancel_run(interaction, self.number)


class UseVersionButton(NumberedButton, action="use_version", emoji="✅"):
    """Puts the version of a run in use."""

    async def press(self, interaction: discord.Interaction, bot: commands.Bot) -> None:
        await _finetune(bot).use_version_of(interaction, self.number)


ITEMS = (CancelRunButton, UseVersionButton)


def run_view(run_id: int, wording: Wording) -> ui.View:
    return ui.View(timeout=None).add_item(CancelRunButton(run_id, wording("button.cancel")))


def offer_view(run_id: int, number: int, wording: Wording) -> ui.View:
    label = wording("button.use_version", number=number)
    return ui.View(timeout=None).add_item(UseVersionButton(run_id, label))
