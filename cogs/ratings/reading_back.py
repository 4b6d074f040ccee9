"""Reactions that were made or removed while the bot heard nothing, read from under the newest works.

Votes, stars and picks only: whether ✉️ was answered can't be seen, and ❌ is no order to be carried out late.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping

import discord
from discord.ext import commands

from cogs._shared.failures import DISCORD_FAULTS
from cogs.ratings.shown import pick_of, shown_in
from domain.errors import BadRequest, Unavailable
from domain.votes import sign_of
from storage import Pair, Posting, Storage

log = logging.getLogger(__name__)

NEWEST = 200
"""Works whose messages are read, one after the other; what is older keeps the votes it has."""

SECONDS_BETWEEN = 60.0
"""From one reading to the next, however often the connection is lost."""


class ReadingBack:
    """Reads once for each time that the bot came to hear again, and once for several that are close together.

    `turn_of` a message is held while it is read, so that what happens meanwhile is noted afterwards.
    """

    def __init__(
        self, bot: commands.AutoShardedBot, storage: Storage, *, turn_of: Callable[[int], asyncio.Lock]
    ) -> None:
        self._bot = bot
        self._storage = storage
        self._turn_of = turn_of
        self._is_due = False
        self._not_before = 0.0
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Have all be read that is not; what is being read already is read once more."""
        self._is_due = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="reading reactions back")

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while self._is_due:
            if (seconds := self._not_before - time.monotonic()) > 0:
                await asyncio.sleep(seconds)
            await self._bot.wait_until_ready()
            self._is_due = False
            self._not_before = time.monotonic() + SECONDS_BETWEEN
            await self._read_all()

    async def _read_all(self) -> None:
        """Bring the newest works' votes up to what stands under their messages. Never raises."""
        refused: set[int] = set()
        news = 0
        try:
            newest = await self._storage.postings.newest(limit=NEWEST)
            for posting in {each.message_id: each for each in newest}.values():
                if posting.channel_id in refused or not self._is_there(posting):
                    continue
                async with self._turn_of(posting.message_id):
                    try:
                        news += await self._read(posting)
                    except discord.NotFound:
                        log.debug("the message of #%d is gone", posting.work_id)
                    except discord.Forbidden:
                        refused.add(posting.channel_id)
                        log.warning(
                            "can't read the history of channel %d, and so no votes", posting.channel_id
                        )
                    except DISCORD_FAULTS:
                        log.warning("could not read the reactions of #%d", posting.work_id, exc_info=True)
                    except BadRequest:
                        log.debug("#%d was deleted while it was read", posting.work_id)
        except Unavailable:
            log.warning("could not go on reading reactions back", exc_info=True)
        if news:
            log.info("%d people had voted otherwise while I was away", news)

    def _is_there(self, posting: Posting) -> bool:
        """Whether the bot is where it posted: people take an application they installed elsewhere, too."""
        return posting.guild_id is None or self._bot.get_guild(posting.guild_id) is not None

    async def _read(self, posting: Posting) -> int:
        """For how many people the message's reactions were news."""
        channel = self._bot.get_partial_messageable(posting.channel_id, guild_id=posting.guild_id)
        message = await channel.fetch_message(posting.message_id)
        shown = await shown_in(posting.message_id, self._storage)
        found: dict[str, set[int]] = {}
        for reaction in message.reactions:
            emoji = reaction.emoji
            if isinstance(emoji, str) and (sign_of(emoji) is not None or pick_of(emoji) is not None):
                found[emoji] = await _people(reaction)
        signs = {emoji: people for emoji, people in found.items() if sign_of(emoji) is not None}
        news = 0
        for work_id in shown.work_ids:
            heard = await self._storage.ratings.read_back(work_id, message_id=message.id, found=signs)
            news = max(news, heard)
        return news + (0 if shown.pair is None else await self._read_picks(shown.pair, found))

    async def _read_picks(self, pair: Pair, found: Mapping[str, set[int]]) -> int:
        """Take the picks of those who have none; of what stands, a press may be younger than a reaction."""
        known = await self._storage.preferences.picks(pair.id)
        picks = [
            (user_id, pick)
            for emoji, people in found.items()
            if (pick := pick_of(emoji)) is not None
            for user_id in people
            if user_id not in known
        ]
        of_one = Counter(user_id for user_id, _ in picks)
        said = [(user_id, pick) for user_id, pick in picks if of_one[user_id] == 1]
        for user_id, pick in said:
            await self._storage.preferences.pick(pair.id, user_id=user_id, pick=pick)
        return len(said)


async def _people(reaction: discord.Reaction) -> set[int]:
    """Who reacted, bots left out; super reactions are listed apart, and are as good."""
    people = {user.id async for user in reaction.users() if not user.bot}
    if reaction.burst_count:
        people |= {user.id async for user in reaction.users(type=discord.ReactionType.burst) if not user.bot}
    return people
