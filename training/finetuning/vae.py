"""Which way people like the autoencoder's phrases to lie: a preference over its latent space.

Added to what a leaning tells already. Knows the model and votes, not how pieces are made.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from domain.finetuning import FEWEST_LESSONS, Lesson, Preferred
from domain.score import Score
from models.lanes import FINE, to_lanes
from models.vae.drafting import VAEModel
from models.vae.encoding import encode_units
from models.vae.units import UNIT_BARS, is_readable, to_units
from training.finetuning.leaning import Votes, crossed

Floats = NDArray[np.float64]

AXES = 8
"""Principal axes of the known phrases that a preference is sought along; votes are few."""

AXIS_COST = 3.0
"""How much more than a leaning's traits an axis is held back."""


@dataclass(frozen=True, slots=True)
class LatentView:
    """Works as they lie along the principal axes of the known phrases, in deviations: `places` (K,) by id.

    `axes` (K, Z) lead back to the latent space. The same for whatever votes the works have.
    """

    places: Mapping[int, Floats]
    axes: Floats

    @classmethod
    def of(cls, model: VAEModel, latents: Mapping[int, Floats]) -> Self:
        """Of works that lie so in the latent space (Z,), by id."""
        anchors = model.latents.double().cpu().numpy()
        center = anchors.mean(0)
        _, sizes, axes = np.linalg.svd(anchors - center, full_matrices=False)
        # The last axis of as few phrases as there are axes is none.
        sizes, axes = sizes[:-1][:AXES], axes[:-1][:AXES]
        scaled = axes / (sizes / len(anchors) ** 0.5)[:, None]
        return cls({work: scaled @ (latent - center) for work, latent in latents.items()}, scaled)


def fit_latent(
    view: LatentView,
    lessons: Sequence[Lesson],
    preferred: Sequence[Preferred] = (),
    *,
    known: Mapping[int, float],
) -> tuple[Floats | None, Mapping[int, float]]:
    """The direction (Z,) in which liked works lie; and what each is expected to be worth beside what is
    `known` of it, in logits by its id, by works it was not learned from.

    None where the latent space tells nothing more.
    """
    heard = [lesson for lesson in lessons if lesson.work_id in view.places]
    if len(heard) < FEWEST_LESSONS:
        return None, {}
    votes = Votes.of(heard, preferred)
    columns = np.array([view.places[work] for work in votes.ids])
    offset = np.array([known.get(work, 0.0) for work in votes.ids])
    weights, expected = crossed(columns, votes, np.full(columns.shape[1], AXIS_COST), offset)
    if weights is None:
        return None, {}
    return weights @ view.axes, dict(zip(votes.ids, expected.tolist(), strict=True))


def latents_of(model: VAEModel, lessons: Sequence[Lesson]) -> Iterator[tuple[int, Floats]]:
    """Where each work lies (Z,), by its id, one after the other; those the model can't read are left out."""
    for lesson in lessons:
        latent = latent_of(model, lesson)
        if latent is not None:
            yield lesson.work_id, latent


@torch.no_grad()
def latent_of(model: VAEModel, lesson: Lesson) -> Floats | None:
    """(Z,): where a work's phrases lie on average; None for what the model can't read."""
    if not isinstance(lesson.made, Score) or not is_readable(lesson.made.metre) or not lesson.made.end_tick:
        return None
    lanes, _ = to_lanes(lesson.made, FINE)
    units = encode_units(model.network, to_units(lanes, range(0, lanes.bars, UNIT_BARS)))
    length = model.network.phrase_config.units
    # A phrase that is cut short goes on as it began.
    again = units[torch.arange(-(-len(units) // length) * length) % len(units)]
    return model.network.encoder(again.unflatten(0, (-1, length))).mean.mean(0).double().numpy()
