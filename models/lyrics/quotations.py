"""Runs of words that were read in teaching and may not come back as they were: hashes alone, no verse.

Knows the runs most at risk, which came more than once; a few others look like them by chance.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.lyrics.packing import among, load_sorted, save_sorted

QUOTATIONS_FILE = "quotations.bin"
RUN_WORDS = {"en": 6, "zh": 8}
"""Words (Chinese: characters) in a row that make a quotation."""

_BITS = 32
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@cache
def word_number(word: str) -> int:
    """A word's number, of 64 bits."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest())


def run_numbers(words: NDArray[np.uint64], size: int) -> NDArray[np.uint32]:
    """The numbers, of 32 bits, of all runs of `size` among words (N,) given by theirs: (N - size + 1,)."""
    count = max(0, len(words) - size + 1)
    return _mixed([words[at : at + count] for at in range(size)])


def rows_numbers(rows: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """The numbers (N,) of runs that are given as rows (N, size)."""
    return _mixed(list(rows.T))


def _mixed(columns: Sequence[NDArray[np.uint64]]) -> NDArray[np.uint32]:
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed = (mixed ^ column) * _FACTOR
        mixed ^= mixed >> np.uint64(29)
    return (mixed >> np.uint64(64 - _BITS)).astype(np.uint32)


def words_of_text(text: str, language: str) -> list[str]:
    """The words of lines of text, in lower case and without marks; of Chinese its characters."""
    if language == "zh":
        return re.findall(r"[\u3400-\u4dbf\u4e00-\u9fff]", text)
    return re.findall(r"'?[a-z]+(?:'[a-z]*)*", text.lower())


@dataclass(frozen=True, slots=True)
class Quotations:
    """The numbers (N,) of runs, in order."""

    language: str
    numbers: NDArray[np.uint32]

    @classmethod
    def none(cls, language: str) -> Self:
        return cls(language, np.zeros(0, np.uint32))

    def count(self, words: Iterable[str]) -> int:
        """How many runs of lower-case words (Chinese: characters) are quotations."""
        numbers = np.array([word_number(word) for word in words], np.uint64)
        asked = run_numbers(numbers, RUN_WORDS[self.language])
        return int(among(asked, self.numbers).sum())

    @property
    def chance(self) -> float:
        """How likely a run that was never read counts as a quotation."""
        return len(self.numbers) / 2**_BITS

    def save(self, path: Path) -> None:
        """Write the differences between the numbers."""
        save_sorted(path, self.numbers)

    @classmethod
    def load(cls, path: Path, language: str) -> Self:
        """Read what `save` wrote. Raises OSError or ValueError for anything else."""
        return cls(language, load_sorted(path))
