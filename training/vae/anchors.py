"""The phrases that the autoencoder composes from: some of each genre, metre and mode that it learned."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from domain.genres import Genre
from domain.score import TICKS_PER_QUARTER, Mode
from models.lanes import FINE, LANES, LOWEST, Lanes, bar_columns, join
from models.tokens import DENSITY_EDGES, REGISTER_EDGES
from models.vae.anchors import ALL_CLASSES, Anchor
from models.vae.encoding import encode_units
from models.vae.phrases import VAE
from models.vae.units import UNIT_BARS, to_units
from training.vae.data import MELODIC, PHRASE_UNITS, LanedWork

VOICED, TUNES = 69, 24
"""How many anchors a genre in several voices and one of tunes alone have: so many fit into the weights' file.

Tunes lie between two, music in several voices needs one with the same harmony at any beat.
"""

FEWEST = 4
"""Anchors of a genre in a metre and mode, where there are as many works."""

LEAST_WORKS = 2
"""Of a genre in a metre and mode; what is rarer is an exception."""

PASSING = 0.015
"""The share of a phrase's notes up to which a pitch class is only passed through."""

_PHRASE_BARS = PHRASE_UNITS * UNIT_BARS


def choose_anchors(
    network: VAE,
    works: Sequence[LanedWork],
    genres: Sequence[Genre],
    *,
    voiced: int = VOICED,
    tunes: int = TUNES,
    seed: int = 0,
) -> tuple[tuple[Anchor, ...], Tensor]:
    """Anchors among the training works of these genres, and the latents (A, N, Z) of their units.

    Of a genre some of each metre and mode, more of the usual ones.
    """
    random = np.random.default_rng(seed)
    kinds: dict[Genre, dict[tuple[str, Mode], list[Lanes]]] = {genre: {} for genre in sorted(genres)}
    for work in works:
        if work.split == "train" and work.genre in kinds:
            lanes = work.lanes
            kinds[work.genre].setdefault((str(lanes.metre), lanes.mode), []).append(lanes)
    anchors: list[Anchor] = []
    latents: list[Tensor] = []
    for genre, found in kinds.items():
        common = {kind: pieces for kind, pieces in sorted(found.items()) if len(pieces) >= LEAST_WORKS}
        weight = sum(len(pieces) ** 0.5 for pieces in common.values())
        for pieces in common.values():
            share = (tunes if genre in MELODIC else voiced) * len(pieces) ** 0.5 / weight
            for place in random.permutation(len(pieces))[: max(FEWEST, round(share))].tolist():
                window = _window(pieces[place], random)
                anchors.append(describe(window, genre))
                latents.append(encode_phrase(network, window))
    return tuple(anchors), torch.stack(latents)


def _window(piece: Lanes, random: np.random.Generator) -> Lanes:
    """A phrase of a piece, from a bar that is a multiple of four; a short piece is said again."""
    if piece.bars < _PHRASE_BARS:
        return join([piece] * -(-_PHRASE_BARS // piece.bars)).window(0, _PHRASE_BARS)
    first = 4 * int(random.integers((piece.bars - _PHRASE_BARS) // 4 + 1))
    return piece.window(first, _PHRASE_BARS)


def describe(lanes: Lanes, genre: Genre) -> Anchor:
    """What is said of a phrase."""
    onsets = int(lanes.onset.any(0).sum())
    quarters = lanes.bars * lanes.metre.bar_ticks / TICKS_PER_QUARTER
    struck = lanes.pitch[lanes.onset]
    mean = float(struck.mean()) - 1 + LOWEST if len(struck) else 0.0
    degrees = np.bincount((struck.astype(np.int64) - 1 + LOWEST) % 12, minlength=12)
    used = np.flatnonzero(degrees > PASSING * max(1, len(struck)))
    sounding = tuple(lane for lane in range(LANES) if lanes.onset[lane].sum() >= lanes.bars / 4)
    return Anchor(
        genre=genre,
        metre=str(lanes.metre),
        mode=lanes.mode,
        lanes=sounding or (0,),
        density=int(np.searchsorted(DENSITY_EDGES, onsets / quarters)),
        register=int(np.searchsorted(REGISTER_EDGES, mean)),
        classes=tuple(used.tolist()) or ALL_CLASSES,
    )


def encode_phrase(network: VAE, lanes: Lanes) -> Tensor:
    """(N, Z): the means of the posteriors of the units of a phrase of sixteen bars."""
    if lanes.bars != _PHRASE_BARS or len(bar_columns(lanes.metre, FINE)) * lanes.bars != lanes.pitch.shape[1]:
        raise ValueError(f"a phrase has {_PHRASE_BARS} bars")
    return encode_units(network, to_units(lanes, range(0, _PHRASE_BARS, UNIT_BARS)))
