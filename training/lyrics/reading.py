"""What was read in teaching as small tables: words that came together, runs that may not be quoted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.lyrics.lexicon import Spelt
from models.lyrics.packing import save_sorted
from models.lyrics.pairs import END, PAIRS_FILE, TRIPLES_FILE, Pairs
from models.lyrics.quotations import QUOTATIONS_FILE, RUN_WORDS, Quotations, run_numbers, word_number
from models.lyrics.stanzas import MARKS
from models.lyrics.vocabulary import Vocabulary
from training.corpora.verses import Verse

_LEAST_TOGETHER = {"en": 2, "zh": 2}
"""How often a pair has to come to be one."""
_LEAST_READ = 2
"""How often a run has to come to be one most at risk."""

_NEITHER = -1
_LINE, _STANZA, _JOINED = 0, 1, 2
_FIRST_WORD = 3


@dataclass(frozen=True, slots=True)
class Read:
    """Stanzas laid end to end as numbers (N,): those of `words` (from 3 on), of ends of lines and stanzas,
    and of hyphens. Marks count as ends of lines.
    """

    words: tuple[str, ...]
    spoken: NDArray[np.int32]


def read(stanzas: Iterable[Sequence[str]], language: str) -> Read:
    """Stanzas as lines of words and marks with spaces between."""
    marks = dict.fromkeys(MARKS[language], _LINE) | {"-": _JOINED}
    numbers: dict[str, int] = {"\n": _LINE, "\f": _STANZA, "-": _JOINED}
    flat: list[NDArray[np.int32]] = []
    for lines in stanzas:
        tokens = " \n ".join(lines).lower().split(" ")
        own = [
            marks[token] if token in marks else numbers.setdefault(token, len(numbers)) for token in tokens
        ]
        flat.append(np.array([*own, _LINE, _STANZA], np.int32))
    return Read(tuple(numbers)[_FIRST_WORD:], np.concatenate(flat))


def pairs_of(material: Read, words: Sequence[Spelt], language: str) -> Pairs:
    """The pairs among `words` that came together often enough."""
    place = {word.text: number for number, (word, _) in enumerate(words)}
    end = len(words)
    ends = [end, _NEITHER, _NEITHER]
    mapped = np.array([*ends, *(place.get(word, _NEITHER) for word in material.words)], np.int64)
    tokens = mapped[material.spoken]
    first, second = tokens[:-1], tokens[1:]
    there = (first >= 0) & (first < end) & (second >= 0)
    codes, counts = np.unique(first[there] * (end + 1) + second[there], return_counts=True)
    kept = codes[counts >= _LEAST_TOGETHER[language]]
    return Pairs.of(words, np.stack(np.divmod(kept, end + 1), axis=1))


def triples_of(material: Read, language: str) -> NDArray[np.uint32]:
    """The numbers of the runs of three words, or of two and an end, that came often enough, in order."""
    spoken = material.spoken
    hashes = np.array([word_number(END), 0, 0, *map(word_number, material.words)], np.uint64)
    said = spoken >= _FIRST_WORD
    whole = said[:-2] & said[1:-1] & (said[2:] | (spoken[2:] == _LINE))
    found, counts = np.unique(run_numbers(hashes[spoken], 3)[whole], return_counts=True)
    return found[counts >= _LEAST_TOGETHER[language]]


def quotations_of(material: Read, language: str) -> Quotations:
    """The runs of words within a stanza that came more than once."""
    hashes = np.array([0, 0, 0, *map(word_number, material.words)], np.uint64)
    said = material.spoken[(material.spoken == _STANZA) | (material.spoken >= _FIRST_WORD)]
    size = RUN_WORDS[language]
    numbers = run_numbers(hashes[said], size)
    over = np.concatenate([[0], np.cumsum(said == _STANZA)])
    within = over[size:] == over[: len(over) - size]
    found, counts = np.unique(numbers[within], return_counts=True)
    return Quotations(language, found[counts >= _LEAST_READ])


def tell_reading(material: Read, words: Sequence[Spelt], vocabulary: Vocabulary, folder: Path) -> None:
    """Write both tables into the folder that a language is prepared in."""
    pairs_of(material, words, vocabulary.language).save(folder / PAIRS_FILE)
    save_sorted(folder / TRIPLES_FILE, triples_of(material, vocabulary.language))
    quotations_of(material, vocabulary.language).save(folder / QUOTATIONS_FILE)


def plain_lines(verse: Verse) -> list[str]:
    """A stanza's lines, words and marks with spaces between."""
    return [
        " ".join(
            f"{word} {mark}" if mark else word for word, mark in zip(line.words, line.marks, strict=True)
        )
        for line in verse.stanza.lines
    ]
