"""Anchors: what is known of the phrases that the autoencoder composes from, and which of them suit a plan.

Knows neither their latents nor their notes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.genres import Genre
from domain.score import Mode
from models.tokens import Plan

ALL_CLASSES = tuple(range(12))

FEWEST = 4
"""Phrases of a genre, metre and mode; where there are fewer, other genres' are walked through as well."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is known of a phrase that the model learned from.

    `lanes` are those that sound in it, `classes` the pitch classes it uses, counted from the tonic.
    """

    genre: Genre
    metre: str
    mode: Mode
    lanes: tuple[int, ...]
    density: int
    register: int
    classes: tuple[int, ...] = ALL_CLASSES


def fitness(anchors: Sequence[Anchor], plan: Plan) -> NDArray[np.float64]:
    """(A,): how likely each anchor is to be drawn for a plan; the nearest where none is quite like it."""
    logits = np.zeros(len(anchors))
    for row, anchor in enumerate(anchors):
        logits[row] = (
            -40 * (anchor.genre != plan.genre)
            - 20 * (anchor.metre != str(plan.metre))
            - 10 * (anchor.mode != plan.key.mode)
            - 8 * (len(anchor.lanes) < plan.parts)
            - abs(anchor.density - plan.density)
            - 0.5 * abs(anchor.register - plan.register)
        )
    chances = np.exp(logits - logits.max())
    return chances / chances.sum()


def like(anchors: Sequence[Anchor], first: int) -> tuple[int, ...]:
    """The anchors of one's genre, metre and mode, tunes or not as it is; of any genre, where they are few."""
    asked = anchors[first]
    others = [
        row
        for row, each in enumerate(anchors)
        if (each.metre, each.mode) == (asked.metre, asked.mode)
        and (len(each.lanes) > 1) == (len(asked.lanes) > 1)
    ]
    own = [row for row in others if anchors[row].genre == asked.genre]
    return tuple(own if len(own) >= FEWEST else others)
