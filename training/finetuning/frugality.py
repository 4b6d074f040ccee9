"""How a process that learns takes little: one thread, and memory that is given back as soon as it is free."""

import ctypes

import torch

_MMAP_THRESHOLD, _LARGE = -3, 1 << 18
"""What `mallopt` calls it, and bytes: larger blocks are the system's again once they are freed."""


def be_frugal() -> None:
    """For the rest of this process's life. Without the GNU C library memory stays as it is."""
    torch.set_num_threads(1)
    _ask("mallopt", _MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Give the small blocks that are free now back, too, as far as they fill pages."""
    _ask("malloc_trim", 0)


def _ask(name: str, *values: int) -> None:
    """Call a function of the GNU C library, where there is one."""
    try:
        function = getattr(ctypes.CDLL(None), name)
    except (AttributeError, TypeError, OSError):
        return
    function(*values)
