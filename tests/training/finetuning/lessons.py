"""Small rated works, for the tests of learning from them."""

import numpy as np

from domain.finetuning import Lesson
from domain.requests import ComposeRequest
from domain.score import Score
from tests.training.evaluation_scores import march


def lesson(work_id: int, approval: float, *, voters: int = 1, made: Score | None = None) -> Lesson:
    """A march that so many people rated so."""
    return Lesson(
        work_id=work_id,
        request=ComposeRequest(style="rnn", seed=work_id, genre="reel"),
        made=made or march(np.random.default_rng(work_id)),
        approval=approval,
        voters=voters,
    )
