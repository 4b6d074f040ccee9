"""A finished clip as a message: the embed, and which of its files fit under Discord's upload limit.

A song's words are shown by `verse_message`.
"""

import discord

from cogs._shared.escaping import escaped
from cogs._shared.layout import COLOUR, MAX_TITLE, file_name, said
from cogs._shared.status_message import NamedFile
from cogs._shared.wording import Wording
from domain.clips import Clip
from domain.requests import ClipRequest, ComposeRequest
from domain.song_requests import SongRequest
from domain.transformations import BlendRequest, RestyleRequest, Source, VaryRequest

_TITLES = ("sources", "judge")
"""Fields of titles, which stand before all that is shown side by side."""

_WIDE = ("model_version",)
"""Fields of songs that want lines of their own as well: several models make one."""


def clip_embed(clip_id: int, clip: Clip, wording: Wording) -> discord.Embed:
    """All that it takes to ask for the same piece again, and what the composer remarks on it.

    The picture is added by who attaches it.
    """
    sentences = [said(remark, wording) for remark in clip.remarks]
    embed = discord.Embed(
        title=escaped(clip.title)[:MAX_TITLE], description="\n".join(sentences) or None, colour=COLOUR
    )
    alone = _TITLES if clip.verse is None else _TITLES + _WIDE
    for name, value in clip_fields(clip_id, clip, wording).items():
        if value is not None:
            embed.add_field(name=wording(f"clip.{name}"), value=value, inline=name not in alone)
    return embed.set_footer(text=wording("clip.footer", id=f"#{clip_id}"))


def clip_fields(clip_id: int, clip: Clip, wording: Wording) -> dict[str, str | None]:
    """What is shown of a clip, by the names of the fields in the catalogues; None where there is nothing."""
    recipe, request = clip.recipe, clip.recipe.request
    came_from = _came_from(clip_id, clip, wording)
    return {
        **{name: came_from.pop(name, None) for name in _TITLES},
        "style": request.style if isinstance(request, ComposeRequest) else wording(f"kind.{request.kind}"),
        **came_from,
        "genre": wording.genre(recipe.genre),
        **_wished(request, wording),
        "key": wording.key_name(recipe.key),
        "tempo": wording("clip.tempo_value", tempo=f"{round(recipe.tempo, 1):g}"),
        "metre": wording("clip.metre_value", metre=recipe.metre, bars=recipe.bars),
        "length": wording("clip.length_value", seconds=f"{clip.seconds:.1f}"),
        "seed": f"`{request.seed}`",
        "temperature": _temperature(request),
        "model_version": f"`{recipe.model_version}`",
    }


def _wished(request: ClipRequest, wording: Wording) -> dict[str, str]:
    """Mood and instruments, where they were asked for."""
    wished: dict[str, str] = {}
    if isinstance(request, ComposeRequest) and request.mood is not None:
        wished["mood"] = wording(f"mood.{request.mood}")
    if isinstance(request, ComposeRequest | SongRequest) and request.instruments is not None:
        wished["instruments"] = wording(f"ensemble.{request.instruments}")
    return wished


def _temperature(request: ClipRequest) -> str | None:
    match request:
        case ComposeRequest():
            return f"{request.temperature:g}"
        case SongRequest():
            return f"{request.words.temperature:g}"
        case _:
            return None


def _came_from(clip_id: int, clip: Clip, wording: Wording) -> dict[str, str]:
    """What it was made from and how, and, of a restyling, what the judge makes of both pieces."""
    request = clip.recipe.request
    if not request.sources:
        return {}
    shown = {"sources": "\n".join(_source_name(source) for source in request.sources)}
    match request:
        case BlendRequest(ratio=None):
            shown["ratio"] = wording("clip.ratio_walk")
        case BlendRequest():
            shown["ratio"] = f"{request.ratio:g}"
        case VaryRequest():
            shown["amount"] = f"{request.amount:g}"
        case RestyleRequest(source=source) if clip.judgement is not None:
            before = _judged(_source_name(source), source.genre, clip.source_judgement, wording)
            title = escaped(clip.title)
            after = _judged(f"#{clip_id} · {title}", clip.recipe.genre, clip.judgement, wording)
            shown["judge"] = f"{before}\n{after}"
        case _:
            pass
    return shown


def _source_name(source: Source) -> str:
    title = escaped(source.title)
    if source.is_seed:
        return f"🌱 {title}"
    return title if source.clip_id is None else f"#{source.clip_id} · {title}"


def _judged(name: str, genre: str | None, judgement: float | None, wording: Wording) -> str:
    """How likely the judge takes a piece for a person's."""
    heard = "–" if judgement is None else f"{judgement:.0%}"
    if genre is None:
        return wording("clip.judged_of_no_genre", name=name, share=heard)
    return wording("clip.judged", name=name, genre=wording.genre(genre), share=heard)


def upload_ladder(clip_id: int, clip: Clip, *, limit_bytes: int) -> list[list[NamedFile]]:
    """What to try to upload, best first, within `limit_bytes`; empty when not even the sound fits.

    The longest clip's MP3 is some 3 MB, under the least limit Discord gives (10 MiB), so what a
    lower rung gives up is the picture and never the sound's quality.
    """
    audio = (file_name(clip_id, "mp3"), clip.audio)
    picture = (file_name(clip_id, "png"), clip.picture)
    rungs = [[audio, picture], [audio]]
    return [rung for rung in rungs if sum(len(content) for _, content in rung) <= limit_bytes]
