"""Reactions under works, and the rating buttons: both come to one standing vote a person and work.

What a reaction means is in `domain.votes`; here is who may, in which order, and what is answered.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from weakref import WeakValueDictionary

import discord
from discord.ext import commands

from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.failures import DISCORD_FAULTS, log_failure
from cogs._shared.patience import patiently
from cogs._shared.recent_clips import RecentClips
from cogs._shared.wording import Wording, wording_for
from cogs.ratings.deleting import delete_work, may_delete
from cogs.ratings.reading_back import read_back
from cogs.ratings.sending import Letters
from domain.errors import BadRequest, NightingaleError
from domain.votes import Sign, sign_of, undressed
from storage import Storage, Tally

log = logging.getLogger(__name__)

SEND = undressed("✉️")
DELETE = "❌"


class Ratings(commands.Cog):
    """Reactions are taken in as they come, and at the start as they stand under the newest works."""

    def __init__(
        self, bot: commands.AutoShardedBot, storage: Storage, shelf: ClipShelf, recent: RecentClips
    ) -> None:
        self._bot = bot
        self._storage = storage
        self._recent = recent
        self._letters = Letters(bot, storage, shelf)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._reading_back: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        # Once a start, and not whenever Discord says that the bot is ready, which it does again and again.
        self._reading_back = asyncio.create_task(
            read_back(self._bot, self._storage, turn_of=self._turn_of), name="reading reactions back"
        )

    async def cog_unload(self) -> None:
        if self._reading_back is not None:
            self._reading_back.cancel()

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        me = self._bot.user
        if me is None or event.user_id == me.id or (event.member is not None and event.member.bot):
            return
        if event.message_author_id not in (None, me.id):
            return
        emoji = _plain(event.emoji)
        if emoji is not None and sign_of(emoji) is not None:
            await self._note(
                event.message_id,
                lambda work_id: self._storage.ratings.react(
                    work_id, message_id=event.message_id, user_id=event.user_id, emoji=emoji
                ),
            )
        elif emoji is not None and undressed(emoji) in (SEND, DELETE):
            await self._do(event, undressed(emoji))

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        # Who removed it is told by an id alone; a bot's reactions were never taken in, so none is found.
        emoji = _plain(event.emoji)
        if emoji is not None and sign_of(emoji) is not None:
            await self._note(
                event.message_id,
                lambda work_id: self._storage.ratings.unreact(
                    work_id, message_id=event.message_id, user_id=event.user_id, emoji=emoji
                ),
            )

    @commands.Cog.listener()
    async def on_raw_reaction_clear(self, event: discord.RawReactionClearEvent) -> None:
        await self._note(
            event.message_id,
            lambda work_id: self._storage.ratings.clear(work_id, message_id=event.message_id),
        )

    @commands.Cog.listener()
    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        emoji = _plain(event.emoji)
        if emoji is not None and sign_of(emoji) is not None:
            await self._note(
                event.message_id,
                lambda work_id: self._storage.ratings.clear(
                    work_id, message_id=event.message_id, emoji=emoji
                ),
            )

    async def press(self, interaction: discord.Interaction, work_id: int, sign: Sign) -> None:
        """👍 👎 ⭐: say it, or take it back; who pressed is told alone what stands.

        Raises BadRequest (NO_WORK) and Unavailable (DATABASE_BUSY, DISK_FULL).
        """
        await interaction.response.defer(ephemeral=True, thinking=True)
        now = await self._storage.ratings.press(work_id, user_id=interaction.user.id, sign=sign)
        tally = await self._storage.ratings.tally(work_id)
        wording = wording_for(interaction.locale)
        if sign is Sign.STAR:
            key = "rating.saved" if now.saved else "rating.unsaved"
        else:
            key = "rating.noted" if now.vote is sign else "rating.taken_back"
        text = wording(key, id=f"#{work_id}", sign=sign.value)
        await interaction.edit_original_response(content=f"{text}\n-# {_tallied(tally, wording)}")

    async def _note(self, message_id: int, write: Callable[[int], Awaitable[object]]) -> None:
        """Have `write` note what was done to a message, by the id of its work, if it shows one.

        One after the other in the order it was done, and never while the message is being read back.
        """

        async def note() -> None:
            work_id = await self._storage.postings.work_of(message_id)
            if work_id is not None:
                with suppress(BadRequest):  # deleted this moment
                    await write(work_id)

        async with self._turn_of(message_id):
            await patiently(note, about=f"what was done to message {message_id}")

    def _turn_of(self, message_id: int) -> asyncio.Lock:
        return self._turns.setdefault(message_id, asyncio.Lock())

    async def _do(self, event: discord.RawReactionActionEvent, emoji: str) -> None:
        """✉️ and ❌. There is nowhere to answer, so failures are logged."""
        try:
            work_id = await self._storage.postings.work_of(event.message_id)
            if work_id is None:
                return
            if emoji == SEND:
                await self._letters.send(event, work_id)
            elif await may_delete(self._bot, event, work_id, works=self._storage.works):
                await delete_work(self._bot, work_id, storage=self._storage, recent=self._recent)
        except NightingaleError as error:
            log_failure(error, about=f"{emoji} under message {event.message_id}")
        except DISCORD_FAULTS:
            log.warning("could not do %s under message %d", emoji, event.message_id, exc_info=True)


def _plain(emoji: discord.PartialEmoji) -> str | None:
    """The emoji's characters; None for a server's own, which may be called anything."""
    return emoji.name if emoji.is_unicode_emoji() else None


def _tallied(tally: Tally, wording: Wording) -> str:
    if tally.mean is None:
        return wording("rating.tally_unrated", saved=tally.saved)
    return wording("rating.tally", votes=tally.votes, mean=f"{tally.mean:.1f}", saved=tally.saved)
