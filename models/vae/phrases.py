"""The upper level of the variational autoencoder: eight unit latents to one phrase latent, and back.

A conductor goes from unit to unit: from the phrase's latent and the units it has given so far it gives
the next unit's latent, from which the unit decoder then starts anew (as in MusicVAE, Roberts et al.
2018). Music repeats, so the conductor also looks back at earlier units. Knows latents only.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.vae.unit_vae import LEAST_LOGVAR, Config, Gaussian, UnitVAE

FARTHEST = 10.0
"""No number of a unit's latent is larger: a unit heard wrong must not make the next one worse without end."""


@dataclass(frozen=True, slots=True)
class PhraseConfig:
    """Shape of the upper network; its latent has `share` numbers for each of `units` units."""

    units: int = 8
    unit_latent: int = 256
    share: int = 128
    hidden: int = 256
    wide: int = 768
    heads: int = 4
    sight: int = 64

    @property
    def latent(self) -> int:
        return self.units * self.share


class PhraseEncoder(nn.Module):
    """Unit latents (B, N, Z) to the phrase's posterior (B, N x share)."""

    def __init__(self, config: PhraseConfig) -> None:
        super().__init__()
        width = config.unit_latent
        self.place = nn.Parameter(torch.randn(config.units, width) * 0.02)
        self.before = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, config.heads, batch_first=True)
        self.after = nn.LayerNorm(width)
        self.wide = nn.Linear(width, config.wide)
        self.straight = nn.Linear(width, config.share)
        self.mean = nn.Linear(config.wide, config.share)
        self.logvar = nn.Linear(config.wide, config.share)
        nn.init.zeros_(self.logvar.weight)
        nn.init.constant_(self.logvar.bias, -4.0)

    def forward(self, units: Tensor) -> Gaussian:
        x = self.before(units + self.place)
        x = units + self.attention(x, x, x, need_weights=False)[0]
        wide = functional.gelu(self.wide(self.after(x)))
        mean = self.straight(x) + self.mean(wide)
        logvar = self.logvar(wide).clamp_min(LEAST_LOGVAR)
        return Gaussian(mean.flatten(1).float(), logvar.flatten(1).float())


class Conductor(nn.Module):
    """A phrase latent to unit latents, one after the other."""

    def __init__(self, config: PhraseConfig) -> None:
        super().__init__()
        self.config = config
        width = config.unit_latent
        self.start = nn.Linear(config.latent, config.hidden)
        self.given = nn.Linear(config.share, config.hidden)
        self.before = nn.Linear(width, config.hidden)
        self.recurrent = nn.GRUCell(config.hidden, config.hidden)
        self.query = nn.Linear(config.hidden, config.sight)
        self.key = nn.Linear(width, config.sight)
        self.distance = nn.Parameter(torch.zeros(config.units, config.sight))
        self.straight = nn.Linear(config.share, width)
        self.wide = nn.Linear(config.share + config.hidden + width, config.wide)
        self.gate = nn.Linear(config.wide, width)
        self.out = nn.Linear(config.wide, width)
        nn.init.constant_(self.gate.bias, -2.0)

    def begin(self, z: Tensor) -> Tensor:
        """(B, N x share) to the state (B, H) before the first unit."""
        return torch.tanh(self.start(z))

    def step(self, z: Tensor, state: Tensor, earlier: Tensor) -> tuple[Tensor, Tensor]:
        """The latent of the unit after the `earlier` ones (B, n, Z), and the next state."""
        place = earlier.shape[1]
        share = z[:, place * self.config.share : (place + 1) * self.config.share]
        told = self.given(share)
        seen = torch.zeros_like(z[:, : self.config.unit_latent])
        if place:
            told = told + self.before(earlier[:, -1])
        state = self.recurrent(torch.tanh(told), state)
        if place:
            keys = self.key(earlier) + self.distance[:place].flip(0)
            weights = (keys @ self.query(state)[:, :, None]).squeeze(2) / self.config.sight**0.5
            seen = (weights.softmax(1)[:, :, None] * earlier).sum(1)
        wide = functional.gelu(self.wide(torch.cat([share, state, seen], 1)))
        given = self.straight(share) + self.out(wide) + torch.sigmoid(self.gate(wide)) * seen
        return given.clamp(-FARTHEST, FARTHEST), state

    def forward(self, z: Tensor) -> Tensor:
        """All unit latents, (B, N, Z), each heard by those after it."""
        state = self.begin(z)
        given = z.new_zeros(len(z), 0, self.config.unit_latent)
        for _ in range(self.config.units):
            unit, state = self.step(z, state, given)
            given = torch.cat([given, unit[:, None]], 1)
        return given


class VAE(nn.Module):
    """Both levels: units, and phrases of them."""

    def __init__(self, config: Config, phrase_config: PhraseConfig) -> None:
        super().__init__()
        if config.latent != phrase_config.unit_latent:
            raise ValueError("the levels disagree on a unit's latent")
        self.config, self.phrase_config = config, phrase_config
        self.units = UnitVAE(config)
        self.encoder = PhraseEncoder(phrase_config)
        self.conductor = Conductor(phrase_config)
