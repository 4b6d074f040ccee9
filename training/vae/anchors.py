"""The phrases that the autoencoder composes from: some of each genre, metre and mode that it learned."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from domain.genres import Genre
from domain.score import TICKS_PER_QUARTER, Metre, Mode
from models.lanes import FINE, LANES, LOWEST, Lanes, bar_columns, join
from models.tokens import DENSITY_EDGES, REGISTER_EDGES
from models.vae.drafting import ALL_CLASSES, Anchor, encode_units
from models.vae.phrases import VAE
from models.vae.units import UNIT_BARS, to_units
from training.vae.data import PHRASE_UNITS, LanedWork

MOST = 600
"""So many anchors fit into the weights' file beside the network."""

LEAST_WORKS = 2
"""Of a genre in a metre and mode; what is rarer is an exception."""

PASSING = 0.015
"""The share of a phrase's notes up to which a pitch class is only passed through."""

_PHRASE_BARS = PHRASE_UNITS * UNIT_BARS


def choose_anchors(
    network: VAE, works: Sequence[LanedWork], genres: Sequence[Genre], *, most: int = MOST, seed: int = 0
) -> tuple[tuple[Anchor, ...], Tensor]:
    """Anchors among the training works of these genres, as many of each kind as of any, and their latents."""
    random = np.random.default_rng(seed)
    kinds: dict[tuple[Genre, Metre, Mode], list[Lanes]] = {}
    for work in works:
        if work.split == "train" and work.genre in genres:
            lanes = work.lanes
            kinds.setdefault((work.genre, lanes.metre, lanes.mode), []).append(lanes)
    common = {kind: pieces for kind, pieces in kinds.items() if len(pieces) >= LEAST_WORKS}
    windows = {
        kind: [_window(piece, random) for piece in pieces]
        for kind, pieces in sorted(common.items(), key=lambda item: (item[0][0], str(item[0][1]), item[0][2]))
    }
    share = _share([len(found) for found in windows.values()], most)
    anchors: list[Anchor] = []
    latents: list[Tensor] = []
    for kind, found in windows.items():
        for place in random.permutation(len(found))[:share].tolist():
            anchors.append(describe(found[place], kind[0]))
            latents.append(encode_phrase(network, found[place]))
    return tuple(anchors), torch.cat(latents)


def _share(counts: Sequence[int], most: int) -> int:
    """How many of each kind may be taken, so that there are at most so many in all."""
    share = 1
    while share < max(counts) and sum(min(count, share + 1) for count in counts) <= most:
        share += 1
    return share


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


@torch.no_grad()
def encode_phrase(network: VAE, lanes: Lanes) -> Tensor:
    """(1, Z): the mean of the posterior of a phrase of sixteen bars."""
    if lanes.bars != _PHRASE_BARS or len(bar_columns(lanes.metre, FINE)) * lanes.bars != lanes.pitch.shape[1]:
        raise ValueError(f"a phrase has {_PHRASE_BARS} bars")
    units = encode_units(network, to_units(lanes, range(0, _PHRASE_BARS, UNIT_BARS)))
    return network.encoder(units[None]).mean
