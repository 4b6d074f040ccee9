"""What free bits, word dropout and the decoder's own hearing are worth: brief runs with and without."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file

from models.vae.unit_vae import UnitVAE
from training.ablations import Ablation, Arm
from training.fitting import Schedule
from training.vae.data import LanedWork
from training.vae.latents import latent_use
from training.vae.units import CONFIG, TERMS, Terms, held_out, measure, melody_and_trio, reconstruct, train

UPDATES = 400
SCHEDULE = Schedule(epochs=1, learning_rate=4e-3, weight_decay=0.01, average_decay=0.99)

FULL_WEIGHT = replace(TERMS, beta=1.0, warmup_updates=200)
"""Divergence at its full weight, as the variational bound has it: where free bits are felt."""

ARMS: tuple[tuple[str, bool, Terms], ...] = (
    ("free bits", True, FULL_WEIGHT),
    ("free bits", False, replace(FULL_WEIGHT, free_bits=0.0)),
    ("word dropout", True, TERMS),
    ("word dropout", False, replace(TERMS, word_dropout=0.0)),
)


def run_ablation(works: Sequence[LanedWork], *, folder: Path, device: torch.device) -> Ablation:
    """Train every arm that is not finished, and measure all on works marked valid."""
    arms = [_arm(works, place, folder=folder, device=device) for place in range(len(ARMS))]
    budget = (
        f"{UPDATES} batches each; free bits at the full weight of the divergence, word dropout at "
        f"{TERMS.beta:g} of it; reconstruction is free-running"
    )
    return Ablation("vae", budget, arms)


def _arm(works: Sequence[LanedWork], place: int, *, folder: Path, device: torch.device) -> Arm:
    trick, used, terms = ARMS[place]
    kept = folder / f"{place}.json"
    if not kept.exists():
        run = folder / str(place)
        weights = train(
            works, folder=run / "units", schedule=SCHEDULE, terms=terms, device=device, updates=UPDATES
        )
        kept.write_text(json.dumps(_figures(weights, works)), encoding="utf-8")
    return Arm(trick, used, json.loads(kept.read_text(encoding="utf-8")))


def _figures(weights: Path, works: Sequence[LanedWork]) -> dict[str, float]:
    network = UnitVAE(CONFIG)
    network.load_state_dict(load_file(weights))
    network.eval()
    valid = held_out(works, "valid", most=100)
    melody, trio = melody_and_trio(measure(network, valid))
    told = [reconstruct(network, each)[1:] for some in valid.values() for each in some]
    use = latent_use([mean for mean, _ in told], [divergence for _, divergence in told])
    return {
        "melody notes (F1)": melody.f1,
        "trio notes (F1)": trio.f1,
        "active units": use.active,
        "KL, nats": use.divergence,
    }
