"""Two clips as one message that gives away nothing: what both of them are, and their sound as A and B."""

import discord

from cogs._shared.clip_message import clip_fields
from cogs._shared.layout import COLOUR
from cogs._shared.status_message import NamedFile
from cogs._shared.wording import Wording
from domain.clips import Clip

_TOLD = ("style", "genre", "mood", "instruments", "key", "tempo", "metre", "temperature")
"""Fields that are shown where they are the same of both."""


def pair_embed(ids: str, a: Clip, b: Clip, wording: Wording, *, note: str | None = None) -> discord.Embed:
    """What is asked of who listens, with a note where there is one, and what the two have in common."""
    asked = wording("choices.question")
    embed = discord.Embed(
        title=wording("choices.title"),
        description=asked if note is None else f"{asked}\n\n{note}",
        colour=COLOUR,
    )
    of_a, of_b = (clip_fields(0, clip, wording) for clip in (a, b))
    for name in _TOLD:
        value = of_a.get(name)
        if value is not None and value == of_b.get(name):
            embed.add_field(name=wording(f"clip.{name}"), value=value)
    return embed.set_footer(text=wording("choices.footer", ids=ids))


def pair_files(a: Clip, b: Clip) -> list[NamedFile]:
    """The sound of both, under names that don't say whose it is."""
    return [("nightingale-A.mp3", a.audio), ("nightingale-B.mp3", b.audio)]
