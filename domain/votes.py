"""What a person says of a work, and what stands of it: the rule by which marks become one vote.

Pure: knows neither where marks are kept nor who makes them. A mark is a reaction that stands under a message,
or what was said last by a button. Of those that count, the newest is the vote; when it is taken away, the
newest that is left is. Pressing a button that says what stands already takes all back: then no mark counts,
though Discord may still show a reaction, until it is removed and made anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

VOTE = (1, 5)
"""Lowest and highest vote; a thumb down and up are the same two."""

BUTTONS = 0
"""In place of a message's id: what buttons say is said of the work, whichever message they are under."""


class Scale(StrEnum):
    """What a vote was given on. A 5 of five and a thumb up are one value, and not quite one opinion."""

    THUMBS = "thumbs"
    DIGITS = "digits"


class Sign(StrEnum):
    """What a mark says, as its emoji without a skin tone."""

    UP = "👍"
    DOWN = "👎"
    ONE = "1\N{COMBINING ENCLOSING KEYCAP}"
    TWO = "2\N{COMBINING ENCLOSING KEYCAP}"
    THREE = "3\N{COMBINING ENCLOSING KEYCAP}"
    FOUR = "4\N{COMBINING ENCLOSING KEYCAP}"
    FIVE = "5\N{COMBINING ENCLOSING KEYCAP}"
    STAR = "⭐"

    @property
    def vote(self) -> int | None:
        """1 to 5; None for the star, which saves and does not rate."""
        return _VOTES.get(self)

    @property
    def scale(self) -> Scale:
        return Scale.THUMBS if self in (Sign.UP, Sign.DOWN) else Scale.DIGITS

    def is_like(self, other: "Sign") -> bool:
        """Whether one takes the place of the other: votes do, and the star stands by itself."""
        return (self.vote is None) == (other.vote is None)


DIGITS = (Sign.ONE, Sign.TWO, Sign.THREE, Sign.FOUR, Sign.FIVE)
"""By their value, from 1."""

_VOTES = {**{sign: value for value, sign in enumerate(DIGITS, 1)}, Sign.DOWN: VOTE[0], Sign.UP: VOTE[1]}

_DRESS = dict.fromkeys([0xFE0F, *range(0x1F3FB, 0x1F3FF + 1)])
"""What an emoji may wear and still be the same: the sign that asks for colour, and the five skin tones."""


def undressed(emoji: str) -> str:
    """The emoji without skin tone and variation selector."""
    return emoji.translate(_DRESS)


def sign_of(emoji: str) -> Sign | None:
    """What an emoji says of a work; None where it says nothing."""
    try:
        return Sign(undressed(emoji))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Mark:
    """One person's reaction under a message, or what a button said; one that does not count is only known."""

    message_id: int
    emoji: str
    counts: bool = True

    @property
    def sign(self) -> Sign:
        return Sign(undressed(self.emoji))

    def is_at(self, message_id: int, emoji: str) -> bool:
        return (self.message_id, self.emoji) == (message_id, emoji)


Marks = tuple[Mark, ...]
"""All marks of one person on one work, oldest first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What comes of a person's marks on a work."""

    vote: Sign | None = None
    saved: bool = False


def standing(marks: Marks) -> Standing:
    counting = [mark.sign for mark in marks if mark.counts]
    votes = [sign for sign in counting if sign.vote is not None]
    return Standing(vote=votes[-1] if votes else None, saved=Sign.STAR in counting)


def reacted(marks: Marks, message_id: int, emoji: str) -> Marks:
    """With a reaction that was added; one that stands already stays as it is, as events may come twice."""
    if any(mark.is_at(message_id, emoji) for mark in marks):
        return marks
    return (*marks, Mark(message_id, emoji))


def unreacted(marks: Marks, message_id: int, emoji: str | None = None) -> Marks:
    """Without a reaction, or without all of that message's."""
    return tuple(
        mark for mark in marks if mark.message_id != message_id or (emoji is not None and mark.emoji != emoji)
    )


def said(marks: Marks, sign: Sign) -> Marks:
    """With what was said by a button last: it takes the place of what another button said."""
    others = (mark for mark in marks if mark.message_id != BUTTONS or not mark.sign.is_like(sign))
    return (*others, Mark(BUTTONS, sign))


def taken_back(marks: Marks, sign: Sign) -> Marks:
    """With nothing counting of all that is like this sign, reactions included."""
    return tuple(
        replace(mark, counts=False) if mark.sign.is_like(sign) else mark
        for mark in marks
        if mark.message_id != BUTTONS or not mark.sign.is_like(sign)
    )


def pressed(marks: Marks, sign: Sign) -> Marks:
    """After a press of the sign's button: said, or taken back where it is what stands."""
    now = standing(marks)
    stands = now.saved if sign is Sign.STAR else now.vote is sign
    return taken_back(marks, sign) if stands else said(marks, sign)


def read_back(marks: Marks, message_id: int, emojis: Iterable[str]) -> Marks:
    """With this message's reactions as they are found to stand, which may be others than were told of.

    In which order new ones were made can't be known; they are taken in the order given.
    """
    found = list(emojis)
    kept = tuple(mark for mark in marks if mark.message_id != message_id or mark.emoji in found)
    for emoji in found:
        kept = reacted(kept, message_id, emoji)
    return kept
