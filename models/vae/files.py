"""The files of the variational autoencoder: weights with the phrases it composes from, and card."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from domain.genres import Genre
from domain.score import Mode
from models.checkpoints import load_weights, read_card, refusing, save_model
from models.plans import Profile, profiles_from_plain, profiles_to_plain
from models.registry import Style
from models.vae.anchors import ALL_CLASSES, Anchor
from models.vae.drafting import VAEModel
from models.vae.phrases import VAE, PhraseConfig
from models.vae.unit_vae import Config

FAMILY = "vae"
"""The family that its cards name."""


class _Weights(nn.Module):
    """The network and the latents of its anchors' units, as they lie in one file."""

    def __init__(self, network: VAE, units: Tensor) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("units", units)


def load_vae(style: Style, device: torch.device) -> VAEModel:
    """Build and load the network of a style.

    Raises Unavailable (WEIGHTS_UNUSABLE) when a file is missing, truncated, altered or of another shape.
    """
    with refusing(style.name):
        card = read_card(style.weights)
        network = VAE(Config(**card["config"]), PhraseConfig(**card["phrase_config"]))
        anchors = tuple(_anchor(plain) for plain in card["anchors"])
        shape = network.phrase_config.units, network.phrase_config.unit_latent
        weights = _Weights(network, torch.zeros(len(anchors), *shape))
        load_weights(weights, style.weights, style.sha256)
        profiles = profiles_from_plain(card["profiles"])
    weights = weights.to(device).eval()
    return VAEModel(style.model_version, network, profiles, anchors, weights.get_buffer("units"))


def save_vae(
    network: VAE,
    weights: Path,
    *,
    profiles: Mapping[Genre, Profile],
    anchors: Sequence[Anchor],
    units: Tensor,
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """Write `weights` (fp16 safetensors) and its card (the same name, .json); the card is returned.

    `facts` is what the card says beside: data, command, time, metrics, and the `genres` that are offered.
    """
    described = {
        "family": FAMILY,
        "config": asdict(network.config),
        "phrase_config": asdict(network.phrase_config),
        **facts,
        "profiles": profiles_to_plain(profiles),
        "anchors": [_to_plain(anchor) for anchor in anchors],
    }
    return save_model(_Weights(network, units), weights, described)


def _to_plain(anchor: Anchor) -> list[Any]:
    lanes = "".join(map(str, anchor.lanes))
    heard = [str(anchor.genre), anchor.metre, str(anchor.mode), lanes, anchor.density, anchor.register]
    return [*heard, sum(1 << degree for degree in anchor.classes)]


def _anchor(plain: Sequence[Any]) -> Anchor:
    genre, metre, mode, lanes, density, register, classes = plain
    return Anchor(
        genre=Genre(genre),
        metre=metre,
        mode=Mode(mode),
        lanes=tuple(map(int, lanes)),
        density=density,
        register=register,
        classes=tuple(degree for degree in ALL_CLASSES if classes >> degree & 1),
    )
