"""Sheet music: what is asked for, and what comes of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRequest:
    """Engrave a clip: its title, and the content of its MIDI file, or of the lead sheet that a song has."""

    title: str
    midi: bytes
    lead_sheet: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A clip's sheet music: `pages` are PNG pictures, `musicxml` is the file behind them, which has all bars.

    The pages show `bars_shown` of `bars`: a long piece of many parts does not fit whole.
    """

    pages: tuple[bytes, ...]
    musicxml: bytes
    bars: int
    bars_shown: int
