"""What is asked for when verse is measured: requests drawn by a fixed seed, none of them picked.

Two in three are of words that people's held-out stanzas are about, the third of words outside what the
networks were taught to hear.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pypinyin.phrases_dict import phrases_dict

from domain.verses import Language, LyricsRequest, RhymeScheme, VerseForm
from models.lyrics import pinyin
from models.lyrics.phones import look_up
from models.lyrics.pronouncing import syllables
from models.lyrics.safety import is_safe_query
from models.lyrics.scenes import STOP_WORDS
from models.lyrics.vocabulary import Vocabulary
from training.corpora.verse_words import is_archaic
from training.lyrics.evaluation.held_out import Stanzas

PROMPTS = 300
OUTSIDE = 3
"""Every third prompt is of words from outside."""

_MOST_WORDS = 4
_SEED = {"en": 11, "zh": 12}
_FORMS_EN = (None, VerseForm.QUATRAINS, VerseForm.BALLAD, VerseForm.COUPLETS, VerseForm.SONG)
_FORMS_ZH = (VerseForm.FIVE, VerseForm.SEVEN, VerseForm.CI)
_LINES = {"en": (None, None, 4, 6, 8, 10, 12, 14, 16), "zh": (None, None, 4, 8, 12)}
_RARE = (4, 24)
"""How often a word from outside comes in the training verse: no keyword, but a word that is in use."""
_LETTERS = (4, 12)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request, and whether its words are from outside."""

    request: LyricsRequest
    outside: bool

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.request.scene.split())


def draw_prompts(held_out: Stanzas, rare: Sequence[str], count: int = PROMPTS) -> list[Prompt]:
    """`count` prompts, the first of them the same however many there are. `rare` are words from outside."""
    language = held_out.vocabulary.language
    rows = held_out.usual()
    random = np.random.default_rng(_SEED[language])
    prompts: list[Prompt] = []
    for number in range(count):
        outside = number % OUTSIDE == OUTSIDE - 1
        words = held_out.telling_words(int(random.choice(rows)))
        most = min(2 if outside else _MOST_WORDS, len(words))
        known: Sequence[str] = rare if outside else words
        drawn: list[int] = random.choice(len(known), random.integers(1, most + 1), replace=False).tolist()
        scene = " ".join([known[at] for at in drawn])
        prompts.append(Prompt(_request(scene, language, number, random), outside))
    return prompts


def _request(scene: str, language: str, number: int, random: np.random.Generator) -> LyricsRequest:
    """Default options but for form, rhyme and lines, so that every form is measured."""
    form, rhyme = _FORMS_ZH[number % len(_FORMS_ZH)], None
    if language == "en":
        form = _FORMS_EN[int(random.integers(len(_FORMS_EN)))]
        rhyme = (None, *RhymeScheme)[int(random.integers(1 + len(RhymeScheme)))]
    return LyricsRequest(
        scene=scene,
        seed=int(random.integers(2**31)),
        language=Language(language),
        form=form,
        rhyme=rhyme,
        lines=_LINES[language][int(random.integers(len(_LINES[language])))],
    )


def again(prompts: Sequence[Prompt], count: int) -> list[Prompt]:
    """`count` more prompts: the same in turn, with seeds of their own."""
    more: list[Prompt] = []
    for number in range(count):
        prompt = prompts[number % len(prompts)]
        plain = prompt.request.to_plain()
        plain["seed"] = int(np.random.default_rng([plain["seed"], number]).integers(2**31))
        more.append(Prompt(LyricsRequest.from_plain(plain), prompt.outside))
    return more


def rare_words(counts: dict[str, int], known: Sequence[str]) -> list[str]:
    """English words that verse can say but the networks were never told as keywords.

    `counts` says how often each word comes in training, as it stands in a line; `known` are the keywords.
    """
    keywords = set(known)
    return sorted(
        word
        for word, count in counts.items()
        if _RARE[0] <= count <= _RARE[1]
        and word.isascii()
        and word.isalpha()
        and word.islower()
        and _LETTERS[0] <= len(word) <= _LETTERS[1]
        and word not in keywords
        and word not in STOP_WORDS
        and not is_archaic(word)
        and look_up(word)
        and syllables(word) <= _MOST_WORDS
        and is_safe_query(word)
    )


def rare_pairs(vocabulary: Vocabulary, known: Sequence[str]) -> list[str]:
    """Chinese words of two characters, today's among them, that the networks were never told as keywords."""
    keywords = set(known)
    return sorted(
        phrase
        for phrase in phrases_dict
        if len(phrase) == 2
        and phrase not in keywords
        and all(character in vocabulary and pinyin.is_pronounceable(character) for character in phrase)
        and is_safe_query(phrase)
    )
