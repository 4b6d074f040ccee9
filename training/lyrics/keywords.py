"""What a stanza is about: its telling words, and which words keep each other company.

Telling words are those frequent in the stanza and rare elsewhere (tf-idf), neither too rare to be asked for
nor too common to say anything.
"""

import math
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import islice

import numpy as np
from scipy.sparse import csr_matrix

from models.lyrics.pronouncing import rhymes_in_verse
from models.lyrics.scenes import STOP_WORDS
from training.corpora.verses import Verse

MOST_CANDIDATES = 8
NEIGHBOURS = 12
_LEAST_STANZAS = {"en": 25, "zh": 80}
_GREATEST_SHARE = 0.04
"""Share of all stanzas beyond which a word tells nothing."""
_LEAST_TOGETHER = 6
_DISCOUNT = 0.75
"""Exponent of the neighbour's frequency in the mutual information, against rare ones (Levy 2015)."""


def words_to_tell(verse: Verse) -> Sequence[str]:
    """What a keyword may be: words of English; of Chinese single characters, and pairs where words stand.

    Lines of five characters fall into 2 2 1 or 2 1 2, those of seven have two more before.
    """
    if verse.language == "en":
        return verse.words
    lines = ["".join(line.words) for line in verse.stanza.lines]
    pairs = [
        line[at : at + 2]
        for line in lines
        for at in sorted({*range(0, len(line) - 1, 2), max(0, len(line) - 2)})
    ]
    return [*verse.words, *pairs]


class Telling:
    """The telling words of a language, counted over training stanzas; only `usable` ones."""

    def __init__(
        self, stanzas: Iterable[Sequence[str]], language: str, usable: Container[str] | None = None
    ) -> None:
        self.language = language
        frequency: Counter[str] = Counter()
        total = 0
        for words in stanzas:
            frequency.update(set(words))
            total += 1
        most = _GREATEST_SHARE * total if language == "en" else total
        least = min(_LEAST_STANZAS[language], max(2, total // 50))
        self.words = sorted(
            word
            for word, count in frequency.items()
            if least <= count <= max(most, least)
            and word not in STOP_WORDS
            and (usable is None or word in usable)
            and (len(word) > 2 or language != "en")
        )
        self.number = {word: number for number, word in enumerate(self.words)}
        self.idf = {word: math.log(total / frequency[word]) for word in self.words}

    def candidates(self, words: Sequence[str], same: Callable[[str], str]) -> list[int]:
        """Numbers of a stanza's most telling words, best first; of those that are `same` only one."""
        counts = Counter(word for word in words if word in self.number)
        ranked = sorted(counts, key=lambda word: (-counts[word] * self.idf[word], word))
        chosen: dict[str, int] = {}
        for word in ranked:
            chosen.setdefault(same(word), self.number[word])
            if len(chosen) == MOST_CANDIDATES:
                break
        return list(chosen.values())


def find_neighbours(stanzas: Sequence[Sequence[str]], telling: Telling) -> dict[str, list[str]]:
    """Each telling word's nearest others by pointwise mutual information within a stanza."""
    rows, columns = _incidence(stanzas, telling.number)
    shape = (len(stanzas), len(telling.words))
    present = csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    present.sum_duplicates()
    present.data[:] = 1
    together = (present.T @ present).tocsr()
    frequency = np.asarray(present.sum(axis=0)).ravel()
    discounted = frequency**_DISCOUNT / (frequency**_DISCOUNT).sum()
    found: dict[str, list[str]] = {}
    for number, word in enumerate(telling.words):
        start, end = together.indptr[number], together.indptr[number + 1]
        others, counts = together.indices[start:end], together.data[start:end]
        usable = (counts >= _LEAST_TOGETHER) & (others != number)
        others, counts = others[usable], counts[usable]
        score = np.log(counts / (frequency[number] * discounted[others]))
        # Sorted by score and then by number, so that ties fall the same way everywhere.
        ranked = (telling.words[other] for other in others[np.lexsort((others, -score))])
        telling_ones = (other for other in ranked if not _same_sound(word, other, telling.language))
        near = list(islice(telling_ones, NEIGHBOURS))
        if near:
            found[word] = near
    return found


def _same_sound(word: str, other: str, language: str) -> bool:
    """Whether two words meet for their sound, not for their sense: rhymes, or a character in common."""
    return rhymes_in_verse(word, other) if language == "en" else bool(set(word) & set(other))


def _incidence(stanzas: Sequence[Sequence[str]], number: Mapping[str, int]) -> tuple[list[int], list[int]]:
    rows: list[int] = []
    columns: list[int] = []
    for row, words in enumerate(stanzas):
        own = {number[word] for word in words if word in number}
        rows += [row] * len(own)
        columns += sorted(own)
    return rows, columns
