"""Runs of words that were read in teaching and may not come back as they were: hashes alone, no verse.

Knows the runs most at risk, which came more than once; a few others look like them by chance.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

QUOTATIONS_FILE = "quotations.npy"
RUN_WORDS = {"en": 6, "zh": 8}
"""Words (Chinese: characters) in a row that make a quotation."""
_BITS = 32


def words_of_text(text: str, language: str) -> list[str]:
    """The words of lines of text, in lower case and without marks; of Chinese its characters."""
    if language == "zh":
        return re.findall(r"[\u3400-\u4dbf\u4e00-\u9fff]", text)
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower())


def runs(words: Sequence[str], language: str) -> Iterator[str]:
    """All runs of so many words."""
    size = RUN_WORDS[language]
    return (" ".join(words[at : at + size]) for at in range(len(words) - size + 1))


def hashed(run: str) -> int:
    """A run's number, of 32 bits."""
    return int.from_bytes(hashlib.blake2b(run.encode(), digest_size=_BITS // 8).digest())


@dataclass(frozen=True, slots=True)
class Quotations:
    """The numbers (N,) of runs, in order."""

    language: str
    numbers: NDArray[np.uint32]

    @classmethod
    def none(cls, language: str) -> Self:
        return cls(language, np.zeros(0, np.uint32))

    @classmethod
    def of(cls, language: str, texts: Iterable[str]) -> Self:
        """Those of whole runs given as text."""
        return cls(language, np.unique(np.fromiter(map(hashed, texts), np.uint32)))

    def count(self, text: str) -> int:
        """How many runs of a text are quotations."""
        numbers = [hashed(run) for run in runs(words_of_text(text, self.language), self.language)]
        if not numbers or not len(self.numbers):
            return 0
        asked = np.array(numbers, np.uint32)
        places = np.searchsorted(self.numbers, asked).clip(max=len(self.numbers) - 1)
        return int((self.numbers[places] == asked).sum())

    @property
    def chance(self) -> float:
        """How likely a run that was never read counts as a quotation."""
        return len(self.numbers) / 2**_BITS


def save_quotations(path: Path, quotations: Quotations) -> None:
    """Write the differences between the numbers, in few bytes each."""
    language = quotations.language
    gaps = np.diff(quotations.numbers.astype(np.int64), prepend=0)
    with path.open("wb") as file:
        np.save(file, np.frombuffer(language.encode() + _packed(gaps), np.uint8), allow_pickle=False)


def load_quotations(path: Path) -> Quotations:
    """Read what `save_quotations` wrote. Raises OSError or ValueError for anything else."""
    with path.open("rb") as file:
        plain: NDArray[np.uint8] = np.load(file, allow_pickle=False)
    language = plain[:2].tobytes().decode()
    if language not in RUN_WORDS:
        raise ValueError(f"no language: {language}")
    return Quotations(language, np.cumsum(_unpacked(plain[2:])).astype(np.uint32))


def _packed(gaps: NDArray[np.int64]) -> bytes:
    """Whole numbers, seven bits a byte, the highest first; the last byte of each has its top bit set."""
    width = max(1, -(-int(gaps.max(initial=0)).bit_length() // 7))
    shifts = 7 * np.arange(width - 1, -1, -1)
    digits = (gaps[:, None] >> shifts) & 0x7F
    there = (gaps[:, None] >> shifts) > 0
    there[:, -1] = True
    digits[:, -1] |= 0x80
    return digits[there].astype(np.uint8).tobytes()


def _unpacked(plain: NDArray[np.uint8]) -> NDArray[np.int64]:
    ends = np.flatnonzero(plain & 0x80)
    places = np.repeat(ends, np.diff(ends, prepend=-1)) - np.arange(len(plain))
    values = (plain & 0x7F).astype(np.int64) << (7 * places)
    return np.add.reduceat(values, np.concatenate([[0], ends[:-1] + 1])) if len(ends) else values[:0]
