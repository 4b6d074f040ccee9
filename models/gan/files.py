"""The files of the adversarial composer: its weights and card, written and strictly loaded."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from domain.genres import Genre
from models.checkpoints import load_weights, read_card, refusing, save_model
from models.gan.drafting import GANModel
from models.gan.generator import Config, Generator
from models.plans import Profile, profiles_from_plain, profiles_to_plain
from models.registry import Style

GAN = "gan"
"""The family that its cards name."""


def load_gan(style: Style, device: torch.device) -> GANModel:
    """Build and load the generator of a style.

    Raises Unavailable (WEIGHTS_UNUSABLE) when a file is missing, truncated, altered or of another shape.
    """
    with refusing(style.name):
        card = read_card(style.weights)
        generator = Generator(Config(**card["config"]))
        load_weights(generator, style.weights, style.sha256)
        profiles = profiles_from_plain(card["profiles"])
    return GANModel(style.model_version, generator.to(device).eval(), profiles)


def save_gan(
    generator: Generator, weights: Path, *, profiles: Mapping[Genre, Profile], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Write `weights` (fp16 safetensors) and its card (the same name, .json); the card is returned.

    `facts` is what the card says beside: data, command, time, metrics, and the `genres` that are offered.
    """
    described = {"family": GAN, "config": asdict(generator.config), **facts}
    described["profiles"] = profiles_to_plain(profiles)
    return save_model(generator, weights, described)
