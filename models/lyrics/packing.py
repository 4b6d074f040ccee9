"""Whole numbers in few bytes, as tables beside the weights keep them. Knows nothing of what they count."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def save_numbers(path: Path, numbers: NDArray[np.int64]) -> None:
    """Write numbers that are not negative, small ones in one byte."""
    width = max(1, -(-int(numbers.max(initial=0)).bit_length() // 7))
    shifts = 7 * np.arange(width - 1, -1, -1)
    digits = (numbers[:, None] >> shifts) & 0x7F
    there = (numbers[:, None] >> shifts) > 0
    there[:, -1] = True
    digits[:, -1] |= 0x80
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(digits[there].astype(np.uint8).tobytes())


def load_numbers(path: Path) -> NDArray[np.int64]:
    """Read what `save_numbers` wrote: seven bits a byte, the highest first; the last byte is marked.

    Raises OSError, or ValueError for a file that breaks off.
    """
    plain = np.frombuffer(path.read_bytes(), np.uint8)
    ends = np.flatnonzero(plain & 0x80)
    if not len(ends):
        return np.zeros(0, np.int64)
    if ends[-1] != len(plain) - 1:
        raise ValueError("the last number breaks off")
    widths = np.diff(ends, prepend=-1)
    numbers = (plain[ends] & 0x7F).astype(np.int64)
    # A digit of all numbers after the other: most have one or two, and there are millions.
    for digit in range(1, widths.max()):
        longer = widths > digit
        numbers[longer] |= plain[ends[longer] - digit].astype(np.int64) << 7 * digit
    return numbers


def save_sorted(path: Path, numbers: NDArray[np.uint32]) -> None:
    """Write the differences between numbers in order."""
    save_numbers(path, np.diff(numbers.astype(np.int64), prepend=0))


def load_sorted(path: Path) -> NDArray[np.uint32]:
    """Read what `save_sorted` wrote. Raises as `load_numbers`."""
    numbers = load_numbers(path)
    return np.cumsum(numbers, out=numbers).astype(np.uint32)


def among(asked: NDArray[np.uint32], numbers: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which of `asked` (N,) are in `numbers`, which stand in order: (N,)."""
    if not len(numbers):
        return np.zeros(len(asked), np.bool_)
    return numbers[np.searchsorted(numbers, asked).clip(max=len(numbers) - 1)] == asked
