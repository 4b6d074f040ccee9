"""Weights on disk: fp16 or 8-bit safetensors beside a model card, loaded strictly or not at all.

Never unpickles anything. What is wrong with a file is said in one sentence.
"""

import hashlib
import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

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
    network.load_state_dict(_as_floats(load_file(weights)), strict=True)


def read_card(weights: Path) -> dict[str, Any]:
    """The card beside a file of weights, as it was written."""
    return json.loads(weights.with_suffix(".json").read_text(encoding="utf-8"))


def find_weights(folder: Path, name: str) -> Path | None:
    """Where the weights of this name belong; None where there is neither weights nor card."""
    weights = folder / f"{name}.safetensors"
    return weights if weights.exists() or weights.with_suffix(".json").exists() else None


def save_model(
    network: nn.Module, weights: Path, described: dict[str, Any], *, in_bytes: bool = False
) -> dict[str, Any]:
    """Write a network's `weights` and card: `described`, and version and hash.

    `in_bytes` takes half the room: a byte a number of each matrix, in steps of a size of the row's own.
    """
    tensors = {name: value.contiguous().cpu() for name, value in network.state_dict().items()}
    packed = _as_bytes(tensors) if in_bytes else {name: value.half() for name, value in tensors.items()}
    save_file(packed, weights)
    digest = sha256_of(weights)
    card = {"version": f"{weights.stem}-{digest[:8]}", "sha256": digest, **described}
    weights.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card


_STEP = ":step"
"""Ends the name of the sizes of steps (rows, 1) that belong to a matrix of bytes."""


def _as_bytes(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Each matrix as whole numbers from -127 to 127 and, row by row, what one of them is worth."""
    packed: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if tensor.dim() != 2:
            packed[name] = tensor.half()
            continue
        step = (tensor.float().abs().amax(1, keepdim=True) / 127).clamp(min=1e-12)
        packed[name] = (tensor.float() / step).round().to(torch.int8)
        packed[name + _STEP] = step
    return packed


def _as_floats(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """What `_as_bytes` or plain tensors stand for, in fp32."""
    return {
        name: tensor.float() * tensors[name + _STEP] if name + _STEP in tensors else tensor.float()
        for name, tensor in tensors.items()
        if not name.endswith(_STEP)
    }
