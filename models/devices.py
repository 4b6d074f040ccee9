"""Where tensors live: the device asked for, or the best one here."""

import torch


def choose_device(name: str | None = None) -> torch.device:
    """The device of that name, or the first there is of cuda, mps and cpu."""
    if name is not None:
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
