"""Where phrases begin and end, and how strong each is among the others.

Read off the score's sections; where the form is not known, every four bars.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from domain.score import Score, Section

PHRASE_BARS = 4

# By which sections differ: a contrasting idea stands out, a repeat is an echo, a varied return is
# played with more conviction, and the last time is the strongest.
_CONTRAST, _ECHO, _VARIED, _LAST = 0.35, -0.5, 0.2, 0.35


@dataclass(frozen=True, slots=True)
class Phrase:
    """From `start` to `end` in ticks; `level` above the piece's mean, as a share of a phrase's own arc."""

    start: int
    end: int
    level: float


def phrases(score: Score) -> tuple[Phrase, ...]:
    """Phrases of about `PHRASE_BARS` bars that cover all bars in order; at least one."""
    sections = score.sections or (Section("A", 0, max(score.bars, 1)),)
    bar = score.metre.bar_ticks
    levels = _levels(sections)
    return tuple(
        Phrase(first * bar, end * bar, level)
        for section, level in zip(sections, levels, strict=True)
        for first, end in _stretches(section)
    )


def _stretches(section: Section) -> Iterator[tuple[int, int]]:
    """First bar and end bar of each phrase; a single bar left over belongs to the phrase before it."""
    first = section.first_bar
    while section.end_bar - first > PHRASE_BARS + 1:
        yield first, first + PHRASE_BARS
        first += PHRASE_BARS
    yield first, section.end_bar


def _levels(sections: Sequence[Section]) -> list[float]:
    """Only differences count: a piece of one section has none."""
    heard: list[Section] = []
    levels: list[float] = []
    for section in sections:
        level = _CONTRAST if heard and section.idea != sections[0].idea else 0.0
        if section.label in {before.label for before in heard}:
            level += _ECHO
        elif section.idea in {before.idea for before in heard}:
            level += _VARIED
        heard.append(section)
        levels.append(level)
    if len(sections) > 1:
        levels[-1] = max(levels[-1], 0.0) + _LAST
    mean = sum(levels) / len(levels)
    return [level - mean for level in levels]
