"""What is taught by its name: which networks learn, from which files, and who composes to be measured."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from domain.errors import Reason, Unavailable
from domain.finetuning import FinetuneRequest, Teachable
from domain.score import Score
from models.adapters import Adapter, adapted
from models.drafting import Model
from models.families import load_model
from models.gan.drafting import GANModel
from models.registry import available_styles
from models.rnn.writing import RNNModel
from models.tokens import decode
from models.vae.drafting import VAEModel
from training.finetuning.rehearsal import Rehearsing
from training.finetuning.replay import Replay, read_replay
from training.finetuning.rnn import rnn_student
from training.finetuning.students import Student
from training.finetuning.vae import LatentView


@dataclass(frozen=True, slots=True)
class Subject:
    """What a run teaches.

    `bases` are the versions of the weights that it learns on, by name. `known` are pieces that what is
    composed must not be copied from; `view` is where the lessons lie in the latent space of a model that has
    one.
    """

    bases: Mapping[str, str]
    students: tuple[Student[Any], ...]
    rehearsing: Rehearsing
    known: tuple[Score, ...]
    view: LatentView | None = None

    def model_with(self, adapter: Adapter) -> Model:
        """The composing model as an adapter changes it."""
        model, deltas = self.rehearsing.model, adapter.deltas.get(self.rehearsing.style.name, {})
        match model:
            case RNNModel():
                return replace(model, network=adapted(model.network, deltas))
            case GANModel():
                return replace(model, generator=adapted(model.generator, deltas))
            case VAEModel():
                return model.liking(adapter.latent, version=model.version)
            case _:
                return model


def open_subject(request: FinetuneRequest, weights: Path) -> Subject:
    """Load all that a run needs. Raises Unavailable (WEIGHTS_UNUSABLE) where a file is missing or damaged."""
    name = str(request.teachable)
    style = next((style for style in available_styles(weights) if style.name == name), None)
    if style is None:
        problem = "verse is not learned" if request.teachable is Teachable.LYRICS else "they are missing"
        raise Unavailable(Reason.WEIGHTS_UNUSABLE, style=name, problem=problem)
    model = load_model(style, torch.device("cpu"))
    replay = _replay(weights, name)
    students: list[Student[Any]] = []
    if request.teachable is Teachable.RNN and isinstance(model, RNNModel):
        students.append(rnn_student(model, request.lessons, replay))
    made = [lesson.made for lesson in request.lessons if isinstance(lesson.made, Score)]
    return Subject(
        bases={name: model.version},
        students=tuple(students),
        rehearsing=Rehearsing(style, model),
        known=(*map(decode, replay.replayed), *made),
        view=LatentView.of(model, request.lessons) if isinstance(model, VAEModel) else None,
    )


def _replay(weights: Path, name: str) -> Replay:
    try:
        return read_replay(weights, name)
    except (OSError, ValueError) as error:
        problem = "the sample of works beside them is missing or damaged"
        raise Unavailable(Reason.WEIGHTS_UNUSABLE, style=name, problem=problem) from error
