"""❌: works deleted with their files, and their messages emptied of them."""

import logging
from collections.abc import Sequence

import discord
from discord.ext import commands

from cogs._shared.failures import DISCORD_FAULTS
from cogs._shared.recent_clips import RecentClips
from cogs._shared.wording import Wording, wording_for
from storage import Posting, Storage, Works

log = logging.getLogger(__name__)


async def may_delete(
    bot: commands.AutoShardedBot, event: discord.RawReactionActionEvent, work_id: int, *, works: Works
) -> bool:
    """Whether who reacted asked for the work, or may manage messages there. Others only don't like it."""
    if event.user_id == await works.requester_of(work_id):
        return True
    if event.member is None:
        return False
    channel = bot.get_channel(event.channel_id) or await bot.fetch_channel(event.channel_id)
    if isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return channel.permissions_for(event.member).manage_messages
    return False


async def delete_works(
    bot: commands.AutoShardedBot,
    work_ids: Sequence[int],
    *,
    storage: Storage,
    recent: RecentClips,
    besides: int | None = None,
) -> None:
    """Delete the works, and say so where they stood, in place of all that the messages showed.

    The message `besides` is left to the caller. Raises BadRequest (NO_WORK) and Unavailable (DATABASE_BUSY,
    DISK_FULL).
    """
    emptied: dict[int, list[Posting]] = {}
    for work_id in work_ids:
        for posting in await storage.postings.of(work_id):
            emptied.setdefault(posting.message_id, []).append(posting)
    for work_id in work_ids:
        await storage.works.delete(work_id)
        recent.forget(work_id)
        log.info("#%d was deleted", work_id)
    for message_id, postings in emptied.items():
        if message_id == besides:
            continue
        try:
            await _empty(bot, postings)
        except DISCORD_FAULTS:
            names = [posting.work_id for posting in postings]
            log.warning("could not take %s out of message %d", names, message_id, exc_info=True)


def told_deleted(work_ids: Sequence[int], wording: Wording) -> str:
    names = wording("list.comma").join(f"#{work_id}" for work_id in sorted(work_ids))
    return wording("reply.deleted", id=names)


async def _empty(bot: commands.AutoShardedBot, postings: Sequence[Posting]) -> None:
    place = postings[0]
    guild = bot.get_guild(place.guild_id) if place.guild_id is not None else None
    wording = wording_for(guild.preferred_locale if guild else None)
    channel = bot.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
    message = channel.get_partial_message(place.message_id)
    text = told_deleted([posting.work_id for posting in postings], wording)
    await message.edit(content=text, embeds=[], attachments=[], view=None)
