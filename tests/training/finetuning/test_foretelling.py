"""What votes foretell of works that they were not cast on: by what is heard, and by where works lie."""

from dataclasses import replace

import numpy as np

from tests.training.finetuning.lessons import lesson
from training.finetuning.foretelling import foretell
from training.finetuning.preferences import accuracy, pairs_of
from training.finetuning.vae import LatentView

APPROVALS = [1.0 if number % 2 else -1.0 for number in range(30)]


def test_where_works_lie_tells_what_their_notes_do_not() -> None:
    lessons = [lesson(number, approval) for number, approval in enumerate(APPROVALS)]
    random = np.random.default_rng(1)
    places = {
        each.work_id: np.array([each.approval + 0.7 * random.normal(), random.normal()]) for each in lessons
    }
    view = LatentView(places, np.eye(2, 5))
    without, foretold = foretell(lessons, ()), foretell(lessons, (), view)
    pairs = pairs_of(lessons)
    assert accuracy(foretold.expected, pairs) > max(0.8, accuracy(without.expected, pairs))
    assert foretold.anything
    assert foretold.latent is not None
    assert foretold.latent[0] > abs(foretold.latent[1:]).max()


def test_votes_that_nothing_tells_come_to_nothing() -> None:
    same = lesson(0, 0.0).made
    lessons = [replace(lesson(number, each), made=same) for number, each in enumerate(APPROVALS)]
    assert not foretell(lessons, ()).anything
