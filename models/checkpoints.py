"""Weights on disk: fp16 safetensors beside a model card, loaded strictly or not at all.

Never unpickles anything. What is wrong with a file is said in one sentence.
"""

import hashlib
import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from domain.errors import Reason, Unavailable
from domain.genres import Genre
from models import critic
from models.critic import Calibration, Critic, Judge
from models.drafting import Seed
from models.plans import Profile, profiles_from_plain, profiles_to_plain
from models.registry import Style
from models.rnn import Config, TwoStageRNN
from models.scripts import Script
from models.tokens import Plan
from models.writing import TOP_P, Writing

CRITIC = "critic"
"""The name of the judge's files, and the kind its card is of."""


@dataclass(frozen=True, slots=True)
class RNNModel:
    """A loaded recurrent composer: the network in evaluation mode, and what it knows of each genre."""

    version: str
    network: TwoStageRNN
    profiles: dict[Genre, Profile]

    def draft(
        self,
        plans: Sequence[Plan],
        seeds: Sequence[Seed],
        *,
        temperatures: Sequence[float],
        scripts: Sequence[Script | None],
    ) -> Writing:
        """Begin a piece for each plan (see models.drafting)."""
        return Writing(self.network, plans, seeds, temperatures=temperatures, top_p=TOP_P, scripts=scripts)


def sha256_of(path: Path) -> str:
    """Hexadecimal digest of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def refusing(name: str) -> Generator[None]:
    """Whatever is wrong with the files of a model, said as Unavailable (WEIGHTS_UNUSABLE)."""

    def refuse(problem: str) -> Unavailable:
        return Unavailable(Reason.WEIGHTS_UNUSABLE, style=name, problem=problem)

    try:
        yield
    except OSError as error:
        raise refuse(f"the file can't be read ({error.strerror})") from error
    except SafetensorError as error:
        raise refuse("the file is damaged") from error
    except AlteredWeightsError as error:
        raise refuse("the file is not the one its card describes (sha256 differs)") from error
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise refuse("the file does not fit this version of the program") from error


class AlteredWeightsError(Exception):
    """The file's hash is not the card's."""


def load_tensors(weights: Path, sha256: str) -> dict[str, Tensor]:
    """All tensors of a file, in fp32. Raises AlteredWeightsError when its hash is another."""
    if sha256_of(weights) != sha256:
        raise AlteredWeightsError(weights)
    return {name: tensor.float() for name, tensor in load_file(weights).items()}


def read_card(weights: Path) -> dict[str, Any]:
    """The card beside a file of weights, as it was written."""
    return json.loads(weights.with_suffix(".json").read_text(encoding="utf-8"))


def find_weights(folder: Path, name: str) -> Path | None:
    """Where the weights of this name belong; None where there is neither weights nor card."""
    weights = folder / f"{name}.safetensors"
    return weights if weights.exists() or weights.with_suffix(".json").exists() else None


def load_rnn(style: Style, device: torch.device) -> RNNModel:
    """Build and load the network of a style.

    Raises Unavailable (WEIGHTS_UNUSABLE) when a file is missing, truncated, altered or of another shape.
    """
    with refusing(style.name):
        card = read_card(style.weights)
        tensors = load_tensors(style.weights, style.sha256)
        config = card["config"] | {"conditions": tuple(card["config"]["conditions"])}
        network = TwoStageRNN(Config(**config))
        network.load_state_dict(tensors, strict=True)
        profiles = profiles_from_plain(card["profiles"])
    return RNNModel(style.model_version, network.to(device).eval(), profiles)


def load_critic(folder: Path, device: torch.device) -> Judge | None:
    """The judge whose weights lie in `folder`; None where there is neither weights nor card.

    Raises Unavailable (WEIGHTS_UNUSABLE) when a file is missing, truncated, altered or of another shape.
    """
    weights = find_weights(folder, CRITIC)
    if weights is None:
        return None
    with refusing(CRITIC):
        card = read_card(weights)
        tensors = load_tensors(weights, card["sha256"])
        network = Critic(critic.Config(**card["config"]))
        network.load_state_dict(tensors, strict=True)
        calibration = Calibration(**card["calibration"])
    return Judge(card["version"], network.to(device).eval(), calibration)


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


def save_model(network: nn.Module, weights: Path, described: dict[str, Any]) -> dict[str, Any]:
    """Write a network's `weights` and card: `described`, and version and hash."""
    tensors = {name: value.half().contiguous().cpu() for name, value in network.state_dict().items()}
    save_file(tensors, weights)
    digest = sha256_of(weights)
    card = {"version": f"{weights.stem}-{digest[:8]}", "sha256": digest, **described}
    weights.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card
