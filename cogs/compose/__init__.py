"""`/compose`: the command, the job behind it, its result and its buttons."""

from typing import TYPE_CHECKING

from cogs.compose.buttons import BUTTONS
from cogs.compose.command import Compose

if TYPE_CHECKING:
    from bot import Nightingale


async def setup(bot: "Nightingale") -> None:
    bot.add_dynamic_items(*BUTTONS)
    await bot.add_cog(Compose(bot.engine, bot.storage, bot.styles))
