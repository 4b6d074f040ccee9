"""Asks for one line, such as a scene, in a window of its own, and gives it to whoever opened that."""

from collections.abc import Awaitable, Callable

import discord
from discord import ui

from cogs._shared.failures import failures_told
from cogs._shared.wording import Wording
from domain.verses import MOST_SCENE

SECONDS_OPEN = 15 * 60.0
"""How long the bot waits for who opened it: Discord does not say when somebody closes it."""

Begin = Callable[[discord.Interaction, str], Awaitable[None]]


class LineModal(ui.Modal):
    """One line to type; `begin` gets the interaction that comes of it, unacknowledged, and the line.

    `line` is the field, and `about` says in the log what failed.
    """

    def __init__(
        self, begin: Begin, line: ui.TextInput["LineModal"], *, title: str, label: str, about: str
    ) -> None:
        super().__init__(title=title, timeout=SECONDS_OPEN)
        self._begin = begin
        self._line = line
        self._about = about
        self.add_item(ui.Label(text=label, component=line))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about=self._about):
            await self._begin(interaction, self._line.value)


class SceneModal(LineModal):
    """Asks what words are to be about."""

    def __init__(self, begin: Begin, wording: Wording) -> None:
        line: ui.TextInput[LineModal] = ui.TextInput(
            custom_id="scene", placeholder=wording("modal.example"), max_length=MOST_SCENE
        )
        super().__init__(
            begin, line, title=wording("modal.title"), label=wording("modal.scene"), about="words to a clip"
        )
