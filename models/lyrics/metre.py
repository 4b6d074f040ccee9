"""Which metre a line of English verse is in, and how regular it is.

Polysyllables have the stress that the dictionary gives them; words of one syllable bend, small words to weak
positions and the others to strong ones. Knows nothing of melody.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from models.lyrics.pronouncing import stresses, syllables

METRES = ("iambic", "trochaic", "anapaestic", "dactylic", "mixed")
"""What a line or a stanza may be in; `mixed` where no other fits."""

_SMALL_WORDS = (
    "a an the and or nor but if as than that so of to in on at by for from with into upon over under "
    "through o'er 'mid is am are was were be been has have had do does did will would shall should can "
    "could may might must i you he she it we they me him her us them my your his its our their thy "
    "thine thee thou ye who whom whose which what this these those some no not there then when where "
    "while till it's i'm 'tis 'twas i'll he's she's we'll they'll let o oh ah hath doth ere out up down "
    "like such all each"
)
SMALL_WORDS = frozenset(_SMALL_WORDS.split())

_STRONG = {"1": 0.0, "2": 0.05, "m": 0.0, "f": 0.25, "0": 0.5}
"""What a syllable costs in a strong position: stressed, half so, a word of one, a small one, unstressed."""
_WEAK = {"1": 1.0, "2": 0.4, "m": 0.3, "f": 0.0, "0": 0.0}

_INVERSION = 0.25
_REGULAR = 0.16
"""Mean cost a syllable up to which a line counts as regular."""

_FEET = {"iambic": ((2, 1),), "trochaic": ((2, 0),), "anapaestic": ((3, 2), (3, 1)), "dactylic": ((3, 0),)}
"""Period and first strong position; a foot of three may lack its first weak syllable."""
_TERNARY = 0.02
"""What feet of three cost more a syllable: they fit short lines by chance."""


@dataclass(frozen=True, slots=True)
class Scansion:
    """The best metre of a line and its cost a syllable (0 perfect, about 0.3 chance)."""

    metre: str
    cost: float

    @property
    def regular(self) -> bool:
        return self.cost <= _REGULAR


def stress_code(words: Sequence[str]) -> str:
    """A sign a syllable: 0, 1, 2 inside longer words, `m` for a word of one syllable, `f` for a small one."""
    return "".join(_word_code(word) for word in words)


@cache
def _word_code(word: str) -> str:
    word = word.lower()
    count = syllables(word)
    if count == 1:
        return "f" if word in SMALL_WORDS else "m"
    return stresses(word) or "m" + "0" * (count - 1)


def scan(words: Sequence[str]) -> Scansion:
    """The metre that a line's words fit best; `mixed` where none does well."""
    return _scan(stress_code(words))


@cache
def _scan(code: str) -> Scansion:
    if not code:
        return Scansion("mixed", 1.0)
    costs = {metre: _metre_cost(code, metre) for metre in _FEET}
    best = min(costs, key=lambda metre: (costs[metre], METRES.index(metre)))
    return Scansion(best if costs[best] <= _REGULAR else "mixed", costs[best])


def _metre_cost(code: str, metre: str) -> float:
    costs = [_cost(code, period, first) for period, first in _FEET[metre]]
    if metre == "iambic" and len(code) >= 4:
        costs.append(_inverted(code))
    return min(costs) / len(code) + (_TERNARY if metre in ("anapaestic", "dactylic") else 0.0)


def _cost(code: str, period: int, first: int) -> float:
    return sum((_STRONG if at % period == first else _WEAK)[sign] for at, sign in enumerate(code))


def _inverted(code: str) -> float:
    """An iambic line that opens with a trochee: `Over the hills`."""
    return _INVERSION + _STRONG[code[0]] + _WEAK[code[1]] + _cost(code[2:], 2, 1)


def scan_stanza(lines: Sequence[Sequence[str]]) -> str:
    """The metre of at least three fifths of the lines; else `mixed`."""
    counts = Counter(scan(line).metre for line in lines)
    metre, count = max(counts.items(), key=lambda item: (item[1], -METRES.index(item[0])))
    return metre if count >= 0.6 * len(lines) else "mixed"
