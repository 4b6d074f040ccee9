"""What every network that writes lyrics can do, and the way out of it: words it knows or words of the scene.

Knows token ids, not what they stand for beyond padding, begin and end.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, Self, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.lyrics.likelihood import log_likelihood
from models.lyrics.vocabulary import BOS, PAD

_BARRED = -1e4
"""The log-probability of what cannot be: finite, so that no gradient becomes NaN."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What B stanzas are to be about. tokens (B, S) are ids, PAD after a row's end; copyable (B, S) is
    true where a token may be copied into the stanza.
    """

    tokens: Tensor
    copyable: Tensor

    @classmethod
    def of(cls, tokens: Sequence[Sequence[int]], copyable: Sequence[Sequence[bool]]) -> Self:
        """Rows of any lengths side by side."""
        width = max(map(len, tokens))
        ids = [[*row, *[PAD] * (width - len(row))] for row in tokens]
        flags = [[*row, *[False] * (width - len(row))] for row in copyable]
        return cls(torch.tensor(ids), torch.tensor(flags))

    @property
    def known(self) -> Tensor:
        """(B, S) true where there is a token."""
        return self.tokens != PAD

    def select(self, rows: Tensor) -> "Sources":
        return Sources(self.tokens[rows], self.copyable[rows])

    def to(self, device: torch.device) -> "Sources":
        return Sources(self.tokens.to(device), self.copyable.to(device))


class State(Protocol):
    """Where B stanzas stand while they are written, their sources included. A state is never changed."""

    def select(self, rows: Tensor) -> Self:
        """The rows (B',) asked for, in that order; a row may be asked for more than once."""
        ...


Stand = TypeVar("Stand", bound=State)


class Speaker(ABC, Generic[Stand]):
    """Whatever says what may follow, token after token, once it is told a source: all that decoding needs."""

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """Where its sources and tokens have to be."""

    @abstractmethod
    def begin(self, sources: Sources) -> Stand:
        """Read the sources; the state before the first token."""

    @abstractmethod
    def step(self, state: Stand, tokens: Tensor) -> tuple[Tensor, Stand]:
        """Take tokens (B,), BOS first: log-probabilities (B, V) of what follows, and the new state."""


class Writer(nn.Module, Speaker[Stand]):
    """A network that writes a target token after token when it is told a source.

    Embeddings are shared by source, target and the softmax (Press & Wolf 2017).
    """

    def __init__(self, *, vocabulary: int, first_piece: int, width: int, memory: int) -> None:
        super().__init__()
        self.first_piece = first_piece
        self.embedding = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.embedding.weight, std=width**-0.5)
        self.outlet = Outlet(vocabulary, width=width, memory=memory)

    @property
    def device(self) -> torch.device:
        return self.embedding.weight.device

    def embed(self, tokens: Tensor) -> Tensor:
        """(...) ids to (..., E)."""
        return self.embedding(tokens) * self.embedding.embedding_dim**0.5

    @abstractmethod
    def begin(self, sources: Sources) -> Stand:
        """Read the sources; the state before the first token."""

    @abstractmethod
    def step(self, state: Stand, tokens: Tensor) -> tuple[Tensor, Stand]:
        """Take tokens (B,), BOS first: log-probabilities (B, V) of what follows, and the new state."""

    @abstractmethod
    def speak(self, sources: Sources, tokens: Tensor, *, own: float) -> tuple[Tensor, Tensor]:
        """What the decoder says (B, T, E) after each of `tokens` (B, T), and the memory (B, S, M) it read.

        `own` is the share of tokens that the network puts its own draws in place of.
        """

    def forward(
        self, sources: Sources, target: Tensor, *, smoothing: float = 0.0, own: float = 0.0
    ) -> Tensor:
        """Nats (B, T) of each token of `target` (B, T), 0 where there is none.

        `smoothing` moves that share of the aim from the token to the whole vocabulary (Szegedy 2016).
        """
        before = functional.pad(target, (1, 0), value=BOS)[:, :-1]
        spoken, memory = self.speak(sources, before, own=own)
        return self.outlet.nats(
            spoken, self.outlet.keys(memory), sources, target, self.embedding.weight, smoothing
        )

    def mingle(self, tokens: Tensor, drawn: Tensor, own: float) -> Tensor:
        """`tokens` with a share of its pieces replaced by those `drawn`; what is no piece is never
        touched, as constraints mostly decide it.
        """
        free = (tokens >= self.first_piece) & (drawn >= self.first_piece)
        return torch.where(free & (torch.rand(tokens.shape, device=tokens.device) < own), drawn, tokens)


class Outlet(nn.Module):
    """From what a decoder says (..., E) to probabilities: of the vocabulary, mixed by a gate with those of
    copying a token of the source that may be copied (See et al. 2017).
    """

    def __init__(self, vocabulary: int, *, width: int, memory: int, pointer: int = 64) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.query = nn.Linear(width, pointer)
        self.key = nn.Linear(memory, pointer, bias=False)
        self.gate = nn.Linear(width, 1)
        nn.init.constant_(self.gate.bias, -3.0)  # to copy is the exception

    def keys(self, memory: Tensor) -> Tensor:
        """(B, S, M) to the keys (B, S, P) that the pointer looks for."""
        return self.key(memory)

    def log_probabilities(self, spoken: Tensor, keys: Tensor, sources: Sources, weight: Tensor) -> Tensor:
        """Of every token (B, T, V) after `spoken` (B, T, E), with keys (B, S, P)."""
        told = functional.linear(spoken, weight, self.bias).float().log_softmax(-1)
        pointing, gate = self._pointing(spoken, keys, sources)
        mixed = (told + functional.logsigmoid(-gate)).exp()
        at = sources.tokens[:, None, :].expand(pointing.shape)
        # Not in place, as learning from votes goes back through it.
        mixed = mixed.scatter_add(-1, at, (pointing.log_softmax(-1) + functional.logsigmoid(gate)).exp())
        return mixed.clamp_min(1e-20).log()

    def nats(
        self,
        spoken: Tensor,
        keys: Tensor,
        sources: Sources,
        target: Tensor,
        weight: Tensor,
        smoothing: float = 0.0,
    ) -> Tensor:
        """-log p (B, T) of `target` (B, T), 0 at padding, without ever laying out the mixture."""
        there = target != PAD
        told, everywhere = log_likelihood(spoken[there], weight, self.bias, target[there])
        pointing, gate = self._pointing(spoken, keys, sources)
        same = sources.copyable[:, None, :] & (sources.tokens[:, None, :] == target[:, :, None])
        copied = torch.where(same, pointing, _BARRED).logsumexp(-1) - pointing.logsumexp(-1)
        gate = gate.squeeze(-1)
        mixed = torch.logaddexp(
            functional.logsigmoid(-gate)[there] + told, (functional.logsigmoid(gate) + copied)[there]
        )
        lost = -(1 - smoothing) * mixed
        if smoothing:
            lost = lost - smoothing * everywhere
        return torch.zeros(target.shape, device=target.device).masked_scatter(there, lost)

    def _pointing(self, spoken: Tensor, keys: Tensor, sources: Sources) -> tuple[Tensor, Tensor]:
        """Scores (B, T, S) of copying each source token, and the gate's logit (B, T, 1), shut where a source
        has nothing to copy.
        """
        scores = (self.query(spoken) @ keys.transpose(1, 2)).float()
        scores = torch.where(sources.copyable[:, None, :], scores, _BARRED)
        shut = ~sources.copyable.any(-1)
        return scores, torch.where(shut[:, None, None], _BARRED, self.gate(spoken).float())
