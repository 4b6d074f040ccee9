"""What votes on some works foretell of others: by a leaning, and by where works lie in a latent space.

Learned in an instant, so that it can be done anew for shuffled votes. Knows no network's deltas.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.finetuning import Lesson, Preferred
from models.leanings import Leaning
from training.finetuning.leaning import fit_leaning
from training.finetuning.vae import LatentView, fit_latent


@dataclass(frozen=True, slots=True)
class Foretold:
    """A leaning and a direction (Z,), None where there is nothing in the votes; and what each lesson is
    expected to be worth, in logits, by what was learned without it.
    """

    leaning: Leaning | None
    latent: NDArray[np.float64] | None
    expected: list[float]

    @property
    def anything(self) -> bool:
        return self.leaning is not None or self.latent is not None


def foretell(
    lessons: Sequence[Lesson], preferred: Sequence[Preferred], view: LatentView | None = None
) -> Foretold:
    """Learn from votes; with a view of where the works lie, from that, too."""
    fitted = fit_leaning(lessons, preferred)
    expected, latent = dict(fitted.expected), None
    if view is not None:
        latent, more = fit_latent(view, lessons, preferred, known=expected)
        expected = {work: worth + more.get(work, 0.0) for work, worth in expected.items()}
    return Foretold(fitted.leaning, latent, [expected.get(lesson.work_id, 0.0) for lesson in lessons])
