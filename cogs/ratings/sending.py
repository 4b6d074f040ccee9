"""✉️: a work's files and recipe in a direct message.

To whoever reacts and not only to who asked for the work: they see the message, and the files with it.
"""

import logging
import time

import discord
from discord.ext import commands

from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.failures import log_failure
from cogs._shared.layout import file_name, said
from cogs._shared.status_message import NamedFile, attachments
from cogs._shared.verse_message import text_files
from cogs._shared.wording import Wording, wording_for
from cogs._shared.work_message import embeds_of, upload_ladder
from cogs.ratings.shown import Shown
from domain.clips import Clip, Work
from domain.errors import NightingaleError
from domain.verses import Verse
from storage import Storage

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LETTERS = 60.0
"""To one person, of one work: a reaction is quickly removed and made again."""

LIMIT_BYTES = discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES


class Letters:
    def __init__(self, bot: commands.AutoShardedBot, storage: Storage, shelf: ClipShelf) -> None:
        self._bot = bot
        self._storage = storage
        self._shelf = shelf
        self._sent: dict[tuple[int, int], float] = {}

    async def send(self, event: discord.RawReactionActionEvent, shown: Shown) -> None:
        """Send the works that are shown, or a sentence that says why not. Raises DISCORD_FAULTS.

        Two that are compared go to who has picked, and would not be compared blind otherwise. Somebody who
        takes no messages from the bot gets none, and can't be told.
        """
        guild = self._bot.get_guild(event.guild_id) if event.guild_id is not None else None
        wording = wording_for(guild.preferred_locale if guild else None)
        pair = shown.pair
        is_blind = pair is not None and event.user_id not in await self._storage.preferences.picks(pair.id)
        asked_for = (event.message_id,) if is_blind else shown.work_ids
        due = [each for each in asked_for if self._is_due(event.user_id, each)]
        if not due:
            return
        user = event.member or await self._bot.fetch_user(event.user_id)
        try:
            if is_blind:
                await user.send(wording("reply.pick_first"))
                return
            for work_id in due:
                await self._send(event, user, work_id, wording)
        except discord.Forbidden:
            log.info("somebody who asked for #%d by ✉️ takes no messages", shown.work_ids[0])

    async def _send(
        self,
        event: discord.RawReactionActionEvent,
        user: discord.Member | discord.User,
        work_id: int,
        wording: Wording,
    ) -> None:
        try:
            shelved = await self._shelf.find_work(
                work_id, guild_id=event.guild_id, channel_id=event.channel_id, owner=event.user_id
            )
        except NightingaleError as error:
            failure = log_failure(error, about=f"sending #{work_id}")
            await user.send(failure.text(wording, job_id=work_id))
            return
        changes = [said(change, wording) for change in shelved.changes]
        text = [wording("reply.letter", id=f"#{work_id}"), *changes]
        files = _files(work_id, shelved.work)
        await user.send(
            "\n".join(text),
            embeds=embeds_of(work_id, shelved.work, wording, files=files),
            files=attachments(files),
        )

    def _is_due(self, user_id: int, asked_for: int) -> bool:
        """Whether somebody who asks for this work, or under this message, is answered, who then was."""
        now = time.monotonic()
        self._sent = {who: at for who, at in self._sent.items() if now - at < SECONDS_BETWEEN_LETTERS}
        if (user_id, asked_for) in self._sent:
            return False
        self._sent[user_id, asked_for] = now
        return True


def _files(work_id: int, work: Work) -> list[NamedFile]:
    """All files of the work and its recipe; the picture is left out where that is too much."""
    if isinstance(work, Verse):
        return text_files(work_id, work)
    small = [(file_name(work_id, "mid"), work.midi), *_texts(work_id, work)]
    limit_bytes = LIMIT_BYTES - sum(len(content) for _, content in small)
    ladder = upload_ladder(work_id, work, limit_bytes=limit_bytes)
    return [*(ladder[0] if ladder else []), *small]


def _texts(work_id: int, clip: Clip) -> list[NamedFile]:
    texts = [(file_name(work_id, "json"), clip.recipe.to_json().encode())]
    if clip.lead_sheet is not None:
        texts.append((file_name(work_id, "musicxml"), clip.lead_sheet))
    if clip.verse is not None:
        texts += text_files(work_id, clip.verse)[:1]  # of its recipes the song's holds the words', too
    return texts
