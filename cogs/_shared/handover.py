"""What the buttons under a work hand over to the person who presses, and to nobody else.

🎹 and 📜 give what the library has; 🎼 has the engine engrave it first.
"""

from collections.abc import Sequence

import discord

from cogs._shared.clip_shelf import ClipShelf, ShelvedClip
from cogs._shared.failures import DISCORD_FAULTS
from cogs._shared.layout import file_name, said
from cogs._shared.status_message import NamedFile, attachments
from cogs._shared.verse_message import text_files
from cogs._shared.wording import Wording, wording_for
from domain.errors import BadRequest, Reason, Unavailable
from domain.sheets import SheetRequest
from engine.client import Engine, outcome_of
from storage import StoredVerse, Verses


async def hand_over_midi(interaction: discord.Interaction, clip_id: int, *, shelf: ClipShelf) -> None:
    """Answer with the clip's MIDI and recipe.

    Raises what `ClipShelf.fetch` does, and Unavailable (UPLOAD_REFUSED).
    """
    await interaction.response.defer(ephemeral=True, thinking=True)
    shelved = await shelf.fetch(interaction, clip_id)
    recipe = shelved.clip.recipe.to_json().encode()
    files = [(file_name(clip_id, "mid"), shelved.clip.midi), (file_name(clip_id, "json"), recipe)]
    wording = wording_for(interaction.locale)
    await _answer(
        interaction, _with_changes(wording("reply.midi", id=f"#{clip_id}"), shelved, wording), files
    )


async def hand_over_sheet(
    interaction: discord.Interaction, clip_id: int, *, engine: Engine, shelf: ClipShelf
) -> None:
    """Answer with the clip's sheet music: its pages, and the MusicXML file.

    Raises what `hand_over_midi` does, and what `Engine.engrave` does.
    """
    await interaction.response.defer(ephemeral=True, thinking=True)
    shelved = await shelf.fetch(interaction, clip_id)
    clip = shelved.clip
    request = SheetRequest(title=clip.title, midi=clip.midi, lead_sheet=clip.lead_sheet)
    sheet = await outcome_of(engine.engrave(request, owner=interaction.user.id))
    files = [(file_name(clip_id, f"page-{page}.png"), picture) for page, picture in enumerate(sheet.pages, 1)]
    files.append((file_name(clip_id, "musicxml"), sheet.musicxml))
    wording = wording_for(interaction.locale)
    if sheet.bars_shown < sheet.bars:
        text = wording("reply.sheet_cut", id=f"#{clip_id}", shown=sheet.bars_shown, bars=sheet.bars)
    else:
        text = wording("reply.sheet", id=f"#{clip_id}")
    await _answer(interaction, _with_changes(text, shelved, wording), files)


async def hand_over_text(interaction: discord.Interaction, work_id: int, *, verses: Verses) -> None:
    """Answer with the text of verse, or of a song, and the recipe of its words.

    Raises what `stored_verse` does, and Unavailable (UPLOAD_REFUSED).
    """
    await interaction.response.defer(ephemeral=True, thinking=True)
    verse = (await stored_verse(interaction, work_id, verses=verses)).verse
    text = wording_for(interaction.locale)("reply.text", id=f"#{work_id}")
    await _answer(interaction, text, text_files(work_id, verse))


async def stored_verse(interaction: discord.Interaction, work_id: int, *, verses: Verses) -> StoredVerse:
    """The verse, or a song's words, where it was made on this server or in this conversation.

    Raises BadRequest (NO_VERSE) in the same words for another place's and for one that never was, and
    Unavailable (DATABASE_BUSY).
    """
    stored = await verses.get(work_id, guild_id=interaction.guild_id, channel_id=interaction.channel_id)
    if stored is None:
        raise BadRequest(Reason.NO_VERSE, value=f"#{work_id}")
    return stored


def _with_changes(text: str, shelved: ShelvedClip, wording: Wording) -> str:
    """The text, and how a clip that was made again differs from what it was."""
    return "\n".join([text, *(said(change, wording) for change in shelved.changes)])


async def _answer(interaction: discord.Interaction, text: str, files: Sequence[NamedFile]) -> None:
    try:
        await interaction.edit_original_response(content=text, attachments=attachments(files))
    except DISCORD_FAULTS as error:
        raise Unavailable(Reason.UPLOAD_REFUSED) from error
