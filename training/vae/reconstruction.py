"""How much of a unit or a phrase is still there after its way through the latent space and back."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from models.lanes import LANES
from models.vae.units import FIRST_STRIKE, PATCH_COLUMNS, Units

_SIXTEENTHS = np.arange(2 * PATCH_COLUMNS) % PATCH_COLUMNS != 1
"""Which columns of a quarter are sixteenths: all but the second and the fifth, which are triplets'."""


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """Counts over units: notes there, notes written, notes right (lane, onset and pitch), steps, steps right.

    Steps are sixteenths of lanes that sound in the unit, each a strike, a hold or a silence: what
    MusicVAE counts (Roberts et al. 2018). `whole` of `units` are right in every token.
    """

    there: int = 0
    written: int = 0
    right: int = 0
    steps: int = 0
    steps_right: int = 0
    units: int = 0
    whole: int = 0

    def __add__(self, other: "Reconstruction") -> "Reconstruction":
        return Reconstruction(
            self.there + other.there,
            self.written + other.written,
            self.right + other.right,
            self.steps + other.steps,
            self.steps_right + other.steps_right,
            self.units + other.units,
            self.whole + other.whole,
        )

    @property
    def precision(self) -> float:
        return self.right / max(1, self.written)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.there)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall of notes."""
        return 2 * self.right / max(1, self.there + self.written)

    @property
    def step_accuracy(self) -> float:
        return self.steps_right / max(1, self.steps)


def compare(original: Units, written: Units) -> Reconstruction:
    """What became of units; both hold the same number of the same metre."""
    shape = len(original), -1, LANES
    told, said = original.tokens.reshape(shape), written.tokens.reshape(shape)
    same = told == said
    struck, strikes = told >= FIRST_STRIKE, said >= FIRST_STRIKE
    counted = np.broadcast_to(struck.any(1, keepdims=True), told.shape).copy()
    # A bar's columns begin with a quarter's, also where the bar is no whole number of quarters.
    bar = told.shape[1] // 2
    is_sixteenth = np.tile(np.resize(_SIXTEENTHS, bar), 2)
    counted &= is_sixteenth[None, :, None]
    return Reconstruction(
        there=int(struck.sum()),
        written=int(strikes.sum()),
        right=int((struck & same).sum()),
        steps=int(counted.sum()),
        steps_right=int((counted & same).sum()),
        units=len(original),
        whole=int(same.all((1, 2)).sum()),
    )


def total(parts: Iterable[Reconstruction]) -> Reconstruction:
    """All of them together."""
    found = Reconstruction()
    for part in parts:
        found = found + part
    return found
