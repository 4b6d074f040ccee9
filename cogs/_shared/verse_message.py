"""Verse as a message: the stanzas laid out, what they were asked to be, and the text as a file."""

from collections.abc import Mapping
from itertools import groupby

import discord

from cogs._shared.escaping import escaped
from cogs._shared.layout import COLOUR, MAX_FIELD, MAX_TITLE, file_name, said
from cogs._shared.status_message import NamedFile
from cogs._shared.wording import Wording
from domain.songs import StanzaKind
from domain.verses import Language, Verse, VerseStanza

MAX_DESCRIPTION = 4096
"""Characters that Discord takes in an embed's description."""

MAX_WORDS = 2500
"""Of them under a song, or of each of two verses: all embeds of a message count towards Discord's 6000."""

_WIDE = ("tones", "model_version")
"""Fields that want lines of their own."""

_GAP = "　"
"""Between the tones of two lines: as wide as a character."""

_EMPTY_LINE = "\n\N{ZERO WIDTH SPACE}\n"
"""Between two stanzas. One with nothing in it, not every page that shows markdown leaves empty."""


def verse_embed(work_id: int, verse: Verse, wording: Wording) -> discord.Embed:
    """The verse, and all that it takes to ask for it again."""
    recipe, request = verse.recipe, verse.recipe.request
    remarks = "\n".join(said(remark, wording) for remark in verse.remarks)
    embed = discord.Embed(
        title=escaped(verse.title)[:MAX_TITLE],
        description=_within("\n\n".join(filter(None, [laid_out(verse), remarks])), MAX_DESCRIPTION),
        colour=COLOUR,
    )
    fields = {
        "tones": _tones(verse),
        **verse_fields(verse, wording),
        "seed": f"`{request.seed}`",
        "temperature": f"{request.temperature:g}",
        "model_version": f"`{recipe.model_version}`",
    }
    _add_fields(embed, fields, wording)
    return embed.set_footer(text=wording("verse.footer", id=f"#{work_id}"))


def words_embed(verse: Verse, wording: Wording) -> discord.Embed:
    """The words of a song, to stand below what is said of its music."""
    embed = discord.Embed(description=_within(laid_out(verse), MAX_WORDS), colour=COLOUR)
    shown = verse_fields(verse, wording)
    del shown["language"]  # who reads the words sees it
    _add_fields(embed, shown, wording)
    return embed


def bare_embed(heading: str, verse: Verse) -> discord.Embed:
    """The verse and nothing that says how it was made."""
    return discord.Embed(
        title=f"{heading} {escaped(verse.title)}"[:MAX_TITLE],
        description=_within(laid_out(verse), MAX_WORDS),
        colour=COLOUR,
    )


def laid_out(verse: Verse) -> str:
    """The stanzas as Discord is to show them, an empty line between; a chorus stands apart."""
    runs = [
        ("\n\n" if chorus else _EMPTY_LINE).join(map(_stanza, run))
        for chorus, run in groupby(verse.stanzas, key=_is_chorus)
    ]
    return "\n\n".join(runs)  # not with a sign between: it would be taken for a part of the quotation


def text_files(work_id: int, verse: Verse) -> list[NamedFile]:
    """The text, with its title above, and the recipe that makes it again."""
    text = f"{verse.title}\n\n{verse.text}\n"
    recipe = verse.recipe.to_json()
    return [(file_name(work_id, "txt"), text.encode()), (file_name(work_id, "json"), recipe.encode())]


def _stanza(stanza: VerseStanza) -> str:
    lines = [escaped(line.text) for line in stanza.lines]
    if _is_chorus(stanza):
        return "\n".join(f"> *{line}*" for line in lines)
    return "\n".join(lines)


def _is_chorus(stanza: VerseStanza) -> bool:
    return stanza.label is StanzaKind.CHORUS


def verse_fields(verse: Verse, wording: Wording) -> dict[str, str | None]:
    """What the verse is, by the names of its fields; None where there is nothing to show."""
    request = verse.recipe.request
    words = wording("list.comma").join(map(escaped, verse.scene_words))
    return {
        "scene_words": words or None,
        "form": None if request.form is None else wording(f"form.{request.form}"),
        "tune": None if request.tune is None else escaped(request.tune),
        "rhyme": None if request.rhyme is None else wording(f"rhyme.{request.rhyme}"),
        "language": None if request.language is None else wording(f"language.{request.language}"),
    }


def _tones(verse: Verse) -> str | None:
    """Of Chinese verse the tone of each character, two or three lines to a row, a stanza to a block."""
    if verse.recipe.request.language is not Language.CHINESE:
        return None
    blocks: list[str] = []
    for stanza in verse.stanzas:
        patterns = [line.pattern for line in stanza.lines if line.pattern]
        wide = next(lines for lines in (2, 3, 1) if len(patterns) % lines == 0)
        rows = [_GAP.join(patterns[first : first + wide]) for first in range(0, len(patterns), wide)]
        blocks.append("\n".join(rows))
    return _EMPTY_LINE.join(filter(None, blocks)) or None


def _add_fields(embed: discord.Embed, fields: Mapping[str, str | None], wording: Wording) -> None:
    for name, value in fields.items():
        if value is not None:
            embed.add_field(
                name=wording(f"verse.{name}"), value=_within(value, MAX_FIELD), inline=name not in _WIDE
            )


def _within(text: str, limit: int) -> str:
    """The text, its last lines left out where it is longer than `limit`."""
    lines = text.split("\n")
    while len(text) > limit:
        lines.pop()
        text = "\n".join([*lines, "…"])
    return text
