"""The library's commands: they ask the storage and answer; works are brought back by `showing`."""

import re
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs._shared.options import Name, choices_of, clips_like, offered
from cogs._shared.recent_clips import RecentClips
from cogs._shared.sources import id_in
from cogs._shared.suggestions import Choices
from cogs._shared.wording import localised, wording_for
from cogs.library.items import history_view, recommendation_view, top_view
from cogs.library.lists import history_embed, recommendation_embed, top_embed
from cogs.library.queries import STYLE, Edge, Leaf, Mark, Period, Whose
from cogs.library.showing import Showing
from domain.errors import BadRequest, Reason
from models.registry import Models
from storage import JobKind, Place, Storage

PAGE = 10
"""Works on a page of the history, and of a chart."""

MOST_RECOMMENDED = 5

WHOSE = [
    app_commands.Choice(name=localised("whose.mine"), value=str(Whose.MINE)),
    app_commands.Choice(name=localised("whose.here"), value=str(Whose.HERE)),
]


class Library(commands.Cog):
    def __init__(
        self,
        bot: commands.AutoShardedBot,
        showing: Showing,
        storage: Storage,
        recent: RecentClips,
        models: Models,
    ) -> None:
        self._bot = bot
        self._showing = showing
        self._storage = storage
        self._recent = recent
        styles = [style.name for style in models.styles if re.fullmatch(STYLE, style.name)]
        app_commands.choices(style=[app_commands.Choice(name=name, value=name) for name in styles])(
            self.history
        )
        self._recipe_menu = app_commands.ContextMenu(
            name=localised("menu.recipe"),
            callback=self.show_recipe,
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=True, private_channel=True
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )

    async def cog_load(self) -> None:
        self._bot.tree.add_command(self._recipe_menu)

    async def cog_unload(self) -> None:
        self._bot.tree.remove_command(self._recipe_menu.name, type=self._recipe_menu.type)

    @app_commands.command(
        name=localised("command.history.name"), description=localised("command.history.description")
    )
    @offered("whose", "person", kind="of_kind", style="of_style", mark="marked")
    @app_commands.choices(whose=WHOSE, kind=choices_of(JobKind, "kind"), mark=choices_of(Mark, "mark"))
    async def history(
        self,
        interaction: discord.Interaction,
        whose: str | None = None,
        person: discord.User | None = None,
        kind: str | None = None,
        style: str | None = None,
        mark: str | None = None,
    ) -> None:
        # What one liked or saved is mostly other people's, so then "mine" is not what is meant.
        usual = Whose.MINE if mark is None else Whose.HERE
        anybody = Whose(whose or usual) is Whose.HERE
        asked_by = person.id if person is not None else None if anybody else interaction.user.id
        leaf = Leaf(
            person=asked_by,
            kind=None if kind is None else JobKind(kind),
            style=style,
            mark=None if mark is None else Mark(mark),
        )
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show_leaf(interaction, leaf)

    @app_commands.command(
        name=localised("command.show.name"), description=localised("command.show.description")
    )
    @offered(work="work_id")
    async def show(self, interaction: discord.Interaction, work: Name) -> None:
        work_id = id_in(work)
        if work_id is None:
            raise BadRequest(Reason.NO_WORK, value=work.strip())
        await self._showing.show(interaction, work_id)

    @show.autocomplete("work")
    async def suggest_works(self, interaction: discord.Interaction, typed: str) -> Choices:
        return await clips_like(typed, interaction, self._recent)

    @app_commands.command(
        name=localised("command.top.name"), description=localised("command.top.description")
    )
    @offered("period")
    @app_commands.choices(period=choices_of(Period, "period"))
    async def top(self, interaction: discord.Interaction, period: str = Period.WEEK) -> None:
        await interaction.response.defer(thinking=True)
        await self._show_chart(interaction, Period(period))

    @app_commands.command(
        name=localised("command.recommend.name"), description=localised("command.recommend.description")
    )
    @offered()
    async def recommend(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self._storage.recommendations.for_user(
            _place(interaction), interaction.user.id, MOST_RECOMMENDED
        )
        embed = recommendation_embed(found, wording_for(interaction.locale))
        await interaction.edit_original_response(embed=embed, view=recommendation_view(found))

    async def show_recipe(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """The message menu: see `Showing.hand_over_recipe`."""
        await self._showing.hand_over_recipe(interaction, message)

    async def turn_to(self, interaction: discord.Interaction, leaf: Leaf) -> None:
        """⬅️ ➡️: show another page of the history in place of this one."""
        await interaction.response.defer()
        await self._show_leaf(interaction, leaf)

    async def show_period(self, interaction: discord.Interaction, period: Period) -> None:
        """Show another period's chart in place of this one."""
        await interaction.response.defer()
        await self._show_chart(interaction, period)

    async def bring_back(self, interaction: discord.Interaction, work_id: int) -> None:
        """▶️, and what is picked from a list: see `Showing.show`."""
        await self._showing.show(interaction, work_id)

    async def _show_leaf(self, interaction: discord.Interaction, leaf: Leaf) -> None:
        edges: dict[str, Any] = {}
        if leaf.edge is not None:
            edges = {"before" if leaf.edge is Edge.BEFORE else "after": leaf.work_id}
        page = await self._storage.history.page(
            _place(interaction), leaf.filters(interaction.user.id), limit=PAGE, **edges
        )
        wording = wording_for(interaction.locale)
        await interaction.edit_original_response(
            embed=history_embed(page, leaf, wording), view=history_view(page, leaf, wording)
        )

    async def _show_chart(self, interaction: discord.Interaction, period: Period) -> None:
        works = await self._storage.charts.top(_place(interaction), since=period.since, limit=PAGE)
        wording = wording_for(interaction.locale)
        await interaction.edit_original_response(
            embed=top_embed(works, period, wording), view=top_view(works, period, wording)
        )


def _place(interaction: discord.Interaction) -> Place:
    return Place(interaction.guild_id, interaction.channel_id or 0)
