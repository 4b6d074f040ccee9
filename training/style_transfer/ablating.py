"""What the game's tricks are worth: short games with and without each, from the same warm start."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from models.style_transfer.networks import Config, Critics, Writer
from training.ablations import Ablation, Arm
from training.adversarial import GameSchedule
from training.style_transfer.game import TransferGame, Weights
from training.style_transfer.run import CONFIG, SCHEDULE, Material, train

SHORT = replace(SCHEDULE, epochs=2, decay_from=1.0)

ARMS: Mapping[tuple[str, bool], Weights] = {
    ("cycle weight 10", True): Weights(),
    ("cycle weight 10", False): Weights(cycle=0.0),
    ("chroma term", True): Weights(),
    ("chroma term", False): Weights(chroma=0.0),
}

_USUAL = "as-it-is"

_JUDGED = 24
"""Validation batches."""


def compare(
    material: Material,
    *,
    warm: Path,
    folder: Path,
    device: torch.device,
    schedule: GameSchedule = SHORT,
    config: Config = CONFIG,
) -> Ablation:
    """Play each distinct game once, in a folder of its own under `folder`, and measure what came of it."""
    played: dict[Weights, Mapping[str, float]] = {}
    for (trick, used), weights in ARMS.items():
        if weights not in played:
            name = _USUAL if used else "without-" + trick.replace(" ", "-")
            train(
                material,
                folder=folder / name,
                schedule=schedule,
                weights=weights,
                start_from=warm,
                device=device,
                config=config,
            )
            played[weights] = _figures(folder / name, folder / _USUAL, material, config)
    arms = [Arm(trick, used, played[weights]) for (trick, used), weights in ARMS.items()]
    updates = schedule.epochs * schedule.updates_per_epoch
    return Ablation("style_transfer", f"{updates} updates of the game each, after the same warm start", arms)


def _figures(folder: Path, judging: Path, material: Material, config: Config) -> dict[str, float]:
    """Means over validation windows, each taken to the genre of another, at weight 1.

    All are heard by the critics of one game, that in the folder `judging`.
    """
    writer, critics = Writer(config).eval(), Critics(config).eval()
    writer.load_state_dict(load_file(folder / "generator.safetensors"))
    prefix = "critic.weights."
    kept = load_file(judging / "checkpoint.safetensors")
    critics.load_state_dict({n.removeprefix(prefix): t for n, t in kept.items() if n.startswith(prefix)})
    plain = Weights(fooling=1, mixed=1, recognition=1, cycle=1, identity=1, chroma=1, code=1, noise=0)
    game = TransferGame(writer, critics, material.valid, weights=plain)
    random = np.random.default_rng(0)
    with torch.no_grad():
        rounds = [game.generator_terms(random) for _ in range(_JUDGED)]
    mean = {name: float(np.mean([terms[name].item() for terms in rounds])) for name in rounds[0]}
    return {
        "chroma of the texture kept": round(1 - mean["chroma"], 4),
        "nats a column to come back": round(mean["cycle"], 4),
        "nats a column of its own genre": round(mean["identity"], 4),
        "nats to name the target": round(mean["recognition"], 4),
    }
