"""Fine-tuning: `/finetune …`, what a server's administrators have the bot learn from its votes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot import Nightingale


async def setup(bot: "Nightingale") -> None:
    # Not above: `torture` beside this runs without Discord's library.
    from cogs.finetune.commands import Finetune  # noqa: PLC0415
    from cogs.finetune.items import ITEMS  # noqa: PLC0415

    bot.add_dynamic_items(*ITEMS)
    await bot.add_cog(
        Finetune(
            bot,
            tutor=bot.tutor,
            engine=bot.engine,
            storage=bot.storage,
            jobs=bot.work_jobs,
            models=bot.models,
        )
    )
