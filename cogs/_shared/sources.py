"""From what people name, a clip of this place or a file, to the music in it."""

import re

import discord

from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.failures import DISCORD_FAULTS
from domain.errors import BadRequest, Reason, Unavailable
from domain.genres import Genre
from domain.transformations import Source
from engine.intake.names import is_midi
from engine.intake.reader import MAX_BYTES, MAX_RECORDING_BYTES, read_clip, read_upload

_CLIP_ID = re.compile(r"#?\s*(?P<id>[0-9]{1,18})")


async def read_source(
    interaction: discord.Interaction,
    *,
    clip: str | None,
    file: discord.Attachment | None,
    shelf: ClipShelf,
) -> Source:
    """The music of one clip, given as `42` or `#42`, or of one file.

    Raises BadRequest or Unavailable: neither or both given, no such clip here, one that can't be made
    again, or a file that can't be read as MIDI.
    """
    if clip is not None and file is not None:
        raise BadRequest(Reason.SOURCE_TWICE)
    if file is not None:
        return await _read_file(file)
    if clip is None:
        raise BadRequest(Reason.SOURCE_MISSING)
    clip_id = id_in(clip)
    if clip_id is None:
        raise BadRequest(Reason.NOT_FOUND, value=clip.strip())
    return await clip_source(interaction, clip_id, shelf=shelf)


def id_in(text: str) -> int | None:
    """The id that is given as `42` or `#42`; None for any other text."""
    named = _CLIP_ID.fullmatch(text.strip())
    return None if named is None else int(named["id"])


async def clip_source(interaction: discord.Interaction, clip_id: int, *, shelf: ClipShelf) -> Source:
    """The music of a clip of this place. Raises as `read_source`."""
    shelved = await shelf.fetch(interaction, clip_id)
    clip = shelved.clip
    taken = await read_clip(clip.midi, parts=clip.recipe.parts)
    return Source.of(
        clip.title,
        taken.score,
        genre=Genre(clip.recipe.genre),
        clip_id=clip_id,
        left_out=(*shelved.changes, *taken.left_out),
    )


async def fetched(file: discord.Attachment) -> bytes:
    """What somebody uploaded. Raises Unavailable (UPLOAD_LOST)."""
    try:
        return await file.read()
    except DISCORD_FAULTS as error:
        raise Unavailable(Reason.UPLOAD_LOST) from error


async def fetched_music(file: discord.Attachment) -> bytes:
    """A MIDI file, a recording or text. Raises as `fetched`, and BadRequest for what is too big to be."""
    if is_midi(file.filename) and file.size > MAX_BYTES:
        raise BadRequest(Reason.MIDI_TOO_BIG, value=file.size // 1000, limit=MAX_BYTES // 1000)
    if file.size > MAX_RECORDING_BYTES:
        limit = MAX_RECORDING_BYTES // 1000
        raise BadRequest(Reason.RECORDING_TOO_BIG, value=file.size // 1000, limit=limit)
    return await fetched(file)


async def _read_file(file: discord.Attachment) -> Source:
    if file.size > MAX_BYTES:  # not even fetched
        raise BadRequest(Reason.MIDI_TOO_BIG, value=file.size // 1000, limit=MAX_BYTES // 1000)
    taken = await read_upload(await fetched(file), name=file.filename)
    return Source.of(taken.title, taken.score, left_out=taken.left_out)
