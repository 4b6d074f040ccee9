"""Units hold what lanes hold, ties included, in every metre that has patches."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.score import Metre, Mode
from models.lanes import SIXTEENTHS, empty_lanes
from models.tokens import METRES
from models.vae.units import (
    BAR_PATCHES,
    GRIDS,
    PATCHES,
    bar_patches,
    from_units,
    grid_class,
    is_readable,
    places,
    to_units,
)
from tests.models.vaes import random_lanes


@given(st.sampled_from(METRES), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_lanes_come_back_from_units(metre: Metre, units: int, seed: int) -> None:
    lanes = random_lanes(metre, 2 * units, seed)
    back = from_units(to_units(lanes, range(0, 2 * units, 2)), Mode.MAJOR)
    assert np.array_equal(back.pitch, lanes.pitch)
    assert np.array_equal(back.onset, lanes.onset)


def test_what_lies_past_the_last_bar_is_silent() -> None:
    lanes = random_lanes(Metre(3, 4), 3, 0)
    back = from_units(to_units(lanes, [0, 2]), Mode.MAJOR)
    width = lanes.pitch.shape[1]
    assert np.array_equal(back.pitch[:, :width], lanes.pitch)
    assert not back.pitch[:, width:].any()


def test_a_unit_alone_strikes_what_it_only_held() -> None:
    lanes = random_lanes(Metre(4, 4), 4, 3)
    lanes.onset[:, 48] = False
    lanes.pitch[:, 46:50] = 20
    units = to_units(lanes, [0, 2])
    assert units.tied[1].all()
    assert not units.tied[0].any()
    assert from_units(units[1:2], Mode.MAJOR).onset[:, 0].all()
    assert not from_units(units, Mode.MAJOR).onset[:, 48].any()


def test_every_metre_has_its_own_grid_and_its_bars_begin_alike() -> None:
    for metre in METRES:
        at = places(metre)
        assert len(at) == 2 * bar_patches(metre)
        assert at.max() < PATCHES
        assert at[bar_patches(metre)] == BAR_PATCHES
        assert 0 <= grid_class(metre) < GRIDS
    for first, second in product(METRES, METRES):
        if (bar_patches(first), first.is_compound) != (bar_patches(second), second.is_compound):
            assert grid_class(first) != grid_class(second)


def test_metres_without_patches_are_refused() -> None:
    assert is_readable(Metre(5, 4))
    assert is_readable(Metre(7, 8))
    assert not is_readable(Metre(5, 16))
    assert not is_readable(Metre(9, 4))
    with pytest.raises(ValueError, match="no patches"):
        bar_patches(Metre(9, 4))
    with pytest.raises(ValueError, match="fine grid"):
        to_units(empty_lanes(Metre(4, 4), Mode.MAJOR, SIXTEENTHS, 2), [0])
