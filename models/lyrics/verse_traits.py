"""What verse is like, by the traits that a leaning goes by: in print, and as its plan promises.

Knows words and lines; no network, and not who likes what.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from domain.verses import Verse, VerseStanza
from models.leanings import Described
from models.lyrics.lemmas import lemma
from models.lyrics.metre import scan
from models.lyrics.pronouncing import syllables
from models.lyrics.quotations import words_of_text
from models.lyrics.stanzas import MARKS, StanzaPlan
from models.lyrics.tones import BRIGHT, DARK, NATURE, SELF


def describe_verse(verse: Verse) -> Described:
    """Every trait of finished verse, by the names that its language gives them."""
    return describe(verse.stanzas, str(verse.recipe.request.language))


@lru_cache(maxsize=1024)
def describe(stanzas: tuple[VerseStanza, ...], language: str) -> Described:
    """Every trait of stanzas in print; none of empty ones."""
    lines = [line for stanza in stanzas for line in stanza.lines]
    if not lines:
        return {}
    told = _shape(
        [[line.syllables for line in stanza.lines] for stanza in stanzas],
        [[line.rhyme for line in stanza.lines] for stanza in stanzas],
    )
    texts = [line.text for line in lines]
    return _named(told | _tone(texts, language) | _manner(texts, language), language)


def promise(plans: Sequence[StanzaPlan]) -> Described:
    """What verse of these stanzas is like before it is written: of what form and length its lines are."""
    letters = [[letter if plan.scheme.count(letter) > 1 else "" for letter in plan.scheme] for plan in plans]
    return _named(_shape([plan.syllables for plan in plans], letters), plans[0].language)


def promise_lines(lines: int, language: str) -> Described:
    """What is known of verse as soon as it is known how many lines it has."""
    return _named({"lines": math.log2(lines)}, language)


def _named(told: Described, language: str) -> Described:
    return {f"{language} {trait}": value for trait, value in told.items()}


def _shape(lengths: Sequence[Sequence[int]], rhymes: Sequence[Sequence[str]]) -> dict[str, float]:
    """By the lines' syllables and rhymes, stanza by stanza; an empty letter rhymes with nothing."""
    counts = [count for stanza in lengths for count in stanza]
    lines = sum(map(len, rhymes))
    beside = sum(_beside(stanza, at) for stanza in rhymes for at in range(len(stanza)))
    told = {
        "lines": math.log2(lines),
        "couplets": beside / lines,
        "rhymes": sum(bool(letter) for stanza in rhymes for letter in stanza) / lines,
    }
    if counts:
        told |= {"line": float(np.mean(counts)), "uneven": float(np.std(counts))}
    return told


def _beside(letters: Sequence[str], at: int) -> bool:
    """Whether a line rhymes with the one before it or after it."""
    return bool(letters[at]) and letters[at] in (*letters[max(at - 1, 0) : at], *letters[at + 1 : at + 2])


def _tone(texts: Sequence[str], language: str) -> dict[str, float]:
    words = [word for text in texts for word in words_of_text(text, language)]
    plain = words if language == "zh" else [lemma(word) for word in words]
    bright, dark, nature = (sum(word in kind[language] for word in plain) for kind in (BRIGHT, DARK, NATURE))
    own = sum(word in SELF[language] for word in words)
    return {
        "bright": (bright - dark) / len(texts),
        "nature": nature / len(texts),
        "self": own / len(texts),
    }


def _manner(texts: Sequence[str], language: str) -> dict[str, float]:
    """What only English verse is free to be like: of Chinese its form has the marks."""
    if language == "zh":
        return {}
    scanned = [scan(words_of_text(text, language)) for text in texts]
    words = sum(len(words_of_text(text, language)) for text in texts)
    inside = sum(text.rstrip("".join(MARKS["en"])).count(mark) for text in texts for mark in ",;:—…")
    return {
        "words": sum(map(_syllables, texts)) / max(words, 1),
        "metre": sum(one.regular for one in scanned) / len(texts),
        "exclaims": sum(text.count("!") for text in texts) / len(texts),
        "asks": sum(text.count("?") for text in texts) / len(texts),
        "pauses": inside / len(texts),
    }


def _syllables(text: str) -> int:
    return sum(syllables(word) for word in words_of_text(text, "en"))
