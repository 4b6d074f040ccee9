"""Written music to be heard as it stands: what is asked for, and what comes of it."""

from dataclasses import dataclass
from typing import Self

from domain.genres import Genre
from domain.score import Score
from domain.transformations import Source, first_bars

LONGEST_SECONDS = 120
"""Of a longer piece, the bars that begin within it are played, and always the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayRequest:
    """Play these notes and no others, as music of the genre is played, on what their parts say."""

    title: str
    score: Score
    genre: Genre | None = None

    @classmethod
    def of(cls, source: Source) -> Self:
        """The source's music, as much of it as is played."""
        score = source.score
        bar_seconds = score.metre.bar_ticks * score.seconds_per_tick
        bars = max(int(LONGEST_SECONDS / bar_seconds), 1)
        return cls(title=source.title, score=first_bars(score, bars), genre=source.genre)


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    """The sound of a score as an MP3 file `seconds` long, its MIDI file, and its piano roll as a PNG."""

    seconds: float
    audio: bytes
    midi: bytes
    picture: bytes
