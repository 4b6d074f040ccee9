"""Stanzas of a corpus as flat arrays of tokens, without the keywords that are drawn anew each epoch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.lyrics.pronouncing import is_pronounceable
from models.lyrics.stanzas import Line, StanzaPlan, control_ids, reading_ids, target_ids
from models.lyrics.vocabulary import Vocabulary
from training.corpora.verses import Verse
from training.lyrics.keywords import MOST_CANDIDATES, NEIGHBOURS

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """N stanzas without their keywords: flat token ids, and where each stanza's end.

    `candidates` (N, 8) are numbers of keywords, best first, -1 for none. `pieces` (K, P) are the tokens of
    each keyword, padded with 0; `neighbours` (K, M) numbers of keywords, -1 for none.
    """

    controls: Ints
    controls_ends: NDArray[np.int64]
    previous: Ints
    previous_ends: NDArray[np.int64]
    target: Ints
    target_ends: NDArray[np.int64]
    candidates: Ints
    weight: NDArray[np.float32]
    pieces: Ints
    neighbours: Ints

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        with partial.open("wb") as file:
            arrays = {name: _small(getattr(self, name)) for name in self.__slots__}
            np.savez_compressed(file, allow_pickle=False, **arrays)
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Encoded":
        """Read what `save` wrote. Raises FileNotFoundError when it never did."""
        with np.load(path, allow_pickle=False) as arrays:
            ends = dict.fromkeys(("controls_ends", "previous_ends", "target_ends"), np.int64)
            kinds = {"weight": np.float32, **ends}
            return cls(**{name: arrays[name].astype(kinds.get(name, np.int32)) for name in cls.__slots__})


def encode(
    verses: Iterable[Verse],
    candidates: Sequence[Sequence[int]],
    vocabulary: Vocabulary,
    words: Sequence[str],
    neighbours: Mapping[str, Sequence[str]],
) -> Encoded:
    """Stanzas as arrays. `candidates` are numbers of `words` for each; `neighbours` those of each word."""
    rows: tuple[list[Sequence[int]], ...] = ([], [], [])
    weight: list[float] = []
    last: Line | None = None
    for verse in verses:
        previous = last if verse.follows else None
        rows[0].append(control_ids(plan_of(verse, previous), vocabulary))
        rows[1].append(() if previous is None else reading_ids(previous, vocabulary))
        rows[2].append(target_ids(verse.stanza, vocabulary))
        weight.append(weight_of(verse))
        last = verse.stanza.lines[-1]
    (controls, controls_ends), (before, before_ends), (target, target_ends) = map(_flat, rows)
    number = {word: index for index, word in enumerate(words)}
    near = [[number[other] for other in neighbours.get(word, ())] for word in words]
    return Encoded(
        controls,
        controls_ends,
        before,
        before_ends,
        target,
        target_ends,
        _padded(candidates, MOST_CANDIDATES, -1),
        np.array(weight, np.float32),
        _padded([vocabulary.encode_word(word) for word in words], None, 0),
        _padded(near, NEIGHBOURS, -1),
    )


def plan_of(verse: Verse, previous: Line | None) -> StanzaPlan:
    """The plan that a stanza of the corpus keeps, without keywords."""
    return StanzaPlan(
        language=verse.language,
        scheme=verse.scheme,
        register=verse.register,
        sacred=verse.sacred,
        metre=verse.metre,
        form=verse.form,
        tune=verse.tune,
        half=verse.half,
        previous=previous,
    )


def weight_of(verse: Verse) -> float:
    """How much a stanza counts in teaching: most where it is like what people ask for.

    That is verse in words of today's spelling, about scenery, whole stanzas that rhyme; four lines cut out of
    a long poem teach words, but not how a stanza is made.
    """
    if verse.language != "en":
        return 2.0 if verse.nature else 1.0
    weight = 0.35 if verse.register == "archaic" else 2.0 if verse.nature else 1.0
    if verse.scheme not in _WHOLE_SCHEMES:
        weight *= 0.4
    if any(map(_is_misspelt, (word for line in verse.stanza.lines for word in line.words))):
        weight *= 0.3
    return weight


_WHOLE = (
    "AA AAA AABB ABAB ABCB ABBA AAAA AABA AAAB AABBA ABABB AABBCC ABABCC AABCCB ABCBDB ABABAB "
    "AABBCCDD ABABCDCD ABCBDEFE"
)
_WHOLE_SCHEMES = frozenset(_WHOLE.split())


def _is_misspelt(word: str) -> bool:
    """Whether no dictionary of today has a word; a name may be in none."""
    return word[0].islower() and not is_pronounceable(word)


def _flat(rows: Sequence[Sequence[int]]) -> tuple[Ints, NDArray[np.int64]]:
    ends = np.cumsum([len(row) for row in rows], dtype=np.int64)
    flat = np.fromiter(
        (token for row in rows for token in row), np.int32, count=int(ends[-1]) if len(ends) else 0
    )
    return flat, ends


def _padded(rows: Sequence[Sequence[int]], width: int | None, filler: int) -> Ints:
    width = max((len(row) for row in rows), default=1) if width is None else width
    table = np.full((len(rows), max(width, 1)), filler, np.int32)
    for index, row in enumerate(rows):
        table[index, : len(row)] = row[:width]
    return table


def _small(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """Token ids and counts in two bytes where they fit."""
    if array.dtype == np.int32 and array.size and array.min() >= 0 and array.max() < 2**16:
        return array.astype(np.uint16)
    return array
