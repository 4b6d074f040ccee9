"""The Transformer writer, the rival of the recurrent one: as large, with the same way in and out.

Encoder and decoder with layer norms before each part (Xiong 2020) and rotary positions (Su 2021). While it
writes, the keys and values of what is written are kept.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.lyrics.networks import Sources, Writer
from models.lyrics.vocabulary import BOS


@dataclass(frozen=True, slots=True)
class Config:
    """Sizes. `first_piece` is the first id that is a piece of a word."""

    vocabulary: int
    first_piece: int
    width: int = 256
    heads: int = 4
    encoder_layers: int = 2
    decoder_layers: int = 3
    inner: int = 768
    dropout: float = 0.1


@dataclass(frozen=True, slots=True)
class Cache:
    """Keys and values (B, heads, S, D) of one attention."""

    keys: Tensor
    values: Tensor

    def select(self, rows: Tensor) -> "Cache":
        return Cache(self.keys[rows], self.values[rows])

    def grown(self, keys: Tensor, values: Tensor) -> "Cache":
        return Cache(torch.cat([self.keys, keys], 2), torch.cat([self.values, values], 2))


@dataclass(frozen=True, slots=True)
class Standing:
    """`read` and `written` hold a cache for each decoder layer: of the source, and of the stanza so far.

    memory (B, S, E) is what the encoder made of the source, pointed (B, S, P) the pointer's keys.
    """

    sources: Sources
    memory: Tensor
    pointed: Tensor
    read: tuple[Cache, ...]
    written: tuple[Cache, ...]

    def select(self, rows: Tensor) -> "Standing":
        return Standing(
            self.sources.select(rows),
            self.memory[rows],
            self.pointed[rows],
            tuple(cache.select(rows) for cache in self.read),
            tuple(cache.select(rows) for cache in self.written),
        )


class Transformer(Writer[Standing]):
    def __init__(self, config: Config) -> None:
        super().__init__(
            vocabulary=config.vocabulary,
            first_piece=config.first_piece,
            width=config.width,
            memory=config.width,
        )
        self.config = config
        self.dropout = nn.Dropout(config.dropout)
        self._readers = [Reader(config) for _ in range(config.encoder_layers)]
        self._tellers = [Teller(config) for _ in range(config.decoder_layers)]
        self.readers, self.tellers = nn.ModuleList(self._readers), nn.ModuleList(self._tellers)
        self.after_reading = nn.LayerNorm(config.width)
        # As the softmax has the embeddings' weights, a way straight to it would say each token again.
        self.after_writing = nn.Sequential(nn.LayerNorm(config.width), nn.Linear(config.width, config.width))

    def begin(self, sources: Sources) -> Standing:
        x = self.dropout(self.embed(sources.tokens))
        there = sources.known[:, None, None]
        for layer in self._readers:
            x = layer(x, there)
        memory = self.after_reading(x)
        heads, rows = self.config.heads, len(memory)
        nothing = memory.new_zeros(rows, heads, 0, self.config.width // heads)
        return Standing(
            sources,
            memory,
            self.outlet.keys(memory),
            tuple(layer.memory.read(memory) for layer in self._tellers),
            tuple(Cache(nothing, nothing) for _ in self._tellers),
        )

    def step(self, state: Standing, tokens: Tensor) -> tuple[Tensor, Standing]:
        x, after = self._write(state, tokens[:, None])
        likely = self.outlet.log_probabilities(x, state.pointed, state.sources, self.embedding.weight)
        return likely.squeeze(1), after

    def speak(self, sources: Sources, tokens: Tensor, *, own: float) -> tuple[Tensor, Tensor]:
        state = self.begin(sources)
        if own:
            tokens = self._own_words(state, tokens, own)
        return self._write(state, tokens)[0], state.memory

    @torch.no_grad()
    def _own_words(self, state: Standing, tokens: Tensor, own: float) -> Tensor:
        """Scheduled sampling in two passes: the first tells the network's own draws (Mihaylova 2019)."""
        said, _ = self._write(state, tokens)
        drawn = [tokens.new_full((len(tokens), 1), BOS)]
        for x in said[:, :-1].split(8, 1):
            likely = self.outlet.log_probabilities(x, state.pointed, state.sources, self.embedding.weight)
            drawn.append(torch.multinomial(likely.exp().flatten(0, 1), 1).view(x.shape[:2]))
        return self.mingle(tokens, torch.cat(drawn, 1), own)

    def _write(self, state: Standing, tokens: Tensor) -> tuple[Tensor, Standing]:
        """Put tokens (B, T) behind those written (T > 1 only where none is): what is said after each
        (B, T, E), and the new state.
        """
        x = self.dropout(self.embed(tokens))
        there = state.sources.known[:, None, None]
        written: list[Cache] = []
        for layer, read, past in zip(self._tellers, state.read, state.written, strict=True):
            x, cache = layer(x, past, read, there)
            written.append(cache)
        said = self.dropout(self.after_writing(x))
        return said, Standing(state.sources, state.memory, state.pointed, state.read, tuple(written))


class Reader(nn.Module):
    """A layer of the encoder."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.own = SelfAttention(config)
        self.inner = Inner(config)

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        x, _ = self.own(x, None, mask=there)
        return self.inner(x)


class Teller(nn.Module):
    """A layer of the decoder."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.own = SelfAttention(config)
        self.memory = Memory(config)
        self.inner = Inner(config)

    def forward(self, x: Tensor, past: Cache, read: Cache, there: Tensor) -> tuple[Tensor, Cache]:
        x, cache = self.own(x, past, mask=None)
        return self.inner(self.memory(x, read, there)), cache


class SelfAttention(nn.Module):
    """Attention among the tokens themselves; the result is added to them."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads, self.dropout = config.heads, nn.Dropout(config.dropout)
        self.norm = nn.LayerNorm(config.width)
        self.asked = nn.Linear(config.width, 3 * config.width, bias=False)
        self.out = nn.Linear(config.width, config.width)

    def forward(self, x: Tensor, past: Cache | None, *, mask: Tensor | None) -> tuple[Tensor, Cache]:
        """Of x (B, T, E); with a `past` no token sees those after it."""
        query, keys, values = (split(part, self.heads) for part in self.asked(self.norm(x)).chunk(3, -1))
        start = past.keys.shape[2] if past else 0
        query, keys = rotated(query, start), rotated(keys, start).to(values.dtype)
        cache = past.grown(keys, values) if past and start else Cache(keys, values)
        if past is not None and x.shape[1] > 1:
            mask = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).tril()
        seen = attended(query.to(values.dtype), cache, mask)
        return x + self.dropout(self.out(joined(seen))), cache


class Memory(nn.Module):
    """Attention to what was read; the result is added to the tokens."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heads, self.dropout = config.heads, nn.Dropout(config.dropout)
        self.norm = nn.LayerNorm(config.width)
        self.query = nn.Linear(config.width, config.width, bias=False)
        self.kept = nn.Linear(config.width, 2 * config.width, bias=False)
        self.out = nn.Linear(config.width, config.width)

    def read(self, memory: Tensor) -> Cache:
        """What this layer takes from the memory (B, S, E)."""
        keys, values = self.kept(memory).chunk(2, -1)
        return Cache(split(keys, self.heads), split(values, self.heads))

    def forward(self, x: Tensor, read: Cache, there: Tensor) -> Tensor:
        query = split(self.query(self.norm(x)), self.heads)
        seen = attended(query, read, there)
        return x + self.dropout(self.out(joined(seen)))


class Inner(nn.Module):
    """Two linear maps for each token; the result is added to it."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.width)
        self.wide = nn.Linear(config.width, config.inner)
        self.out = nn.Linear(config.inner, config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.dropout(self.out(functional.gelu(self.wide(self.norm(x)))))


def split(x: Tensor, heads: int) -> Tensor:
    """(B, T, E) to (B, heads, T, D)."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def joined(x: Tensor) -> Tensor:
    """(B, heads, T, D) to (B, T, E)."""
    return x.transpose(1, 2).flatten(2)


def attended(query: Tensor, cache: Cache, mask: Tensor | None) -> Tensor:
    """Attention of query (B, heads, T, D) where `mask` is true.

    Spelt out, as for rows this short the backward of torch's own takes a quarter of all training on a CPU.
    """
    scores = (query * query.shape[-1] ** -0.5) @ cache.keys.transpose(-1, -2)
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    return scores.softmax(-1, dtype=torch.float32).to(query.dtype) @ cache.values


def rotated(x: Tensor, start: int) -> Tensor:
    """Turn each pair of features of x (B, heads, T, D) by its token's position; the first is at `start`."""
    half = x.shape[-1] // 2
    speeds = 10_000.0 ** (-torch.arange(half, device=x.device) / half)
    angles = (start + torch.arange(x.shape[2], device=x.device))[:, None] * speeds
    one, other = x[..., :half], x[..., half:]
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([one * cos - other * sin, one * sin + other * cos], -1)
