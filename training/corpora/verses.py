"""Verse as prepared: stanzas with their tags, split by author, and the file that keeps them between commands.

The rows of a poem follow each other in order. Knows neither tokens nor where the verse is from.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from sys import intern
from typing import Any

from models.lyrics.stanzas import MARKS, Line, Stanza
from training.corpora.json_lines import load_json_lines, save_json_lines

SPLITS = ("train", "valid", "test")
_SPLIT_ENDS = (("test", 0.04), ("valid", 0.06), ("train", 1.0))
GRAM_WORDS = {"en": 6, "zh": 8}
"""Words (Chinese: characters) in a row that no held-out stanza shares with the training set."""


@dataclass(frozen=True, slots=True)
class Verse:
    """A stanza of at most eight lines and what is known of it.

    `follows` says that the verse before it in the file is the one before it in its poem. `form`, `tune` and
    `half` are as in a StanzaPlan.
    """

    language: str
    author: str
    split: str
    stanza: Stanza
    scheme: str
    follows: bool = False
    register: str = "modern"
    sacred: bool = False
    nature: bool = False
    metre: str = ""
    form: str = ""
    tune: str = ""
    half: int = 0

    @property
    def words(self) -> tuple[str, ...]:
        """All words in lower case."""
        return tuple(word.lower() for line in self.stanza.lines for word in line.words)


def split_of(author: str) -> str:
    """The split all verse of an author goes to, by a hash of the name."""
    share = int.from_bytes(hashlib.sha256(author.encode()).digest()[:4]) / 2**32
    return next(split for split, end in _SPLIT_ENDS if share < end)


def decontaminated(verses: Sequence[Verse]) -> list[Verse]:
    """Without the held-out stanzas that share a run of words with a training one, or repeat each other.

    A verse whose predecessor goes no longer follows it.
    """
    held_out = {gram for verse in verses if verse.split != "train" for gram in _grams(verse)}
    seen = {gram for verse in verses if verse.split == "train" for gram in _grams(verse) if gram in held_out}
    kept: list[Verse] = []
    last_went = False
    for verse in verses:
        goes = verse.split != "train" and any(gram in seen for gram in _grams(verse))
        if not goes:
            kept.append(replace(verse, follows=False) if last_went else verse)
            if verse.split == "valid":
                # What choosing looked at may not come back in the test either.
                seen.update(_grams(verse))
        last_went = goes
    return kept


def _grams(verse: Verse) -> Iterator[str]:
    size = GRAM_WORDS[verse.language]
    words = verse.words
    return (" ".join(words[at : at + size]) for at in range(len(words) - size + 1))


def save_verses(path: Path, verses: Iterable[Verse]) -> None:
    """Write verses as gzipped JSON lines, replacing `path` in one step."""
    save_json_lines(path, map(_to_plain, verses))


def load_verses(path: Path) -> Iterator[Verse]:
    """Read what `save_verses` wrote. Raises FileNotFoundError when the verse was never prepared."""
    return map(_from_plain, load_json_lines(path))


def _to_plain(verse: Verse) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "language": verse.language,
        "author": verse.author,
        "split": verse.split,
        "lines": [_plain_line(line) for line in verse.stanza.lines],
        "scheme": verse.scheme,
        "register": verse.register,
    }
    # What is usual stays unsaid: half a million rows.
    for name in ("follows", "sacred", "nature", "metre", "form", "tune", "half"):
        value = getattr(verse, name)
        if value:
            plain[name] = value
    return plain


def _from_plain(plain: dict[str, Any]) -> Verse:
    lines = tuple(_line_from_plain(line) for line in plain.pop("lines"))
    return Verse(stanza=Stanza(lines), **plain)


def _plain_line(line: Line) -> str:
    """Words and marks with spaces between: `And , so - called , nothing .`."""
    return " ".join(
        f"{word} {mark}" if mark else word for word, mark in zip(line.words, line.marks, strict=True)
    )


def _line_from_plain(plain: str) -> Line:
    words: list[str] = []
    marks: list[str] = []
    for token in plain.split(" "):
        if token in _ALL_MARKS:
            marks[-1] = intern(token)
        else:
            words.append(intern(token))
            marks.append("")
    return Line(tuple(words), tuple(marks))


_ALL_MARKS = frozenset(mark for marks in MARKS.values() for mark in marks)
