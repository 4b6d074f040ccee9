"""Learning to prefer: low-rank deltas that make liked works likelier than disliked ones, and forget nothing.

The objective is that of DPO (Rafailov et al. 2023) with the frozen network as reference. Works differ in
length and in what the network is told of them, so each one's log-likelihood is a mean over its tokens, beside
the reference's of the same work. A loss on replayed works of the corpora, their likelihood and how far what
is expected there has moved from the reference (Kullback-Leibler), keeps what was known. Knows no kind of
network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from training.finetuning.learner import Learner
from training.finetuning.preferences import Pair

Passage = TypeVar("Passage")

Passage_contra = TypeVar("Passage_contra", contravariant=True)

Reading = tuple[Tensor, Tensor]
"""Log-probabilities of all that may come next, (tokens, vocabulary), and what came, (tokens,)."""


class Reader(Protocol[Passage_contra]):
    """How a kind of network reads passages of works."""

    @property
    def matrices(self) -> Sequence[str]:
        """The names of the network's matrices that may move."""
        ...

    def read(self, network: nn.Module, passages: Sequence[Passage_contra]) -> list[Reading]:
        """Each passage as the network finds it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How hard to teach. `sharpness` is DPO's beta, on nats a token."""

    rank: int = 4
    learning_rate: float = 3e-3
    sharpness: float = 20.0
    replay: float = 1.0
    divergence: float = 1.0
    clip: float = 1.0


class Preferring(Learner, Generic[Passage]):
    """Deltas being learned from pairs of works.

    `works` are the passages of each lesson (none where the network can't read it), `replayed` those of works
    of the corpora.
    """

    def __init__(
        self,
        reader: Reader[Passage],
        network: nn.Module,
        works: Sequence[Sequence[Passage]],
        pairs: Sequence[Pair],
        replayed: Sequence[Passage],
        *,
        seed: int,
        strength: Strength | None = None,
    ) -> None:
        self.strength = strength or Strength()
        super().__init__(network, reader.matrices, rank=self.strength.rank, seed=seed)
        self._reader, self._reference = reader, network.eval()
        self._works, self._replayed = works, replayed
        self._pairs = [pair for pair in pairs if works[pair.liked] and works[pair.disliked]]
        weights = np.array([pair.weight for pair in self._pairs])
        self._chances = weights / max(weights.sum(), 1e-9)
        self._seed = seed
        self._references: dict[int, tuple[Passage, float]] = {}

    @property
    def learnable(self) -> bool:
        """Whether there is any pair of works that the network can read."""
        return bool(self._pairs)

    def step(self, steps: int) -> float:
        """Learn from a pair and a replayed passage, as one of `steps` in all; the loss of the preference."""
        random = np.random.default_rng([self._seed, self.steps_done])
        pair = self._pairs[random.choice(len(self._pairs), p=self._chances)]
        liked, disliked = (_any(self._works[place], random) for place in (pair.liked, pair.disliked))
        replayed = _any(self._replayed, random) if self._replayed else None
        self.optimiser.clear()
        self.low_rank.install()
        preference = self._preference_loss(liked, disliked)
        preference.backward()
        if replayed is not None:
            # One after the other, so that never more than one of them is in memory.
            self.low_rank.install()
            self._replay_loss(replayed).backward()
        self.move(steps, learning_rate=self.strength.learning_rate, clip=self.strength.clip)
        return preference.item()

    @torch.no_grad()
    def reward(self, work: Sequence[Passage]) -> float:
        """How much better liked a work is taken to be than by the reference, in log-odds."""
        self.low_rank.install()
        return self.strength.sharpness * float(torch.stack([*self._log_ratios(work)]).mean())

    def _preference_loss(self, liked: Passage, disliked: Passage) -> Tensor:
        better, worse = self._log_ratios([liked, disliked])
        return -nn.functional.logsigmoid(self.strength.sharpness * (better - worse))

    def _log_ratios(self, passages: Sequence[Passage]) -> list[Tensor]:
        """Of each passage: how much likelier than to the reference it is, in nats a token."""
        now = self._reader.read(self.low_rank.network, passages)
        return [
            said(*reading).mean() - self._expected(passage)
            for passage, reading in zip(passages, now, strict=True)
        ]

    @torch.no_grad()
    def _expected(self, passage: Passage) -> float:
        """The reference's log-likelihood of a passage, in nats a token."""
        if id(passage) not in self._references:
            (reading,) = self._reader.read(self._reference, [passage])
            self._references[id(passage)] = (passage, float(said(*reading).mean()))
        return self._references[id(passage)][1]

    def _replay_loss(self, passage: Passage) -> Tensor:
        with torch.no_grad():
            ((before, _),) = self._reader.read(self._reference, [passage])
        ((now, targets),) = self._reader.read(self.low_rank.network, [passage])
        moved = (before.exp() * (before - now)).sum(-1).mean()
        return self.strength.replay * -said(now, targets).mean() + self.strength.divergence * moved


def said(likelihoods: Tensor, targets: Tensor) -> Tensor:
    """The log-probability of what came, (tokens,), of a reading."""
    return likelihoods.gather(-1, targets.unsqueeze(-1)).squeeze(-1)


def _any(passages: Sequence[Passage], random: np.random.Generator) -> Passage:
    return passages[int(random.integers(len(passages)))]
