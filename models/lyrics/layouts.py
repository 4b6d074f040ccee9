"""How lines make stanzas in each form: syllables, rhymes and marks of every line. Knows no scene."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.songs import StanzaKind
from domain.verses import Language, LyricsRequest, RhymeScheme, VerseForm
from models.lyrics.stanzas import StanzaPlan
from models.lyrics.tunes import CHANGING, Half

_STANZA = 4
_MOST_LINES = 16
_LONGEST_TAUGHT = 8
"""Lines of the longest stanza that networks are taught; a longer one is written in parts."""
_MOST_SYLLABLES = {"en": 20, "zh": 12}
_SONG_LINES = (8, 12, 16)
_FIRST_RHYMES = {5: 0.35, 7: 0.65}
"""The share of Chinese quatrains whose first line rhymes too."""
_MARKS_ZH = ("，", "。")
_SHORT_QUATRAINS, _SHORT_COUPLETS = 0.88, 0.75
"""The shares with lines of eight syllables; the others have ten."""

_SCHEMES = {
    RhymeScheme.AABB: {1: "A", 2: "AA", 3: "AAA", 4: "AABB", 5: "AABBB", 6: "AABBCC"},
    RhymeScheme.ABAB: {1: "A", 2: "AA", 3: "ABA", 4: "ABAB", 5: "ABABB", 6: "ABABCC"},
    RhymeScheme.ABCB: {1: "A", 2: "AA", 3: "ABB", 4: "ABCB", 5: "ABCBB", 6: "ABCBDB"},
    RhymeScheme.NONE: {lines: "ABCDEF"[:lines] for lines in range(1, 7)},
}
"""A scheme's rhymes in a stanza of so many lines."""


@dataclass(frozen=True, slots=True)
class Block:
    """The shape of a stanza, or of a part that `joins` the one before."""

    plan: StanzaPlan
    label: StanzaKind = StanzaKind.VERSE
    joins: bool = False
    keeps_rhyme: bool = False

    @property
    def lines(self) -> int:
        return self.plan.lines


Ordered = tuple[tuple[Block, ...], tuple[int, ...]]
"""Blocks, and the order in which they stand."""


def parts_of(lines: int) -> list[int]:
    """So many lines as stanzas of four, the last of three, five or six where that has to be."""
    whole, rest = divmod(lines, _STANZA)
    if rest in (1, 2) and whole:
        return [_STANZA] * (whole - 1) + [_STANZA + rest]
    return [_STANZA] * whole + ([rest] if rest else [])


def scheme(rhyme: RhymeScheme | None, lines: int) -> str:
    """The letters of a stanza of up to six lines."""
    return _SCHEMES[rhyme or RhymeScheme.AABB][lines]


def english(request: LyricsRequest, lines: int, draw: float) -> tuple[Block, ...]:
    """Quatrains, ballad or couplets; `draw` (0 to 1) decides between lines of eight and ten syllables."""
    return tuple(
        _english_block(scheme(request.rhyme, part), _counts(request.form, part, draw))
        for part in parts_of(lines)
    )


def song(request: LyricsRequest, lines: int, draw: float) -> Ordered:
    """Two verses, and a chorus after each; it is written once."""
    total = min(_SONG_LINES, key=lambda known: (abs(known - lines), known))
    verse, chorus = {8: (2, 2), 12: (4, 2), 16: (4, 4)}[total]
    counts = (8,) * verse if draw < 0.6 or verse == 2 else (8, 6) * (verse // 2)
    refrain = (8,) * chorus if chorus == 2 else (6, 6, 8, 6) if draw < 0.3 else (8, 6) * (chorus // 2)
    rhyme = RhymeScheme.ABCB if chorus == _STANZA and request.rhyme is not RhymeScheme.NONE else request.rhyme
    first, second = (_english_block(scheme(request.rhyme, verse), counts) for _ in range(2))
    returning = _english_block(scheme(rhyme, chorus), refrain, StanzaKind.CHORUS)
    return (first, returning, second), (0, 1, 2, 1)


def quatrains_zh(request: LyricsRequest, lines: int, draw: float) -> tuple[Block, ...]:
    """Quatrains of five or seven characters a line, as many as come nearest."""
    count = 5 if request.form is VerseForm.FIVE else 7
    usual = "AABA" if draw < _FIRST_RHYMES[count] else "ABCB"
    plan = StanzaPlan(
        "zh",
        usual if request.rhyme is None else scheme(request.rhyme, _STANZA),
        form=str(count),
        syllables=(count,) * _STANZA,
        end_marks=_MARKS_ZH * 2,
    )
    return (Block(plan),) * max(1, round(lines / _STANZA))


def ci(tune: str, halves: Sequence[Half]) -> tuple[Block, ...]:
    """The parts of a tune."""
    blocks: list[Block] = []
    for number, half in enumerate(halves, start=1):
        plan = StanzaPlan(
            "zh",
            half.scheme,
            form="ci",
            tune=tune,
            half=number if len(halves) > 1 else 0,
            syllables=half.syllables,
            end_marks=half.end_marks,
        )
        blocks.append(Block(plan, keeps_rhyme=number > 1 and tune not in CHANGING))
    return tuple(blocks)


def to_tune(request: LyricsRequest, lines: int, syllables: tuple[int, ...]) -> Ordered:
    """As many stanzas to a melody as come nearest to the lines asked for; a song's second is its chorus."""
    counts = tuple(min(max(1, count), _MOST_SYLLABLES[str(request.language)]) for count in syllables)
    stanzas = max(1, min(round(lines / len(counts)), max(1, _MOST_LINES // len(counts))))
    if request.form is VerseForm.SONG and stanzas >= _STANZA:
        written = [StanzaKind.VERSE, StanzaKind.CHORUS, StanzaKind.VERSE]
        return _stacked(request, counts, written, (0, 1, 2, 1))
    return _stacked(request, counts, [StanzaKind.VERSE] * stanzas, tuple(range(stanzas)))


def _stacked(
    request: LyricsRequest, counts: tuple[int, ...], labels: Sequence[StanzaKind], order: Sequence[int]
) -> Ordered:
    """Stanzas of these counts, each in parts that are short enough."""
    parts = [len(counts)] if len(counts) <= _STANZA else parts_of(len(counts))
    blocks: list[Block] = []
    for label in labels:
        first = 0
        for part in parts:
            own = counts[first : first + part]
            first += part
            if request.language is Language.CHINESE:
                block = Block(_chinese_plan(own), label, joins=first > part, keeps_rhyme=first > part)
            else:
                block = _english_block(scheme(request.rhyme, part), own, label, joins=first > part)
            blocks.append(block)
    return tuple(blocks), tuple(stanza * len(parts) + part for stanza in order for part in range(len(parts)))


def _chinese_plan(counts: tuple[int, ...]) -> StanzaPlan:
    letters = {1: "A", 2: "AA", 3: "ABA", 4: "ABCB", 5: "ABCBB", 6: "ABCBDB"}[len(counts)]
    same = set(counts)
    form = str(counts[0]) if same in ({5}, {7}) and len(counts) == _STANZA else "ci"
    marks = tuple(_MARKS_ZH[line % 2 if line < len(counts) - 1 else 1] for line in range(len(counts)))
    return StanzaPlan("zh", letters, form=form, syllables=counts, end_marks=marks)


def _counts(form: VerseForm | None, lines: int, draw: float) -> tuple[int, ...]:
    if form is VerseForm.BALLAD:
        return tuple(6 if line % 2 or line >= _STANZA else 8 for line in range(lines))
    short = _SHORT_COUPLETS if form is VerseForm.COUPLETS else _SHORT_QUATRAINS
    return (8 if draw < short else 10,) * lines


def _english_block(
    letters: str, counts: tuple[int, ...], label: StanzaKind = StanzaKind.VERSE, *, joins: bool = False
) -> Block:
    metre = "trochaic" if all(count % 2 for count in counts) else "iambic"
    return Block(StanzaPlan("en", letters, metre=metre, syllables=counts), label, joins=joins)
