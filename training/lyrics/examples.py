"""Encoded stanzas as flat arrays, from preparing to teaching. Knows numbers, not what they stand for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Examples:
    """N stanzas, their tokens laid end to end.

    `source` and `target` are token ids; a target ends with EOS and has no BOS. Stanza i ends before
    `source_ends[i]` and `target_ends[i]` (N,) and begins where the one before ended. `copyable`, flat as
    `source`, is true where a token belongs to a keyword and may be copied. `weight` (N,) says how much a
    stanza counts in the loss.
    """

    source: NDArray[np.int32]
    source_ends: NDArray[np.int64]
    copyable: NDArray[np.bool_]
    target: NDArray[np.int32]
    target_ends: NDArray[np.int64]
    weight: NDArray[np.float32]

    def __post_init__(self) -> None:
        if not len(self.source_ends) == len(self.target_ends) == len(self.weight):
            raise ValueError("sources, targets and weights are of different number")
        if len(self.copyable) != len(self.source):
            raise ValueError("every source token is copyable or not")
        for tokens, ends in ((self.source, self.source_ends), (self.target, self.target_ends)):
            if len(tokens) != (ends[-1] if len(ends) else 0):
                raise ValueError("the last stanza ends where the tokens do")

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def source_lengths(self) -> NDArray[np.int64]:
        """(N,) tokens in each source."""
        return np.diff(self.source_ends, prepend=0)

    @property
    def target_lengths(self) -> NDArray[np.int64]:
        """(N,) tokens in each target."""
        return np.diff(self.target_ends, prepend=0)

    @classmethod
    def join(
        cls,
        sources: Sequence[Sequence[int]],
        copyable: Sequence[Sequence[bool]],
        targets: Sequence[Sequence[int]],
        weight: Sequence[float] | None = None,
    ) -> "Examples":
        """Lay stanzas end to end; without `weight` all count alike."""
        return cls(
            source=np.array([token for row in sources for token in row], dtype=np.int32),
            source_ends=np.cumsum([len(row) for row in sources], dtype=np.int64),
            copyable=np.array([flag for row in copyable for flag in row], dtype=np.bool_),
            target=np.array([token for row in targets for token in row], dtype=np.int32),
            target_ends=np.cumsum([len(row) for row in targets], dtype=np.int64),
            weight=np.ones(len(sources), np.float32) if weight is None else np.array(weight, np.float32),
        )
