"""Verse written to see what a version does: of the same requests as the shipped poets', chosen for alike.

Scenes are decided by nothing but the language. Knows poets, not votes.
"""

import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from domain.verses import Language, LyricsRequest, Verse
from models.adapters import Adapter, adapted
from models.leanings import NO_LEANING, Leaning
from models.lyrics.files import Poet
from models.lyrics.quotations import words_of_text
from models.lyrics.tongues import Tongue
from models.lyrics.verse_plans import plan_verse
from models.lyrics.verse_traits import describe_verse
from models.lyrics.versing import Versing, written_together
from training.lyrics.evaluation.measures import distinct

VERSES = 8
"""Of each language."""

AT_ONCE = 4
"""Verses written side by side; more would take the most memory of a whole run."""

LINES, CANDIDATES = 4, 4
GRAM = 5

LEAST_METRE, LEAST_SCENE = 0.75, 0.85
"""Shares of regular lines and of the scenes' words that verse is to have; as far below them as to have none
is one deviation."""

_FIRST_SEED = 1_900_000_000
_STEP_SECONDS = 0.4
_USUAL_STEPS = 90

_SCENES: Mapping[Language, Sequence[str]] = {
    Language.ENGLISH: (
        "forest birds", "winter sea", "rain and wind", "old harbour",
        "summer meadow", "city night", "autumn leaves", "mountain dawn",
    ),
    Language.CHINESE: (
        "林间鸟鸣", "秋夜月", "江上舟", "春雨落花", "山中雪", "荷塘夏日", "孤雁南飞", "竹林清风",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Author:
    """A poet of a language as shipped, by the name of its weights.

    `open_tongue` loads the words it writes with, which take more memory than it does: they are there only
    while it writes.
    """

    name: str
    poet: Poet
    language: Language
    open_tongue: Callable[[], Tongue]


@dataclass(frozen=True, slots=True)
class VerseRehearsing:
    """Poets, and the words (in lower case, work by work) that what they write must not be copied from."""

    authors: tuple[Author, ...]
    known: Mapping[Language, Sequence[Sequence[str]]]

    def compare(self, adapter: Adapter) -> Generator[float, None, dict[str, float]]:
        """Write with the shipped poets and with a version; how much is done, 0 to 1, and the figures."""
        verses: dict[str, list[Verse]] = {"_before": [], "": []}
        done = 0.0
        for author in self.authors:
            deltas = adapter.deltas.get(author.name, {})
            poet = replace(author.poet, network=adapted(author.poet.network, deltas))
            tongue = author.open_tongue()
            yield done
            for way, one, leaning in (("_before", author.poet, NO_LEANING), ("", poet, adapter.leaning)):
                part = 0.5 / len(self.authors)
                writing = self._write(tongue, one, leaning)
                while True:
                    try:
                        yield done + part * next(writing)
                    except StopIteration as written:
                        verses[way] += written.value
                        break
                done += part
            del tongue, writing
        figures: dict[str, float] = {}
        for way, own in verses.items():
            figures |= {f"{name}{way}": value for name, value in self._figures(own).items()}
        before = figures.pop("distinct_before")
        return figures | {"diversity_ratio": figures.pop("distinct") / max(before, 1e-9)}

    def _write(self, tongue: Tongue, poet: Poet, leaning: Leaning) -> Generator[float, None, list[Verse]]:
        """Verse of the plans that are the shipped poet's, too."""
        requests = [
            LyricsRequest(
                scene=_SCENES[tongue.language][number % len(_SCENES[tongue.language])],
                seed=_FIRST_SEED + number,
                language=tongue.language,
                lines=LINES,
                candidates=CANDIDATES,
            )
            for number in range(VERSES)
        ]
        verses: list[Verse] = []
        told = time.monotonic()
        while len(verses) < len(requests):
            asked = requests[len(verses) : len(verses) + AT_ONCE]
            plans = [plan_verse(request, tongue) for request in asked]
            versings = [Versing(poet, tongue, plan, leaning) for plan in plans]
            for steps, _ in enumerate(written_together(versings)):
                if time.monotonic() - told >= _STEP_SECONDS:
                    yield (len(verses) + len(asked) * min(steps / _USUAL_STEPS, 1.0)) / len(requests)
                    told = time.monotonic()
            verses += [versing.choose_best() for versing in versings]
        return verses

    def _figures(self, verses: Sequence[Verse]) -> dict[str, float]:
        """How varied verse is, what share of its runs of words is known, and bands that it should be in."""
        by_language = {
            author.language: [verse for verse in verses if verse.recipe.request.language is author.language]
            for author in self.authors
        }
        varied = [
            distinct([tuple(verse.text.splitlines()) for verse in own], language)
            for language, own in by_language.items()
        ]
        regular = [describe_verse(verse)["en metre"] for verse in by_language.get(Language.ENGLISH, [])]
        scene = [
            len(verse.scene_words) / max(len(verse.recipe.request.scene.split()), len(verse.scene_words), 1)
            for verse in verses
        ]
        figures = {
            "distinct": float(np.mean(varied)),
            "copied": float(np.mean([self._copied(language, own) for language, own in by_language.items()])),
            "scene": (1 - float(np.mean(scene))) / (1 - LEAST_SCENE),
        }
        if regular:
            figures["metre"] = (1 - float(np.mean(regular))) / (1 - LEAST_METRE)
        return figures

    def _copied(self, language: Language, verses: Sequence[Verse]) -> float:
        """The share of runs of five words that known works have, too."""
        known = {run for words in self.known.get(language, ()) for run in _runs(words)}
        own = [run for verse in verses for run in _runs(words_of_text(verse.text, language))]
        return sum(run in known for run in own) / max(len(own), 1)


def _runs(words: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return (tuple(words[at : at + GRAM]) for at in range(len(words) - GRAM + 1))
