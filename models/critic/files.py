"""The files of the judge: its weights and card, written and strictly loaded."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from models.checkpoints import find_weights, load_weights, read_card, refusing, save_model
from models.critic.network import Calibration, Config, Critic, Judge

CRITIC = "critic"
"""The name of the judge's files, and the kind its card is of."""


def load_critic(folder: Path, device: torch.device) -> Judge | None:
    """The judge whose weights lie in `folder`; None where there is neither weights nor card.

    Raises Unavailable (WEIGHTS_UNUSABLE) when a file is missing, truncated, altered or of another shape.
    """
    weights = find_weights(folder, CRITIC)
    if weights is None:
        return None
    with refusing(CRITIC):
        card = read_card(weights)
        network = Critic(Config(**card["config"]))
        load_weights(network, weights, card["sha256"])
        calibration = Calibration(**card["calibration"])
    return Judge(card["version"], network.to(device).eval(), calibration)


def save_critic(
    network: Critic, folder: Path, *, calibration: Calibration, facts: dict[str, Any]
) -> dict[str, Any]:
    """Write the judge's weights and card into `folder`; the card is returned.

    Its kind keeps it from being taken for a style.
    """
    described = {
        "kind": CRITIC,
        "config": asdict(network.config),
        "calibration": asdict(calibration),
        **facts,
    }
    return save_model(network, folder / f"{CRITIC}.safetensors", described)
