"""Weights on disk: fp16 safetensors beside a model card, loaded strictly or not at all.

Never unpickles anything. What is wrong with a file is said in one sentence.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from domain.errors import Reason, Unavailable
from domain.genres import Genre
from models.plans import Profile
from models.registry import Style
from models.rnn import Config, TwoStageRNN


@dataclass(frozen=True, slots=True)
class RNNModel:
    """A loaded recurrent composer: the network in evaluation mode, and what it knows of each genre."""

    version: str
    network: TwoStageRNN
    profiles: dict[Genre, Profile]


def sha256_of(path: Path) -> str:
    """Hexadecimal digest of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def load_rnn(style: Style, device: torch.device) -> RNNModel:
    """Build and load the network of a style.

    Raises Unavailable (WEIGHTS_UNUSABLE) when a file is missing, truncated, altered or of another shape.
    """

    def refuse(problem: str) -> Unavailable:
        return Unavailable(Reason.WEIGHTS_UNUSABLE, style=style.name, problem=problem)

    try:
        card: dict[str, Any] = json.loads(style.weights.with_suffix(".json").read_text(encoding="utf-8"))
        if sha256_of(style.weights) != style.sha256:
            raise refuse("the file is not the one its card describes (sha256 differs)")
        config = card["config"] | {"conditions": tuple(card["config"]["conditions"])}
        network = TwoStageRNN(Config(**config))
        tensors = load_file(style.weights)
        network.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, strict=True)
        profiles = {Genre(name): Profile.from_plain(plain) for name, plain in card["profiles"].items()}
    except OSError as error:
        raise refuse(f"the file can't be read ({error.strerror})") from error
    except SafetensorError as error:
        raise refuse("the file is damaged") from error
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise refuse("the file does not fit this version of the program") from error
    return RNNModel(style.model_version, network.to(device).eval(), profiles)


def save_rnn(
    network: TwoStageRNN, weights: Path, *, profiles: dict[Genre, Profile], facts: dict[str, Any]
) -> dict[str, Any]:
    """Write `weights` (fp16 safetensors) and its card (the same name, .json); the card is returned.

    `facts` is what the card says beside config, profiles and hash: data, command, time, metrics.
    Its `genres` are those that the style offers.
    """
    tensors = {name: value.half().contiguous().cpu() for name, value in network.state_dict().items()}
    save_file(tensors, weights)
    digest = sha256_of(weights)
    card = {
        "version": f"{weights.stem}-{digest[:8]}",
        "sha256": digest,
        "config": asdict(network.config),
        **facts,
        "profiles": {str(genre): profile.to_plain() for genre, profile in profiles.items()},
    }
    weights.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card
