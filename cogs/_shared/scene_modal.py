"""Asks for a scene in a window of its own, and gives it to whoever opened that."""

from collections.abc import Awaitable, Callable

import discord
from discord import ui

from cogs._shared.failures import failures_told
from cogs._shared.wording import Wording
from domain.verses import MOST_SCENE

SECONDS_OPEN = 15 * 60.0
"""How long the bot waits for who opened it: Discord does not say when somebody closes it."""

Begin = Callable[[discord.Interaction, str], Awaitable[None]]


class SceneModal(ui.Modal):
    """One line to type; `begin` gets the interaction that comes of it, unacknowledged, and the line."""

    def __init__(self, begin: Begin, wording: Wording) -> None:
        super().__init__(title=wording("modal.title"), timeout=SECONDS_OPEN)
        self._begin = begin
        self._scene: ui.TextInput[SceneModal] = ui.TextInput(
            custom_id="scene", placeholder=wording("modal.example"), max_length=MOST_SCENE
        )
        self.add_item(ui.Label(text=wording("modal.scene"), component=self._scene))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        async with failures_told(interaction, about="words to a clip"):
            await self._begin(interaction, self._scene.value)
