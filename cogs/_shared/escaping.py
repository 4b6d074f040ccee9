"""Shows text that somebody typed as it was typed: no markdown, no link, no mention comes of it."""

import re

_SPECIAL = re.compile(
    r"[\\*_~|`<>\[\]]"  # what formats, quotes, and opens mentions, timestamps and links
    r"|(?<=[a-z])(?=://)"  # an address, which Discord would make a link of
    r"|(?<=discord)(?=\.)|(?<=discordapp)(?=\.)"  # of its own, as discord.gg/… invites, also without https
    r"|^(?:#{1,3}|-#|[-+]|\d+\.)(?=\s)",  # headings, small print and lists, at the beginning
    re.IGNORECASE,
)

_NOT_A_MENTION = "\N{ZERO WIDTH SPACE}"


def escaped(text: str) -> str:
    """The text on one line, to be read as it stands."""
    line = " ".join(text.split())
    return _SPECIAL.sub(_escape, line).replace("@", f"@{_NOT_A_MENTION}")


def _escape(special: re.Match[str]) -> str:
    mark = special[0]
    # Of a list's number it is the full stop that makes it one; digits can't be escaped.
    return f"{mark[:-1]}\\." if mark.endswith(".") else f"\\{mark}"
