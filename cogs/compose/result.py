"""A finished clip as a message: the embed, and which of its files fit under Discord's upload limit."""

import discord

from cogs._shared.status_message import NamedFile
from cogs._shared.wording import Wording
from domain.clips import Clip

COLOUR = discord.Colour(0xC98B3C)


def file_name(clip_id: int, ending: str) -> str:
    return f"nightingale-{clip_id}.{ending}"


def clip_embed(clip_id: int, clip: Clip, wording: Wording) -> discord.Embed:
    """All that it takes to ask for the same piece again, and what the composer remarks on it.

    The picture is added by who attaches it.
    """
    recipe, request = clip.recipe, clip.recipe.request
    said = [wording("clip.remark", sentence=wording.remark(remark)) for remark in clip.remarks]
    embed = discord.Embed(title=clip.title, description="\n".join(said) or None, colour=COLOUR)
    fields = {
        "style": request.style,
        "genre": wording.genre(request.genre or ""),
        "mood": None if request.mood is None else wording(f"mood.{request.mood}"),
        "instruments": None if request.instruments is None else wording(f"ensemble.{request.instruments}"),
        "key": None if request.key is None else wording.key_name(request.key),
        "tempo": wording("clip.tempo_value", tempo=f"{request.tempo:g}"),
        "metre": wording("clip.metre_value", metre=recipe.metre, bars=recipe.bars),
        "length": wording("clip.length_value", seconds=f"{clip.seconds:.1f}"),
        "seed": f"`{request.seed}`",
        "temperature": f"{request.temperature:g}",
        "model_version": f"`{recipe.model_version}`",
    }
    for name, value in fields.items():
        if value is not None:  # mood and instruments are shown where they were asked for
            embed.add_field(name=wording(f"clip.{name}"), value=value)
    return embed.set_footer(text=wording("clip.footer", id=f"#{clip_id}"))


def upload_ladder(clip_id: int, clip: Clip, *, limit_bytes: int) -> list[list[NamedFile]]:
    """What to try to upload, best first, within `limit_bytes`; empty when not even the sound fits.

    The longest clip's MP3 is some 3 MB, under the least limit Discord gives (10 MiB), so what a
    lower rung gives up is the picture and never the sound's quality.
    """
    audio = (file_name(clip_id, "mp3"), clip.audio)
    picture = (file_name(clip_id, "png"), clip.picture)
    rungs = [[audio, picture], [audio]]
    return [rung for rung in rungs if sum(len(content) for _, content in rung) <= limit_bytes]
