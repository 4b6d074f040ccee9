"""What style transfer's networks are to lower: how far textures are apart, note by note and bar by bar.

Knows tensors alone; how losses are weighed and played against each other is the game's.
"""

import numpy as np
import torch
from torch import Tensor, nn

from models.style_transfer.networks import Written
from models.style_transfer.texture_rolls import Rolls, bar_chroma, columns_a_bar, sketch

_FREE_NATS = 16.0
"""A code may tell so much of a window at no cost (Kingma 2016)."""

_HIDDEN = 0.35
"""Of so many windows some bars of the tune are hidden, as tunes rest elsewhere than a genre's own do."""

_LOST = 0.12
_SILENT = 0.02
"""Bars whose pitch classes are no longer than that have no direction: it bounds the gradients there."""

_COARSE = 0.0, 0.9
"""Shares of the whole bar's harmony in what a beat is told."""


def reconstruction(written: Written, rolls: Rolls) -> Tensor:
    """Nats a texture column: of what happens in it, and of the pitch where something sounds."""
    truth = rolls.events
    event = nn.functional.cross_entropy(written.events.flatten(0, 2).float(), truth.event.flatten())
    sounds = truth.sounds.flatten()
    pitch = nn.functional.cross_entropy(
        written.pitches.flatten(0, 2)[sounds].float(), truth.pitch.flatten()[sounds]
    )
    return event + sounds.float().mean() * pitch


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL of codes from the standard normal, in nats a window beyond those that are free."""
    nats = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).float().sum(-1)
    return nn.functional.relu(nats - _FREE_NATS).mean()


def chroma_distance(texture: Tensor, rolls: Rolls) -> Tensor:
    """1 - cosine between the pitch classes of each bar before and after, where there were any."""
    before = bar_chroma(rolls.texture, rolls.metre)
    after = bar_chroma(texture, rolls.metre)
    known = before.sum(-1) > 0
    alike = nn.functional.cosine_similarity(before, after, dim=-1, eps=_SILENT)
    return ((1 - alike) * known).sum() / known.sum().clamp(min=1)


def drawn(mean: Tensor, log_variance: Tensor, random: np.random.Generator) -> Tensor:
    """Codes drawn from the Gaussians of an encoder."""
    noise = torch.from_numpy(random.standard_normal(mean.shape, np.float32)).to(mean.device)
    return mean + noise * (0.5 * log_variance).exp()


def blurred(rolls: Rolls, random: np.random.Generator, *, lost: float = _LOST) -> Tensor:
    """Sketches as other sources may give them: more or less coarse, and of the share `lost` none at all."""
    rows = len(rolls)
    share = torch.from_numpy(random.uniform(*_COARSE, (rows, 1, 1, 1)).astype(np.float32))
    kept = torch.from_numpy(random.random((rows, 1, 1)) >= lost)
    return sketch(rolls, share.to(rolls.tune)) * kept.to(rolls.tune)


def hidden(rolls: Rolls, random: np.random.Generator) -> Rolls:
    """The same textures, of some under a tune that is silent in about half of its bars."""
    rows, columns, _ = rolls.tune.shape
    bars = columns // columns_a_bar(rolls.metre)
    silent = (random.random((rows, 1)) < _HIDDEN) & (random.random((rows, bars)) < 0.5)
    heard = torch.from_numpy(~silent).to(rolls.tune).repeat_interleave(columns // bars, dim=1)
    return Rolls(rolls.metre, rolls.tune * heard.unsqueeze(-1), rolls.texture)
