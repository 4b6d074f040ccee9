"""What is pressed and picked under the library's lists. All of it works after a restart of the bot."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, cast

import discord
from discord import ui

from cogs._shared.buttons import PlayButton
from cogs._shared.failures import failures_told
from cogs._shared.suggestions import MAX_NAME
from cogs._shared.wording import Wording
from cogs.library.lists import title_of
from cogs.library.queries import TEMPLATE, Edge, Leaf, Period
from storage import HistoryPage, Listing, Recommendation

if TYPE_CHECKING:
    from cogs.library.commands import Library


def _library(interaction: discord.Interaction) -> "Library":
    """The cog that runs now, not the one that posted the list."""
    bot: Any = interaction.client
    return cast("Library", bot.get_cog("Library"))


class LeafButton(ui.DynamicItem[ui.Button[Any]], template=re.compile(rf"nightingale:leaf:{TEMPLATE}")):
    """Turns to another page of the history."""

    def __init__(self, leaf: Leaf, label: str = "", emoji: str | None = None) -> None:
        self.leaf = leaf
        super().__init__(ui.Button(custom_id=f"nightingale:leaf:{leaf.to_text()}", label=label, emoji=emoji))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(Leaf.from_match(match), "…")

    async def callback(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about="turning a page"):
            await _library(interaction).turn_to(interaction, self.leaf)


class PeriodButton(
    ui.DynamicItem[ui.Button[Any]], template=rf"nightingale:top:(?P<period>{'|'.join(Period)})"
):
    """Shows the chart of another period."""

    def __init__(self, period: Period, label: str = "", *, chosen: bool = False) -> None:
        self.period = period
        style = discord.ButtonStyle.primary if chosen else discord.ButtonStyle.secondary
        super().__init__(ui.Button(custom_id=f"nightingale:top:{period}", label=label, style=style))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(Period(match["period"]), "…")

    async def callback(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about="showing a period"):
            await _library(interaction).show_period(interaction, self.period)


class OpenMenu(ui.DynamicItem[ui.Select[Any]], template=r"nightingale:open"):
    """Brings back the work that is picked, as `/show` does."""

    def __init__(self, works: Sequence[Listing] = (), placeholder: str | None = None) -> None:
        options = [
            discord.SelectOption(label=f"#{work.id} · {title_of(work)}"[:MAX_NAME], value=str(work.id))
            for work in works
        ]
        super().__init__(ui.Select(custom_id="nightingale:open", placeholder=placeholder, options=options))

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about="opening a work"):
            await _library(interaction).bring_back(interaction, int(self.item.values[0]))


ITEMS = (LeafButton, PeriodButton, OpenMenu)


def history_view(page: HistoryPage, leaf: Leaf, wording: Wording) -> ui.View:
    """One to open, and the pages before and after."""
    view = _openable(page.works, wording)
    if page.after is not None:
        newer = replace(leaf, edge=Edge.AFTER, work_id=page.after)
        view.add_item(LeafButton(newer, wording("button.newer"), "⬅️"))
    if page.before is not None:
        older = replace(leaf, edge=Edge.BEFORE, work_id=page.before)
        view.add_item(LeafButton(older, wording("button.older"), "➡️"))
    return view


def top_view(works: Sequence[Listing], period: Period, wording: Wording) -> ui.View:
    """One to open, and the other periods."""
    view = _openable(works, wording)
    for each in Period:
        view.add_item(PeriodButton(each, wording(f"period.{each}"), chosen=each is period))
    return view


def recommendation_view(found: Sequence[Recommendation]) -> ui.View:
    """A button to play each."""
    view = ui.View(timeout=None)
    for each in found:
        view.add_item(PlayButton(each.work.id, f"#{each.work.id}"))
    return view


def _openable(works: Sequence[Listing], wording: Wording) -> ui.View:
    view = ui.View(timeout=None)
    if works:
        view.add_item(OpenMenu(works, wording("button.open")))
    return view
