"""A song's stanzas as melodies to be written: which are sung to the same one, and what returns in each.

Decides by counting lines and syllables and by rhyme; knows no notes and no model.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.score import Cadence
from domain.songs import PRIMARY, SECONDARY, StanzaKind, SungLine, SungStanza

_STRENGTHS = {PRIMARY: 1.0, SECONDARY: 0.5}

_FORMS: dict[int, tuple[tuple[str, float], ...]] = {
    1: (("A", 1.0),),
    2: (("AB", 0.7), ("AA", 0.3)),
    3: (("ABC", 0.6), ("AAB", 0.4)),
    4: (("ABAC", 1.0), ("AABA", 1.0), ("ABCB", 0.5), ("ABCD", 0.5)),
    5: (("AABBA", 1.0), ("ABABC", 1.0)),
    6: (("ABABCD", 1.0), ("ABABCB", 1.0), ("AABAAB", 0.4)),
    7: (("ABABCDE", 1.0),),
    8: (("ABABCDEB", 1.0), ("ABABCDAB", 1.0), ("AABACCBA", 0.4)),
}
"""Which lines of a melody are alike, by their number, and how often a seed draws that."""

_LIKE_RHYME = 3.0
"""How much likelier a form is whose lines return as the rhymes of the words do."""


@dataclass(frozen=True, slots=True)
class Strophe:
    """A melody to be written, and the stanzas that are sung to it, each by its place in the song.

    `verses` are their words, each once; `rows` say for each stanza which of them it has. `syllables` are the
    notes that each line is given: as many as most of its verses have syllables.
    """

    kind: StanzaKind
    stanzas: tuple[int, ...]
    rows: tuple[int, ...]
    verses: tuple[SungStanza, ...]
    syllables: tuple[int, ...]

    @property
    def scheme(self) -> str:
        return self.verses[0].scheme

    def stresses(self, line: int) -> tuple[float, ...]:
        """How strongly each note's syllable is spoken: the mean of the verses that have as many."""
        rows = [
            [strength(syllable.stress) for syllable in verse.lines[line].syllables]
            for verse in self.verses
            if len(verse.lines[line].syllables) == self.syllables[line]
        ]
        return tuple(float(np.mean(column)) for column in zip(*rows, strict=True))


def strophes_of(stanzas: Sequence[SungStanza]) -> tuple[Strophe, ...]:
    """The melodies that a song needs, in order of their first stanza.

    Verses with as many lines share one, choruses likewise; lines without syllables are left out.
    """
    groups: dict[tuple[StanzaKind, int], list[tuple[int, SungStanza]]] = {}
    for place, stanza in enumerate(stanzas):
        lines = tuple(line for line in stanza.lines if line.syllables)
        if lines:
            kept = SungStanza(lines, stanza.label)
            groups.setdefault((stanza.label, len(lines)), []).append((place, kept))
    return tuple(_strophe(kind, count, group) for (kind, count), group in groups.items())


def _strophe(kind: StanzaKind, lines: int, group: Sequence[tuple[int, SungStanza]]) -> Strophe:
    verses = tuple(dict.fromkeys(stanza for _, stanza in group))
    return Strophe(
        kind,
        tuple(place for place, _ in group),
        tuple(verses.index(stanza) for _, stanza in group),
        verses,
        tuple(_most_common([verse.lines[line] for verse in verses]) for line in range(lines)),
    )


def strength(stress: int) -> float:
    """How strongly a syllable is spoken, 0 to 1."""
    return _STRENGTHS.get(stress, 0.0)


def cadences(lines: int) -> tuple[Cadence | None, ...]:
    """How each line of a melody closes: every second one open, the last, and the fourth of eight, at home."""
    closes: list[Cadence | None] = [Cadence.HALF if line % 2 else None for line in range(lines)]
    closes[-1] = Cadence.FULL
    if lines >= 7:
        closes[3] = Cadence.FULL
    return tuple(closes)


def draw_form(lines: int, scheme: str, random: np.random.Generator) -> str:
    """A letter for each line: those alike begin alike. What is longer than the table knows is all new."""
    longest = max(_FORMS)
    known = _FORMS[min(lines, longest)]
    weights = np.asarray(
        [weight * (_LIKE_RHYME if _is_like(form, scheme) else 1.0) for form, weight in known]
    )
    place = int(np.searchsorted(np.cumsum(weights / weights.sum()), random.random()))
    form = known[min(place, len(known) - 1)][0]
    return form + "".join(chr(ord("H") + extra) for extra in range(lines - longest))


def _is_like(form: str, scheme: str) -> bool:
    """Whether the lines that return rhyme with those they return to, and any do."""
    returns = [(form.index(letter), place) for place, letter in enumerate(form) if form.index(letter) < place]
    return bool(returns) and all(scheme[place] == scheme[source] != "-" for source, place in returns)


def _most_common(lines: Sequence[SungLine]) -> int:
    counts = Counter(len(line.syllables) for line in lines)
    return max(counts, key=lambda n: (counts[n], n))
