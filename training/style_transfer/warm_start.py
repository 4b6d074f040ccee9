"""The warm start: generator and encoder learn to write textures back before any critic hears them.

From the tune, a blurred sketch of the harmony, the genre and the window's own code. Minutes of it save the
game from learning what notes are.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from models.style_transfer.networks import Config, Writer
from training.fitting import Fitting, Schedule
from training.style_transfer.losses import blurred, divergence, drawn, hidden, reconstruction
from training.style_transfer.windows import Batch, Batches

SCHEDULE = Schedule(epochs=25, learning_rate=1.5e-3, warmup_updates=100, weight_decay=0.01, evaluate_every=2)
UPDATES = 250
"""A so-called epoch of the warm start."""

CODE_WEIGHT = 0.0008
"""What a nat of a code costs, beside nats a texture column: a window of 4/4 has 192 of these."""

_FIRST_CODE_WEIGHT = 0.003
_FIRST_EPOCHS = 14
"""Codes are dear at first, so that they are used for what neither tune, harmony nor genre tell."""

_VALIDATED = 24


def warm_loss(writer: Writer, batch: Batch, random: np.random.Generator, code_weight: float) -> Tensor:
    mean, log_variance = writer.encoder(batch.rolls)
    harmony = blurred(batch.rolls, random)
    code = drawn(mean, log_variance, random)
    written = writer.generator(hidden(batch.rolls, random), harmony, batch.genre, code)
    return reconstruction(written, batch.rolls) + code_weight * divergence(mean, log_variance)


def warm_start(
    train: Batches,
    valid: Batches,
    *,
    config: Config,
    folder: Path,
    device: torch.device,
    schedule: Schedule = SCHEDULE,
    updates: int = UPDATES,
) -> Path:
    """Learn in `folder`, from wherever it was stopped; where the best weights lie."""
    torch.manual_seed(0)
    heard = valid.some_of_each(_VALIDATED, np.random.default_rng(0))

    def batches(epoch: int) -> Iterator[tuple[Batch, np.random.Generator, float]]:
        random = np.random.default_rng([epoch, 3])
        code_weight = _FIRST_CODE_WEIGHT if epoch < _FIRST_EPOCHS else CODE_WEIGHT
        return ((train.draw(random), random, code_weight) for _ in range(updates))

    def loss(module: nn.Module, given: tuple[Batch, np.random.Generator, float]) -> Tensor:
        return warm_loss(cast("Writer", module), *given)

    def validate(module: nn.Module) -> float:
        writer, random = cast("Writer", module), np.random.default_rng(1)
        return float(np.mean([warm_loss(writer, batch, random, CODE_WEIGHT).item() for batch in heard]))

    fitting = Fitting(
        Writer(config),
        schedule,
        folder=folder,
        device=device,
        batches=batches,
        loss=loss,
        validate=validate,
        updates_per_epoch=updates,
    )
    fitting.run()
    return fitting.best
