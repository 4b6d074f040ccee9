"""What is good about a stanza, in numbers, and what may not be printed: how the best candidate is found.

Knows stanzas and the scene; not how they were written.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from models.lyrics.lemmas import lemma
from models.lyrics.metre import SMALL_WORDS, scan
from models.lyrics.pairs import Pairs
from models.lyrics.quotations import Quotations
from models.lyrics.safety import is_safe
from models.lyrics.scenes import STOP_WORDS
from models.lyrics.stanzas import Line, Stanza

_SMALL = STOP_WORDS | SMALL_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What each merit counts, in nats a token."""

    likelihood: float = 0.5
    relevance: float = 0.7
    wishes: float = 1.6
    strange: float = 0.25
    unusual: float = 0.06
    metre: float = 0.7
    repetition: float = 0.18
    opening: float = 0.15
    quotation: float = 5.0
    unsafe: float = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Merits:
    """Of one stanza: nats a token, how much of that its keywords explain, shares (0 to 1) of the wishes that
    came true and of the lines that keep their metre, and counts of what should not be.
    """

    nats: float
    relevance: float
    wishes: float
    metre: float
    strange: int
    unusual: int
    repetitions: int
    openings: int
    quotations: int
    safe: bool

    def total(self, weights: Weights) -> float:
        """The greater the better."""
        return (
            -weights.likelihood * self.nats
            + weights.relevance * self.relevance
            + weights.wishes * self.wishes
            + weights.metre * self.metre
            - weights.strange * self.strange
            - weights.unusual * self.unusual
            - weights.repetition * self.repetitions
            - weights.opening * self.openings
            - weights.quotation * self.quotations
            - (0.0 if self.safe else weights.unsafe)
        )


def merits_of(
    stanza: Stanza,
    before: Sequence[Line],
    *,
    language: str,
    nats: float,
    relevance: float,
    wishes: float,
    quotations: Quotations,
    pairs: Pairs | None = None,
) -> Merits:
    """What a stanza is worth after the lines `before` it."""
    text = "\n".join(line.text() for line in (*before, *stanza.lines))
    return Merits(
        nats=nats,
        relevance=relevance,
        wishes=wishes,
        metre=metre_share(stanza.lines) if language == "en" else 1.0,
        strange=strange_pairs(stanza.lines, pairs),
        unusual=unusual_runs(stanza.lines, pairs),
        repetitions=repetitions(stanza.lines, before, language),
        openings=openings(stanza.lines, before),
        quotations=quotations.count([word.lower() for line in stanza.lines for word in line.words]),
        safe=is_safe(text),
    )


def metre_share(lines: Sequence[Line]) -> float:
    """The share of lines that are iambic or trochaic."""
    scanned = [scan([word.lower() for word in line.words]) for line in lines]
    return sum(one.regular and one.metre in ("iambic", "trochaic") for one in scanned) / len(scanned)


def strange_pairs(lines: Sequence[Line], pairs: Pairs | None) -> int:
    """How many pairs of neighbouring words were never read."""
    if pairs is None:
        return 0
    return sum(pairs.strange([word.lower() for word in line.words], line.marks) for line in lines)


def unusual_runs(lines: Sequence[Line], pairs: Pairs | None) -> int:
    """How many runs of three words were never read."""
    if pairs is None:
        return 0
    return sum(pairs.unusual([word.lower() for word in line.words], line.marks) for line in lines)


def repetitions(lines: Sequence[Line], before: Sequence[Line], language: str) -> int:
    """How often a telling word of `before` comes again, and how often one of `lines` is said beside itself:
    two for a word said twice, six for one said three times.
    """
    own = Counter(_telling(lines, language))
    earlier = set(_telling(before, language))
    return sum(count * (count - 1) for count in own.values()) + sum(word in earlier for word in own)


def openings(lines: Sequence[Line], before: Sequence[Line]) -> int:
    """How many lines begin with the word that another line of the stanza, or the line before it, begins
    with; and how many with two words that began any line before.
    """
    heads = [tuple(word.lower() for word in line.words[:2]) for line in (*before, *lines)]
    first = len(before)
    near = [
        heads[at][0] in {head[0] for head in heads[max(0, first - 1) : at]} for at in range(first, len(heads))
    ]
    return sum(near) + sum(heads[at] in heads[:at] for at in range(first, len(heads)))


def _telling(lines: Sequence[Line], language: str) -> list[str]:
    if language == "zh":
        return [word for line in lines for word in line.words]
    words = (word.lower() for line in lines for word in line.words)
    return [lemma(word) for word in words if word not in _SMALL]
