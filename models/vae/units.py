"""Lanes as units: two bars as tokens on a fine grid, in patches of an eighth note, and back.

A unit is what the variational autoencoder reads at once. Its tokens say what each lane does in each
column: go on, fall silent, or strike a pitch. Knows nothing of tensors.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from domain.score import Metre, Mode
from models.lanes import FINE, LANES, PITCHES, Lanes, bar_columns

UNIT_BARS = 2
PATCH_COLUMNS = 3
PATCH_SLOTS = PATCH_COLUMNS * LANES
"""Tokens in a patch: column by column, and in a column lane by lane from the tune down."""

BAR_PATCHES = 12
"""The most patches a bar may have: those of 12/8."""

PATCHES = UNIT_BARS * BAR_PATCHES
HOLD, SILENCE, FIRST_STRIKE = 0, 1, 2
VOCABULARY = FIRST_STRIKE + PITCHES
GRIDS = 2 * (BAR_PATCHES + 1)


@dataclass(frozen=True, slots=True)
class Units:
    """U units of one metre.

    tokens (U, P, PATCH_SLOTS); tied (U, LANES): whether what a lane strikes first was struck earlier,
    in the unit before, and is only held.
    """

    metre: Metre
    tokens: NDArray[np.int8]
    tied: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.tokens)

    def __getitem__(self, rows: slice) -> "Units":
        return replace(self, tokens=self.tokens[rows], tied=self.tied[rows])


def is_readable(metre: Metre) -> bool:
    """Whether bars of this metre are a whole number of patches, and not too many."""
    columns = len(bar_columns(metre, FINE))
    return columns % PATCH_COLUMNS == 0 and 0 < columns // PATCH_COLUMNS <= BAR_PATCHES


def bar_patches(metre: Metre) -> int:
    """The patches in a bar. Raises ValueError for a metre that is not readable."""
    if not is_readable(metre):
        raise ValueError(f"no patches for {metre}")
    return len(bar_columns(metre, FINE)) // PATCH_COLUMNS


def places(metre: Metre) -> NDArray[np.int64]:
    """(P,): the place of each of a unit's patches, of PATCHES; a bar begins where every metre's does."""
    bars = np.arange(UNIT_BARS)[:, None] * BAR_PATCHES
    return (bars + np.arange(bar_patches(metre))).reshape(-1)


def grid_class(metre: Metre) -> int:
    """What the networks are told of the metre, of GRIDS: its bar's length and if beats are dotted."""
    return 2 * bar_patches(metre) + metre.is_compound


def to_units(lanes: Lanes, first_bars: Sequence[int]) -> Units:
    """The units that begin at these bars. What lies past the last bar is silent.

    Raises ValueError for a metre that is not readable, or lanes on another grid.
    """
    if lanes.grid != FINE:
        raise ValueError("units are read from the fine grid")
    width = bar_patches(lanes.metre) * PATCH_COLUMNS
    span = UNIT_BARS * width
    pad = np.zeros((LANES, span), np.int8)
    pitch = np.concatenate([lanes.pitch, pad], axis=1)
    before = np.concatenate([pad[:, :1], pitch[:, :-1]], axis=1)
    # A pitch that changes begins a note, as where lanes become scores.
    onset = (np.concatenate([lanes.onset, pad > 0], axis=1) | (pitch != before)) & (pitch > 0)
    tokens = np.where(onset, pitch + 1, np.where((pitch == 0) & (before > 0), SILENCE, HOLD)).astype(np.int8)
    starts = np.asarray(first_bars, dtype=np.int64) * width
    cut = tokens[:, starts[:, None] + np.arange(span)]
    sounding = pitch[:, starts]
    cut[:, :, 0] = np.where(sounding > 0, sounding + 1, SILENCE)
    tied = (sounding > 0) & ~onset[:, starts]
    patches = cut.transpose(1, 2, 0).reshape(len(starts), -1, PATCH_SLOTS)
    return Units(lanes.metre, patches, tied.T)


def from_units(units: Units, mode: Mode) -> Lanes:
    """The lanes of units played one after the other.

    A tie holds only where the unit before ends on its pitch; without one, the note is struck.
    """
    tokens = units.tokens.reshape(-1, LANES).T
    span = units.tokens.shape[1] * PATCH_COLUMNS
    pitch = np.zeros(tokens.shape, np.int8)
    onset = tokens >= FIRST_STRIKE
    for lane in range(LANES):
        said = np.flatnonzero(tokens[lane] != HOLD)
        for first, end in pairwise([*said.tolist(), tokens.shape[1]]):
            pitch[lane, first:end] = max(0, int(tokens[lane, first]) - 1)
    for unit in range(1, len(units)):
        column = unit * span
        held = units.tied[unit] & (pitch[:, column] == pitch[:, column - 1])
        onset[:, column] &= ~held
    return Lanes(units.metre, mode, FINE, pitch, onset)
