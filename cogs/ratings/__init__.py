"""What people do to works' messages: 👍 👎 1️⃣ to 5️⃣ rate, ⭐ saves, ✉️ has it sent, ❌ deletes it."""

from typing import TYPE_CHECKING

from cogs.ratings.reactions import Ratings

if TYPE_CHECKING:
    from bot import Nightingale


async def setup(bot: "Nightingale") -> None:
    await bot.add_cog(Ratings(bot, bot.storage, bot.clip_shelf, bot.work_jobs.recent))
