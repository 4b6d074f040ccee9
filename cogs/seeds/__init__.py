"""Seeds: `/seed …`, and the message menu that keeps a piece as one."""

from typing import TYPE_CHECKING

from cogs.seeds.commands import Seeds
from cogs.seeds.items import PageButton, StopButton

if TYPE_CHECKING:
    from bot import Nightingale


async def setup(bot: "Nightingale") -> None:
    bot.add_dynamic_items(PageButton, StopButton)
    await bot.add_cog(
        Seeds(
            bot.tree,
            engine=bot.engine,
            storage=bot.storage,
            shelf=bot.clip_shelf,
            recent=bot.work_jobs.recent,
        )
    )
