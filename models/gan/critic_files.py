"""The files of the adversarial composer's critic: its weights and card, written and strictly loaded.

Composing needs no critic; who goes on with the game does.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch.nn.utils import parametrize

from models.checkpoints import find_weights, load_weights, read_card, refusing, save_model
from models.gan.critic import Critic
from models.gan.generator import Config

GAN_CRITIC = "gan_critic"
"""The name of the critic's files, and the kind its card is of."""


def load_gan_critic(folder: Path, device: torch.device) -> Critic | None:
    """The critic whose weights lie in `folder`; None where there is neither weights nor card.

    Raises Unavailable (WEIGHTS_UNUSABLE) when a file is missing, truncated, altered or of another shape.
    """
    weights = find_weights(folder, GAN_CRITIC)
    if weights is None:
        return None
    with refusing(GAN_CRITIC):
        card = read_card(weights)
        critic = Critic(Config(**card["config"]))
        load_weights(critic, weights, card["sha256"])
    return critic.to(device).eval().requires_grad_(requires_grad=False)


def save_gan_critic(
    critic: Critic, config: Config, folder: Path, *, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Write the critic's weights, as its spectral norm leaves them, and its card; the card is returned.

    `facts` is what the card says beside; its kind keeps it from being taken for a style. The critic's layers
    are plain ones afterwards.
    """
    for layer in list(critic.modules()):
        if parametrize.is_parametrized(layer):
            parametrize.remove_parametrizations(layer, "weight")
    described = {"kind": GAN_CRITIC, "config": asdict(config), **facts}
    return save_model(critic, folder / f"{GAN_CRITIC}.safetensors", described)
