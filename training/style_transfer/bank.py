"""Which codes are kept of each genre: those of windows that a critic knows at once, in each of its metres."""

from collections.abc import Mapping

import numpy as np
import torch

from domain.score import Metre
from models.style_transfer.networks import StyleTransfer
from models.tokens import METRES
from training.style_transfer.windows import Batches

_LEAST = 8
"""Codes kept of each metre that a genre has."""

_DRAWN = 4
"""Windows looked at for each code that is kept."""


@torch.no_grad()
def fill_bank(network: StyleTransfer, batches: Batches, *, seed: int = 0) -> None:
    """Encode windows of each genre in each of its metres, and keep their codes."""
    random = np.random.default_rng(seed)
    network.eval()
    for place, sizes in batches.sizes.items():
        row = 0
        for metre, count in _portions(sizes, network.config.bank).items():
            batch = batches.some(metre, place, _DRAWN * count, random)
            known = network.critics(batch.rolls, batch.genre).genre.log_softmax(-1)[:, place]
            typical = known.argsort(descending=True)[torch.arange(count) % len(known)]
            end = row + count
            network.bank[place, row:end] = network.writer.encoder(batch.rolls.select(typical))[0]
            network.bank_metre[place, row:end] = METRES.index(metre)
            row = end


def _portions(sizes: Mapping[Metre, int], total: int) -> dict[Metre, int]:
    """How many of `total` each metre gets: some at least, the rest by its size, exactly `total` in all."""
    least = min(_LEAST, total // len(sizes))
    spare = total - least * len(sizes)
    shares = np.array(list(sizes.values())) / sum(sizes.values())
    upto = np.rint(np.cumsum(shares) * spare).astype(int)
    return {metre: least + int(more) for metre, more in zip(sizes, np.diff(upto, prepend=0), strict=True)}
