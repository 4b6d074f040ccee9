"""A tune as lines of verse: where its phrases are, and how many syllables each of them asks for.

Knows notes as onsets and durations; no words and no model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from domain.score import Metre, Note, Score
from models.composition.underlay import MOST_SLURRED, Timed

Phrase = tuple[Timed, ...]

_PHRASE_BARS = (1, 2, 4, 8)
"""Bars that a line may take up."""

FEWEST_LINES, MOST_LINES = 4, 16
"""Lines that verse may have."""

_STANZAS = (4, 6, 8, 5, 7)
"""Lines of a stanza, the usual ones first."""

_FEWEST_SYLLABLES, _MOST_SYLLABLES = 4, 10
_USUAL_SYLLABLES = 7.5

_ODD_COST = 2.0
_UNWORDED_COST = 6.0
"""What phrases that make no stanzas of four lines, and a tune that is half without words, cost beside a
syllable more or less than usual."""


@dataclass(frozen=True, slots=True)
class TuneLines:
    """The phrases of a tune, in order. Lines of `stanza` syllables each are sung to them, again and again."""

    phrases: tuple[Phrase, ...]
    stanza: tuple[int, ...]

    @property
    def lines(self) -> int:
        """How many lines of verse go with the tune once, or as often as makes stanzas of it."""
        size = len(self.stanza)
        return size * max(1, min(len(self.phrases), MOST_LINES) // size)


def whole_stanzas(lines: int) -> int:
    """The number of lines nearest to this one that makes stanzas of one length."""
    return next(near for near in (lines, lines - 1, lines + 1) if any(near % size == 0 for size in _STANZAS))


def lines_of(score: Score, *, part: int = 0, lines: int | None = None) -> TuneLines:
    """The phrases of a part for so many lines of verse (see `whole_stanzas`), or for as many as it asks for.

    Of chords the highest note is sung. Raises ValueError for a part without notes.
    """
    tune = line_of(score.parts[part].notes)
    if not tune:
        raise ValueError("a tune without notes")
    metre = score.metre
    ways = [tuple(divide(tune, metre, bars)) for bars in _PHRASE_BARS]
    phrases = min(ways, key=lambda way: _cost([syllables_on(phrase, metre) for phrase in way], lines))
    counts = [syllables_on(phrase, metre) for phrase in phrases]
    size = _stanza_lines(len(phrases), lines)
    return TuneLines(phrases, tuple(_middle(counts[place % len(counts) :: size]) for place in range(size)))


def line_of(notes: Sequence[Note]) -> list[Timed]:
    """The highest notes, one after the other, each over when the next begins."""
    highest: dict[int, Note] = {}
    for note in sorted(notes, key=lambda note: (note.onset, note.pitch)):
        highest[note.onset] = note
    ordered = [highest[onset] for onset in sorted(highest)]
    return [
        (note.onset, min(note.end, after.onset if after else note.end) - note.onset)
        for note, after in pairwise([*ordered, None])
        if note is not None
    ]


def divide(tune: Sequence[Timed], metre: Metre, bars: int) -> Iterator[Phrase]:
    """The tune in phrases of so many bars, each cut before its upbeat."""
    bar = metre.bar_ticks
    first_bar = -(-tune[0][0] // bar)
    last_bar = tune[-1][0] // bar + 1
    cuts = [
        _cut(tune, border * bar, bar, metre.beat_ticks) for border in range(first_bar + bars, last_bar, bars)
    ]
    edges = [0, *sorted(set(cuts) - {0, len(tune)}), len(tune)]
    for start, end in pairwise(edges):
        yield tuple(tune[start:end])


def syllables_on(phrase: Phrase, metre: Metre) -> int:
    """As many as it has notes, or, of very many, as it has on the beat: the others are slurred to those."""
    count = len(phrase)
    if count > _MOST_SYLLABLES:
        beats = {0, metre.beat_ticks * 2 // 3} if metre.is_compound else {0}
        on_beat = sum(onset % metre.beat_ticks in beats for onset, _ in phrase)
        count = min(max(on_beat, -(-count // MOST_SLURRED)), _MOST_SYLLABLES)
    return max(count, _FEWEST_SYLLABLES)


def _cost(counts: Sequence[int], lines: int | None) -> float:
    """How far phrases of so many syllables are from what verse of so many lines wants."""
    phrases = len(counts)
    cost = abs(fmean(counts) - _USUAL_SYLLABLES)
    wanted = lines or MOST_LINES
    cost += _UNWORDED_COST * 2 * max(0, phrases - wanted) / phrases
    uneven = phrases % FEWEST_LINES if lines is None else lines % phrases
    return cost + _ODD_COST * bool(uneven)


def _stanza_lines(phrases: int, lines: int | None) -> int:
    """Lines of a stanza, such that whole stanzas fill the tune, or else most of it."""
    possible = [size for size in _STANZAS if lines is None or lines % size == 0] or [FEWEST_LINES]
    return min(possible, key=lambda size: (phrases % size if size <= phrases else size, _STANZAS.index(size)))


def _middle(counts: Sequence[int]) -> int:
    """The middle one, the lower of two: a note too many is slurred, one too few has to be split."""
    return sorted(counts)[(len(counts) - 1) // 2]


def _cut(tune: Sequence[Timed], border: int, bar: int, beat: int) -> int:
    """The first note of the phrase that begins at a bar line or in the upbeat to it.

    There is an upbeat where a note before the bar line is longer than those after it, or ends in a rest.
    """
    at = next((place for place, (onset, _) in enumerate(tune) if onset >= border), len(tune))
    near = [place for place in range(1, at) if border - bar // 2 <= tune[place][0] < border]
    if not near:
        return at
    gaps = {place: tune[place][0] - tune[place - 1][0] for place in [*near, at] if place < len(tune)}
    if not gaps:
        return at
    longest = max(gaps.values())
    if longest < 2 * min(gaps.values()) and longest < 2 * beat:
        return at
    return max(place for place, gap in gaps.items() if gap == longest)
