"""From a composition to a clip: arranged, rendered, encoded, drawn, and told how it came about.

What every job that makes a clip ends in. Knows nothing of models, and not why the composition is as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.clips import Clip, Progress, Stage
from domain.ensembles import Ensemble
from domain.genres import Genre
from domain.remarks import Remark
from domain.requests import ClipRequest, Recipe
from domain.score import Score
from domain.sheets import Sheet
from domain.verses import Verse
from engine.craft.arranging import Arrangement, arrange
from engine.craft.playing import playing

ENDING_SECONDS = 1.0
"""For how long last notes are held past the last bar where no length was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A composition before instruments, and what is known of it.

    `request` leaves nothing open; `model_version` names all who had a say in the notes. Last notes are
    held for `hold_seconds` past the last bar. A song has a `verse` and a `sheet`, whose first page is its
    picture. Of the rest see `domain.clips.Clip`.
    """

    score: Score
    genre: Genre
    title: str
    request: ClipRequest
    model_version: str
    hold_seconds: float = ENDING_SECONDS
    length_seconds: float | None = None
    ensemble: Ensemble | None = None
    judgement: float | None = None
    source_judgement: float | None = None
    remarks: tuple[Remark, ...] = ()
    verse: Verse | None = None
    sheet: Sheet | None = None


def finish(piece: Piece, arrangement: Arrangement | None = None) -> Iterator[Progress | Clip]:
    """Progress, in short steps, and at the end the clip, arranged here where it is not yet."""
    yield Progress(Stage.RENDERING)
    arrangement = arrangement or arrange(
        piece.score, piece.genre, hold_seconds=piece.hold_seconds, ensemble=piece.ensemble
    )
    sheet = piece.sheet
    played = yield from playing(
        arrangement.score,
        title=piece.title,
        genre=piece.genre,
        length_seconds=piece.length_seconds,
        picture=None if sheet is None else sheet.pages[0],
    )
    yield Clip(
        title=piece.title,
        recipe=_recipe(piece),
        seconds=played.seconds,
        audio=played.audio,
        midi=played.midi,
        picture=played.picture,
        judgement=piece.judgement,
        source_judgement=piece.source_judgement,
        remarks=(*piece.remarks, *arrangement.remarks),
        verse=piece.verse,
        lead_sheet=None if sheet is None else sheet.musicxml,
    )


def _recipe(piece: Piece) -> Recipe:
    score = piece.score
    return Recipe(
        request=piece.request,
        model_version=piece.model_version,
        genre=str(piece.genre),
        key=score.key,
        metre=str(score.metre),
        tempo=score.tempo,
        bars=score.bars,
        parts=sum(bool(part.notes) for part in score.parts),  # arranging leaves out empty ones
    )
