"""Of textures under a tune alone, one is taken that goes with the tune."""

import numpy as np

from domain.genres import Genre
from models.composition.accompanying import faults
from models.composition.restyling import write_textures
from models.lanes import SIXTEENTHS, to_lanes
from models.style_transfer.texture_rolls import Rolls, as_lanes
from tests.models.styling import piece, tiny_restyler


def test_what_clashes_with_a_tune_is_not_taken() -> None:
    model = tiny_restyler()
    lanes, _ = to_lanes(piece(parts=1, bars=8), SIXTEENTHS)
    passed_over = 0
    for seed in range(4):
        textures = write_textures(model, lanes, Genre.HYMN, np.random.default_rng(seed), candidates=6)
        under = [as_lanes(Rolls.of([lanes]), textures.texture[[row]], 0, mode=lanes.mode) for row in range(6)]
        found = np.asarray([faults(each) for each in under])
        assert found[textures.best()] <= found.min() + 0.05
        passed_over += found[textures.merit.argmax()] > found.min() + 0.05
    assert passed_over, "what the critics find most real would have done as well"
