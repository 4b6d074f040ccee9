"""How a process that learns takes little: one thread, and memory that is given back as soon as it is free."""

import ctypes

import torch

_MMAP_THRESHOLD, _LARGE = -3, 1 << 18
"""What `mallopt` calls it, and bytes: larger blocks are the system's again once they are freed."""


def be_frugal() -> None:
    """For the rest of this process's life. Without the GNU C library memory stays as it is."""
    torch.set_num_threads(1)
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, TypeError, OSError):
        return
    mallopt(_MMAP_THRESHOLD, _LARGE)
