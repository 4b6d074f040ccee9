"""Weights on disk: fp16 safetensors beside a model card, loaded strictly or not at all.

Never unpickles anything. What is wrong with a file is said in one sentence.
"""

import hashlib
import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from domain.errors import Reason, Unavailable


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


def load_weights(network: nn.Module, weights: Path, sha256: str) -> None:
    """Give a network all tensors of a file, in fp32.

    Raises AlteredWeightsError when the file's hash is another, RuntimeError when it doesn't fit.
    """
    if sha256_of(weights) != sha256:
        raise AlteredWeightsError(weights)
    tensors = {name: tensor.float() for name, tensor in load_file(weights).items()}
    network.load_state_dict(tensors, strict=True)


def read_card(weights: Path) -> dict[str, Any]:
    """The card beside a file of weights, as it was written."""
    return json.loads(weights.with_suffix(".json").read_text(encoding="utf-8"))


def find_weights(folder: Path, name: str) -> Path | None:
    """Where the weights of this name belong; None where there is neither weights nor card."""
    weights = folder / f"{name}.safetensors"
    return weights if weights.exists() or weights.with_suffix(".json").exists() else None


def save_model(network: nn.Module, weights: Path, described: dict[str, Any]) -> dict[str, Any]:
    """Write a network's `weights` and card: `described`, and version and hash."""
    tensors = {name: value.half().contiguous().cpu() for name, value in network.state_dict().items()}
    save_file(tensors, weights)
    digest = sha256_of(weights)
    card = {"version": f"{weights.stem}-{digest[:8]}", "sha256": digest, **described}
    weights.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card
