"""The families of composing models: how each is loaded, and how an adapter changes it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import torch

from domain.errors import Reason, Unavailable
from models.adapters import Adapter, AdapterError, adapted
from models.drafting import Model
from models.gan.drafting import GANModel
from models.gan.files import load_gan
from models.registry import Style
from models.rnn.files import load_rnn
from models.rnn.writing import RNNModel
from models.vae.drafting import VAEModel
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


def model_with(model: Model, name: str, adapter: Adapter, *, version: str) -> Model:
    """A composing model as an adapter changes it; `name` is its weights'.

    Raises AdapterError where the adapter was made for another one.
    """
    adapter.check_base(name, model.version)
    deltas, direction = adapter.deltas.get(name, {}), adapter.latent
    match model:
        case RNNModel():
            return replace(model, version=version, network=adapted(model.network, deltas))
        case GANModel():
            return replace(model, version=version, generator=adapted(model.generator, deltas))
        case VAEModel():
            if direction is not None and direction.shape != model.latents.shape[1:]:
                raise AdapterError("it does not fit the network")
            return model.liking(direction, version=version)
        case _:
            raise AdapterError("no adapter goes with such a model")
