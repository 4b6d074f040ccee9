"""Where a run of learning stands, on disk: tensors and a few plain values, written whole or not at all.

Knows nothing of what is learned. A process that is killed at any moment leaves the standing before or the
one after, never one between.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

_STANDING = "standing.safetensors"


def write_standing(folder: Path, plain: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Replace what is kept. Raises OSError, with what was kept before still there, as on a full disk."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{_STANDING}.unfinished"
    content = save(
        {name: tensor.detach().contiguous() for name, tensor in tensors.items()},
        {"plain": json.dumps(plain, sort_keys=True)},
    )
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / _STANDING)
    _sync_folder(folder)


def read_standing(folder: Path) -> tuple[dict[str, Any], dict[str, Tensor]] | None:
    """What was kept last; None where there is nothing, or nothing that can be read."""
    file = folder / _STANDING
    try:
        with safe_open(file, framework="pt") as kept:
            plain = json.loads(kept.metadata()["plain"])
            return plain, {name: kept.get_tensor(name) for name in kept.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, TypeError, ValueError):
        return None


def _sync_folder(folder: Path) -> None:
    """Make a renaming last, where the system lets folders be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
