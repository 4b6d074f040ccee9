"""Style transfer: a generator that writes another genre's texture under a tune, and its critics.

A CycleGAN of many genres (Zhu 2017; Brunner 2018 for music; one generator for all pairs as in StarGAN,
Choi 2018). What is kept is told to the generator: the tune, and of the rest the harmony alone. What is to
change, the texture, it takes from the genre and from a code (Almahairi 2018, "Augmented CycleGAN"; Huang
2018): the code of the piece itself on the way back, one of the genre's own on the way there.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from models.lanes import PITCHES
from models.roll_networks import Projection, gumbel_noise, with_spectral_norm
from models.style_transfer.texture_rolls import (
    CLASSES,
    EVENTS,
    LANE_CHANNELS,
    POSITION,
    SKETCH,
    TEXTURE,
    Rolls,
    positions,
    realised,
    sketch,
    tune_chroma,
)

FREEDOM = 0.5
"""How much of what a beat is told of the harmony is its whole bar's, when a piece goes to another genre.

Of 0.25 and 0.5, which keep as much of the harmony, the one with no fewer flips on validation works.
"""

_BARRED = 1e3
"""What is taken off a logit that is not to be chosen."""

_SHARPNESS = 8.0
"""Widens the logits that spectral normalisation holds together."""


@dataclass(frozen=True, slots=True)
class Config:
    """Sizes. `genres` is how many the networks know, `bank` how many codes are kept of each."""

    genres: int = 8
    width: int = 160
    blocks: int = 8
    code: int = 32
    critic_width: int = 96
    encoder_width: int = 96
    bank: int = 64
    dropout: float = 0.1


class Convolution(nn.Module):
    """A convolution over time of (B, S, channels) as one matrix product; the same length comes out."""

    def __init__(self, channels: int, out: int, *, dilation: int = 1) -> None:
        super().__init__()
        self.linear = nn.Linear(3 * channels, out)
        self.dilation = dilation

    def forward(self, inputs: Tensor) -> Tensor:
        reach = self.dilation
        padded = nn.functional.pad(inputs, (0, 0, reach, reach))
        length = inputs.shape[1]
        taps = [padded[:, shift : shift + length] for shift in (0, reach, 2 * reach)]
        return self.linear(torch.cat(taps, dim=-1))


class Block(nn.Module):
    """A residual block whose gain and offset follow the genre and the code (FiLM, Perez 2018)."""

    def __init__(self, config: Config, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.width, elementwise_affine=False)
        self.film = nn.Linear(config.width, 2 * config.width)
        self.convolution = Convolution(config.width, config.width, dilation=dilation)
        self.out = nn.Linear(config.width, config.width)
        self.dropout = nn.Dropout(config.dropout)
        nn.init.zeros_(self.film.weight)
        nn.init.zeros_(self.film.bias)

    def forward(self, state: Tensor, told: Tensor) -> Tensor:
        gain, offset = self.film(told).unsqueeze(1).chunk(2, dim=-1)
        hidden = self.norm(state) * (1 + gain) + offset
        return state + self.out(self.dropout(nn.functional.gelu(self.convolution(hidden))))


@dataclass(frozen=True, slots=True)
class Written:
    """What the generator says: logits of `events` and `pitches`, (B, TEXTURE, S, EVENTS or PITCHES)."""

    events: Tensor
    pitches: Tensor

    def texture(
        self, random: np.random.Generator | None = None, *, chance: float = 1.0, barred: Tensor | None = None
    ) -> Tensor:
        """The legal one-hot texture, with straight-through gradients.

        With `random` what happens is drawn from the softmax of `events` at the temperature `chance`. Without,
        it is always the likeliest, which strikes too few of the notes that are each unlikely. Pitches that
        are `barred` (1 in a tensor that broadcasts to `pitches`) are taken only where all are.
        """
        noise = None
        if random is not None:
            noise = chance * gumbel_noise(random, *self.events.shape).to(self.events.device)
        pitches = self.pitches.float()
        return realised(self.events.float(), pitches if barred is None else pitches - _BARRED * barred, noise)


class Generator(nn.Module):
    """Tune and harmony in, texture out, in the genre and with the code asked for. Any length of whole bars.

    Convolutions alone: it learns from four bars and writes a whole piece at once, without seams. Half of its
    work is done at eighths.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.width
        self.genre = nn.Embedding(config.genres, width)
        self.code = nn.Linear(config.code, width)
        self.reading = nn.Linear(LANE_CHANNELS + SKETCH + POSITION, width)
        self.down = nn.Linear(2 * width, width)
        dilations = (1, 2, 4, 8)
        self.blocks = nn.ModuleList(Block(config, dilations[i % 4]) for i in range(config.blocks))
        self.up = nn.Linear(width, 2 * width)
        self.finish = Block(config, 1)
        self.norm = nn.LayerNorm(width)
        self.writing = nn.Linear(width, TEXTURE * (EVENTS + PITCHES))

    def forward(self, rolls: Rolls, harmony: Tensor, genre: Tensor, code: Tensor) -> Written:
        """`harmony` as `sketch` gives it (B, S, SKETCH), `genre` (B,) indices, `code` (B, config.code)."""
        batch, columns, _ = rolls.tune.shape
        place = positions(rolls.metre, columns).to(rolls.tune).expand(batch, -1, -1)
        told = nn.functional.gelu(self.genre(genre) + self.code(code))
        read = self.reading(torch.cat([rolls.tune, harmony, place], dim=-1))
        state = self.down(_in_pairs(read))
        for block in self.blocks:
            state = block(state, told)
        fine = self.finish(read + self.up(state).view(batch, -1, read.shape[-1])[:, :columns], told)
        out = self.writing(self.norm(fine)).view(batch, columns, TEXTURE, EVENTS + PITCHES).transpose(1, 2)
        return Written(out[..., :EVENTS], out[..., EVENTS:])


class TextureEncoder(nn.Module):
    """What a texture is like, as a Gaussian over codes: mean and log-variance, each (B, config.code)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.encoder_width
        self.reading = nn.Linear(2 * (TEXTURE * LANE_CHANNELS + LANE_CHANNELS + POSITION), width)
        self.layers = nn.ModuleList(Convolution(width, width, dilation=dilation) for dilation in (1, 2, 4))
        self.out = nn.Linear(2 * width, 2 * config.code)

    def forward(self, rolls: Rolls) -> tuple[Tensor, Tensor]:
        batch, columns, _ = rolls.tune.shape
        place = positions(rolls.metre, columns).to(rolls.tune).expand(batch, -1, -1)
        texture = rolls.texture.transpose(1, 2).flatten(2)
        state = self.reading(_in_pairs(torch.cat([texture, rolls.tune, place], -1)))
        for layer in self.layers:
            state = state + nn.functional.gelu(layer(state))
        pooled = torch.cat([state.mean(1), state.amax(1)], dim=-1)
        mean, log_variance = self.out(pooled).chunk(2, dim=-1)
        return mean, log_variance.clamp(-8, 4)


@dataclass(frozen=True, slots=True)
class Heard:
    """What critics make of textures: higher is more like people's music.

    `real` (B,) as one of the genre it is meant to be, `mixed` (B,) as any music; `genre` (B, genres) are
    logits of the genre it sounds like.
    """

    real: Tensor
    mixed: Tensor
    genre: Tensor


class Ear(nn.Module):
    """From a texture over the tune's pitch classes to what a critic judges by: (B, 2 x width).

    Of the tune it hears the pitch classes of each beat alone: the texture must fit it, but a generator that
    has to keep the tune is not blamed for it.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.reading = nn.Linear(2 * (TEXTURE * LANE_CHANNELS + CLASSES + POSITION), width)
        self.layers = nn.ModuleList(Convolution(width, width, dilation=dilation) for dilation in (1, 2, 4, 8))

    def forward(self, rolls: Rolls, noise: Tensor | None) -> Tensor:
        batch, columns, _ = rolls.tune.shape
        place = positions(rolls.metre, columns).to(rolls.tune).expand(batch, -1, -1)
        heard = torch.cat([rolls.texture.transpose(1, 2).flatten(2), tune_chroma(rolls)], dim=-1)
        if noise is not None:
            heard = heard + noise
        state = self.reading(_in_pairs(torch.cat([heard, place], -1)))
        for layer in self.layers:
            state = state + nn.functional.leaky_relu(layer(state), 0.2)
        spread = (state.var(1, unbiased=False) + 1e-4).sqrt()
        return torch.cat([state.mean(1), spread], -1)


class Critics(nn.Module):
    """A critic of one genre at a time, which also names genres (Choi 2018), and an extra one that hears all
    genres mixed (Brunner 2018). Every linear map is spectrally normalised (Miyato 2018).
    """

    def __init__(self, config: Config, *, spectral: bool = True) -> None:
        super().__init__()
        width = config.critic_width
        self.genre_ear, self.mixed_ear = Ear(width), Ear(width)
        self.by_genre = Projection(2 * width, (config.genres,))
        self.naming = nn.Linear(2 * width, config.genres)
        self.mixed = nn.Linear(2 * width, 1)
        if spectral:
            with_spectral_norm(self)

    def forward(self, rolls: Rolls, genre: Tensor, noise: Tensor | None = None) -> Heard:
        """`genre` (B,) is what the textures are meant to be.

        `noise` is added to what is heard (Brunner 2018), (B, S, TEXTURE x LANE_CHANNELS + CLASSES).
        """
        heard = self.genre_ear(rolls, noise)
        return Heard(
            self.by_genre(heard, genre[:, None]),
            self.mixed(self.mixed_ear(rolls, noise)).squeeze(-1),
            _SHARPNESS * self.naming(heard),
        )


class Writer(nn.Module):
    """What plays against the critics: the generator, and the encoder that tells it what textures are like."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.generator = Generator(config)
        self.encoder = TextureEncoder(config)

    def transfer(self, rolls: Rolls, genre: Tensor, code: Tensor) -> Written:
        """The same tune and harmony in another genre."""
        return self.generator(rolls, sketch(rolls, FREEDOM), genre, code)


class StyleTransfer(nn.Module):
    """What is shipped: the networks, and a bank of codes of textures that people wrote.

    bank (genres, config.bank, config.code), and bank_metre (genres, config.bank): the place in METRES of the
    metre that each was heard in.
    """

    bank: Tensor
    bank_metre: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.writer = Writer(config)
        self.critics = Critics(config)
        self.register_buffer("bank", torch.zeros(config.genres, config.bank, config.code))
        self.register_buffer("bank_metre", torch.zeros(config.genres, config.bank))


def _in_pairs(columns: Tensor) -> Tensor:
    """(B, S, channels) to (B, S / 2, 2 x channels); of an odd S the last pair ends in zeros."""
    padded = nn.functional.pad(columns, (0, 0, 0, columns.shape[1] % 2))
    return padded.reshape(len(columns), -1, 2 * columns.shape[-1])
