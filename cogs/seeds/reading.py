"""From what somebody gives for a seed, a clip's id, typed notes or a file, to the music in it.

Files are told apart by what they are called and by how they begin; what they hold is the fence's matter.
"""

from pathlib import PurePath

import discord

from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.sources import fetched_music, read_source
from domain.errors import BadRequest, Reason
from domain.transformations import Source
from engine.intake.messages import Intake
from engine.intake.names import is_midi
from engine.intake.reader import read_notes, read_recording, read_upload

_TEXT = (".abc", ".txt")


async def read_music(
    interaction: discord.Interaction,
    *,
    title: str,
    clip: str | None,
    notes: str | None,
    file: discord.Attachment | None,
    shelf: ClipShelf,
) -> Source:
    """The music of the one that was given; notes, which have no title of their own, are called `title`.

    Raises BadRequest (SEED_MUSIC_MISSING, SEED_MUSIC_TWICE), and what reading raises.
    """
    given = [each for each in (clip, notes, file) if each is not None]
    if not given:
        raise BadRequest(Reason.SEED_MUSIC_MISSING)
    if len(given) > 1:
        raise BadRequest(Reason.SEED_MUSIC_TWICE)
    if clip is not None:
        return await read_source(interaction, clip=clip, file=None, shelf=shelf)
    taken = await _read_file(file) if file is not None else await read_notes(notes or "", title=title)
    return Source.of(taken.title or title, taken.score, left_out=taken.left_out)


async def _read_file(file: discord.Attachment) -> Intake:
    ending = PurePath(file.filename).suffix.lower()
    content = await fetched_music(file)
    if ending in _TEXT:
        return await read_notes(content.decode(errors="replace"), title=PurePath(file.filename).stem)
    if is_midi(file.filename, content):
        return await read_upload(content, name=file.filename)
    return await read_recording(content, name=file.filename)
