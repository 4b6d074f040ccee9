"""Stanzas as they are being written, row after row: what each is held to, has said, and costs.

Knows token ids, which of them begin words, and what may come next; neither networks nor how one is chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from models.lyrics.metre import SMALL_WORDS
from models.lyrics.pairs import Pairs
from models.lyrics.scenes import STOP_WORDS
from models.lyrics.stanzas import JOINT
from models.lyrics.vocabulary import EOL, WORD_START, Vocabulary
from models.lyrics.wishes import Wish, Wishes

Rows = NDArray[np.float32]
"""(R, V) log-probabilities."""

_UNTELLING = STOP_WORDS | SMALL_WORDS


class Hold(Protocol):
    """Where one row stands under its constraints. Never changed, so that beams can share it."""

    @property
    def finished(self) -> bool: ...

    def allowed(self) -> NDArray[np.bool_]:
        """(V,) which tokens may come next; none where no word is left for a rhyme."""
        ...

    @property
    def beside(self) -> tuple[str, str | None] | None:
        """What a word that begins now would stand before, and what is after that (see `Pairs`); None where
        that tells nothing.
        """
        ...

    def after(self, token: int) -> "Hold": ...


class Constraint(Protocol):
    """What one stanza is held to."""

    def start(self) -> Hold: ...


@dataclass(frozen=True, slots=True)
class Words:
    """(V,) each: the tokens that begin a word, those of them that begin a telling one, and all that words are
    made of; what a mark costs inside a line; and which words were read side by side.
    """

    begins: NDArray[np.bool_]
    telling: NDArray[np.bool_]
    pieces: NDArray[np.bool_]
    marks: NDArray[np.float32]
    pairs: Pairs | None = None

    @classmethod
    def of(cls, vocabulary: Vocabulary, pairs: Pairs | None = None) -> Self:
        ids = range(len(vocabulary))
        begins = [vocabulary.starts_word(token) for token in ids]
        small = [vocabulary.names[token].removeprefix(WORD_START) in _UNTELLING for token in ids]
        return cls(
            np.array(begins),
            np.array([first and not little for first, little in zip(begins, small, strict=True)]),
            np.array([vocabulary.is_piece(token) for token in ids]),
            np.array(
                [vocabulary.is_mark(token) * (1.0 + (vocabulary.names[token] == JOINT)) for token in ids],
                np.float32,
            ),
            pairs,
        )

    def repeated(self, tokens: Sequence[int]) -> list[int]:
        """The tokens that would repeat three pieces in a row of `tokens`, of at least two words."""
        if len(tokens) < 3 or not all(self.pieces[token] for token in tokens[-2:]):
            return []
        one, two = tokens[-2:]
        begun = int(self.begins[one]) + int(self.begins[two])
        thirds = (
            tokens[at + 2] for at in range(len(tokens) - 2) if tokens[at] == one and tokens[at + 1] == two
        )
        return [third for third in thirds if self.pieces[third] and begun + int(self.begins[third]) >= 2]


@dataclass(frozen=True, slots=True)
class Told:
    """(R, V) each of what follows some rows: log-probabilities, the same with guidance and bonus, and how
    much the keywords add.
    """

    likely: Rows
    steered: Rows
    gain: Rows | None


@dataclass(frozen=True, slots=True)
class Task:
    """One stanza to write: its source, which of its tokens are keywords', the constraints it starts under,
    the words wished for, the first pieces of telling words that were `said` before, and the seed of its
    chances.
    """

    source: Sequence[int]
    copyable: Sequence[bool]
    hold: Hold
    wishes: tuple[Wish, ...] = ()
    said: frozenset[int] = frozenset()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """A row as it was written: -log p of its tokens by the network alone, what it was chosen by, how much
    likelier the keywords make it (where there is guidance), how many lines are done, and the telling words'
    first pieces that were said.
    """

    tokens: tuple[int, ...]
    nats: float
    score: float
    hold: Hold
    wishes: Wishes
    gain: float = 0.0
    line: int = 0
    said: frozenset[int] = frozenset()

    @classmethod
    def nothing(cls, task: Task) -> Self:
        return cls((), 0.0, 0.0, task.hold, Wishes(task.wishes), said=task.said)

    @property
    def normalised(self) -> float:
        """The score of beam search: longer rows are not punished for their length (Wu et al. 2016)."""
        return self.score / ((5 + len(self.tokens)) / 6) ** 0.6

    def with_token(self, token: int, told: "Told", at: int, words: Words) -> "Written":
        """A token more; `at` is this row's place among those told."""
        return Written(
            (*self.tokens, token),
            self.nats - float(told.likely[at, token]),
            self.score + float(told.steered[at, token]),
            self.hold.after(token),
            self.wishes.after(token),
            self.gain + (0.0 if told.gain is None else float(told.gain[at, token])),
            self.line + (token == EOL),
            self.said | {token} if words.telling[token] and token not in self.said else self.said,
        )

    def allowed(self, words: Words) -> NDArray[np.bool_]:
        """(V,) what may come: not what repeats, unless nothing else is left."""
        allowed = self.hold.allowed()
        repeated = words.repeated(self.tokens)
        if not repeated:
            return allowed
        fresh = allowed.copy()
        fresh[repeated] = False
        return fresh if fresh.any() else allowed
