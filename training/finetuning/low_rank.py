"""Low-rank deltas being learned: a frozen network in which some matrices are W + up down (Hu et al. 2021).

Knows networks and their matrices, not what they are for.
"""

import copy
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn

from models.adapters import Deltas


class LowRank:
    """A copy of a network, in evaluation mode, whose named matrices can be moved by deltas of a rank. All
    others are the network's own.

    At first the deltas are nothing: `up` is zero. Call `install` after the deltas have changed.
    """

    def __init__(self, network: nn.Module, names: Sequence[str], *, rank: int, seed: int) -> None:
        # What is remembered as copied already is shared.
        shared = {id(each): nn.Parameter(each.detach(), requires_grad=False) for each in network.parameters()}
        self.network = copy.deepcopy(network, dict[int, object](shared)).eval()
        random = torch.Generator().manual_seed(seed)
        self._base: dict[str, Tensor] = {}
        self.up: dict[str, Tensor] = {}
        self.down: dict[str, Tensor] = {}
        for name in names:
            matrix = self.network.get_parameter(name).detach()
            rows, columns = matrix.shape
            self._base[name] = matrix
            self.up[name] = torch.zeros(rows, rank, requires_grad=True)
            down = torch.randn(rank, columns, generator=random) / columns**0.5
            self.down[name] = down.requires_grad_()
        self.install()

    @property
    def parameters(self) -> list[Tensor]:
        """What is learned, in a fixed order."""
        return [*self.up.values(), *self.down.values()]

    @property
    def deltas(self) -> Deltas:
        return {name: (self.up[name].detach(), self.down[name].detach()) for name in self._base}

    def install(self) -> None:
        """Let the network compute with the deltas as they are; gradients reach them."""
        for name, matrix in self._base.items():
            owner, _, leaf = name.rpartition(".")
            module = self.network.get_submodule(owner)
            # Set as a plain attribute, which an LSTM takes over into the list that it computes with.
            if isinstance(getattr(module, leaf), nn.Parameter):
                delattr(module, leaf)
            setattr(module, leaf, matrix + self.up[name] @ self.down[name])


def mean_of(deltas: Iterable[Deltas]) -> Deltas:
    """Deltas that move each matrix by the mean of what these do; their ranks add up."""
    every = list(deltas)
    return {
        name: (
            torch.cat([each[name][0] for each in every], 1) / len(every),
            torch.cat([each[name][1] for each in every], 0),
        )
        for name in every[0]
    }


def scaled(deltas: Deltas, factor: float) -> Deltas:
    """Deltas that move each matrix so many times as far."""
    return {name: (up * factor, down) for name, (up, down) in deltas.items()}


def as_shipped(deltas: Deltas) -> Deltas:
    """Deltas as they come out of an adapter's file, which keeps them in half precision."""
    return {name: (up.half().float(), down.half().float()) for name, (up, down) in deltas.items()}
