"""The families of composing models: one row each. A new one is a file with its model, and a row here."""

from collections.abc import Callable, Mapping

import torch

from domain.errors import Reason, Unavailable
from models.drafting import Model
from models.gan.files import load_gan
from models.registry import Style
from models.rnn.files import load_rnn
from models.vae.files import load_vae

FAMILIES: Mapping[str, Callable[[Style, torch.device], Model]] = {
    "rnn": load_rnn,
    "vae": load_vae,
    "gan": load_gan,
}
"""How the model of a style is loaded, by the family that its card names."""


def load_model(style: Style, device: torch.device) -> Model:
    """The composing model of a style, in evaluation mode.

    Raises Unavailable (WEIGHTS_UNUSABLE) when a file is missing, truncated, altered or of another shape,
    or of a family that this version does not know.
    """
    load = FAMILIES.get(style.family)
    if load is None:
        problem = f"it is of a family unknown to this version: {style.family}"
        raise Unavailable(Reason.WEIGHTS_UNUSABLE, style=style.name, problem=problem)
    return load(style, device)
