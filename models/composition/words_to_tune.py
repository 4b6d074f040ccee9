"""Words for a melody that is there already: which of its notes each syllable is sung on, as far as they fit.

The tune's phrases are its lines. Notes are slurred and split within limits; what did not fit is told.
Knows no model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from domain.score import Metre, Note, Score
from domain.songs import SungLine, SungStanza, SungSyllable, Underlay
from models.composition.setting import words_on
from models.composition.underlay import MOST_SLURRED, Timed

_PHRASE_BARS = (2, 4, 1, 8)
"""Bars that a line may take up, the usual ones first."""


@dataclass(frozen=True, slots=True)
class FittedWords:
    """Words under a tune, and what did not fit: counts of syllables and of whole stanzas left unsung.

    `slurred` syllables have several notes, `shared` ones share a note with another. `unworded` are the tune's
    notes without words in its first verse.
    """

    underlay: Underlay
    sung: int
    slurred: int
    shared: int
    unsung: int
    stanzas_left: int
    unworded: int


def fit_words(score: Score, stanzas: Sequence[SungStanza], *, part: int = 0) -> FittedWords:
    """Put stanzas under a part of the score; one stanza each time the tune is sung, or several within it.

    Of chords the highest note is sung. Raises ValueError for a part without notes.
    """
    tune = _line_of(score.parts[part].notes)
    if not tune:
        raise ValueError("a tune without notes")
    phrases = _phrases(tune, score.metre, max(len(stanza.lines) for stanza in stanzas))
    syllables: list[SungSyllable] = []
    unsung, left = 0, 0
    verse, place = 1, 0
    for stanza in stanzas:
        if place and place + len(stanza.lines) > len(phrases):
            verse, place = verse + 1, 0
        if len(stanza.lines) > len(phrases):
            left += 1
            continue
        for number, line in enumerate(stanza.lines):
            found = _on_phrase(line, phrases[place + number], score.metre, verse=verse, place=number)
            unsung += len(line.syllables) - len(found)
            syllables += found
        place += len(stanza.lines)
    return _told(Underlay.of(part, syllables), tune, unsung=unsung, left=left)


def _told(underlay: Underlay, tune: Sequence[Timed], *, unsung: int, left: int) -> FittedWords:
    onsets = {onset for onset, _ in tune}
    slurred = [
        each for each in underlay.sung if any(each.tick < onset < each.tick + each.ticks for onset in onsets)
    ]
    first = underlay.of_verse(1)
    worded = {onset for onset in onsets for each in first if each.tick <= onset < each.tick + each.ticks}
    return FittedWords(
        underlay,
        sung=len(underlay.sung),
        slurred=len(slurred),
        shared=sum(each.tick not in onsets for each in underlay.sung),
        unsung=unsung,
        stanzas_left=left,
        unworded=len(onsets) - len(worded),
    )


def _on_phrase(
    line: SungLine, notes: Sequence[Timed], metre: Metre, *, verse: int, place: int
) -> list[SungSyllable]:
    """A line on a phrase of the tune; of one with too many notes, on its first ones."""
    enough = notes[: len(line.syllables) * MOST_SLURRED]
    return words_on(line, enough, metre, verse=verse, place=place)


def _line_of(notes: Sequence[Note]) -> list[Timed]:
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


def _phrases(tune: Sequence[Timed], metre: Metre, lines: int) -> list[list[Timed]]:
    """The tune in as long phrases as give every line one: cut before the upbeat to every second bar or so.

    A phrase ends on its longest note, or where there is a rest, at the latest on its last bar's end.
    """
    bar = metre.bar_ticks
    first_bar = -(-tune[0][0] // bar)
    last_bar = (tune[-1][0]) // bar + 1
    length = next(
        (bars for bars in sorted(_PHRASE_BARS, reverse=True) if (last_bar - first_bar) // bars >= lines),
        min(_PHRASE_BARS),
    )
    cuts = [
        _cut(tune, border * bar, bar, metre.beat_ticks)
        for border in range(first_bar + length, last_bar, length)
    ]
    edges = [0, *sorted(set(cuts) - {0, len(tune)}), len(tune)]
    return [list(tune[start:end]) for start, end in pairwise(edges)]


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
