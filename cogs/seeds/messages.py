"""Seeds as messages: one with its notes, a page of many, and what is heard of one."""

from collections.abc import Sequence

import discord

from cogs._shared.escaping import escaped
from cogs._shared.layout import COLOUR, MAX_FIELD, said
from cogs._shared.status_message import NamedFile
from cogs._shared.wording import Wording
from domain.playings import PlayRequest
from domain.score import Score
from domain.seeds import count_notes
from domain.sheets import Sheet
from domain.transformations import Source
from domain.written_notes import written
from storage import StoredSeed

PAGE = 15
"""Seeds on a page of the list."""


def seed_embed(
    name: str, source: Source, wording: Wording, *, seed: StoredSeed | None = None
) -> discord.Embed:
    """What a seed is, and what reading its music left out; of one that is kept, since when and whose."""
    sentences = [said(remark, wording) for remark in source.left_out]
    embed = discord.Embed(title=_titled(name), description="\n".join(sentences) or None, colour=COLOUR)
    origin = (
        escaped(source.title) if source.clip_id is None else f"#{source.clip_id} · {escaped(source.title)}"
    )
    facts = {**score_facts(source.score, wording), wording("seed.origin"): origin}
    if seed is not None:
        facts[wording("seed.saved")] = discord.utils.format_dt(seed.created_at, "D")
        if seed.owner is not None:
            facts[wording("seed.shared_by")] = escaped(seed.owner)
    for field, value in facts.items():
        embed.add_field(name=field, value=value)
    embed.add_field(name=wording("seed.tune"), value=_code(written(source.score)), inline=False)
    return embed


def score_facts(score: Score, wording: Wording) -> dict[str, str]:
    """Key, tempo, metre and number of notes, by what they are called."""
    return {
        wording("clip.key"): wording.key_name(score.key),
        wording("clip.tempo"): wording("clip.tempo_value", tempo=f"{round(score.tempo, 1):g}"),
        wording("clip.metre"): wording("clip.metre_value", metre=score.metre, bars=score.bars),
        wording("seed.notes"): str(count_notes(score)),
    }


def played_embed(source: Source, request: PlayRequest, wording: Wording) -> discord.Embed:
    """What stands above the sound of a seed; `request` may have fewer bars than the seed."""
    bars, played = source.score.bars, request.score.bars
    cut = wording("seed.played_cut", played=played, bars=bars) if played < bars else None
    embed = discord.Embed(title=_titled(source.title), description=cut, colour=COLOUR)
    for field, value in score_facts(source.score, wording).items():
        embed.add_field(name=field, value=value)
    return embed


def page_embed(
    seeds: Sequence[StoredSeed], wording: Wording, *, user_id: int, page: int, pages: int
) -> discord.Embed:
    """A page of the seeds that this person sees, a line each."""
    embed = discord.Embed(title=wording("seed.list"), colour=COLOUR)
    embed.description = "\n".join(_line(seed, wording, user_id=user_id) for seed in seeds) or wording(
        "seed.none"
    )
    if pages > 1:
        embed.set_footer(text=wording("seed.page_of", page=page, pages=pages))
    return embed


def file_name(seed_id: int) -> str:
    """What a seed's files are called, up to the ending."""
    return f"nightingale-seed-{seed_id}"


def sheet_files(seed_id: int, sheet: Sheet) -> list[NamedFile]:
    """The pages as pictures, and the MusicXML behind them."""
    pages = [
        (f"{file_name(seed_id)}-page-{page}.png", picture) for page, picture in enumerate(sheet.pages, 1)
    ]
    return [*pages, (f"{file_name(seed_id)}.musicxml", sheet.musicxml)]


def _line(seed: StoredSeed, wording: Wording, *, user_id: int) -> str:
    score = seed.source.score
    facts = wording("list.comma").join(
        [wording.key_name(score.key), wording("clip.metre_value", metre=score.metre, bars=score.bars)]
    )
    if seed.user_id == user_id:
        shared = "" if seed.owner is None else f" · {wording('seed.shared')}"
        return f"**{escaped(seed.name)}** · {facts}{shared}"
    return f"{escaped(seed.owner or '')}: **{escaped(seed.name)}** · {facts}"


def _titled(name: str) -> str:
    return f"🌱 {escaped(name)}"


def _code(text: str) -> str:
    """Within a field: as many items as fit. What is written of notes has no quotation marks in it."""
    most = MAX_FIELD - len("``````")
    if len(text) > most:
        text = text[: most - 2].rpartition(" ")[0] + " …"
    return f"```{text}```"
