"""The recurrent composer: a feature RNN over moments, an output RNN over the tokens within each.

A *moment* is a point in time at which something sounds: a chord's worth of tokens, closed by one
that says when the next moment comes. These are the two stages of the source article: the feature
RNN reads what has been played and gives a feature vector; the output RNN turns that vector into
the next symbols, one softmax each. Knows tensors of token ids, not what they mean.
"""

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

PAD = 0
"""The token id that fills short moments; never predicted."""


@dataclass(frozen=True, slots=True)
class Config:
    """Shape of the network.

    `conditions` gives the number of values of each categorical condition of a moment, `lookbacks`
    how many earlier moments it is shown (Magenta's Lookback RNN, Waite 2016), `pitches` the width
    of the roll of notes still sounding (0: not shown).
    """

    vocabulary: int
    conditions: tuple[int, ...] = ()
    lookbacks: int = 0
    pitches: int = 0
    embedding: int = 192
    feature_hidden: int = 512
    feature_layers: int = 2
    output_hidden: int = 384
    dropout: float = 0.3


@dataclass(frozen=True, slots=True)
class Moments:
    """A batch of B pieces of T moments with at most K tokens each.

    tokens (B, T, K) long, PAD after a moment's closing token and in moments past a piece's end;
    conditions (B, T, C) long; lookbacks (B, T, L) long, the index of an earlier moment, or -1;
    sounding (B, T, P) float, 1 where a pitch is held into the moment.
    """

    tokens: Tensor
    conditions: Tensor
    lookbacks: Tensor
    sounding: Tensor

    def to(self, device: torch.device) -> "Moments":
        return Moments(
            self.tokens.to(device, non_blocking=True),
            self.conditions.to(device, non_blocking=True),
            self.lookbacks.to(device, non_blocking=True),
            self.sounding.to(device, non_blocking=True),
        )


State = tuple[Tensor, Tensor]
"""An LSTM layer's hidden and cell state, (N, H) each."""


def lstm_step(layer: nn.LSTM, x: Tensor, state: State) -> State:
    """One time step of a one-layer LSTM: (N, I) and the state to the next state.

    The layer's own call prepares its weights anew each time, which for a single step takes several
    times as long as the step.
    """
    return torch.lstm_cell(x, state, *layer.all_weights[0])


class VariationalDropout(nn.Module):
    """Dropout with one mask for all time steps (Gal & Ghahramani 2016). Takes (B, T, H)."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return x
        mask = torch.empty(x.shape[0], 1, x.shape[2], dtype=x.dtype, device=x.device)
        return x * mask.bernoulli_(1 - self.rate).div_(1 - self.rate)


class MomentEncoder(nn.Module):
    """Sums what a moment's tokens say, each read together with the one before it."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.token = nn.Linear(config.embedding, config.embedding)
        self.previous = nn.Linear(config.embedding, config.embedding, bias=False)

    def forward(self, embedded: Tensor, tokens: Tensor) -> Tensor:
        """(..., K, E) embeddings of (..., K) tokens to (..., E)."""
        before = nn.functional.pad(embedded, (0, 0, 1, 0))[..., :-1, :]
        read = torch.relu(self.token(embedded) + self.previous(before))
        return (read * (tokens != PAD).unsqueeze(-1)).sum(-2)


class FeatureRNN(nn.Module):
    """First stage: from the moments so far to one feature vector for the moment to come."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.conditions = nn.ModuleList(nn.Embedding(size, config.embedding) for size in config.conditions)
        self.lookback = nn.Linear(config.embedding, config.embedding, bias=False)
        self.lookback_gain = nn.Parameter(torch.ones(config.lookbacks, config.embedding))
        self.sounding = nn.Linear(config.pitches, config.embedding, bias=False) if config.pitches else None
        width = config.embedding * (3 if config.lookbacks else 2)
        self.enter = nn.Linear(width, config.feature_hidden)
        sizes = [config.feature_hidden] * config.feature_layers
        self.layers = nn.ModuleList(nn.LSTM(size, size, batch_first=True) for size in sizes)
        self.dropout = VariationalDropout(config.dropout)

    def read(self, previous: Tensor, moments: Moments, looked_back: Tensor) -> Tensor:
        """What the RNN takes in: (B, T, E), the moments, (B, T, L, E) to (B, T, H)."""
        told = torch.zeros_like(previous)
        for column, embedding in enumerate(self.conditions):
            told = told + embedding(moments.conditions[..., column])
        if self.sounding is not None:
            told = told + self.sounding(moments.sounding)
        inputs = [previous, told]
        if looked_back.shape[-2]:
            inputs.append((self.lookback(looked_back) * self.lookback_gain).sum(-2))
        return torch.relu(self.enter(torch.cat(inputs, -1)))

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, H) to the features of T moments, (B, T, H)."""
        x = self.dropout(x)
        for layer in self.layers:
            # The residual keeps the moment's own facts (position, bars remaining) in reach of the output.
            x = self.dropout(layer(x)[0]) + x
        return x

    def step(self, x: Tensor, states: list[State]) -> tuple[Tensor, list[State]]:
        """One moment more: (N, H) and the state of each layer to features and the next states."""
        after: list[State] = []
        for layer, state in zip(self.layers, states, strict=True):
            after.append(lstm_step(cast(nn.LSTM, layer), x, state))
            x = after[-1][0] + x
        return x, after

    def start(self, count: int, like: Tensor) -> list[State]:
        """The states before the first moment of `count` pieces, on the device of `like`."""
        zeros = like.new_zeros(count, self.enter.out_features)
        return [(zeros, zeros) for _ in self.layers]


class OutputRNN(nn.Module):
    """Second stage: from a moment's feature vector to its tokens, one softmax after another."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.start = nn.Parameter(torch.zeros(config.embedding))
        self.feature = nn.Linear(config.feature_hidden, config.embedding)
        self.begin = nn.Linear(config.feature_hidden, 2 * config.output_hidden)
        self.rnn = nn.LSTM(2 * config.embedding, config.output_hidden, batch_first=True)
        self.leave = nn.Linear(config.output_hidden + config.feature_hidden, config.embedding)
        self.bias = nn.Parameter(torch.zeros(config.vocabulary))
        self.dropout = nn.Dropout(config.dropout)

    def begin_state(self, features: Tensor) -> State:
        """(N, H) features to the RNN's first state, (N, O) twice."""
        hidden, cell = torch.tanh(self.begin(features)).chunk(2, -1)
        return hidden.contiguous(), cell.contiguous()

    def logits(self, hidden: Tensor, features: Tensor, embedding: nn.Embedding) -> Tensor:
        """(N, O) and (N, H) to (N, vocabulary); the output matrix is the embedding's own."""
        out = self.leave(self.dropout(torch.cat([hidden, features], -1)))
        return nn.functional.linear(out, embedding.weight, self.bias)

    def forward(self, features: Tensor, tokens: Tensor, embedding: nn.Embedding) -> tuple[Tensor, Tensor]:
        """Teacher-forced: (N, H) features, (N, K) tokens, each row with at least one.

        Returns logits and targets over all real tokens, (M, vocabulary) and (M,).
        """
        lengths = (tokens != PAD).sum(-1)
        order = lengths.argsort(descending=True, stable=True)
        features, tokens, lengths = features[order], tokens[order], lengths[order]
        inputs = torch.cat(
            [self.start.expand(len(tokens), 1, -1), self.dropout(embedding(tokens[:, :-1]))], 1
        )
        told = self.feature(features).unsqueeze(1).expand(-1, tokens.shape[1], -1)
        packed = pack_padded_sequence(torch.cat([inputs, told], -1), lengths.cpu(), batch_first=True)
        hidden, cell = self.begin_state(features)
        out, _ = self.rnn(packed, (hidden.unsqueeze(0), cell.unsqueeze(0)))
        rows = pack_padded_sequence(
            torch.arange(len(tokens), device=tokens.device).unsqueeze(1).expand(-1, tokens.shape[1]),
            lengths.cpu(),
            batch_first=True,
        ).data
        targets = pack_padded_sequence(tokens, lengths.cpu(), batch_first=True).data
        return self.logits(out.data, features[rows], embedding), targets


class TwoStageRNN(nn.Module):
    """The article's music model done right: feature RNN, output RNN, softmax."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.embedding, padding_idx=PAD)
        nn.init.normal_(self.embedding.weight, std=config.embedding**-0.5)
        self.encoder = MomentEncoder(config)
        self.feature_rnn = FeatureRNN(config)
        self.output_rnn = OutputRNN(config)
        self.dropout = VariationalDropout(config.dropout / 2)

    def encode(self, tokens: Tensor) -> Tensor:
        """(..., K) tokens of whole moments to (..., E)."""
        return self.encoder(self.embedding(tokens), tokens)

    def features(self, moments: Moments) -> Tensor:
        """(B, T, H): the feature vector of each moment, from those before it."""
        encoded = self.encode(moments.tokens)
        previous = self.dropout(nn.functional.pad(encoded, (0, 0, 1, 0))[:, :-1])
        looked_back = gather_moments(encoded, moments.lookbacks)
        return self.feature_rnn(self.feature_rnn.read(previous, moments, looked_back))

    def forward(self, moments: Moments) -> tuple[Tensor, Tensor]:
        """Logits (M, vocabulary) and targets (M,) of all M real tokens, in no particular order."""
        features = self.features(moments).flatten(0, 1)
        tokens = moments.tokens.flatten(0, 1)
        real = tokens[:, 0] != PAD
        return self.output_rnn(features[real], tokens[real], self.embedding)


def gather_moments(encoded: Tensor, indices: Tensor) -> Tensor:
    """Pick (B, T, L, E) from (B, S, E) by indices (B, T, L); zeros where the index is negative."""
    batch, steps, count = indices.shape
    flat = indices.clamp(min=0).reshape(batch, steps * count, 1).expand(-1, -1, encoded.shape[-1])
    picked = encoded.gather(1, flat).reshape(batch, steps, count, -1)
    return picked * (indices >= 0).unsqueeze(-1)
