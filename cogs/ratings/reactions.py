"""Reactions under works, and the rating buttons: both come to one standing vote a person and work.

What a reaction means is in `domain.votes` and `shown`; here is who may, in which order, and what is answered.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from weakref import WeakValueDictionary

import discord
from discord.ext import commands

from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.failures import DISCORD_FAULTS, log_failure, reply_privately
from cogs._shared.patience import patiently
from cogs._shared.recent_clips import RecentClips
from cogs._shared.wording import Wording, wording_for
from cogs.ratings.deleting import delete_works, may_delete, told_deleted
from cogs.ratings.reading_back import ReadingBack
from cogs.ratings.sending import Letters
from cogs.ratings.shown import Shown, pick_of, shown_in
from domain.errors import BadRequest, NightingaleError, Reason
from domain.votes import Sign, sign_of, undressed
from storage import Storage, Tally

log = logging.getLogger(__name__)

SEND = undressed("✉️")
DELETE = "❌"


class Ratings(commands.Cog):
    """Reactions are taken in as they come, and in each new session as they stand under the newest works."""

    def __init__(
        self, bot: commands.AutoShardedBot, storage: Storage, shelf: ClipShelf, recent: RecentClips
    ) -> None:
        self._bot = bot
        self._storage = storage
        self._recent = recent
        self._letters = Letters(bot, storage, shelf)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._reading_back = ReadingBack(bot, storage, turn_of=self._turn_of)

    async def cog_unload(self) -> None:
        self._reading_back.stop()

    @commands.Cog.listener()
    async def on_shard_ready(self, _shard_id: int) -> None:
        """A session began, at the start or after one was lost: what happened between them nobody tells.

        One that was resumed is none: Discord tells then what was missed.
        """
        self._reading_back.begin()

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        me = self._bot.user
        if me is None or event.user_id == me.id or (event.member is not None and event.member.bot):
            return
        if event.message_author_id not in (None, me.id):
            return
        emoji = _plain(event.emoji)
        if emoji is None:
            return
        if undressed(emoji) in (SEND, DELETE):
            await self._do(event, undressed(emoji))
            return
        ratings, preferences = self._storage.ratings, self._storage.preferences
        await self._take_in(event, emoji, ratings.react, preferences.pick)

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        # Who removed it is told by an id alone; a bot's reactions were never taken in, so none is found.
        emoji = _plain(event.emoji)
        if emoji is None:
            return
        ratings, preferences = self._storage.ratings, self._storage.preferences
        await self._take_in(event, emoji, ratings.unreact, preferences.withdraw)

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

    async def delete(self, interaction: discord.Interaction, work_ids: Sequence[int]) -> None:
        """❌ as a button: delete what stands in the message, for its requester or a moderator.

        Raises BadRequest (NO_WORK) and Unavailable (DATABASE_BUSY, DISK_FULL).
        """
        wording = wording_for(interaction.locale)
        requester = await self._storage.works.requester_of(work_ids[0])
        if requester is None:
            raise BadRequest(Reason.NO_WORK, value=f"#{work_ids[0]}")
        if interaction.user.id != requester and not interaction.permissions.manage_messages:
            await reply_privately(interaction, wording("reply.not_yours_to_delete"))
            return
        await interaction.response.defer()
        await delete_works(
            self._bot,
            work_ids,
            storage=self._storage,
            recent=self._recent,
            besides=None if interaction.message is None else interaction.message.id,
        )
        # With the press's own token: where there are buttons for it, the bot has often no other way.
        await interaction.edit_original_response(
            content=told_deleted(work_ids, wording), embeds=[], attachments=[], view=None
        )

    async def delete_pair(self, interaction: discord.Interaction, pair_id: int) -> None:
        """❌ under two clips: as `delete`. Raises BadRequest (PAIR_GONE) as well."""
        pair = await self._storage.preferences.pair(
            pair_id, guild_id=interaction.guild_id, channel_id=interaction.channel_id
        )
        if pair is None:
            raise BadRequest(Reason.PAIR_GONE)
        await self.delete(interaction, (pair.a_id, pair.b_id))

    async def _take_in(
        self,
        event: discord.RawReactionActionEvent,
        emoji: str,
        rate: Callable[..., Awaitable[object]],
        choose: Callable[..., Awaitable[object]],
    ) -> None:
        """Note what one reaction says, of a work or of a pair, if it says anything."""
        message_id, user_id = event.message_id, event.user_id
        if sign_of(emoji) is not None:
            await self._note(
                message_id,
                lambda work_id: rate(work_id, message_id=message_id, user_id=user_id, emoji=emoji),
            )
        elif (pick := pick_of(emoji)) is not None:
            await self._note_pick(message_id, lambda pair_id: choose(pair_id, user_id=user_id, pick=pick))

    async def _note(self, message_id: int, write: Callable[[int], Awaitable[object]]) -> None:
        """Have `write` note what was done to a message, by the id of each work that it shows."""

        async def note(shown: Shown) -> None:
            for work_id in shown.work_ids:
                await write(work_id)

        await self._in_turn(message_id, note)

    async def _note_pick(self, message_id: int, write: Callable[[int], Awaitable[object]]) -> None:
        """Have `write` note what was picked, by the id of the pair, if the message shows one."""

        async def note(shown: Shown) -> None:
            if shown.pair is not None:
                await write(shown.pair.id)

        await self._in_turn(message_id, note)

    async def _in_turn(self, message_id: int, note: Callable[[Shown], Awaitable[object]]) -> None:
        """Note one thing after the other, as it was done, and none while the message is being read back."""

        async def write() -> None:
            with suppress(BadRequest):  # deleted this moment
                await note(await shown_in(message_id, self._storage))

        async with self._turn_of(message_id):
            await patiently(write, about=f"what was done to message {message_id}")

    def _turn_of(self, message_id: int) -> asyncio.Lock:
        return self._turns.setdefault(message_id, asyncio.Lock())

    async def _do(self, event: discord.RawReactionActionEvent, emoji: str) -> None:
        """✉️ and ❌. There is nowhere to answer, so failures are logged."""
        try:
            shown = await shown_in(event.message_id, self._storage)
            if not shown.work_ids:
                return
            if emoji == SEND:
                await self._letters.send(event, shown)
            elif await may_delete(self._bot, event, shown.work_ids[0], works=self._storage.works):
                await delete_works(self._bot, shown.work_ids, storage=self._storage, recent=self._recent)
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
