"""What the buttons under a clip hand over to the person who presses, and to nobody else.

🎹 gives files that the library has; 🎼 has the engine engrave them first.
"""

from collections.abc import Sequence
from contextlib import aclosing

import discord

from cogs._shared.clip_message import file_name
from cogs._shared.failures import DISCORD_FAULTS
from cogs._shared.sources import find_clip
from cogs._shared.status_message import NamedFile, attachments
from cogs._shared.wording import wording_for
from domain.clips import Clip
from domain.errors import Reason, Unavailable
from domain.sheets import Sheet, SheetRequest
from engine.client import Engine
from storage import Storage


async def hand_over_midi(interaction: discord.Interaction, clip_id: int, *, storage: Storage) -> None:
    """Answer with the clip's MIDI and recipe.

    Raises BadRequest (NOT_FOUND), Unavailable (FILES_GONE, UPLOAD_REFUSED).
    """
    await interaction.response.defer(ephemeral=True, thinking=True)
    clip = await _stored_clip(interaction, clip_id, storage=storage)
    recipe = clip.recipe.to_json().encode()
    files = [(file_name(clip_id, "mid"), clip.midi), (file_name(clip_id, "json"), recipe)]
    await _answer(interaction, wording_for(interaction.locale)("reply.midi", id=f"#{clip_id}"), files)


async def hand_over_sheet(
    interaction: discord.Interaction, clip_id: int, *, engine: Engine, storage: Storage
) -> None:
    """Answer with the clip's sheet music: its pages, and the MusicXML file.

    Raises what `hand_over_midi` does, and what `Engine.engrave` does.
    """
    await interaction.response.defer(ephemeral=True, thinking=True)
    clip = await _stored_clip(interaction, clip_id, storage=storage)
    request = SheetRequest(title=clip.title, midi=clip.midi)
    sheet = await _engraved(request, engine=engine, owner=interaction.user.id)
    files = [(file_name(clip_id, f"page-{page}.png"), picture) for page, picture in enumerate(sheet.pages, 1)]
    files.append((file_name(clip_id, "musicxml"), sheet.musicxml))
    wording = wording_for(interaction.locale)
    if sheet.bars_shown < sheet.bars:
        text = wording("reply.sheet_cut", id=f"#{clip_id}", shown=sheet.bars_shown, bars=sheet.bars)
    else:
        text = wording("reply.sheet", id=f"#{clip_id}")
    await _answer(interaction, text, files)


async def _engraved(request: SheetRequest, *, engine: Engine, owner: int) -> Sheet:
    async with aclosing(engine.engrave(request, owner=owner)) as events:
        async for event in events:
            if isinstance(event, Sheet):
                return event
    raise RuntimeError("the engine ended without a sheet")


async def _stored_clip(interaction: discord.Interaction, clip_id: int, *, storage: Storage) -> Clip:
    """The clip with its files, where it was made here."""
    return await storage.clips.load(await find_clip(interaction, clip_id, storage=storage))


async def _answer(interaction: discord.Interaction, text: str, files: Sequence[NamedFile]) -> None:
    try:
        await interaction.edit_original_response(content=text, attachments=attachments(files))
    except DISCORD_FAULTS as error:
        raise Unavailable(Reason.UPLOAD_REFUSED) from error
