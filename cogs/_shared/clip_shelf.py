"""Works of this place, clips with their files: made again from the recipe where these are gone.

The one home for all that show a work, hand it over or work on it. A recipe holds the music that a clip was
made from, so that no other clip is needed for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

import discord

from cogs._shared.failures import DISCORD_FAULTS
from cogs._shared.wording import wording_for
from domain.clips import Clip, Work
from domain.errors import BadRequest, Reason, Unavailable
from domain.remarks import Remark, Topic
from engine.client import Engine, outcome_of
from storage import Storage, StoredClip, sha256_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ShelvedClip:
    """A clip with its files. `changes` is empty where they are, note for note, what they have been."""

    clip: Clip
    changes: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class ShelvedWork:
    """A work, a clip with its files. `changes` as for `ShelvedClip`; verse has none."""

    work: Work
    changes: tuple[Remark, ...] = ()


class ClipShelf:
    """Where clips are fetched from; one for the whole bot, so that no clip is made again twice at a time."""

    def __init__(self, engine: Engine, storage: Storage) -> None:
        self._engine = engine
        self._storage = storage
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def fetch(self, interaction: discord.Interaction, clip_id: int) -> ShelvedClip:
        """The clip, where it was made on this server or in this conversation.

        The interaction has been acknowledged, and is told where the clip has to be made again. Raises
        BadRequest (NOT_FOUND) in the same words for another place's and for one that never was, Unavailable
        (FILES_GONE) for one that can't be made any more, and what `Engine.make` does.
        """
        stored = await self._storage.clips.get(
            clip_id, guild_id=interaction.guild_id, channel_id=interaction.channel_id
        )
        if stored is None:
            raise BadRequest(Reason.NOT_FOUND, value=f"#{clip_id}")
        return await self.fetch_stored(
            stored, owner=interaction.user.id, tell=lambda: _tell(interaction, clip_id)
        )

    async def fetch_work(self, interaction: discord.Interaction, work_id: int) -> ShelvedWork:
        """As `fetch`, of clips and verse alike: BadRequest is NO_WORK."""
        return await self.find_work(
            work_id,
            guild_id=interaction.guild_id,
            channel_id=interaction.channel_id,
            owner=interaction.user.id,
            tell=lambda: _tell(interaction, work_id),
        )

    async def find_work(
        self,
        work_id: int,
        *,
        guild_id: int | None,
        channel_id: int | None,
        owner: int,
        tell: Callable[[], Awaitable[None]] | None = None,
    ) -> ShelvedWork:
        """The clip or verse, where it was made there. Raises BadRequest (NO_WORK), and as `fetch_stored`."""
        stored = await self._storage.clips.get(work_id, guild_id=guild_id, channel_id=channel_id)
        if stored is not None:
            shelved = await self.fetch_stored(stored, owner=owner, tell=tell)
            return ShelvedWork(shelved.clip, shelved.changes)
        verse = await self._storage.verses.get(work_id, guild_id=guild_id, channel_id=channel_id)
        if verse is None:
            raise BadRequest(Reason.NO_WORK, value=f"#{work_id}")
        return ShelvedWork(verse.verse)

    async def fetch_stored(
        self, stored: StoredClip, *, owner: int, tell: Callable[[], Awaitable[None]] | None = None
    ) -> ShelvedClip:
        """The clip with its files for `owner`; `tell` is called where it has to be made again.

        Raises Unavailable (FILES_GONE) for one that can't be made any more, and what `Engine.make` does.
        """
        turn = self._turns.setdefault(stored.id, asyncio.Lock())
        async with turn:  # who comes second finds what the first had made
            try:
                return ShelvedClip(await self._storage.clips.load(stored))
            except Unavailable as error:
                if error.reason is not Reason.FILES_GONE:
                    raise
            log.info("The files of #%d are gone; making them again", stored.id)
            if tell is not None:
                await tell()
            return await self._made_again(stored, owner=owner)

    async def _made_again(self, stored: StoredClip, *, owner: int) -> ShelvedClip:
        try:
            made = await outcome_of(self._engine.make(stored.recipe.request, owner=owner))
        except BadRequest as error:  # there is no such style or genre any more
            raise Unavailable(Reason.FILES_GONE, value=f"#{stored.id}") from error
        same_version = made.recipe.model_version == stored.recipe.model_version
        if sha256_of(made.midi) != stored.midi_sha256 and not (same_version and stored.midi_sha256 is None):
            return ShelvedClip(replace(made, title=stored.title), (_change(stored, made),))
        same = replace(
            made,
            title=stored.title,
            recipe=stored.recipe,
            judgement=stored.judgement,
            source_judgement=stored.source_judgement,
            remarks=stored.remarks,
        )
        try:
            await self._storage.clips.restore(stored, same)
        except Unavailable:  # no room, for one: it is handed out all the same
            log.warning("could not keep the files of #%d", stored.id, exc_info=True)
        return ShelvedClip(same)


def _change(stored: StoredClip, made: Clip) -> Remark:
    clip, then, now = f"#{stored.id}", stored.recipe.model_version, made.recipe.model_version
    if then == now:
        return Remark(Topic.REMADE_OTHERWISE, {"clip": clip})
    return Remark(Topic.REMADE_BY_ANOTHER_MODEL, {"clip": clip, "then": then, "now": now})


async def _tell(interaction: discord.Interaction, clip_id: int) -> None:
    """Say why it takes longer. What comes of it takes the place of this."""
    try:
        text = wording_for(interaction.locale)("progress.remaking", id=f"#{clip_id}")
        await interaction.edit_original_response(content=text)
    except DISCORD_FAULTS:
        log.warning("could not say that #%d is made again", clip_id, exc_info=True)
