"""Verse as it is printed: the stanzas that were kept, in the order in which they stand.

Knows no network, and not how stanzas are written or chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from domain.songs import StanzaKind
from domain.verses import Verse, VerseLine, VerseRecipe, VerseStanza
from models.lyrics import pinyin
from models.lyrics.lemmas import lemma
from models.lyrics.merits import Merits
from models.lyrics.metre import stress_code
from models.lyrics.stanzas import Line, Stanza, line_syllables
from models.lyrics.tongues import Tongue
from models.lyrics.verse_plans import PlannedStanza, VersePlan
from models.lyrics.verse_titles import title_of

_STRESS = {"1": "1", "2": "1", "m": "1", "f": "0", "0": "0"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A stanza that was chosen among its candidates."""

    stanza: Stanza
    planned: PlannedStanza
    merits: Merits


def finished_verse(plan: VersePlan, kept: Sequence[Kept], tongue: Tongue, *, version: str) -> Verse:
    """What was kept, as it is printed."""
    groups = [list(group) for _, group in groupby(plan.order, key=_Stanzas(plan))]
    stanzas = tuple(printed([kept[place] for place in group], tongue.language) for group in groups)
    lines = [line for one in kept for line in one.stanza.lines]
    request = plan.request
    keywords = plan.scene.keywords
    title = title_of(lines, keywords, tongue, tune=request.tune or "", seed=request.seed)
    return Verse(
        title=title,
        recipe=VerseRecipe(request=request, model_version=version),
        stanzas=stanzas,
        scene_words=used_words(keywords, lines, tongue.language),
        remarks=plan.remarks,
    )


class _Stanzas:
    """Tells parts of one stanza from the next one's, in the order in which they stand."""

    def __init__(self, plan: VersePlan) -> None:
        self.plan, self.number = plan, 0

    def __call__(self, place: int) -> int:
        self.number += not self.plan.stanzas[place].joins
        return self.number


def used_words(keywords: Sequence[str], lines: Sequence[Line], language: str) -> tuple[str, ...]:
    """The keywords that lines hold, in any form."""
    if language == "zh":
        texts = ["".join(line.words) for line in lines]
        return tuple(word for word in keywords if any(word in text for text in texts))
    said = {lemma(word.lower()) for line in lines for word in line.words}
    return tuple(word for word in keywords if lemma(word) in said)


def printed(parts: Sequence[Kept], language: str) -> VerseStanza:
    """Parts that make one stanza, which has the rhymes' letters from A on."""
    lines = [line for part in parts for line in part.stanza.lines]
    letters: list[str] = []
    for part in parts:
        scheme = part.planned.plan.scheme
        shift = len(set(letters)) if not part.planned.keeps_rhyme else 0
        own = [chr(ord(letter) + shift) if scheme.count(letter) > 1 else "" for letter in scheme]
        letters += own
    return VerseStanza(
        tuple(
            VerseLine(line.text(), line_syllables(line, language), letter, pattern_of(line, language))
            for line, letter in zip(lines, letters, strict=True)
        ),
        parts[0].planned.label if parts else StanzaKind.VERSE,
    )


def pattern_of(line: Line, language: str) -> str:
    """Stresses of an English line (0 and 1 a syllable), tones of a Chinese one (平, 仄 a character)."""
    if language == "zh":
        return pinyin.tone_pattern("".join(line.words))
    return "".join(_STRESS[sign] for sign in stress_code([word.lower() for word in line.words]))
