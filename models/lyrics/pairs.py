"""Which words were read side by side: what may well stand before a word, before a mark or at a line's end.

Knows pairs of a lexicon's words, and runs of three, that came more than once; not how often.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.lyrics.lexicon import Spelt
from models.lyrics.packing import load_numbers, save_numbers
from models.lyrics.quotations import rows_numbers, word_number

PAIRS_FILE = "pairs.bin"
TRIPLES_FILE = "triples.bin"
END = ""
"""Stands for a mark or the end of a line, as the last of a pair or of three."""

_BITS = 26
_REMEMBERED = 4096
"""Words, with what is after them, that what stood before is kept for."""


@dataclass(frozen=True, slots=True)
class Openings:
    """First pieces of words that stood before another, and of those that stood before it and the next."""

    known: NDArray[np.int64]
    usual: NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Pairs of a lexicon's words. Their numbers are their places in it, END's is the next.

    Word n stands after those numbered `firsts[ends[n-1]:ends[n]]`, in order; `openings` (words,) are their
    first pieces. `triples` are the numbers of runs of three, in order (see `quotations.run_numbers`).
    """

    numbers: dict[str, int]
    openings: NDArray[np.int64]
    ends: NDArray[np.int64]
    firsts: NDArray[np.int64]
    triples: NDArray[np.uint32]

    @classmethod
    def of(cls, words: Sequence[Spelt], pairs: NDArray[np.int64]) -> Self:
        """Of pairs (N, 2) of numbers, in any order."""
        numbers = {word.text: number for number, (word, _) in enumerate(words)}
        ordered = np.unique(pairs[:, ::-1], axis=0)
        ends = np.cumsum(np.bincount(ordered[:, 0], minlength=len(words) + 1))
        openings = np.array([pieces[0] for _, pieces in words], np.int64)
        return cls({**numbers, END: len(words)}, openings, ends, ordered[:, 1], np.zeros(0, np.uint32))

    def before(self, word: str) -> NDArray[np.int64]:
        """The numbers of the words that stood before a word, in order; none where it is unknown."""
        number = self.numbers.get(word)
        if number is None:
            return self.firsts[:0]
        return self.firsts[self.ends[number - 1] if number else 0 : self.ends[number]]

    @cached_property
    def _hashes(self) -> NDArray[np.uint64]:
        """(words + 1,) by number."""
        return np.array([word_number(word) for word in self.numbers], np.uint64)

    @cached_property
    def openings_before(self) -> Callable[[str, str | None], Openings]:
        """The first pieces of the words that stood before a word, and before it and what comes after it."""
        return lru_cache(maxsize=_REMEMBERED)(self._openings_before)

    @cached_property
    def _bits(self) -> NDArray[np.uint8]:
        """The triples by their first bits, one a place: quicker to look up than the list, if less sure."""
        places = self.triples >> np.uint32(32 - _BITS)
        bits = np.zeros(1 << (_BITS - 3), np.uint8)
        np.bitwise_or.at(bits, places >> np.uint32(3), (128 >> (places & np.uint32(7))).astype(np.uint8))
        return bits

    def _usual(self, runs: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Which runs of three, by their numbers (N,), are known; a few of the others seem to be: (N,)."""
        places = runs >> np.uint32(32 - _BITS)
        return (self._bits[places >> np.uint32(3)] >> (7 - (places & np.uint32(7))).astype(np.uint8)) & 1 == 1

    def _openings_before(self, word: str, after: str | None) -> Openings:
        before = self.before(word)
        if after is None or not len(self.triples) or after not in self.numbers or not len(before):
            known = np.unique(self.openings[before])
            return Openings(known, known)
        last = np.array([word_number(word), word_number(after)], np.uint64)
        runs = np.column_stack([self._hashes[before], np.tile(last, (len(before), 1))])
        usual = before[self._usual(rows_numbers(runs))]
        return Openings(self.openings_before(word, None).known, np.unique(self.openings[usual]))

    def seen(self, first: str, second: str) -> bool:
        """Whether a pair is known, or may be as one of its words is not."""
        number = self.numbers.get(first)
        if number is None or second not in self.numbers:
            return True
        before = self.before(second)
        place = int(np.searchsorted(before, number))
        return place < len(before) and int(before[place]) == number

    def strange(self, words: Sequence[str], marks: Sequence[str]) -> int:
        """How many pairs in a line of lower-case words, each with the mark after it, are not known."""
        return sum(
            mark != "-" and not self.seen(word, END if mark else after)
            for word, mark, after in zip(words, marks, (*words[1:], END), strict=True)
        )

    def unusual(self, words: Sequence[str], marks: Sequence[str]) -> int:
        """How many runs of three in a line, parted by no mark, are not known."""
        runs: list[tuple[int, int, int]] = []
        for at in range(len(words) - 1):
            if marks[at] or any(word not in self.numbers for word in words[at : at + 3]):
                continue
            last = END if marks[at + 1] or at + 2 == len(words) else words[at + 2]
            if marks[at + 1] != "-":
                runs.append((word_number(words[at]), word_number(words[at + 1]), word_number(last)))
        if not runs or not len(self.triples):
            return 0
        return int((~self._usual(rows_numbers(np.array(runs, np.uint64)))).sum())

    def save(self, path: Path) -> None:
        """Write how many words stand before each, and the differences between their numbers."""
        counts = np.diff(self.ends, prepend=0)
        gaps = np.diff(self.firsts, prepend=0)
        heads = np.concatenate([[0], self.ends[:-1]])[counts > 0]
        gaps[heads] = self.firsts[heads]
        save_numbers(path, np.concatenate([counts, gaps]))

    @classmethod
    def load(cls, path: Path, words: Sequence[Spelt], triples: NDArray[np.uint32] | None = None) -> Self:
        """Read what `save` wrote for the same words; the triples have a file of their own.

        Raises OSError or ValueError for anything else.
        """
        plain = load_numbers(path)
        counts, gaps = plain[: len(words) + 1], plain[len(words) + 1 :]
        ends = np.cumsum(counts)
        if not len(ends) or ends[-1] != len(gaps):
            raise ValueError("the pairs are of other words")
        run = np.cumsum(gaps)
        heads = np.concatenate([[0], ends[:-1]])[counts > 0]
        bases = np.repeat((run - gaps)[heads], counts[counts > 0])
        numbers = {word.text: number for number, (word, _) in enumerate(words)}
        openings = np.array([pieces[0] for _, pieces in words], np.int64)
        return cls(
            {**numbers, END: len(words)},
            openings,
            ends,
            run - bases,
            np.zeros(0, np.uint32) if triples is None else triples,
        )
