"""Building blocks of networks over rolls, which generators and critics of whole phrases share.

A roll is lanes as numbers, (B, LANES, S, CHANNELS): in each lane and column a one-hot over silence and the
pitches, and an onset channel. Knows no family of models, no training and no music beyond that.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from models.lanes import LANES, PITCHES

SOUNDS = 1 + PITCHES
"""Silence and the pitches: the classes of one lane in one column."""

CHANNELS = SOUNDS + 1
"""The sounds, then the onset."""


def to_roll(pitch: Tensor, onset: Tensor) -> Tensor:
    """(B, LANES, S, CHANNELS) float from pitch (B, LANES, S) integers and onset (B, LANES, S) bool."""
    sounds = nn.functional.one_hot(pitch.long(), SOUNDS)
    return torch.cat([sounds, onset.long().unsqueeze(-1)], -1).float()


def from_roll(roll: Tensor) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Pitch and onset (B, LANES, S) of a roll: the likeliest sound, an onset where more likely than not."""
    pitch = roll[..., :SOUNDS].argmax(-1).to(torch.int8).cpu().numpy()
    onset = (roll[..., SOUNDS] > 0.5).cpu().numpy()
    return pitch, onset & (pitch > 0)


def gumbel_noise(random: np.random.Generator, *shape: int) -> Tensor:
    """Noise that turns the largest of logits plus noise into a draw from their softmax."""
    uniform = random.random(shape, dtype=np.float32)
    return torch.from_numpy(-np.log(-np.log(uniform.clip(1e-7, 1 - 1e-7))))


def straight_through_one_hot(logits: Tensor, *, temperature: float = 1.0) -> Tensor:
    """One-hot of the largest logit along the last axis, with the gradient of the softmax.

    Of logits with Gumbel noise that is a draw from the distribution (Jang et al. 2017).
    """
    soft = (logits / temperature).softmax(-1)
    hard = nn.functional.one_hot(soft.argmax(-1), soft.shape[-1]).to(soft.dtype)
    return hard + soft - soft.detach()


def straight_through_binary(logits: Tensor) -> Tensor:
    """1 where the logit is positive, else 0, with the gradient of the sigmoid."""
    soft = logits.sigmoid()
    return (logits > 0).to(soft.dtype) + soft - soft.detach()


class RollReader(nn.Module):
    """From a roll (B, LANES, S, CHANNELS) to features over time (B, width, S).

    Each lane is read by weights that all lanes share, so that a pitch means the same in each, and the
    lanes are then put together.
    """

    def __init__(self, lane_width: int, width: int) -> None:
        super().__init__()
        self.sound = nn.Linear(CHANNELS, lane_width)
        self.together = nn.Conv1d(LANES * lane_width, width, 1)

    def forward(self, roll: Tensor) -> Tensor:
        read = nn.functional.leaky_relu(self.sound(roll), 0.2)
        return self.together(read.permute(0, 1, 3, 2).flatten(1, 2))


class ResidualBlock1d(nn.Module):
    """Two convolutions over time beside a way around them; (B, width, S) to the same.

    With `condition`, a vector of that size scales and shifts the features between the two (FiLM).
    """

    def __init__(
        self, width: int, *, kernel: int = 3, dilation: int = 1, condition: int = 0, normalised: bool = False
    ) -> None:
        super().__init__()
        padding = dilation * (kernel // 2)
        self.first = nn.Conv1d(width, width, kernel, padding=padding, dilation=dilation)
        self.second = nn.Conv1d(width, width, kernel, padding=padding, dilation=dilation)
        self.norm = nn.GroupNorm(8, width) if normalised else nn.Identity()
        self.film = nn.Linear(condition, 2 * width) if condition else None

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        hidden = self.norm(self.first(nn.functional.leaky_relu(x, 0.2)))
        if self.film is not None and condition is not None:
            scale, shift = self.film(condition).unsqueeze(-1).chunk(2, 1)
            hidden = hidden * (1 + scale) + shift
        return x + self.second(nn.functional.leaky_relu(hidden, 0.2))


class ResidualBlock2d(nn.Module):
    """The same over time and pitch; (B, width, S, P) to the same."""

    def __init__(self, width: int, *, kernel: tuple[int, int] = (3, 3), normalised: bool = False) -> None:
        super().__init__()
        padding = kernel[0] // 2, kernel[1] // 2
        self.first = nn.Conv2d(width, width, kernel, padding=padding)
        self.second = nn.Conv2d(width, width, kernel, padding=padding)
        self.norm = nn.GroupNorm(8, width) if normalised else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.norm(self.first(nn.functional.leaky_relu(x, 0.2)))
        return x + self.second(nn.functional.leaky_relu(hidden, 0.2))


class Projection(nn.Module):
    """A critic's answer with what it was told, by projection (Miyato and Koyama 2018).

    Features (B, width) and classes (B, len(sizes)) to logits (B,): how real, how well it fits them.
    """

    def __init__(self, width: int, sizes: Sequence[int]) -> None:
        super().__init__()
        self.real = nn.Linear(width, 1)
        self.told = nn.ModuleList(nn.Embedding(size, width) for size in sizes)

    def forward(self, features: Tensor, classes: Tensor) -> Tensor:
        told = torch.stack([table(classes[:, place]) for place, table in enumerate(self.told)]).sum(0)
        return self.real(features).squeeze(-1) + (told * features).sum(-1)


class MinibatchDeviation(nn.Module):
    """Appends how much a batch's features differ, (B, width, S) to (B, width + 1, S) (Karras et al. 2018).

    A critic that sees it tells a generator that always says the same. `group` examples are compared at a
    time; the last group may be smaller.
    """

    def __init__(self, group: int = 8) -> None:
        super().__init__()
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        deviations = [
            (part.var(0, unbiased=False) + 1e-8).sqrt().mean().expand(len(part), 1, x.shape[-1])
            for part in x.split(self.group)
        ]
        return torch.cat([x, torch.cat(deviations)], 1)


def with_spectral_norm(module: nn.Module) -> nn.Module:
    """Bind every convolution, linear layer and embedding within to a largest singular value of 1."""
    for layer in list(module.modules()):
        if isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Linear | nn.Embedding):
            spectral_norm(layer)
    return module
