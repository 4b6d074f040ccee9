"""The files of the recurrent composer: its weights and card, written and strictly loaded."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from domain.genres import Genre
from models.checkpoints import load_weights, read_card, refusing, save_model
from models.plans import Profile, profiles_from_plain, profiles_to_plain
from models.registry import Style
from models.rnn.network import Config, TwoStageRNN
from models.rnn.writing import RNNModel


def load_rnn(style: Style, device: torch.device) -> RNNModel:
    """Build and load the network of a style.

    Raises Unavailable (WEIGHTS_UNUSABLE) when a file is missing, truncated, altered or of another shape.
    """
    with refusing(style.name):
        card = read_card(style.weights)
        config = card["config"] | {"conditions": tuple(card["config"]["conditions"])}
        network = TwoStageRNN(Config(**config))
        load_weights(network, style.weights, style.sha256)
        profiles = profiles_from_plain(card["profiles"])
    return RNNModel(style.model_version, network.to(device).eval(), profiles)


def save_rnn(
    network: TwoStageRNN, weights: Path, *, profiles: dict[Genre, Profile], facts: dict[str, Any]
) -> dict[str, Any]:
    """Write `weights` (fp16 safetensors) and its card (the same name, .json); the card is returned.

    `facts` is what the card says beside config, profiles and hash: data, command, time, metrics.
    Its `genres` are those that the style offers.
    """
    described = {"config": asdict(network.config), **facts}
    described["profiles"] = profiles_to_plain(profiles)
    return save_model(network, weights, described)
