"""Sheet music: what is asked for, and what comes of it."""

from dataclasses import dataclass

from domain.score import Score


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRequest:
    """Engrave music under its title: a clip's MIDI file, or in its place a song's lead sheet, or a score."""

    title: str
    midi: bytes = b""
    lead_sheet: bytes | None = None
    score: Score | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Sheet music: `pages` are PNG pictures, `musicxml` is the file behind them, which has all bars.

    The pages show `bars_shown` of `bars`: a long piece of many parts does not fit whole.
    """

    pages: tuple[bytes, ...]
    musicxml: bytes
    bars: int
    bars_shown: int
