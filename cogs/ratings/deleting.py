"""❌: a work deleted with its files, and its messages emptied of it."""

import logging

import discord
from discord.ext import commands

from cogs._shared.failures import DISCORD_FAULTS
from cogs._shared.recent_clips import RecentClips
from cogs._shared.wording import wording_for
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


async def delete_work(
    bot: commands.AutoShardedBot, work_id: int, *, storage: Storage, recent: RecentClips
) -> None:
    """Delete the work, and say so where it stood, in place of all that the message showed.

    Raises BadRequest (NO_WORK) and Unavailable (DATABASE_BUSY, DISK_FULL).
    """
    postings = await storage.postings.of(work_id)
    await storage.works.delete(work_id)
    recent.forget(work_id)
    log.info("#%d was deleted", work_id)
    for posting in postings:
        try:
            await _empty(bot, posting)
        except DISCORD_FAULTS:
            log.warning("could not take #%d out of message %d", work_id, posting.message_id, exc_info=True)


async def _empty(bot: commands.AutoShardedBot, posting: Posting) -> None:
    guild = bot.get_guild(posting.guild_id) if posting.guild_id is not None else None
    text = wording_for(guild.preferred_locale if guild else None)("reply.deleted", id=f"#{posting.work_id}")
    channel = bot.get_partial_messageable(posting.channel_id, guild_id=posting.guild_id)
    message = channel.get_partial_message(posting.message_id)
    await message.edit(content=text, embeds=[], attachments=[], view=None)
