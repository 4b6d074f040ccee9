"""Simulated readers of verse: each has a hidden taste over lines, rhymes, exclamations and kinds of words.

What they read is measured here, from what is printed, in other ways and by other words than what leanings are
made of; nothing that learns may read this module. Knows no poet.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from domain.verses import Verse
from training.finetuning.listeners import Aspect, voted

ASPECTS = ("lines", "couplets", "cries", "bright", "nature")

_LEAST_DEVIATION = 0.05
"""Of any aspect: what is nearly always the same says nothing of verse."""

_BRIGHT_STEMS = (
    "bright light gold shin sun smil laugh joy glad happ merr sweet love warm fair morn spring danc song"
)
_DARK_STEMS = (
    "dark night shad grave death dead die grie sorrow sad tear weep lone cold fear gloom lost pain storm"
)
_NATURE_STEMS = (
    "tree leaf leaves flower rose bird hill mountain sea wave river stream wind rain snow cloud star moon "
    "forest wood field grass sky"
)


def _beginning(stems: str) -> str:
    """A pattern of words that begin so."""
    return rf"\b(?:{'|'.join(stems.split())})"


_BRIGHT = {"en": _beginning(_BRIGHT_STEMS), "zh": "[春明光花红笑香暖晴朝金歌喜欢]"}
_DARK = {"en": _beginning(_DARK_STEMS), "zh": "[愁泪寒冷夜孤残断恨秋暮悲病老]"}
_NATURE = {"en": _beginning(_NATURE_STEMS), "zh": "[山水江云风雨雪月花草木林鸟雁天星]"}


@dataclass(frozen=True, slots=True)
class Reader:
    """A hidden taste. `center` and `spread` make its score 0 and 1 in mean and deviation over known verse."""

    aspects: tuple[Aspect, ...]
    usual: NDArray[np.float64]
    deviation: NDArray[np.float64]
    center: float
    spread: float

    @classmethod
    def drawn(cls, seed: int, verses: Sequence[Verse]) -> Self:
        """A reader who knows these verses."""
        random = np.random.default_rng([seed, 78])
        known = np.array([read(verse) for verse in verses])
        usual, deviation = known.mean(0), np.maximum(known.std(0), _LEAST_DEVIATION)
        aspects = tuple(
            Aspect(float(random.choice([-1, 1]) * random.uniform(0.25, 0.75)), None) for _ in ASPECTS
        )
        raw = cls(aspects, usual, deviation, 0.0, 1.0)
        scores = np.array([raw.score(verse) for verse in verses])
        return cls(aspects, usual, deviation, float(scores.mean()), float(scores.std()))

    def score(self, verse: Verse) -> float:
        """How much verse is liked, in deviations of the verse that the reader knows."""
        told = (read(verse) - self.usual) / self.deviation
        liked = sum(aspect.of(float(value)) for aspect, value in zip(self.aspects, told, strict=True))
        return (liked - self.center) / self.spread

    def vote(self, verse: Verse, random: np.random.Generator) -> int:
        """1 to 5."""
        return voted(self.score(verse), random)


def read(verse: Verse) -> NDArray[np.float64]:
    """(5,): letters a line, the share of lines that rhyme with the next one, of lines with an exclamation
    (Chinese: of lines that say a character twice), and bright less dark words and words of nature a line.
    """
    language = str(verse.recipe.request.language)
    lines = [line for stanza in verse.stanzas for line in stanza.lines]
    texts = [line.text.lower() for line in lines]
    rhymes = [[line.rhyme for line in stanza.lines] for stanza in verse.stanzas]
    couplets = sum(bool(own) and own == after for letters in rhymes for own, after in pairwise(letters))
    cries = sum(_cries(text, language) for text in texts)
    told = [len(re.findall(kind[language], text)) for kind in (_BRIGHT, _DARK, _NATURE) for text in texts]
    bright, dark, nature = np.array(told).reshape(3, -1).sum(1)
    counts: Mapping[str, float] = {
        "lines": sum(sum(map(str.isalpha, text)) for text in texts),
        "couplets": couplets,
        "cries": cries,
        "bright": bright - dark,
        "nature": nature,
    }
    return np.array([counts[name] for name in ASPECTS]) / len(texts)


def _cries(text: str, language: str) -> bool:
    return "!" in text if language == "en" else len(set(text)) < len(text)
