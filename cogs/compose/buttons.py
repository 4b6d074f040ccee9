"""The buttons under a request and under its result.

Each carries nothing but an id in its custom_id, so it works after a restart. What it does is the
cog's; here is only who presses what.
"""

import re
from typing import TYPE_CHECKING, Any, Self, cast

import discord
from discord import ui

from cogs._shared.failures import failures_told
from cogs._shared.wording import Wording

if TYPE_CHECKING:
    from cogs.compose.command import Compose


def _compose(interaction: discord.Interaction) -> "Compose":
    """The cog of the bot that runs now, not of the one that posted the button."""
    return cast("Compose", interaction.client.get_cog("Compose"))  # pyright: ignore[reportAttributeAccessIssue]


class CancelButton(ui.DynamicItem[ui.Button[Any]], template=r"nightingale:cancel:(?P<id>[0-9]{1,18})"):
    def __init__(self, job_id: int, label: str = "") -> None:
        self.job_id = job_id
        super().__init__(ui.Button(custom_id=f"nightingale:cancel:{job_id}", label=label, emoji="❌"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["id"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about=f"cancelling #{self.job_id}"):
            await _compose(interaction).cancel(interaction, self.job_id)


class MidiButton(ui.DynamicItem[ui.Button[Any]], template=r"nightingale:midi:(?P<id>[0-9]{1,18})"):
    def __init__(self, clip_id: int, label: str = "") -> None:
        self.clip_id = clip_id
        super().__init__(ui.Button(custom_id=f"nightingale:midi:{clip_id}", label=label, emoji="🎹"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["id"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about=f"handing over #{self.clip_id}"):
            await _compose(interaction).hand_over(interaction, self.clip_id)


class AgainButton(ui.DynamicItem[ui.Button[Any]], template=r"nightingale:again:(?P<id>[0-9]{1,18})"):
    def __init__(self, clip_id: int, label: str = "") -> None:
        self.clip_id = clip_id
        super().__init__(ui.Button(custom_id=f"nightingale:again:{clip_id}", label=label, emoji="🎲"))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["id"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about=f"composing #{self.clip_id} again"):
            await _compose(interaction).compose_again(interaction, self.clip_id)


BUTTONS = (CancelButton, MidiButton, AgainButton)
"""Registered by template when the cog loads, which is what makes old messages' buttons work."""


def progress_view(job_id: int, wording: Wording) -> ui.View:
    return ui.View(timeout=None).add_item(CancelButton(job_id, wording("button.cancel")))


def result_view(clip_id: int, wording: Wording) -> ui.View:
    view = ui.View(timeout=None)
    view.add_item(MidiButton(clip_id, wording("button.midi")))
    return view.add_item(AgainButton(clip_id, wording("button.again")))
