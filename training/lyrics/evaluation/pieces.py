"""Verse as it is compared: what was printed to a prompt, whoever wrote it, and what had been asked of it.

Knows texts alone, so that people's verse, a network's and its rivals' are measured alike.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Self

import numpy as np

_ENGLISH = re.compile(r"'?[a-z]+(?:'[a-z]+)*'?")
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a stanza was to be: which of its lines rhyme, a letter a line, and the syllables of each."""

    scheme: str
    syllables: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """What was written about a scene, lines as printed; a stanza that comes again stands here once.

    `asked` has an entry a stanza, or none where nothing had been asked (people's verse).
    """

    language: str
    scene: tuple[str, ...]
    stanzas: tuple[tuple[str, ...], ...]
    asked: tuple[Asked, ...] = ()

    def __post_init__(self) -> None:
        if self.asked and len(self.asked) != len(self.stanzas):
            raise ValueError("what was asked is said of every stanza")

    @property
    def text(self) -> str:
        return "\n\n".join("\n".join(stanza) for stanza in self.stanzas)

    @property
    def lines(self) -> Iterator[str]:
        return (line for stanza in self.stanzas for line in stanza)

    @property
    def words(self) -> frozenset[str]:
        return frozenset(word for line in self.lines for word in words_of(line, self.language))

    def to_plain(self) -> dict[str, Any]:
        """A dict that `json.dumps` takes."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Self:
        """Read what `to_plain` gave."""
        asked = tuple(Asked(one["scheme"], tuple(one["syllables"])) for one in plain["asked"])
        stanzas = tuple(tuple(stanza) for stanza in plain["stanzas"])
        return cls(plain["language"], tuple(plain["scene"]), stanzas, asked)


@cache
def words_of(line: str, language: str) -> tuple[str, ...]:
    """The words of a printed line in lower case, without marks; of Chinese its characters."""
    found = _CHINESE.findall(line) if language == "zh" else _ENGLISH.findall(line.lower().replace("’", "'"))
    return tuple(found)


def stanza_words(stanza: Sequence[str], language: str) -> list[str]:
    """The words of all lines of a stanza."""
    return [word for line in stanza for word in words_of(line, language)]


def draw_stanzas(pieces: Iterable[Piece], count: int) -> list[tuple[str, ...]]:
    """`count` stanzas of the pieces, drawn by a fixed seed; all of them where there are no more."""
    stanzas = [stanza for piece in pieces for stanza in piece.stanzas]
    if len(stanzas) <= count:
        return stanzas
    drawn = np.random.default_rng(0).choice(len(stanzas), count, replace=False)
    return [stanzas[at] for at in sorted(drawn)]
