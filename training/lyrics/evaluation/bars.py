"""The figures of verse, the bars that each is held to, and both as a table. Computes nothing but verdicts."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from training.evaluation.tables import Table

Figures = Mapping[str, float]
"""Figures by name, of whoever wrote; one that was not measured is absent or not a number."""


def _percent(value: float) -> str:
    return f"{100 * value:.1f}%"


def _number(value: float) -> str:
    return f"{value:.3f}"


def _count(value: float) -> str:
    return f"{value:.0f}"


def _seconds(value: float) -> str:
    return f"{value:.1f} s"


@dataclass(frozen=True, slots=True)
class Row:
    """A figure and its bars: what may ship, and what is better still. Without bars it is told, not judged."""

    name: str
    shown: Callable[[float], str]
    ship: float | None = None
    stretch: float | None = None
    at_least: bool = True

    def verdict(self, value: float) -> str:
        """Which bar a value meets."""
        if self.ship is None or self.stretch is None:
            return ""
        if math.isnan(value):
            return "not measured"
        if self._meets(value, self.stretch):
            return "stretch"
        return "ship" if self._meets(value, self.ship) else "MISSED"

    def _meets(self, value: float, bar: float) -> bool:
        return value >= bar if self.at_least else value <= bar

    def bars(self) -> tuple[str, str]:
        if self.ship is None or self.stretch is None:
            return "", ""
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {self.shown(self.ship)}", f"{sign} {self.shown(self.stretch)}"


BITS = "bits a character, unseen stanzas"
GAP = "what another's keywords cost, nats a token"
SCENE = "scene words present"
RELEVANCE = "scene relevance (MiniLM), own scene"
RELEVANCE_OTHER = "scene relevance (MiniLM), another's"
SCHEME = "stanzas with every rhyme asked for"
DENSITY = "lines that rhyme"
EXACT, NEAR = "lines with the syllables asked for", "lines within one syllable"
FORM = "stanzas in the form asked for"
METRE = "iambic or trochaic lines"
TONES = "lines of 5 or 7 with alternating tones"
DISTINCT, ALIKE = "distinct-2", "self-BLEU-4"
GRAMS = "runs of five found in training"
LONGEST, QUOTING = "longest run found in training", "stanzas with a long run found in training"
UNSAFE = "stanzas with a listed word"
APART = "told from people's by a simple reader, area"
SECONDS = "16 candidates, on one core"

_SHARED = (
    Row(GAP, _number, 0.20, 0.30),
    Row(SCENE, _percent, 0.85, 0.95),
)
_SAFE = (
    Row(UNSAFE, _count, 0, 0, at_least=False),
    Row(APART, _number),
    Row(SECONDS, _seconds, 4.0, 2.0, at_least=False),
)
ROWS: dict[str, tuple[Row, ...]] = {
    "en": (
        Row(BITS, _number, 1.55, 1.48, at_least=False),
        *_SHARED,
        Row(RELEVANCE, _number, 0.40, 0.45),
        Row(RELEVANCE_OTHER, _number),
        Row(SCHEME, _percent, 0.90, 0.98),
        Row(DENSITY, _percent),
        Row(EXACT, _percent, 0.90, 0.98),
        Row(NEAR, _percent, 0.98, 1.0),
        Row(METRE, _percent, 0.75, 0.85),
        Row(DISTINCT, _number, 0.60, 0.72),
        Row(ALIKE, _number, 0.12, 0.08, at_least=False),
        Row(GRAMS, _percent, 0.05, 0.025, at_least=False),
        Row(LONGEST, _count),
        Row(QUOTING, _percent),
        *_SAFE,
    ),
    "zh": (
        Row(BITS, _number),
        *_SHARED,
        Row(FORM, _percent, 0.99, 1.0),
        Row(SCHEME, _percent, 0.90, 0.97),
        Row(DENSITY, _percent),
        Row(TONES, _percent),
        Row(DISTINCT, _number),
        Row(ALIKE, _number),
        Row(GRAMS, _percent),
        Row(LONGEST, _count),
        Row(QUOTING, _percent),
        *_SAFE,
    ),
}


@dataclass(frozen=True, slots=True)
class Standings:
    """Everybody's figures in one language; the first is the one that is held to the bars.

    `unsettled` are the figures that were measured over too little for their bars to say anything.
    """

    language: str
    figures: Mapping[str, Figures]
    note: str
    unsettled: Collection[str] = ()

    def table(self) -> Table:
        """A row a figure, beside it who else wrote, its bars and which of them is met."""
        judged = next(iter(self.figures))
        rows = tuple(
            (
                row.name,
                *(_cell(row, figures) for figures in self.figures.values()),
                *row.bars(),
                self._verdict(row, judged),
            )
            for row in ROWS[self.language]
        )
        title = {"en": "English verse", "zh": "Chinese verse"}[self.language]
        return Table(title, ("figure", *self.figures, "ship", "stretch", "met"), rows, self.note)

    def missed(self) -> Sequence[str]:
        """The figures below their bar for shipping."""
        judged = next(iter(self.figures))
        return [row.name for row in ROWS[self.language] if self._verdict(row, judged) == "MISSED"]

    def _verdict(self, row: Row, judged: str) -> str:
        told = row.verdict(self.figures[judged].get(row.name, math.nan))
        return "too few" if row.name in self.unsettled and told in ("ship", "stretch") else told


def _cell(row: Row, figures: Figures) -> str:
    value = figures.get(row.name, math.nan)
    return "–" if math.isnan(value) else row.shown(value)
