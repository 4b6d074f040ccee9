"""What a composing job does: choose what was left open, write, and choose among what was written.

The child process's side. Takes a request, gives progress and a clip; knows no queue and no Discord.
"""

from collections.abc import Iterator
from dataclasses import replace

from domain.clips import Clip, Progress, Stage
from domain.requests import ComposeRequest
from engine.craft.finishing import Piece, finish
from engine.craft.repertoire import Repertoire
from engine.craft.titles import title_of
from models.composition.choices import choose
from models.composition.composing import Composing
from models.composition.length import MAX_HOLD_SECONDS


class Composer:
    """Makes pieces of their own, in any style of the repertoire."""

    def __init__(self, repertoire: Repertoire) -> None:
        self._repertoire = repertoire

    def warm_up(self) -> None:
        """Compose and render a few seconds, so that the first real job is not the slow one."""
        for style in self._repertoire.composing:
            for _ in self.compose(ComposeRequest(style=style, seed=0, length_seconds=5)):
                pass

    def compose(self, request: ComposeRequest) -> Iterator[Progress | Clip]:
        """Progress, moment by moment, and the clip at the end.

        Raises BadRequest for a style or genre that is not offered, Unavailable when weights can't be used.
        """
        version = self._repertoire.composer(request.style, request.adapter)
        if version.remarks:
            request = replace(request, adapter=None)  # the recipe names what made the piece
        choices = choose(request, version.style, version.model, version.leaning)
        yield Progress(Stage.COMPOSING, 0.0)
        composing = Composing(version.model, [choices], candidates=choices.request.candidates)
        while not composing.finished:
            composing.advance()
            yield Progress(Stage.COMPOSING, composing.fraction)
        (composed,) = composing.choose_best(version.gate)
        score, made = composed.score, choices.request
        # The rest before an upbeat is not played, an opening's has a bar more: the ending makes up for both.
        added_ticks = (score.bars - choices.plan.bars) * score.metre.bar_ticks
        rest_seconds = (score.first_tick - added_ticks) * score.seconds_per_tick
        hold_seconds = max(
            choices.hold_seconds + min(rest_seconds, 0.0),
            min(choices.hold_seconds + rest_seconds, MAX_HOLD_SECONDS),
            0.0,
        )
        yield from finish(
            Piece(
                score=score,
                genre=choices.plan.genre,
                title=title_of(choices.plan.genre, choices.plan.key, made.seed),
                request=made,
                model_version=self._repertoire.version_of(version.model.version),
                hold_seconds=hold_seconds,
                length_seconds=made.length_seconds,
                ensemble=made.instruments,
                judgement=composed.judgement,
                remarks=(*version.remarks, *choices.remarks),
            )
        )
