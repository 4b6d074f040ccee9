"""The game of style transfer: there and back between genres, against a critic of each genre and one of all.

What the generator is to lower (Zhu 2017; Choi 2018; Brunner 2018): being found out, by the target genre's
critic and by the mixed one; being taken for another genre; coming back to another piece than it left (the
cycle); forgetting how to write a genre's own pieces (identity); leaving the harmony; not being heard in what
it was asked for (the code).
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from models.style_transfer.networks import Config, Critics, Writer
from models.style_transfer.texture_rolls import CLASSES, LANE_CHANNELS, TEXTURE, Rolls, sketch
from training.style_transfer.losses import (
    blurred,
    chroma_distance,
    divergence,
    drawn,
    hidden,
    reconstruction,
)
from training.style_transfer.warm_start import CODE_WEIGHT
from training.style_transfer.windows import Batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each term counts. `noise` is the deviation of what is added to all that critics hear."""

    fooling: float = 3.0
    mixed: float = 1.5
    recognition: float = 3.0
    cycle: float = 10.0
    identity: float = 5.0
    chroma: float = 5.0
    code: float = 0.5
    noise: float = 0.1


class TransferGame:
    """A `training.adversarial.Game`."""

    def __init__(
        self, writer: Writer, critics: Critics, batches: Batches, *, weights: Weights | None = None
    ) -> None:
        self._writer, self._critics = writer, critics
        self._batches = batches
        self._weights = weights or Weights()

    @property
    def generator(self) -> nn.Module:
        return self._writer

    @property
    def critic(self) -> nn.Module:
        return self._critics

    def critic_terms(self, random: np.random.Generator) -> dict[str, Tensor]:
        batch = self._batches.draw(random)
        with torch.no_grad():
            mean, _ = self._writer.encoder(batch.rolls)
            order = _shuffled(len(batch.rolls), random)
            target, harmony = batch.genre[order], blurred(batch.rolls, random, lost=0.0)
            written = self._writer.generator(batch.rolls, harmony, target, mean[order])
            fake = batch.rolls.with_texture(written.texture(random))
        real = self._critics(batch.rolls, batch.genre, self._noise(batch.rolls, random))
        made = self._critics(fake, target, self._noise(fake, random))
        return {
            "critic genre": _hinge(real.real, made.real),
            "critic mixed": _hinge(real.mixed, made.mixed),
            "critic recognition": nn.functional.cross_entropy(real.genre.float(), batch.genre),
        }

    def generator_terms(self, random: np.random.Generator) -> dict[str, Tensor]:
        weights = self._weights
        batch = self._batches.draw(random)
        rolls, genre = batch.rolls, batch.genre
        mean, log_variance = self._writer.encoder(rolls)
        code = drawn(mean, log_variance, random)
        order = _shuffled(len(rolls), random)
        target, asked = genre[order], mean[order].detach()
        harmony = blurred(rolls, random, lost=0.0)
        texture = self._writer.generator(rolls, harmony, target, asked).texture(random)
        fake = rolls.with_texture(texture)
        heard = self._critics(fake, target, self._noise(fake, random))
        terms = {
            "fooling": -weights.fooling * heard.real.mean(),
            "mixed": -weights.mixed * heard.mixed.mean(),
            "recognition": weights.recognition * nn.functional.cross_entropy(heard.genre.float(), target),
            "chroma": weights.chroma * chroma_distance(texture, rolls),
        }
        if weights.code:
            terms["code"] = weights.code * (self._writer.encoder(fake)[0] - asked).square().mean()
        back = self._writer.generator(hidden(rolls, random), blurred(rolls, random), genre, code)
        terms["identity"] = weights.identity * reconstruction(back, rolls)
        terms["divergence"] = weights.identity * CODE_WEIGHT * divergence(mean, log_variance)
        if weights.cycle:
            returned = self._writer.generator(rolls, sketch(fake), genre, code)
            terms["cycle"] = weights.cycle * reconstruction(returned, rolls)
        return terms

    def _noise(self, rolls: Rolls, random: np.random.Generator) -> Tensor | None:
        if not self._weights.noise:
            return None
        shape = len(rolls), rolls.tune.shape[1], TEXTURE * LANE_CHANNELS + CLASSES
        noise = torch.from_numpy(random.standard_normal(shape, np.float32)).to(rolls.tune)
        return self._weights.noise * noise


def _hinge(real: Tensor, made: Tensor) -> Tensor:
    return (1 - real).relu().mean() + (1 + made).relu().mean()


def _shuffled(rows: int, random: np.random.Generator) -> Tensor:
    return torch.from_numpy(random.permutation(rows))


def new_players(config: Config) -> tuple[Writer, Critics]:
    """Networks that know nothing, always the same ones."""
    torch.manual_seed(0)
    return Writer(config), Critics(config)
