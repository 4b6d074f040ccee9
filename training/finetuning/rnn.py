"""How the recurrent composer reads works that people rated: as windows of its own tokens.

Knows the network and its tokens; what is learned from the windows is in `preferring`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn

from domain.finetuning import Lesson
from domain.score import Score
from models.rnn.network import TwoStageRNN
from models.rnn.writing import RNNModel
from models.tokens import TokenSequence, encode
from training.finetuning.frames import genre_of
from training.finetuning.preferring import Reading
from training.finetuning.replay import Replay
from training.finetuning.students import Student
from training.rnn.teaching import as_piece, collate

WINDOW = 160
"""Moments that are read at once."""

_KEPT = 32
"""Windows; each takes an eighth of a megabyte."""

_SHORTEST = 16
"""Moments; a shorter end of a work is read together with what is before it."""


@dataclass(frozen=True, slots=True)
class Window:
    """The moments `start` to `end` of a work."""

    work: TokenSequence
    start: int
    end: int


def rnn_student(model: RNNModel, lessons: Sequence[Lesson], replay: Replay) -> Student[Window]:
    """The recurrent composer before it learns from these lessons."""
    return Student(
        name="rnn",
        network=model.network,
        reader=RNNReader(),
        works=[_read(lesson) for lesson in lessons],
        replayed=[window for sequence in replay.replayed for window in windows_of(sequence)],
        held_out=[window for sequence in replay.held_out for window in windows_of(sequence)],
    )


def _read(lesson: Lesson) -> list[Window]:
    if not isinstance(lesson.made, Score):
        return []
    try:
        return windows_of(encode(lesson.made, genre_of(lesson)))
    except ValueError:
        return []


def windows_of(sequence: TokenSequence) -> list[Window]:
    """A work as windows of about the same length."""
    moments = len(sequence.moments)
    count = -(-max(moments - _SHORTEST, 1) // WINDOW)
    edges = [round(moments * place / count) for place in range(count + 1)]
    return [Window(sequence, start, end) for start, end in pairwise(edges)]


class RNNReader:
    """Reads windows with a TwoStageRNN whose first stage stays as it is.

    What the first stage made of the last few windows is kept, as each is read more than once in a row.
    """

    matrices = (
        "output_rnn.begin.weight",
        "output_rnn.feature.weight",
        "output_rnn.rnn.weight_ih_l0",
        "output_rnn.rnn.weight_hh_l0",
        "output_rnn.leave.weight",
    )

    def __init__(self) -> None:
        self._heard: dict[int, tuple[Window, Tensor, Tensor]] = {}

    def read(self, network: nn.Module, passages: Sequence[Window]) -> list[Reading]:
        rnn = cast(TwoStageRNN, network)
        readings: list[Reading] = []
        for window in passages:
            features, tokens = self._hear(rnn, window)
            logits, targets = rnn.output_rnn(features, tokens, rnn.embedding)
            readings.append((torch.log_softmax(logits, -1), targets))
        return readings

    def _hear(self, rnn: TwoStageRNN, window: Window) -> tuple[Tensor, Tensor]:
        """(T, H) features and (T, K) tokens of a window's moments."""
        if id(window) not in self._heard:
            batch = collate([(as_piece(window.work), window.start, window.end)])
            with torch.no_grad():
                self._heard[id(window)] = (window, rnn.features(batch)[0], batch.tokens[0])
            if len(self._heard) > _KEPT:
                del self._heard[next(iter(self._heard))]
        return self._heard[id(window)][1:]
