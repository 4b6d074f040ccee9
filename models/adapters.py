"""A server's version of shipped models, as a small file: a leaning, a latent direction, low-rank deltas.

The file is safetensors with what it is for in its metadata, named by the hash of its content, and read
strictly or not at all. Knows files and tensors; not how an adapter is learned nor who may use it.
"""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from domain.finetuning import MAX_ADAPTER_BYTES, Teachable, adapter_name
from domain.limits import check_adapter
from models.leanings import NO_LEANING, Leaning

FORMAT = "nightingale-adapter-1"

MAX_RANK = 64

MAX_DELTA = 1e3
"""No number of a file's tensors is larger."""

LARGEST_HEADER = 200_000

Deltas = Mapping[str, tuple[Tensor, Tensor]]
"""By the name of a matrix (rows, columns): `up` (rows, rank) and `down` (rank, columns)."""

Network = TypeVar("Network", bound=nn.Module)

_LATENT, _UP, _DOWN = "latent", "up", "down"


class AdapterError(Exception):
    """A file that is missing, altered, no adapter, or not for these models; says which in a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """What a version adds.

    `bases` names the models that it was learned on, by the names of their weights (`rnn`,
    `lyrics-en-transformer`): with others it can't be used. `deltas` are by the same names. `latent` (Z,) is
    the direction in which phrases are liked.
    """

    teachable: Teachable
    bases: Mapping[str, str]
    leaning: Leaning = NO_LEANING
    latent: NDArray[np.float64] | None = None
    deltas: Mapping[str, Deltas] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The file's content, the same for the same adapter. Raises ValueError where it is too large."""
        tensors: dict[str, Tensor] = {}
        for name, deltas in self.deltas.items():
            for matrix, (up, down) in deltas.items():
                tensors[f"{name}/{matrix}/{_UP}"] = up.detach().cpu().half().contiguous()
                tensors[f"{name}/{matrix}/{_DOWN}"] = down.detach().cpu().half().contiguous()
        if self.latent is not None:
            tensors[_LATENT] = torch.from_numpy(self.latent).half()
        told = {
            "format": FORMAT,
            "teachable": str(self.teachable),
            "bases": dict(self.bases),
            "leaning": self.leaning.to_plain(),
        }
        content = save(dict(sorted(tensors.items())), {"adapter": json.dumps(told, sort_keys=True)})
        if len(content) > MAX_ADAPTER_BYTES:
            raise ValueError(f"an adapter of {len(content)} bytes")
        return content

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read what `to_bytes` gave. Raises AdapterError for anything else."""
        if len(content) > MAX_ADAPTER_BYTES:
            raise AdapterError("it is too large")
        try:
            told = _told(content)
            tensors = {name: tensor.float() for name, tensor in load(content).items()}
            if told.keys() != {"format", "teachable", "bases", "leaning"} or told["format"] != FORMAT:
                raise AdapterError("it is of a format unknown to this version")
            if not all(
                torch.isfinite(each).all() and each.abs().max() <= MAX_DELTA for each in tensors.values()
            ):
                raise ValueError("not numbers to compute with")
            latent = tensors.pop(_LATENT, None)
            if latent is not None and latent.dim() != 1:
                raise ValueError("not a direction")
            return cls(
                teachable=Teachable(told["teachable"]),
                bases={str(name): str(version) for name, version in told["bases"].items()},
                leaning=Leaning.from_plain(told["leaning"]),
                latent=None if latent is None else latent.double().numpy(),
                deltas=_deltas(tensors),
            )
        except SafetensorError as error:
            raise AdapterError("it is damaged") from error
        except (KeyError, TypeError, ValueError, AttributeError, RuntimeError, RecursionError) as error:
            raise AdapterError("it is no adapter") from error

    def check_base(self, name: str, version: str) -> None:
        """Raises AdapterError where it was learned on other weights of this name, or on none."""
        if self.bases.get(name) != version:
            raise AdapterError(f"it was not learned on {version}")


def file_of(folder: Path, digest: str) -> Path:
    """Where the adapter of this digest belongs."""
    return folder / f"{digest}.safetensors"


def read_adapter(folder: Path, digest: str) -> Adapter:
    """The adapter of this digest. Raises AdapterError where it is missing, altered or no adapter."""
    try:
        check_adapter(digest)
        file = file_of(folder, digest)
        if file.stat().st_size > MAX_ADAPTER_BYTES:
            raise AdapterError("it is too large")
        content = file.read_bytes()
    except ValueError as error:
        raise AdapterError("that is not the name of one") from error
    except OSError as error:
        raise AdapterError("the file can't be read") from error
    if adapter_name(content) != digest:
        raise AdapterError("the file is not the one it was")
    return Adapter.from_bytes(content)


def adapted(network: Network, deltas: Deltas) -> Network:
    """A copy of a network in which each named matrix is W + up down. Without deltas, the network itself.

    Matrices that don't change are shared with it. Raises AdapterError where the deltas do not fit.
    """
    if not deltas:
        return network
    known = dict(network.named_parameters())
    # What is remembered as copied already is shared.
    shared = {id(each): each for name, each in known.items() if name not in deltas}
    shared |= {id(each): each for each in network.buffers()}
    copied = copy.deepcopy(network, shared)
    with torch.no_grad():
        for name, (up, down) in deltas.items():
            matrix = known.get(name)
            if (
                matrix is None
                or matrix.dim() != 2
                or (*matrix.shape, up.shape[1])
                != (
                    up.shape[0],
                    down.shape[1],
                    down.shape[0],
                )
            ):
                raise AdapterError("it does not fit the network")
            change = up.to(matrix) @ down.to(matrix)
            copied.get_parameter(name).copy_(matrix + change)
    return copied


def _told(content: bytes) -> dict[str, Any]:
    """The metadata, which `safetensors` reads from files alone. Raises ValueError, KeyError or TypeError."""
    length = int.from_bytes(content[:8], "little")
    if not 0 < length <= min(LARGEST_HEADER, len(content)):
        raise AdapterError("it is damaged")
    header = json.loads(content[8 : 8 + length])
    return json.loads(header["__metadata__"]["adapter"])


def _deltas(tensors: Mapping[str, Tensor]) -> dict[str, dict[str, tuple[Tensor, Tensor]]]:
    """By the names of weights and matrices. Raises ValueError where a half is missing or of another rank."""
    sides: dict[tuple[str, str], dict[str, Tensor]] = {}
    for full, tensor in tensors.items():
        name, matrix, side = full.split("/")
        sides.setdefault((name, matrix), {})[side] = tensor
    deltas: dict[str, dict[str, tuple[Tensor, Tensor]]] = {}
    for (name, matrix), halves in sides.items():
        if halves.keys() != {_UP, _DOWN}:
            raise ValueError("half a delta")
        up, down = halves[_UP], halves[_DOWN]
        if up.dim() != 2 or down.dim() != 2 or up.shape[1] != down.shape[0] or up.shape[1] > MAX_RANK:
            raise ValueError("not a low-rank delta")
        deltas.setdefault(name, {})[matrix] = up, down
    return deltas
