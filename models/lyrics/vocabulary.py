"""Tokens: their numbers, their names, and words cut into pieces. One vocabulary a language, kept in one file.

Ids run PAD, BOS, EOS, EOL, SEP, then the control tokens, the punctuation marks and the pieces.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Self

PAD, BOS, EOS, EOL, SEP = range(5)
FIXED = ("<pad>", "<bos>", "<eos>", "<eol>", "<sep>")
WORD_START = "▁"
"""What an English word's first piece begins with; Chinese characters have none."""

VOCABULARY_FILE = "vocabulary.json"


class Vocabulary:
    """Token ids of one language, and back.

    `pieces` of English stand in the order byte-pair encoding made them, so that an earlier one is merged
    first; of Chinese they are characters. `shown` are words that are not shown in lower case: `london`
    London.
    """

    def __init__(
        self,
        language: str,
        controls: Sequence[str],
        marks: Sequence[str],
        pieces: Sequence[str],
        shown: Mapping[str, str],
    ) -> None:
        self.language = language
        self.controls = tuple(controls)
        self.marks = tuple(marks)
        self.pieces = tuple(pieces)
        self.shown = dict(shown)
        self.names = (*FIXED, *self.controls, *self.marks, *self.pieces)
        self._ids = {name: number for number, name in enumerate(self.names)}
        if len(self._ids) != len(self.names):
            raise ValueError("two tokens have the same name")
        self._first_mark = len(FIXED) + len(self.controls)
        self.first_piece = self._first_mark + len(self.marks)
        self._encode = lru_cache(maxsize=200_000)(self._cut)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: str) -> bool:
        return name in self._ids

    def id_of(self, name: str) -> int:
        """The id of a control token, a mark or a piece. Raises KeyError for an unknown one."""
        return self._ids[name]

    def is_mark(self, token: int) -> bool:
        return self._first_mark <= token < self.first_piece

    def is_piece(self, token: int) -> bool:
        return token >= self.first_piece

    def is_control(self, token: int) -> bool:
        return len(FIXED) <= token < self._first_mark

    def starts_word(self, token: int) -> bool:
        return self.is_piece(token) and (self.language == "zh" or self.names[token].startswith(WORD_START))

    def encode_word(self, word: str) -> tuple[int, ...]:
        """The pieces of one word in any case (English) or of one or more characters (Chinese).

        Empty where a letter or character is unknown.
        """
        return self._encode(word.lower())

    def decode_word(self, tokens: Iterable[int]) -> str:
        """The word that pieces spell, as it is shown in the middle of a line."""
        word = "".join(self.names[token] for token in tokens).removeprefix(WORD_START)
        return self.shown.get(word, word)

    def decode(self, tokens: Iterable[int]) -> str:
        """Token names with spaces between, for people to look at."""
        return " ".join(self.names[token] for token in tokens)

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {piece: rank for rank, piece in enumerate(self.pieces)}

    def _cut(self, word: str) -> tuple[int, ...]:
        parts = list(word) if self.language == "zh" else [WORD_START, *word]
        if not word or any(part not in self._ranks for part in parts):
            return ()
        if self.language != "zh":
            parts = _merge(parts, self._ranks)
        return tuple(self._ids[part] for part in parts)

    def save(self, path: Path) -> None:
        plain = {
            "language": self.language,
            "size": len(self),
            "controls": self.controls,
            "marks": self.marks,
            "shown": dict(sorted(self.shown.items())),
            "pieces": self.pieces,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(plain, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        plain: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(plain["language"], plain["controls"], plain["marks"], plain["pieces"], plain["shown"])


def _merge(parts: list[str], ranks: Mapping[str, int]) -> list[str]:
    """Byte-pair encoding: join the neighbours whose piece is of the lowest rank until none are left."""
    while len(parts) > 1:
        best = min(
            range(len(parts) - 1), key=lambda at: (ranks.get(parts[at] + parts[at + 1], len(ranks)), at)
        )
        if parts[best] + parts[best + 1] not in ranks:
            break
        parts = [*parts[:best], parts[best] + parts[best + 1], *parts[best + 2 :]]
    return parts
