"""The files of style transfer: its weights and card, written and strictly loaded."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from domain.genres import Genre
from models.checkpoints import find_weights, load_weights, read_card, refusing, save_model
from models.plans import Profile, profiles_from_plain, profiles_to_plain
from models.style_transfer.networks import Config, StyleTransfer

STYLE_TRANSFER = "style_transfer"
"""The name of the files, and the kind their card is of: the model changes music and composes none."""


@dataclass(frozen=True, slots=True)
class Restyler:
    """Loaded networks in evaluation mode. `known` are the genres in the networks' order, `profiles` those
    that music can be turned into.
    """

    version: str
    network: StyleTransfer
    known: tuple[Genre, ...]
    profiles: Mapping[Genre, Profile]


def load_style_transfer(folder: Path, device: torch.device) -> Restyler | None:
    """The networks whose weights lie in `folder`; None where there is neither weights nor card.

    Raises Unavailable (WEIGHTS_UNUSABLE) when a file is missing, truncated, altered or of another shape.
    """
    weights = find_weights(folder, STYLE_TRANSFER)
    if weights is None:
        return None
    with refusing(STYLE_TRANSFER):
        card = read_card(weights)
        network = StyleTransfer(Config(**card["config"]))
        load_weights(network, weights, card["sha256"])
        known = tuple(Genre(name) for name in card["known"])
        profiles = profiles_from_plain(card["profiles"])
    return Restyler(card["version"], network.to(device).eval(), known, profiles)


def save_style_transfer(restyler: Restyler, folder: Path, *, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Write weights and card into `folder`; the card is returned.

    `facts` is what the card says beside: data, command, time, metrics.
    """
    described = {
        "kind": STYLE_TRANSFER,
        "config": asdict(restyler.network.config),
        "known": [str(genre) for genre in restyler.known],
        "genres": [str(genre) for genre in restyler.profiles],
        "profiles": profiles_to_plain(restyler.profiles),
        **facts,
    }
    return save_model(restyler.network, folder / f"{STYLE_TRANSFER}.safetensors", described)
