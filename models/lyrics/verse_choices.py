"""What a request for verse leaves open, drawn from its seed: form, rhymes, tune, and how long lines are.

What a leaning likes is drawn the more often, by the same chance. Knows no scene.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from domain.verses import Language, LyricsRequest, RhymeScheme, VerseForm
from models.leanings import NO_LEANING, Leaning, eager
from models.lyrics import layouts
from models.lyrics.layouts import Block
from models.lyrics.tunes import Tunes
from models.lyrics.verse_traits import promise, promise_lines

T = TypeVar("T")

SONG_LINES = 16
"""Two verses of four lines, each with the chorus after it."""

DEFAULT_LINES = {Language.ENGLISH: 8, Language.CHINESE: 4}
OTHER_LINES = {Language.ENGLISH: (4, 12), Language.CHINESE: (8,)}
"""Lengths that verse has only where a leaning likes them better."""

_OTHER_LINES_SHARE = 0.02
"""How much more seldom than the usual length each of the others is, before it is liked."""

_FORMS = {
    Language.ENGLISH: ((VerseForm.QUATRAINS, 0.6), (VerseForm.COUPLETS, 0.2), (VerseForm.BALLAD, 0.2)),
    Language.CHINESE: ((VerseForm.SEVEN, 0.6), (VerseForm.FIVE, 0.4)),
}
_RHYMES = {
    VerseForm.QUATRAINS: ((RhymeScheme.ABAB, 0.45), (RhymeScheme.AABB, 0.4), (RhymeScheme.ABCB, 0.15)),
    VerseForm.BALLAD: ((RhymeScheme.ABCB, 0.6), (RhymeScheme.ABAB, 0.4)),
    VerseForm.SONG: ((RhymeScheme.ABAB, 0.5), (RhymeScheme.AABB, 0.5)),
}
FIXED_RHYMES = {VerseForm.CI: None, VerseForm.COUPLETS: RhymeScheme.AABB}
"""Forms that have their rhymes of themselves; None: from their tune."""

COMMON_TUNES = (
    "浣溪沙", "如梦令", "菩萨蛮", "卜算子", "清平乐", "采桑子", "西江月", "鹧鸪天", "浪淘沙", "虞美人",
    "点绛唇", "忆江南", "踏莎行", "临江仙",
)  # fmt: skip
"""Those that one is drawn from: short ones, which everybody knows."""

_CELLS = 20
"""Into so many parts the chance is cut that decides how long lines are."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """The stanzas' shapes, in the order in which they are written, and in which they stand."""

    at: tuple[Block, ...]
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VerseChoices:
    """What is drawn for requests of a language that has these tunes. The leaning changes no wish.

    `syllables` are what a tune asks for: the leaning has no say in how long lines are then.
    """

    tunes: Tunes
    leaning: Leaning = NO_LEANING
    syllables: tuple[int, ...] = ()

    def lines(self, request: LyricsRequest) -> int:
        """How many lines are to be written, about: the form decides."""
        if request.lines is not None:
            return request.lines
        if request.form is VerseForm.SONG:
            return SONG_LINES
        language = Language(str(request.language))
        usual = DEFAULT_LINES[language]
        if self.leaning == NO_LEANING or self.syllables or request.form is VerseForm.CI:
            return usual
        shares = [(usual, 1.0), *((lines, _OTHER_LINES_SHARE) for lines in OTHER_LINES[language])]
        liked = [self.leaning.of(promise_lines(lines, language)) for lines, _ in shares]
        favours = [eager(one - liked[0]) for one in liked]
        weighed = [(lines, share * favour) for (lines, share), favour in zip(shares, favours, strict=True)]
        return drawn(weighed, request.seed, 5)

    def form(self, request: LyricsRequest) -> VerseForm:
        """A form for a request without one."""

        def mean(form: VerseForm) -> float:
            fixed = form in FIXED_RHYMES or request.rhyme is not None
            kept = FIXED_RHYMES.get(form, request.rhyme)
            if request.rhyme not in (None, kept):
                return 0.0  # the wish would have to give way
            rhymes = ((kept, 1.0),) if fixed else _RHYMES.get(form, ((None, 1.0),))
            favours = [self._favour(replace(request, form=form, rhyme=rhyme)) for rhyme, _ in rhymes]
            shares = [share for _, share in rhymes]
            return float(np.average(favours, weights=shares))

        return self._drawn(_FORMS[Language(str(request.language))], mean, request.seed, 1)

    def rhyme(self, request: LyricsRequest) -> RhymeScheme | None:
        """Rhymes for a request with a form and without any; None where the form has none to choose."""
        if request.form is None or request.form not in _RHYMES:
            return None
        rhymes = _RHYMES[request.form]
        return self._drawn(rhymes, lambda rhyme: self._favour(replace(request, rhyme=rhyme)), request.seed, 3)

    def tune(self, request: LyricsRequest) -> str | None:
        """A tune for a 词 without one; None where no tune is known."""
        known = [name for name in COMMON_TUNES if name in self.tunes] or sorted(self.tunes)
        if not known:
            return None
        shares = [(name, 1.0) for name in known]
        return self._drawn(shares, lambda name: self._favour(replace(request, tune=name)), request.seed, 2)

    def blocks(self, request: LyricsRequest, lines: int) -> Blocks:
        """The stanzas' shapes of a request that leaves nothing else open."""
        chance = float(np.random.default_rng([request.seed, 4]).random())
        if self.leaning == NO_LEANING or self.syllables:
            return self._blocks(request, lines, chance)
        # The chance decides as ever, but among what is liked as often as it is liked.
        favours = self._favours(request, lines)
        edges = np.concatenate([[0.0], np.cumsum(favours)]) / sum(favours)
        return self._blocks(request, lines, float(np.interp(chance, edges, np.linspace(0, 1, _CELLS + 1))))

    def _drawn(
        self, choices: Sequence[tuple[T, float]], favour: Callable[[T], float], seed: int, which: int
    ) -> T:
        if self.leaning == NO_LEANING or self.syllables:
            return drawn(choices, seed, which)
        return drawn([(choice, share * favour(choice)) for choice, share in choices], seed, which)

    def _favour(self, request: LyricsRequest) -> float:
        """How many times as often as usual verse of this form and these rhymes is to be written."""
        return float(np.mean(self._favours(request, DEFAULT_LINES[Language(str(request.language))])))

    def _favours(self, request: LyricsRequest, lines: int) -> list[float]:
        """The same for each part of the chance that decides how long lines are."""
        found: dict[tuple[tuple[str, tuple[int, ...]], ...], float] = {}
        favours: list[float] = []
        for cell in range(_CELLS):
            shape = self._blocks(request, lines, (cell + 0.5) / _CELLS)
            plans = [shape.at[place].plan for place in shape.order]
            key = tuple((plan.scheme, plan.syllables) for plan in plans)
            if key not in found:
                found[key] = eager(self.leaning.of(promise(plans)))
            favours.append(found[key])
        return favours

    def _blocks(self, request: LyricsRequest, lines: int, chance: float) -> Blocks:
        if self.syllables:
            return Blocks(*layouts.to_tune(request, lines, self.syllables))
        if request.form is VerseForm.CI and request.tune is not None:
            at = layouts.ci(request.tune, self.tunes[request.tune])
        elif request.form in (VerseForm.FIVE, VerseForm.SEVEN):
            at = layouts.quatrains_zh(request, lines, chance)
        elif request.form is VerseForm.SONG:
            return Blocks(*layouts.song(request, lines, chance))
        else:
            at = layouts.english(request, lines, chance)
        return Blocks(at, tuple(range(len(at))))


def drawn(choices: Sequence[tuple[T, float]], seed: int, which: int) -> T:
    """One of weighted choices, the same for a seed whatever else is drawn."""
    weights = np.array([weight for _, weight in choices])
    chance = np.random.default_rng([seed, which]).random()
    return choices[int(np.searchsorted(np.cumsum(weights) / weights.sum(), chance, side="right"))][0]
