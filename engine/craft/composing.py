"""What a composing job does: choose what was left open, write, and choose among what was written.

The child process's side. Takes a request, gives progress and a clip; knows no queue and no Discord.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import torch

from domain.clips import Clip, Progress, Stage
from domain.errors import BadRequest, Reason, Unavailable
from domain.requests import ComposeRequest
from engine.craft.finishing import Piece, finish
from engine.craft.titles import title_of
from models.checkpoints import RNNModel, load_critic, load_rnn
from models.composition.choices import choose
from models.composition.composing import Composing
from models.composition.gate import Gate
from models.composition.length import MAX_HOLD_SECONDS
from models.composition.norms import Norms
from models.critic import Judge
from models.devices import choose_device
from models.registry import Style, available_styles

log = logging.getLogger(__name__)


class Composer:
    """Every available style, loaded; makes clips."""

    def __init__(self, weights: Path, device: str | None = None) -> None:
        # A step of a batch of one is over before a second thread has woken up.
        torch.set_num_threads(1)
        self._device = choose_device(device)
        self._styles: dict[str, Style] = {}
        self._models: dict[str, RNNModel] = {}
        self._unusable: dict[str, Unavailable] = {}
        self._gate = Gate(_load_judge(weights, self._device), Norms.load())
        for style in available_styles(weights):
            self._styles[style.name] = style
            try:
                self._models[style.name] = load_rnn(style, self._device)
            except Unavailable as error:
                self._unusable[style.name] = error

    def warm_up(self) -> None:
        """Compose and render a few seconds, so that the first real job is not the slow one."""
        for style in self._models:
            for _ in self.compose(ComposeRequest(style=style, seed=0, length_seconds=5)):
                pass

    def compose(self, request: ComposeRequest) -> Iterator[Progress | Clip]:
        """Progress, moment by moment, and the clip at the end.

        Raises BadRequest for a style or genre that is not offered, Unavailable when weights can't be used.
        """
        style, model = self._find(request.style)
        choices = choose(request, style, model)
        yield Progress(Stage.COMPOSING, 0.0)
        composing = Composing(model, [choices], candidates=choices.request.candidates)
        while not composing.finished:
            composing.advance()
            yield Progress(Stage.COMPOSING, composing.fraction)
        (composed,) = composing.choose_best(self._gate)
        score, made = composed.score, choices.request
        # The rest before an upbeat is not played: the ending makes up for it.
        upbeat_seconds = score.first_tick * score.seconds_per_tick
        hold_seconds = max(choices.hold_seconds, min(choices.hold_seconds + upbeat_seconds, MAX_HOLD_SECONDS))
        yield from finish(
            Piece(
                score=score,
                genre=choices.plan.genre,
                title=title_of(choices.plan.genre, choices.plan.key, made.seed),
                request=made,
                model_version=self._version(model),
                hold_seconds=hold_seconds,
                length_seconds=made.length_seconds,
                ensemble=made.instruments,
                judgement=composed.judgement,
                remarks=choices.remarks,
            )
        )

    def _version(self, model: RNNModel) -> str:
        """What a piece depends on besides its request: who wrote it, and who chose it."""
        judge = self._gate.judge
        return model.version if judge is None else f"{model.version}+{judge.version}"

    def _find(self, name: str) -> tuple[Style, RNNModel]:
        if not self._styles:
            raise Unavailable(Reason.NO_STYLES)
        if name in self._unusable:
            raise self._unusable[name]
        if name not in self._models:
            raise BadRequest(Reason.UNKNOWN_STYLE, value=name, known=", ".join(self._models))
        return self._styles[name], self._models[name]


def _load_judge(weights: Path, device: torch.device) -> Judge | None:
    """The judge, where its weights are there and whole; without it the gate's checks alone decide."""
    try:
        return load_critic(weights, device)
    except Unavailable as error:
        log.warning("composing goes on without the judge: %s", error)
        return None
