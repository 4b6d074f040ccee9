"""The buttons of fine-tuning: ❌ under a run, and ✅ under a version that waits for an administrator."""

import re
from typing import TYPE_CHECKING, Any, Self, cast

import discord
from discord import ui

from cogs._shared.failures import failures_told
from cogs._shared.wording import Wording

if TYPE_CHECKING:
    from cogs.finetune.commands import Finetune


def _finetune(interaction: discord.Interaction) -> "Finetune":
    """The cog that runs now, not the one that posted the button."""
    bot: Any = interaction.client
    return cast("Finetune", bot.get_cog("Finetune"))


class CancelRunButton(
    ui.DynamicItem[ui.Button[Any]], template=re.compile(r"nightingale:cancel_run:(?P<run>[0-9]{1,18})")
):
    """Stops a run."""

    def __init__(self, run_id: int, label: str = "") -> None:
        self.run_id = run_id
        super().__init__(ui.Button(custom_id=f"nightingale:cancel_run:{run_id}", label=label, emoji="❌"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["run"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about=f"cancelling run {self.run_id}"):
            await _finetune(interaction).cancel_run(interaction, self.run_id)


class UseVersionButton(
    ui.DynamicItem[ui.Button[Any]], template=re.compile(r"nightingale:use_version:(?P<run>[0-9]{1,18})")
):
    """Puts the version of a run in use."""

    def __init__(self, run_id: int, label: str = "") -> None:
        self.run_id = run_id
        super().__init__(ui.Button(custom_id=f"nightingale:use_version:{run_id}", label=label, emoji="✅"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["run"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about=f"using the version of run {self.run_id}"):
            await _finetune(interaction).use_version_of(interaction, self.run_id)


ITEMS = (CancelRunButton, UseVersionButton)


def run_view(run_id: int, wording: Wording) -> ui.View:
    return ui.View(timeout=None).add_item(CancelRunButton(run_id, wording("button.cancel")))


def offer_view(run_id: int, number: int, wording: Wording) -> ui.View:
    label = wording("button.use_version", number=number)
    return ui.View(timeout=None).add_item(UseVersionButton(run_id, label))
