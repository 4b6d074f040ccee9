"""The words of the training verse end to end: how often each comes, and which runs of others are copied.

Made once from the prepared verse and kept beside it, as reading half a million stanzas takes a minute.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.checkpoints import sha256_of
from training.corpora.verses import load_verses

_BETWEEN = 0
"""What stands between stanzas; words count from 1."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)

GRAM = 5
"""Words of the runs that are looked for first."""


@dataclass(frozen=True)
class TrainingWords:
    """`stream` (T,) are the numbers of words in reading order, 0 between stanzas; `words`, names among them
    with their capital, are numbered from 1 on. Row i of the training split is the stanza that begins at
    `starts[i]`.
    """

    words: tuple[str, ...]
    stream: NDArray[np.int32]

    @classmethod
    def of(cls, stanzas: Iterable[Sequence[str]]) -> "TrainingWords":
        """Those of some stanzas."""
        number: dict[str, int] = {}
        told: list[int] = [_BETWEEN]
        for words in stanzas:
            told += [number.setdefault(word, len(number) + 1) for word in words]
            told.append(_BETWEEN)
        return cls(tuple(number), np.array(told, np.int32))

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where each stanza begins, and where the last ends."""
        return np.flatnonzero(self.stream == _BETWEEN) + 1

    @cached_property
    def counts(self) -> dict[str, int]:
        """How often each word comes; a name is another word than the same in lower case."""
        found = np.bincount(self.stream, minlength=len(self.words) + 1)[1:]
        return dict(zip(self.words, found.tolist(), strict=True))

    @cached_property
    def _number(self) -> dict[str, int]:
        """The number of each word in lower case: that of the first of its spellings."""
        found: dict[str, int] = {}
        for at, word in enumerate(self.words, start=1):
            found.setdefault(word.lower(), at)
        return found

    @cached_property
    def lowered(self) -> NDArray[np.int32]:
        """(T,) the stream with one number for all spellings of a word."""
        same = [_BETWEEN, *(self._number[word.lower()] for word in self.words)]
        return np.array(same, np.int32)[self.stream]

    def numbers(self, words: Sequence[str]) -> NDArray[np.int32]:
        """The numbers that words in lower case have in `lowered`, -1 for unknown ones."""
        return np.array([self._number.get(word, -1) for word in words], np.int32)

    @cached_property
    def _by_word(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Places in the stream, those of each number together, and where each number's begin."""
        order = np.argsort(self.stream, kind="stable")
        return order, np.searchsorted(self.stream[order], np.arange(len(self.words) + 2))

    def places(self, number: int) -> NDArray[np.int64]:
        """Where in the stream a word is, by its number; nowhere for -1."""
        order, begins = self._by_word
        return order[begins[number] : begins[number + 1]] if number > 0 else order[:0]

    @cached_property
    def _grams(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """The hashes of all runs, in order, and where in the stream each begins."""
        hashes = _hashed(self.lowered)
        inside = np.lib.stride_tricks.sliding_window_view(self.stream == _BETWEEN, GRAM)
        places = np.flatnonzero(~inside.any(1))
        order = np.argsort(hashes[places], kind="stable")
        return hashes[places][order], places[order]

    def seen_places(self, words: Sequence[str]) -> list[NDArray[np.int64]]:
        """For each run of five words, where in the stream it comes; empty where it never does."""
        own = self.numbers(words)
        if len(own) < GRAM:
            return []
        hashes, places = self._grams
        wanted = _hashed(own)
        first, last = np.searchsorted(hashes, wanted), np.searchsorted(hashes, wanted, side="right")
        found: list[NDArray[np.int64]] = []
        for at, (a, b) in enumerate(zip(first, last, strict=True)):
            run = own[at : at + GRAM]
            found.append(
                np.array([p for p in places[a:b] if (self.lowered[p : p + GRAM] == run).all()], np.int64)
            )
        return found

    def longest_run(self, words: Sequence[str]) -> int:
        """The most words in a row that a training stanza has too; below five it is not looked for (0)."""
        own = self.numbers(words)
        longest = 0
        for at, places in enumerate(self.seen_places(words)):
            for place in places.tolist():
                length = GRAM
                while at + length < len(own) and own[at + length] == self.lowered[place + length]:
                    length += 1
                longest = max(longest, length)
        return longest


def _hashed(numbers: NDArray[np.int32]) -> NDArray[np.uint64]:
    """A hash of each run of five, which wraps round."""
    total = np.zeros(max(0, len(numbers) - GRAM + 1), np.uint64)
    for at in range(GRAM):
        total = total * _FACTOR + numbers[at : at + len(total)].astype(np.uint64)
    return total


def load_training_words(verse: Path, folder: Path, *, tell: Callable[[str], None] = print) -> TrainingWords:
    """Those of the prepared `verse`, kept in `folder`. Raises FileNotFoundError where none was prepared."""
    path = folder / f"training-words.{sha256_of(verse)[:16]}.npz"
    if not path.exists():
        tell(f"reading {verse}, once …")
        made = TrainingWords.of(_training_stanzas(verse))
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob("training-words.*.npz"):
            stale.unlink()
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            np.savez_compressed(file, words=np.array("\n".join(made.words)), stream=made.stream)
        partial.replace(path)
        return made
    with np.load(path, allow_pickle=False) as arrays:
        return TrainingWords(tuple(str(arrays["words"]).split("\n")), arrays["stream"])


def _training_stanzas(verse: Path) -> Iterable[Sequence[str]]:
    """The words of each training stanza, names with their capital."""
    for one in load_verses(verse):
        if one.split == "train":
            yield [word for line in one.stanza.lines for word in line.words]


@dataclass(frozen=True, slots=True)
class Copying:
    """`grams` is the share of runs of five words that training has, `longest` the longest run that it has,
    and `quoting` the share of pieces with one of at least so many words.
    """

    grams: float
    longest: int
    quoting: float


def measure_copying(training: TrainingWords, pieces: Sequence[Sequence[str]], least: int) -> Copying:
    """How much of some stanzas, each as its words in lower case, stands in the training verse."""
    runs = [places for words in pieces for places in training.seen_places(words)]
    longest = [training.longest_run(words) for words in pieces]
    return Copying(
        sum(len(places) > 0 for places in runs) / max(1, len(runs)),
        max(longest, default=0),
        sum(length >= least for length in longest) / max(1, len(longest)),
    )
