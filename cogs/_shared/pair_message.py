"""Two works as one message that gives away nothing: what both of them are, and each as A and B."""

from collections.abc import Mapping

import discord

from cogs._shared.clip_message import clip_fields
from cogs._shared.layout import COLOUR
from cogs._shared.status_message import NamedFile
from cogs._shared.verse_message import bare_embed, verse_fields
from cogs._shared.wording import Wording
from domain.clips import Work
from domain.verses import Verse

_TOLD = ("style", "genre", "mood", "instruments", "key", "tempo", "metre", "temperature")
"""Fields of clips that are shown where they are the same of both."""


def pair_embeds(
    ids: str, a: Work, b: Work, wording: Wording, *, note: str | None = None
) -> list[discord.Embed]:
    """What is asked of who listens or reads, with a note where there is one, and what the two have in common.

    Verse is shown below that: A, and then B.
    """
    asked = wording("choices.question")
    embed = discord.Embed(
        title=wording("choices.title"),
        description=asked if note is None else f"{asked}\n\n{note}",
        colour=COLOUR,
    )
    of_a, of_b = _told(a, wording), _told(b, wording)
    for name, value in of_a.items():
        if value is not None and value == of_b.get(name):
            embed.add_field(name=wording(name), value=value)
    embed.set_footer(text=wording("choices.footer", ids=ids))
    verses = {letter: work for letter, work in (("🅰️", a), ("🅱️", b)) if isinstance(work, Verse)}
    return [embed, *(bare_embed(letter, verse) for letter, verse in verses.items())]


def pair_files(a: Work, b: Work) -> list[NamedFile]:
    """The sound of both, under names that don't say whose it is; none of verse."""
    return [
        (f"nightingale-{letter}.mp3", work.audio)
        for letter, work in (("A", a), ("B", b))
        if not isinstance(work, Verse)
    ]


def _told(work: Work, wording: Wording) -> Mapping[str, str | None]:
    """What may be told of a work, by its words' keys in the catalogues."""
    if isinstance(work, Verse):
        return {f"verse.{name}": value for name, value in verse_fields(work, wording).items()}
    fields = clip_fields(0, work, wording)
    return {f"clip.{name}": fields.get(name) for name in _TOLD}
