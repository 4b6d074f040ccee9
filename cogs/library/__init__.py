"""The library as people leaf through it: `/history`, `/show`, `/top`, `/recommend`, and works' recipes."""

from typing import TYPE_CHECKING

from cogs.library.commands import Library
from cogs.library.items import ITEMS
from cogs.library.showing import Showing

if TYPE_CHECKING:
    from bot import Nightingale


async def setup(bot: "Nightingale") -> None:
    bot.add_dynamic_items(*ITEMS)
    showing = Showing(bot.clip_shelf, bot.storage, bot.models)
    await bot.add_cog(Library(bot, showing, bot.storage, bot.work_jobs.recent, bot.models))
