"""Everything the engine's process can do, behind one class: composer, transformer and engraver."""

from collections.abc import Generator
from pathlib import Path

from domain.clips import Clip, Progress, Stage
from domain.requests import ComposeRequest
from domain.sheets import Sheet, SheetRequest
from domain.transformations import Transformation
from engine.craft.composing import Composer
from engine.craft.repertoire import Repertoire
from engine.craft.transforming import Transformer
from engine.intake.clip_files import read_score


class Workshop:
    """A method for each kind of job (see `engine.worker.Craft`)."""

    def __init__(self, weights: Path, device: str | None = None) -> None:
        repertoire = Repertoire(weights, device)
        self._composer = Composer(repertoire)
        self._transformer = Transformer(repertoire)

    def warm_up(self) -> None:
        self._composer.warm_up()

    def compose(self, request: ComposeRequest) -> Generator[Progress | Clip, None, None]:
        yield from self._composer.compose(request)

    def transform(self, request: Transformation) -> Generator[Progress | Clip, None, None]:
        yield from self._transformer.transform(request)

    def engrave(self, request: SheetRequest) -> Generator[Progress | Sheet, None, None]:
        """Raises BadRequest for a MIDI file that is damaged, or has too many notes."""
        # Sheets are asked for seldom, and their libraries take 40 MB: they come with the first.
        from engine.craft.sheets.sheet import make_sheet  # noqa: PLC0415

        yield Progress(Stage.RENDERING)
        yield make_sheet(read_score(request.midi), title=request.title)
