"""The generator's warm start: it learns to write phrases of the corpora from what a reader tells of them.

A reader, the inverse of the generator, guesses the noise that a phrase could have come from (Larsen et al.
2016); the generator writes the phrase again from that. The game with the critic begins where this ends.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.gan.generator import Config, Generator, moves_of
from models.lanes import MELODY
from models.roll_networks import ResidualBlock1d, RollReader
from training.fitting import Fitting, Schedule, half_precision
from training.gan.phrases import Phrases, PhraseSource, Piece

BATCH = 48
UPDATES_PER_EPOCH = 200
SCHEDULE = Schedule(epochs=14, learning_rate=2e-3, weight_decay=0.02, average_decay=0.995, warmup_updates=100)
GIVEN = 0.4
"""The share of phrases, of those with more than a melody, that are written under their given melody."""

_FREE_NATS = 8.0
"""What the reader may tell of a phrase at no cost."""
_NATS_COST = 0.2

_VALID_BATCHES = 24


class Reader(nn.Module):
    """Guesses the noise of phrases: rolls (B, LANES, S, CHANNELS) to mean and log-variance (B, noise)."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.reader
        self.reader = RollReader(config.reader_lane, width)
        self.down = nn.ModuleList(nn.Conv1d(width, width, 4, stride=2, padding=1) for _ in range(3))
        self.block = ResidualBlock1d(width)
        self.out = nn.Linear(2 * width, 2 * config.noise)

    def forward(self, roll: Tensor) -> tuple[Tensor, Tensor]:
        x = self.reader(roll)
        for down in self.down:
            x = down(nn.functional.leaky_relu(x, 0.2))
        x = self.block(x)
        mean, spread = self.out(torch.cat([x.mean(-1), x.amax(-1)], -1)).chunk(2, -1)
        return mean, spread.clamp(-6, 2)


class ReaderAndGenerator(nn.Module):
    """Both, as they learn together."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.reader = Reader(config)
        self.generator = Generator(config)

    def forward(self, phrases: Phrases) -> tuple[Tensor, Tensor]:
        """Nats a column for the phrases, and the nats that the reader told of each, both means."""
        mean, spread = self.reader(phrases.roll)
        mean, spread = mean.float(), spread.float()
        noise = mean + torch.randn_like(mean) * (0.5 * spread).exp() if self.training else mean
        logits = self.generator(phrases.states, noise, phrases.setting)
        return nats_per_column(logits, phrases), divergence(mean, spread)


def nats_per_column(logits: Tensor, phrases: Phrases) -> Tensor:
    """The mean negative log-likelihood of the phrases' columns; given melodies are not counted."""
    columns = len(phrases.setting.ticks)
    moves = moves_of(phrases.states[..., columns:], phrases.states[..., columns - 1])
    nats = nn.functional.cross_entropy(logits.permute(0, 3, 1, 2), moves, reduction="none")
    asked = torch.ones_like(nats)
    asked[:, MELODY] = (~phrases.setting.has_melody).float().unsqueeze(-1)
    return (nats * asked).sum(1).mean()


def divergence(mean: Tensor, spread: Tensor) -> Tensor:
    """The mean KL divergence of the noise told, (B, noise) mean and log-variance, from what is drawn."""
    return 0.5 * (mean**2 + spread.exp() - 1 - spread).sum(-1).mean()


def loss(module: nn.Module, phrases: Phrases) -> Tensor:
    """What the warm start lowers: nats a column, and the nats told beyond the free ones."""
    nats, told = module(phrases)
    return nats + _NATS_COST * (told - _FREE_NATS).relu() / len(phrases.setting.ticks)


@torch.no_grad()
def validate(module: nn.Module, batches: Sequence[Phrases], device: torch.device) -> float:
    """Mean loss of fixed batches."""
    losses: list[float] = []
    for phrases in batches:
        with half_precision(device):
            losses.append(loss(module, phrases).item())
    return float(np.mean(losses))


def warm_start(
    train: Sequence[Piece],
    valid: Sequence[Piece],
    *,
    config: Config,
    schedule: Schedule,
    folder: Path,
    device: torch.device,
    updates_per_epoch: int = UPDATES_PER_EPOCH,
) -> Path:
    """Teach reader and generator on the phrases of pieces; where the best weights of both lie."""
    source = PhraseSource(train)
    checked = PhraseSource(valid)
    fixed = [checked.draw(np.random.default_rng([1, n]), BATCH, given=GIVEN) for n in range(_VALID_BATCHES)]

    def batches(epoch: int) -> Iterator[Phrases]:
        random = np.random.default_rng([2, epoch])
        return (source.draw(random, BATCH, given=GIVEN) for _ in range(updates_per_epoch))

    torch.manual_seed(0)
    fitting = Fitting(
        ReaderAndGenerator(config),
        schedule,
        folder=folder,
        device=device,
        batches=batches,
        loss=loss,
        validate=lambda module: validate(module, fixed, device),
        updates_per_epoch=updates_per_epoch,
    )
    fitting.run()
    return fitting.best
