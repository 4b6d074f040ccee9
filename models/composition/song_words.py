"""What a song's words are to be like where nobody said, so that stanzas share a melody; and words as sung.

Knows requests, verse and tunes as counts of syllables; writes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

import numpy as np

from domain.songs import SungStanza
from domain.verses import Language, LyricsRequest, Verse, VerseForm
from models.lyrics.sung_words import sung_line

_FORMS: Mapping[VerseForm, tuple[float, int]] = {
    VerseForm.SONG: (0.4, 12),
    VerseForm.BALLAD: (0.35, 8),
    VerseForm.QUATRAINS: (0.25, 8),
}
"""How often an English song is in each form, and lines of one where nobody said how many."""

_LINES = 8
_DRAW = 6

_FIVE, _SEVEN = 5, 7
_BETWEEN = 6.0


def words_to_sing(request: LyricsRequest, language: Language) -> LyricsRequest:
    """The request with what makes its verse a song's, drawn from the seed."""
    form = request.form
    if form is None and language is Language.ENGLISH:
        chances = np.cumsum([share for share, _ in _FORMS.values()])
        drawn = np.random.default_rng([request.seed, _DRAW]).random()
        form = tuple(_FORMS)[int(np.searchsorted(chances / chances[-1], drawn, side="right"))]
    if request.lines is not None or form is VerseForm.CI or request.tune is not None:
        return replace(request, form=form)
    return replace(request, form=form, lines=_FORMS.get(form, (0.0, _LINES))[1] if form else _LINES)


def words_for_tune(
    request: LyricsRequest, language: Language, syllables: Sequence[int], *, lines: int
) -> tuple[LyricsRequest, tuple[int, ...]]:
    """The request for so many lines, and the syllables of a stanza's lines as the language has them.

    Chinese lines are of five or seven characters, which the tune's other notes are slurred to.
    """
    asked = replace(request, lines=lines, tune=None)
    if language is not Language.CHINESE:
        return asked, tuple(syllables)
    five = fmean(syllables) < _BETWEEN
    form = VerseForm.FIVE if five else VerseForm.SEVEN
    return replace(asked, form=form), (_FIVE if five else _SEVEN,) * len(syllables)


def sung_stanzas(verse: Verse) -> list[SungStanza]:
    """The stanzas of verse, syllable by syllable."""
    return [
        SungStanza(tuple(sung_line(line.text, rhyme=line.rhyme) for line in stanza.lines), stanza.label)
        for stanza in verse.stanzas
    ]
