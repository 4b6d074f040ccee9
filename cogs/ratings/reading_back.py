"""Reactions that were made or removed while the bot was away, read from under the newest works.

Votes and stars only: whether ✉️ was answered can't be seen, and ❌ is no order to be carried out late.
"""

import asyncio
import logging
from collections.abc import Callable

import discord
from discord.ext import commands

from cogs._shared.failures import DISCORD_FAULTS
from domain.errors import BadRequest, Unavailable
from domain.votes import sign_of
from storage import Posting, Storage

log = logging.getLogger(__name__)

NEWEST = 200
"""Messages that are read, one after the other; what is older keeps the votes it has."""


async def read_back(
    bot: commands.AutoShardedBot, storage: Storage, *, turn_of: Callable[[int], asyncio.Lock]
) -> None:
    """Bring the newest works' votes up to what stands under their messages. Never raises.

    `turn_of` a message is held while it is read, so that what happens meanwhile is noted afterwards.
    """
    await bot.wait_until_ready()
    refused: set[int] = set()
    news = 0
    try:
        for posting in await storage.postings.newest(limit=NEWEST):
            if posting.channel_id in refused or not _is_there(bot, posting):
                continue
            async with turn_of(posting.message_id):
                try:
                    news += await _read(bot, storage, posting)
                except discord.NotFound:
                    log.debug("the message of #%d is gone", posting.work_id)
                except discord.Forbidden:
                    refused.add(posting.channel_id)
                    log.warning("can't read the history of channel %d, and so no votes", posting.channel_id)
                except DISCORD_FAULTS:
                    log.warning("could not read the reactions of #%d", posting.work_id, exc_info=True)
                except BadRequest:
                    log.debug("#%d was deleted while it was read", posting.work_id)
    except Unavailable:
        log.warning("could not go on reading reactions back", exc_info=True)
    if news:
        log.info("%d people had voted otherwise while I was away", news)


def _is_there(bot: commands.AutoShardedBot, posting: Posting) -> bool:
    """Whether the bot is where it posted: people take an application they installed elsewhere, too."""
    return posting.guild_id is None or bot.get_guild(posting.guild_id) is not None


async def _read(bot: commands.AutoShardedBot, storage: Storage, posting: Posting) -> int:
    """For how many people the message's reactions were news."""
    channel = bot.get_partial_messageable(posting.channel_id, guild_id=posting.guild_id)
    message = await channel.fetch_message(posting.message_id)
    found: dict[str, set[int]] = {}
    for reaction in message.reactions:
        if isinstance(reaction.emoji, str) and sign_of(reaction.emoji) is not None:
            found[reaction.emoji] = await _people(reaction)
    return await storage.ratings.read_back(posting.work_id, message_id=posting.message_id, found=found)


async def _people(reaction: discord.Reaction) -> set[int]:
    """Who reacted, bots left out; super reactions are listed apart, and are as good."""
    people = {user.id async for user in reaction.users() if not user.bot}
    if reaction.burst_count:
        people |= {user.id async for user in reaction.users(type=discord.ReactionType.burst) if not user.bot}
    return people
