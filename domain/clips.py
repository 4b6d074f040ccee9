"""What composing gives: progress while it runs, a clip at its end."""

from dataclasses import dataclass
from enum import StrEnum

from domain.remarks import Remark
from domain.requests import Recipe
from domain.verses import Verse


class Stage(StrEnum):
    QUEUED = "queued"
    COMPOSING = "composing"
    RENDERING = "rendering"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. `fraction` (0 to 1) while composing, `position` (1 is next) while queued."""

    stage: Stage
    fraction: float = 0.0
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A finished clip: its recipe and its files' contents.

    `audio` is an MP3 of `seconds` seconds, `midi` a Standard MIDI File, `picture` a PNG piano roll.
    `judgement` (0 to 1) is how likely the judge takes it for a person's, None where there was no judge;
    `source_judgement` says the same of the piece that it was restyled from. A song has its `verse` and,
    as MusicXML, its `lead_sheet`; its `picture` is the first page of that.
    """

    title: str
    recipe: Recipe
    seconds: float
    audio: bytes
    midi: bytes
    picture: bytes
    judgement: float | None = None
    source_judgement: float | None = None
    remarks: tuple[Remark, ...] = ()
    verse: Verse | None = None
    lead_sheet: bytes | None = None

    def __post_init__(self) -> None:
        if (self.verse is None) != (self.lead_sheet is None):
            raise ValueError("a song has both words and a lead sheet")


Work = Clip | Verse
"""Whatever the library keeps and people rate."""
