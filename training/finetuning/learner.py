"""A network's low-rank deltas while they are learned, step by step, and all that the next step hangs on.

Knows how deltas are moved, not what for.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from training.finetuning.adam import Adam
from training.finetuning.low_rank import Deltas, LowRank


class Learner:
    """Deltas of some matrices of a network; what a step does hangs on its number alone.

    Gradients that a step leaves in `low_rank.parameters` are used up by `move`.
    """

    def __init__(self, network: nn.Module, matrices: Sequence[str], *, rank: int, seed: int) -> None:
        self.low_rank = LowRank(network, matrices, rank=rank, seed=seed)
        self.optimiser = Adam(self.low_rank.parameters)
        self.steps_done = 0

    @property
    def deltas(self) -> Deltas:
        return self.low_rank.deltas

    def state(self) -> dict[str, Tensor]:
        """All that the next step hangs on; what `restore` takes."""
        kept = {
            f"parameter.{place}": each.detach().clone() for place, each in enumerate(self.low_rank.parameters)
        }
        return kept | self.optimiser.state() | {"steps_done": torch.tensor(self.steps_done)}

    def restore(self, kept: Mapping[str, Tensor]) -> None:
        """Go on from what `state` gave. Raises KeyError or RuntimeError where it is of something else."""
        for place, each in enumerate(self.low_rank.parameters):
            with torch.no_grad():
                each.copy_(kept[f"parameter.{place}"])
        self.optimiser.restore(kept)
        self.steps_done = int(kept["steps_done"])

    def move(self, steps: int, *, learning_rate: float, clip: float) -> None:
        """Take the step, as one of so many in all, at a rate that falls in a line to nothing."""
        nn.utils.clip_grad_norm_(self.low_rank.parameters, clip)
        rate = learning_rate * (1 - self.steps_done / steps)
        self.steps_done += 1
        self.optimiser.step(self.steps_done, rate)
