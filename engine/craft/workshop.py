"""Everything that the engine's process can do, behind one class: a method for each kind of job."""

from collections.abc import Generator
from pathlib import Path

from domain.clips import Clip, Progress, Stage
from domain.judgements import Judgement, JudgeRequest
from domain.playings import Playing, PlayRequest
from domain.requests import ComposeRequest
from domain.sheets import Sheet, SheetRequest
from domain.song_requests import SongRequest
from domain.transformations import Transformation
from domain.verses import LyricsRequest, Verse
from engine.craft.composing import Composer
from engine.craft.judging import Judging
from engine.craft.playing import playing
from engine.craft.repertoire import Repertoire
from engine.craft.singing import Singer
from engine.craft.transforming import Transformer
from engine.craft.versifying import Versifier
from engine.intake.clip_files import read_score


class Workshop:
    """A method for each kind of job (see `engine.worker.Craft`)."""

    def __init__(self, weights: Path, device: str | None = None, adapters: Path | None = None) -> None:
        repertoire = Repertoire(weights, device, adapters)
        self._composer = Composer(repertoire)
        self._transformer = Transformer(repertoire)
        self._versifier = Versifier(repertoire.poets)
        self._singer = Singer(repertoire, self._versifier)
        self._judging = Judging(repertoire)

    def warm_up(self) -> None:
        self._composer.warm_up()
        self._versifier.warm_up()

    def compose(self, request: ComposeRequest) -> Generator[Progress | Clip, None, None]:
        yield from self._composer.compose(request)

    def transform(self, request: Transformation) -> Generator[Progress | Clip, None, None]:
        yield from self._transformer.transform(request)

    def write(self, request: LyricsRequest) -> Generator[Progress | Verse, None, None]:
        yield from self._versifier.write(request)

    def sing(self, request: SongRequest) -> Generator[Progress | Clip, None, None]:
        yield from self._singer.sing(request)

    def play(self, request: PlayRequest) -> Generator[Progress | Playing, None, None]:
        yield Progress(Stage.RENDERING)
        yield (yield from playing(request.score, title=request.title, genre=request.genre))

    def judge(self, request: JudgeRequest) -> Generator[Progress | Judgement, None, None]:
        yield from self._judging.judge(request)

    def engrave(self, request: SheetRequest) -> Generator[Progress | Sheet, None, None]:
        """Raises BadRequest for a file that is damaged, or music of too many notes."""
        # Sheets are asked for seldom, and their libraries take 40 MB: they come with the first.
        from engine.craft.sheets.sheet import engrave_again, make_sheet  # noqa: PLC0415

        yield Progress(Stage.RENDERING)
        if request.lead_sheet is not None:
            yield engrave_again(request.lead_sheet, title=request.title)
        else:
            yield make_sheet(request.score or read_score(request.midi), title=request.title)
