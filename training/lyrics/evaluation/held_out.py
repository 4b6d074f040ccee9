"""People's stanzas as they were prepared for teaching, by number: their text and what they are about.

Reads the arrays of one split; the stanzas held out are those of authors that no network was taught with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.lyrics.lemmas import lemma
from models.lyrics.stanzas import read_target
from models.lyrics.vocabulary import EOL, VOCABULARY_FILE, Vocabulary
from training.lyrics.encoding import Encoded
from training.lyrics.evaluation.pieces import Piece

Tokens = NDArray[np.int64]

LINES = 4
"""Of the stanzas that are compared, so that no figure depends on their length."""


@dataclass(frozen=True)
class Stanzas:
    """The stanzas of a split."""

    encoded: Encoded
    vocabulary: Vocabulary

    @classmethod
    def load(cls, folder: Path, split: str) -> "Stanzas":
        """Those prepared in `folder`. Raises FileNotFoundError where nothing was."""
        return cls(Encoded.load(folder / f"{split}.npz"), Vocabulary.load(folder / VOCABULARY_FILE))

    def __len__(self) -> int:
        return len(self.encoded.weight)

    def target(self, row: int) -> Tokens:
        start = self.encoded.target_ends[row - 1] if row else 0
        return self.encoded.target[start : self.encoded.target_ends[row]].astype(np.int64)

    def targets(self, rows: Sequence[int] | Tokens) -> list[Tokens]:
        return [self.target(int(row)) for row in rows]

    def text(self, row: int) -> str:
        """The stanza in print."""
        return read_target(self.target(row).tolist(), self.vocabulary).text()

    @cached_property
    def keywords(self) -> tuple[str, ...]:
        """Every word that a stanza may be about, by its number."""
        decode = self.vocabulary.decode_word
        return tuple(
            decode([piece for piece in pieces if piece]).lower() for pieces in self.encoded.pieces.tolist()
        )

    def telling_words(self, row: int) -> list[str]:
        """What a stanza is about, the most telling word first; of several forms of a word one."""
        found: dict[str, str] = {}
        for number in self.encoded.candidates[row].tolist():
            if number >= 0:
                word = self.keywords[number]
                found.setdefault(lemma(word) if self.vocabulary.language == "en" else word, word)
        return list(found.values())

    @cached_property
    def line_counts(self) -> NDArray[np.int64]:
        """(N,) lines of each stanza."""
        ends = self.encoded.target_ends
        passed = np.concatenate([[0], np.cumsum(self.encoded.target == EOL)])[ends]
        return np.diff(passed, prepend=0)

    def usual(self) -> Tokens:
        """The rows of stanzas like those that are written: of four lines, English ones modern, and about
        something.
        """
        fits = (self.line_counts == LINES) & (self.encoded.candidates[:, 0] >= 0)
        if self.vocabulary.language == "en":
            modern = self.encoded.controls == self.vocabulary.id_of("<modern>")
            passed = np.concatenate([[0], np.cumsum(modern)])[self.encoded.controls_ends]
            fits &= np.diff(passed, prepend=0) > 0
        return np.flatnonzero(fits)

    def piece(self, row: int, scene: Sequence[str]) -> Piece:
        """A stanza as a piece of its own."""
        return Piece(self.vocabulary.language, tuple(scene), (tuple(self.text(row).split("\n")),))


def people(stanzas: Stanzas, count: int) -> list[Piece]:
    """`count` stanzas drawn by a fixed seed, each under up to four of its telling words."""
    rows = stanzas.usual()
    random = np.random.default_rng([1, len(rows)])
    drawn = sorted(random.choice(rows, min(count, len(rows)), replace=False))
    return [
        stanzas.piece(int(row), stanzas.telling_words(int(row))[: int(random.integers(1, 5))])
        for row in drawn
    ]
