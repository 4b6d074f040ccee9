"""Words for a melody that is there already: which of its notes each syllable is sung on, as far as they fit.

Its phrases are the lines. Notes are slurred and split within limits; what did not fit is told. Knows no
model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.score import Metre, Score
from domain.songs import SungLine, SungStanza, SungSyllable, Underlay
from models.composition.setting import words_on
from models.composition.tune_lines import Phrase, lines_of
from models.composition.underlay import MOST_SLURRED


@dataclass(frozen=True, slots=True)
class FittedWords:
    """Words under a tune, and what did not fit: counts of syllables left unsung, and of notes without words.

    `slurred` syllables have several notes, `shared` ones share a note with another. `unworded` are the tune's
    notes without words in its first verse, of `notes` altogether.
    """

    underlay: Underlay
    sung: int
    slurred: int
    shared: int
    unsung: int
    unworded: int
    notes: int


def fit_words(
    score: Score, stanzas: Sequence[SungStanza], *, part: int = 0, phrases: Sequence[Phrase] | None = None
) -> FittedWords:
    """Put stanzas under a part of the score, line after line; where the tune ends, from its beginning again.

    Its `phrases` are those that `lines_of` finds for so many lines where they are not given. Of chords the
    highest note is sung. Raises ValueError for a part without notes.
    """
    lines = [(number, line) for stanza in stanzas for number, line in enumerate(stanza.lines)]
    phrases = phrases or lines_of(score, part=part, lines=len(lines)).phrases
    sizes = {len(stanza.lines) for stanza in stanzas}
    size = max(sizes)
    # A stanza is not parted where the tune has room for whole ones.
    used = len(phrases) // size * size if len(sizes) == 1 and size <= len(phrases) else len(phrases)
    syllables: list[SungSyllable] = []
    unsung = 0
    for place, (number, line) in enumerate(lines):
        phrase = phrases[place % used]
        found = _on_phrase(line, phrase, score.metre, verse=1 + place // used, place=number)
        unsung += len(line.syllables) - len(found)
        syllables += found
    return _told(Underlay.of(part, syllables), phrases, unsung=unsung)


def _told(underlay: Underlay, phrases: Sequence[Phrase], *, unsung: int) -> FittedWords:
    onsets = {onset for phrase in phrases for onset, _ in phrase}
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
        unworded=len(onsets) - len(worded),
        notes=len(onsets),
    )


def _on_phrase(line: SungLine, notes: Phrase, metre: Metre, *, verse: int, place: int) -> list[SungSyllable]:
    """A line on a phrase of the tune; of one with too many notes, on its first ones."""
    enough = notes[: len(line.syllables) * MOST_SLURRED]
    return words_on(line, enough, metre, verse=verse, place=place)
