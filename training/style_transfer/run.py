"""A run of style transfer: the warm start, then the game, in one folder, with pictures as it learns."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

from models.style_transfer.networks import Config, StyleTransfer, Writer
from models.style_transfer.texture_rolls import as_lanes
from training.adversarial import AdversarialFitting, GameSchedule
from training.corpora.works import Work
from training.style_transfer.bank import fill_bank
from training.style_transfer.game import TransferGame, Weights, new_players
from training.style_transfer.plots import plot_history, plot_lanes
from training.style_transfer.warm_start import warm_start
from training.style_transfer.windows import GENRES, Batches, cut, lanes_of

CONFIG = Config()
BATCH = 24

PICTURED = 5
"""Pictures are drawn every so many epochs."""

SCHEDULE = GameSchedule(
    epochs=40,
    updates_per_epoch=100,
    critic_steps=2,
    learning_rate=1e-4,
    critic_learning_rate=2e-4,
    betas=(0.5, 0.99),
)


@dataclass(frozen=True, slots=True)
class Material:
    """Batches to learn from and to validate with."""

    train: Batches
    valid: Batches

    @classmethod
    def of(cls, works: Sequence[Work]) -> "Material":
        return cls(
            Batches(cut(lanes_of(works, ["train"])), size=BATCH),
            Batches(cut(lanes_of(works, ["valid"]), every=4), size=BATCH),
        )


def train(
    material: Material,
    *,
    folder: Path,
    schedule: GameSchedule = SCHEDULE,
    weights: Weights | None = None,
    start_from: Path | None = None,
    device: torch.device,
    config: Config = CONFIG,
) -> Path:
    """Play in `folder`, from wherever the run was stopped; where the averaged writer lies.

    `start_from` are a writer's weights to begin with, in place of a warm start of its own.
    """
    warm = start_from or warm_start(
        material.train, material.valid, config=config, folder=folder / "warm", device=device
    )
    writer, critics = new_players(config)
    writer.load_state_dict(load_file(warm))
    game = TransferGame(writer, critics, material.train, weights=weights)

    def look(generator: nn.Module, epoch: int) -> dict[str, float]:
        if epoch % PICTURED == 0:
            plot_history(folder, folder / "losses.png")
            draw_samples(cast("Writer", generator), material.valid, folder / f"samples-{epoch:03d}.png")
        return {}

    fitting = AdversarialFitting(game, schedule, folder=folder, device=device, after_epoch=look)
    return fitting.run()


def draw_samples(writer: Writer, batches: Batches, picture: Path) -> None:
    """Write piano rolls of a window and of what becomes of it, in the manner of others of its metre."""
    batch = batches.draw(np.random.default_rng(0))
    kinds = list(dict.fromkeys(batch.genre.tolist()))
    likened = torch.tensor([batch.genre.tolist().index(kind) for kind in kinds])
    rolls = batch.rolls.select(torch.zeros(len(kinds), dtype=torch.long))
    codes, _ = writer.encoder(batch.rolls.select(likened))
    texture = writer.transfer(rolls, batch.genre[likened], codes).texture()
    own = str(GENRES[batch.genre.tolist()[0]])
    drawn = {f"{own}, as written": as_lanes(rolls, rolls.texture, 0)}
    drawn |= {f"as {GENRES[kind]}": as_lanes(rolls, texture, row) for row, kind in enumerate(kinds)}
    plot_lanes(drawn, picture)


def finished(folder: Path, material: Material, *, config: Config = CONFIG) -> StyleTransfer:
    """The networks of a run as they would be shipped: averaged, through fp16, with their bank of codes.

    Raises FileNotFoundError where there is no run.
    """
    network = StyleTransfer(config)
    network.writer.load_state_dict(load_file(folder / "generator.safetensors"))
    prefix = "critic.weights."
    critics = {
        name.removeprefix(prefix): tensor
        for name, tensor in load_file(folder / "checkpoint.safetensors").items()
        if name.startswith(prefix)
    }
    network.critics.load_state_dict(critics)
    fill_bank(network, material.train)
    network.load_state_dict({name: tensor.half().float() for name, tensor in network.state_dict().items()})
    return network.eval()
