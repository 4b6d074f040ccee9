"""Adam (Kingma & Ba 2015), with what it has to remember laid open.

Torch's own loads a compiler first: 80 MB and more than a second, in a process that is to take little of both.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

_MEAN, _SQUARE = 0.9, 0.999
"""How much of the means of gradients, and of their squares, is kept at each step."""

_LEAST = 1e-8


class Adam:
    """Moves some tensors against their gradients."""

    def __init__(self, parameters: Sequence[Tensor]) -> None:
        self._parameters = parameters
        self._means = [torch.zeros_like(each) for each in parameters]
        self._squares = [torch.zeros_like(each) for each in parameters]

    def clear(self) -> None:
        """Forget the gradients."""
        for each in self._parameters:
            each.grad = None

    @torch.no_grad()
    def step(self, number: int, rate: float) -> None:
        """The step of this number, from 1 on. Tensors without a gradient stay."""
        for parameter, mean, square in zip(self._parameters, self._means, self._squares, strict=True):
            if parameter.grad is None:
                continue
            mean.lerp_(parameter.grad, 1 - _MEAN)
            square.mul_(_SQUARE).addcmul_(parameter.grad, parameter.grad, value=1 - _SQUARE)
            spread = (square / (1 - _SQUARE**number)).sqrt_().add_(_LEAST)
            parameter.addcdiv_(mean, spread, value=-rate / (1 - _MEAN**number))

    def state(self) -> dict[str, Tensor]:
        """A copy of all that the next step hangs on, beside its number and the tensors; for `restore`."""
        return {
            f"{name}.{place}": tensor.clone()
            for name, tensors in (("mean", self._means), ("square", self._squares))
            for place, tensor in enumerate(tensors)
        }

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """Raises KeyError or RuntimeError where it is of something else."""
        for name, tensors in (("mean", self._means), ("square", self._squares)):
            for place, tensor in enumerate(tensors):
                tensor.copy_(kept[f"{name}.{place}"])
