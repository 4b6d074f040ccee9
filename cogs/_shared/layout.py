"""What the messages of all works have in common: colour, files' names, remarks, and bars that fill up."""

import discord

from cogs._shared.escaping import escaped
from cogs._shared.wording import Wording
from domain.remarks import Remark

COLOUR = discord.Colour(0xC98B3C)

MAX_TITLE = 256
"""Characters that Discord takes in an embed's title."""

MAX_FIELD = 1024
"""Characters that Discord takes in the value of an embed's field."""


BAR_STEPS = 10


def file_name(work_id: int, ending: str) -> str:
    return f"nightingale-{work_id}.{ending}"


def said(remark: Remark, wording: Wording) -> str:
    """A remark may name a file, which may be called anything."""
    return wording("clip.remark", sentence=escaped(wording.remark(remark)))


def bar_of(share: float) -> str:
    """A bar that is filled to this share, 0 to 1."""
    filled = round(share * BAR_STEPS)
    return "▰" * filled + "▱" * (BAR_STEPS - filled)
