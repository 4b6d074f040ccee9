"""Plays a score as it stands: rendered, encoded and drawn. Adds no note, and knows not where it is from."""

from collections.abc import Generator

from domain.clips import Progress, Stage
from domain.genres import Genre
from domain.playings import Playing
from domain.score import Score
from engine.craft.encoding import encoding
from engine.craft.midi_files import midi_bytes
from engine.craft.pictures import piano_roll
from engine.craft.rendering import rendering
from engine.craft.steps import told

_RENDERED = 0.6
"""How much of what is left to do is done when there is sound, which is then encoded."""


def playing(
    score: Score,
    *,
    title: str,
    genre: Genre | None = None,
    length_seconds: float | None = None,
    picture: bytes | None = None,
) -> Generator[Progress, None, Playing]:
    """Progress, in short steps, and at the end what is heard and seen; a `picture` takes the roll's place.

    The sound is `length_seconds` long, as far as its release allows. Raises as `rendering` does.
    """
    steps = rendering(score, genre=genre, length_seconds=length_seconds)
    audio = yield from told(steps, Stage.RENDERING, end=_RENDERED)
    mp3 = yield from told(encoding(audio), Stage.RENDERING, start=_RENDERED)
    return Playing(
        seconds=audio.seconds,
        audio=mp3,
        midi=midi_bytes(score, genre=genre),
        picture=piano_roll(score, title=title) if picture is None else picture,
    )
