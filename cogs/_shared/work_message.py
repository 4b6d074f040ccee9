"""A finished work as a message: its embeds, and what to try to upload with them."""

import discord

from cogs._shared import clip_message
from cogs._shared.clip_message import clip_embed
from cogs._shared.layout import file_name
from cogs._shared.status_message import NamedFile
from cogs._shared.verse_message import verse_embed, words_embed
from cogs._shared.wording import Wording
from domain.clips import Clip, Work
from domain.verses import Verse


def embeds_of(
    work_id: int, work: Work, wording: Wording, *, files: list[NamedFile] | None = None
) -> list[discord.Embed]:
    """The embeds, with the clip's picture where it is among the `files` sent along; a song's words last."""
    if isinstance(work, Verse):
        return [verse_embed(work_id, work, wording)]
    embed = clip_embed(work_id, work, wording)
    picture = file_name(work_id, "png")
    if any(name == picture for name, _ in files or ()):
        embed.set_image(url=f"attachment://{picture}")
    return [embed] if work.verse is None else [embed, words_embed(work.verse, wording)]


def upload_ladder(work_id: int, work: Work, *, limit_bytes: int) -> list[list[NamedFile]]:
    """What to try to upload, best first: verse has no files, so there is one rung, and it is empty."""
    if isinstance(work, Clip):
        return clip_message.upload_ladder(work_id, work, limit_bytes=limit_bytes)
    return [[]]
