"""What a piece begins with, as the autoencoder hears it: a phrase to go on from, or a tune to go under.

Knows lanes and latents; not how the music that follows is chosen.
"""

import math

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from models.lane_scripts import stated_columns, stated_lanes
from models.lanes import FINE, LANES, LOWEST, MELODY, Lanes, join
from models.scripts import Stated
from models.tokens import Plan
from models.vae.encoding import encode_units
from models.vae.phrases import VAE
from models.vae.units import PATCH_COLUMNS, UNIT_BARS, places, to_units
from models.vae.walking import beat_starts


def stated_phrase(network: VAE, stated: Stated, plan: Plan) -> Tensor:
    """(N, Z): the units of a phrase that says again and again what is stated."""
    lanes = _lanes(stated, plan)
    units = network.phrase_config.units
    again = join([lanes] * math.ceil(units * UNIT_BARS / lanes.bars))
    return encode_units(network, to_units(again, range(0, units * UNIT_BARS, UNIT_BARS)))


def stated_beats(stated: Stated, plan: Plan) -> int:
    """How many beats begin before the end of what is stated."""
    ends = np.arange(0, plan.end_tick, plan.metre.beat_ticks)
    return int(np.searchsorted(ends, stated.end))


def stated_classes(stated: Stated, plan: Plan) -> NDArray[np.float64]:
    """(beats stated, 12): how long each pitch class sounds in the tune, beat by beat, at length 1."""
    lanes = _lanes(stated, plan)
    pitch = lanes.pitch[MELODY].astype(np.int64)
    sounds = (((pitch - 1 + LOWEST) % 12)[:, None] == np.arange(12)) & (pitch > 0)[:, None]
    sounds[stated_columns(stated, lanes) :] = False
    span = len(places(plan.metre)) * PATCH_COLUMNS
    padded = np.pad(sounds, ((0, -len(sounds) % span), (0, 0))).reshape(-1, span, 12)
    lasting = np.add.reduceat(padded.astype(np.float64), beat_starts(plan.metre) * PATCH_COLUMNS, axis=1)
    flat = lasting.reshape(-1, 12)[: stated_beats(stated, plan)]
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1)


def lanes_stated(stated: Stated, plan: Plan) -> tuple[int, ...]:
    """The lanes that sound in what is stated."""
    pitch = _lanes(stated, plan).pitch
    return tuple(lane for lane in range(LANES) if pitch[lane].any())


def classes_stated(stated: Stated) -> frozenset[int]:
    """Its pitch classes, counted from C."""
    return frozenset(note.pitch % 12 for notes in stated.parts for note in notes)


def _lanes(stated: Stated, plan: Plan) -> Lanes:
    return stated_lanes(stated, plan.metre, plan.key.mode, FINE)
