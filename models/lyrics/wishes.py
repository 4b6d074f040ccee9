"""The words that a stanza is wished to say: when each is due, and which piece brings one nearer.

Knows token ids, not networks.
"""

from dataclasses import dataclass

_EARLY = 0.15
_IMPATIENCE = 0.75
_MOST_IMPATIENT = 2.5
"""How much a word is wished for before it is due, more with each line after, and at most."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A word wished for: the pieces of each of its forms, any of which will do, and the line it is due in."""

    spellings: tuple[tuple[int, ...], ...]
    due: int = 0

    def weight(self, line: int) -> float:
        """How much it is wished for in a line: more and more, once it is due."""
        return min(1.0 + _IMPATIENCE * (line - self.due), _MOST_IMPATIENT) if line >= self.due else _EARLY


@dataclass(frozen=True, slots=True)
class Wishes:
    """The words still wished for, and those begun: the wish and the pieces that are missing."""

    waiting: tuple[Wish, ...]
    begun: tuple[tuple[Wish, tuple[int, ...]], ...] = ()

    def next_pieces(self, line: int = 0) -> dict[int, float]:
        """What brings a wish nearer, and how much it is wished for."""
        if not self.waiting:
            return {}
        found = {missing[0]: _MOST_IMPATIENT for _, missing in self.begun}
        for wish in self.waiting:
            for spelling in wish.spellings:
                found[spelling[0]] = max(found.get(spelling[0], 0.0), wish.weight(line))
        return found

    def after(self, token: int) -> "Wishes":
        if not self.waiting:
            return self
        started = [(wish, spelling) for wish in self.waiting for spelling in wish.spellings]
        gone_on = [(wish, rest[1:]) for wish, rest in (*started, *self.begun) if rest[0] == token]
        if not gone_on and not self.begun:
            return self
        granted = [wish for wish, missing in gone_on if not missing]
        waiting = tuple(wish for wish in self.waiting if wish not in granted)
        return Wishes(waiting, tuple(part for part in gone_on if part[1] and part[0] not in granted))
