"""A seed: music that somebody keeps under a name, to have pieces begin with it.

Says what may be kept and what it may be called. Knows nothing of whose it is and where it lies.
"""

import unicodedata
from dataclasses import dataclass
from typing import Self

from domain.errors import BadRequest, Reason
from domain.score import Score
from domain.transformations import Source

MAX_NAME = 32
"""Characters, once composed (NFC)."""

NOTES = (4, 2000)
"""How many notes a seed has: of fewer nothing can be made, and more are no seed."""

_JOINERS = "\u200c\u200d"
"""Formatting characters that words (in Persian, say) and emoji need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """Music under a name, both within the limits."""

    name: str
    source: Source

    @classmethod
    def of(cls, name: str, source: Source) -> Self:
        """A seed called `name`, as typed.

        Raises BadRequest (SEED_NAME_EMPTY, SEED_NAME_TOO_LONG, SEED_NAME_UNFIT, SEED_TOO_FEW_NOTES,
        SEED_TOO_MANY_NOTES).
        """
        return cls(name=clean_name(name), source=source)

    def __post_init__(self) -> None:
        check_notes(count_notes(self.source.score))

    @property
    def key(self) -> str:
        """What other names must differ from."""
        return name_key(self.name)


def clean_name(typed: str) -> str:
    """A seed's name as it is kept and shown: composed (NFC), without spaces around it or doubled.

    Raises BadRequest (SEED_NAME_EMPTY, SEED_NAME_TOO_LONG, SEED_NAME_UNFIT) for what is no name: nothing
    that can be seen, too much, or characters that would break the line or its direction.
    """
    name = " ".join(word for word in unicodedata.normalize("NFC", typed).split(" ") if word)
    if any(_is_unfit(letter) for letter in name):
        raise BadRequest(Reason.SEED_NAME_UNFIT)
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in name):
        raise BadRequest(Reason.SEED_NAME_EMPTY)
    if len(name) > MAX_NAME:
        raise BadRequest(Reason.SEED_NAME_TOO_LONG, value=len(name), limit=MAX_NAME)
    return name


def name_key(typed: str) -> str:
    """The same for names that people take for the same: by case, width and composition (NFKC, case folded).

    Never raises: of what is no name, it is a key that no seed has.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold())
    return " ".join("".join(letter for letter in folded if letter not in _JOINERS).split())


def check_notes(count: int) -> None:
    """Raises BadRequest (SEED_TOO_FEW_NOTES, SEED_TOO_MANY_NOTES) for so many notes."""
    low, high = NOTES
    if count < low:
        raise BadRequest(Reason.SEED_TOO_FEW_NOTES, value=count, limit=low)
    if count > high:
        raise BadRequest(Reason.SEED_TOO_MANY_NOTES, value=count, limit=high)


def count_notes(score: Score) -> int:
    """Those of all parts together."""
    return sum(len(part.notes) for part in score.parts)


def _is_unfit(letter: str) -> bool:
    """Control, formatting, private and unassigned characters, lone surrogates, and separators of lines."""
    category = unicodedata.category(letter)
    return (category[0] == "C" and letter not in _JOINERS) or category in ("Zl", "Zp")
