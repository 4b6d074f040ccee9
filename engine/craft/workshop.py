"""Everything the engine's process can do, behind one class: the composer, and the engraver beside it."""

from collections.abc import Generator
from pathlib import Path

from domain.clips import Clip, Progress, Stage
from domain.requests import ComposeRequest
from domain.sheets import Sheet, SheetRequest
from engine.craft.composing import Composer
from engine.craft.repertoire import Repertoire
from engine.intake.clip_files import read_score


class Workshop:
    """A method for each kind of job (see `engine.worker.Craft`)."""

    def __init__(self, weights: Path, device: str | None = None) -> None:
        self._composer = Composer(Repertoire(weights, device))

    def warm_up(self) -> None:
        self._composer.warm_up()

    def compose(self, request: ComposeRequest) -> Generator[Progress | Clip, None, None]:
        yield from self._composer.compose(request)

    def engrave(self, request: SheetRequest) -> Generator[Progress | Sheet, None, None]:
        """Raises BadRequest for a MIDI file that is damaged, or has too many notes."""
        # Sheets are asked for seldom, and their libraries take 40 MB: they come with the first.
        from engine.craft.sheets.sheet import make_sheet  # noqa: PLC0415

        yield Progress(Stage.RENDERING)
        yield make_sheet(read_score(request.midi), title=request.title)
