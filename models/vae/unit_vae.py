"""The variational autoencoder of two-bar units: tokens to a Gaussian in latent space, and back.

The decoder writes patch by patch: a recurrent network goes from eighth note to eighth note with the
latent at every step, and within a patch each token sees those before it (a masked layer, as in MADE:
Germain et al. 2015). Follows MusicVAE (Roberts et al. 2018) in its loss. Knows token ids, not music.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.vae.units import GRIDS, LANES, PATCH_SLOTS, PATCHES, VOCABULARY

LEAST_LOGVAR = -12.0


@dataclass(frozen=True, slots=True)
class Config:
    """Shape of the network of units. `channels` are a patch's, within the encoder and the decoder."""

    latent: int = 256
    embedding: int = 24
    channels: int = 128
    narrow: int = 48
    hidden: int = 512
    features: int = 64
    recurrent: int = 256
    slot_hidden: int = 64


@dataclass(frozen=True, slots=True)
class UnitBatch:
    """B units of one metre.

    tokens (B, P, PATCH_SLOTS) long, tied (B, LANES) float, places (P,) long, grid () long: what
    `models.vae.units` says of their metre.
    """

    tokens: Tensor
    tied: Tensor
    places: Tensor
    grid: Tensor

    def __len__(self) -> int:
        return len(self.tokens)


@dataclass(frozen=True, slots=True)
class Gaussian:
    """A diagonal Gaussian a row: mean and logarithm of the variance, (B, Z) each."""

    mean: Tensor
    logvar: Tensor

    def sample(self) -> Tensor:
        return self.mean + torch.exp(0.5 * self.logvar) * torch.randn_like(self.mean)

    def kl(self) -> Tensor:
        """(B, Z): the divergence from the standard normal distribution, in nats."""
        return -0.5 * (1 + self.logvar - self.mean**2 - self.logvar.exp())


class Convolutions(nn.Module):
    """Residual convolutions over patches, (B, P, C) to (B, P, C)."""

    def __init__(self, channels: int, depth: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(channels) for _ in range(depth))
        self.layers = nn.ModuleList(nn.Conv1d(channels, channels, 3, padding=1) for _ in range(depth))

    def forward(self, x: Tensor) -> Tensor:
        for norm, layer in zip(self.norms, self.layers, strict=True):
            x = x + layer(functional.gelu(norm(x)).transpose(1, 2)).transpose(1, 2)
        return x


class Encoder(nn.Module):
    """A unit's tokens to its posterior: patches alike, then all of them at once, each in its place."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.narrow = config.narrow
        self.token = nn.Embedding(VOCABULARY, config.embedding)
        self.patch = nn.Linear(PATCH_SLOTS * config.embedding, config.channels)
        self.context = Convolutions(config.channels, 2)
        self.narrowed = nn.Linear(config.channels, config.narrow)
        width = PATCHES * config.narrow + LANES
        self.grid = nn.Embedding(GRIDS, config.hidden)
        self.hidden = nn.Linear(width, config.hidden)
        self.straight = nn.Linear(width, config.latent)
        self.mean = nn.Linear(config.hidden, config.latent)
        self.logvar = nn.Linear(config.hidden, config.latent)
        nn.init.zeros_(self.logvar.weight)
        nn.init.constant_(self.logvar.bias, -3.0)

    def forward(self, batch: UnitBatch) -> Gaussian:
        x = self.patch(self.token(batch.tokens).flatten(2))
        x = self.narrowed(self.context(x))
        flat = x.new_zeros(len(batch), PATCHES, self.narrow)
        flat[:, batch.places] = x
        flat = torch.cat([flat.flatten(1), batch.tied.to(x.dtype)], 1)
        hidden = functional.gelu(self.hidden(flat) + self.grid(batch.grid))
        mean = self.straight(flat) + self.mean(hidden)
        return Gaussian(mean.float(), self.logvar(hidden).float().clamp_min(LEAST_LOGVAR))


class Decoder(nn.Module):
    """A latent to a unit's tokens, given those before."""

    earlier: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        features = PATCHES * config.features
        self.grid = nn.Embedding(GRIDS, config.hidden)
        self.hidden = nn.Linear(config.latent, config.hidden)
        self.straight = nn.Linear(config.latent, features)
        self.bent = nn.Linear(config.hidden, features)
        self.wide = nn.Linear(config.features, config.channels)
        self.context = Convolutions(config.channels, 2)
        self.tied = nn.Linear(config.hidden, LANES)
        self.token = nn.Embedding(VOCABULARY, config.embedding)
        self.whole = nn.Linear(config.latent, config.channels)
        self.before = nn.Linear(PATCH_SLOTS * config.embedding, config.channels)
        self.recurrent = nn.GRU(config.channels, config.recurrent, batch_first=True)
        slots = PATCH_SLOTS * config.slot_hidden
        self.from_state = nn.Linear(config.recurrent + config.channels, slots)
        self.within = nn.Linear(PATCH_SLOTS * config.embedding, slots, bias=False)
        rows = torch.arange(PATCH_SLOTS).repeat_interleave(config.slot_hidden)
        columns = torch.arange(PATCH_SLOTS).repeat_interleave(config.embedding)
        self.register_buffer("earlier", (columns[None] < rows[:, None]).float(), persistent=False)
        self.read_out = nn.Linear(config.slot_hidden, VOCABULARY)
        self.slot_bias = nn.Parameter(torch.zeros(PATCH_SLOTS, VOCABULARY))

    def features(self, z: Tensor, places: Tensor, grid: Tensor) -> tuple[Tensor, Tensor]:
        """What the latent says of each patch, (B, P, C), and logits of ties, (B, LANES)."""
        hidden = functional.gelu(self.hidden(z) + self.grid(grid))
        laid = (self.straight(z) + self.bent(hidden)).unflatten(1, (PATCHES, -1))[:, places]
        return self.context(self.wide(laid)) + self.whole(z)[:, None], self.tied(hidden)

    def forward(self, z: Tensor, batch: UnitBatch, heard: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of all tokens (B, P, PATCH_SLOTS, VOCABULARY) and of ties (B, LANES).

        `heard` (B, P, PATCH_SLOTS) is 1 where the decoder is told a token that was written, else 0.
        """
        features, tied = self.features(z, batch.places, batch.grid)
        told = (self.token(batch.tokens) * heard[..., None]).flatten(2)
        before = functional.pad(told, (0, 0, 1, 0))[:, :-1]
        states, _ = self.recurrent(features + self.before(before))
        hidden = self.from_state(torch.cat([states, features], 2))
        hidden = hidden + functional.linear(told, self.within.weight * self.earlier)
        hidden = functional.gelu(hidden).unflatten(2, (PATCH_SLOTS, -1))
        return self.read_out(hidden) + self.slot_bias, tied


class UnitVAE(nn.Module):
    """Encoder and decoder of units."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def forward(self, batch: UnitBatch, word_dropout: float) -> tuple[Tensor, Gaussian]:
        """What a unit costs to say, (B,) in nats, and its posterior."""
        posterior = self.encoder(batch)
        return self.cost(posterior.sample(), batch, word_dropout), posterior

    def cost(self, z: Tensor, batch: UnitBatch, word_dropout: float) -> Tensor:
        """(B,): the negative logarithm of the likelihood of units, in nats, from their latents."""
        heard = (torch.rand(batch.tokens.shape, device=z.device) >= word_dropout).float()
        logits, tied = self.decoder(z, batch, heard)
        said = functional.cross_entropy(
            logits.float().flatten(0, 2), batch.tokens.flatten(), reduction="none"
        )
        ties = functional.binary_cross_entropy_with_logits(tied.float(), batch.tied, reduction="none")
        return said.unflatten(0, (len(batch), -1)).sum(1) + ties.sum(1)


@torch.no_grad()
def decode(
    decoder: Decoder,
    z: Tensor,
    places: Tensor,
    grid: Tensor,
    *,
    chances: Tensor | None = None,
    temperatures: Tensor | None = None,
    allowed: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Tokens (B, P, PATCH_SLOTS), as `write` writes them, and ties (B, LANES)."""
    features, tied = decoder.features(z, places, grid)
    tokens = write(decoder, features, chances=chances, temperatures=temperatures, allowed=allowed)
    return tokens, tied > 0


@torch.no_grad()
def write(
    decoder: Decoder,
    features: Tensor,
    *,
    chances: Tensor | None = None,
    temperatures: Tensor | None = None,
    allowed: Tensor | None = None,
) -> Tensor:
    """Tokens (B, P, PATCH_SLOTS) from features (B, P, C), the decoder hearing what it has written itself.

    Each token is the likeliest one of those `allowed` (VOCABULARY,); with `chances` (B, P, PATCH_SLOTS),
    uniform in 0 to 1, it is drawn by them at `temperatures` (B,).
    """
    rows, patches = features.shape[:2]
    cell = decoder.recurrent.all_weights[0]
    width, slot_width = decoder.config.embedding, decoder.config.slot_hidden
    within = decoder.within.weight * decoder.earlier
    bias = decoder.slot_bias
    if allowed is not None:
        bias = bias.masked_fill(~allowed, -torch.inf)
    state = features.new_zeros(rows, decoder.config.recurrent)
    told = features.new_zeros(rows, PATCH_SLOTS * width)
    tokens = torch.zeros(rows, patches, PATCH_SLOTS, dtype=torch.long, device=features.device)
    for patch in range(patches):
        state = torch.gru_cell(features[:, patch] + decoder.before(told), state, *cell)
        hidden = decoder.from_state(torch.cat([state, features[:, patch]], 1))
        told = torch.zeros_like(told)
        for slot in range(PATCH_SLOTS):
            span = slice(slot * slot_width, (slot + 1) * slot_width)
            known = slot * width
            here = hidden[:, span] + told[:, :known] @ within[span, :known].T
            logits = decoder.read_out(functional.gelu(here)) + bias[slot]
            if chances is None or temperatures is None:
                chosen = logits.argmax(1)
            else:
                chosen = _drawn(logits / temperatures[:, None], chances[:, patch, slot])
            tokens[:, patch, slot] = chosen
            told[:, known : known + width] = decoder.token(chosen)
    return tokens


def _drawn(logits: Tensor, chances: Tensor) -> Tensor:
    """(B,): what uniform numbers (B,) fall on among the softmax of logits (B, V)."""
    reached = logits.softmax(1).cumsum(1) < chances[:, None]
    return reached.sum(1).clamp_max(logits.shape[1] - 1)
