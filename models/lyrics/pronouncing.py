"""How English words sound: syllables, stress and rhyme.

Words are lower-case. Knows no rules from letters to sounds but a count of vowel groups, for words of which
nothing is known.
"""

import re
from functools import cache

from models.lyrics.derivations import pronounce
from models.lyrics.phones import Phones, count_vowels, is_vowel

pronunciations = cache(pronounce)
"""Pronunciations of a word (ARPAbet, stress on the vowels), the usual one first; none for unknown words."""


def is_pronounceable(word: str) -> bool:
    return bool(pronunciations(word))


@cache
def syllables(word: str) -> int:
    """Syllables of the word's usual pronunciation; of an unknown word its groups of vowel letters."""
    found = pronunciations(word)
    if found:
        return count_vowels(found[0])
    groups = len(re.findall(r"[aeiouy]+", word))
    return max(1, groups - (word.endswith("e") and groups > 1))


@cache
def stresses(word: str) -> str:
    """A digit a syllable: 1 primary, 2 secondary, 0 none (`nightingale` 102); empty for unknown words."""
    found = pronunciations(word)
    return "".join(phone[-1] for phone in found[0] if is_vowel(phone)) if found else ""


@cache
def perfect_rhyme(word: str) -> str | None:
    """The sounds from the last stressed vowel on, which perfect rhymes share: `light` AY T."""
    found = pronunciations(word)
    return _sounds_from(found[0], _last_stressed(found[0])) if found else None


@cache
def rhyme_class(word: str) -> str | None:
    """The class a line ending in `word` belongs to; None for unknown words.

    As `perfect_rhyme`, but a word with two unstressed syllables at its end counts by the last of them,
    which verse lifts: `memory` with `be`.
    """
    found = pronunciations(word)
    return _promoted(found[0]) if found else None


@cache
def _all_classes(word: str) -> frozenset[str]:
    return frozenset(
        sounds
        for phones in pronunciations(word)
        for sounds in (_promoted(phones), _sounds_from(phones, _last_stressed(phones)))
    )


def rhymes(first: str, second: str) -> bool:
    """Whether two words rhyme perfectly: the same from the last stressed vowel on, and not the same word."""
    sounds = perfect_rhyme(first)
    return sounds is not None and sounds == perfect_rhyme(second) and not sound_alike(first, second)


def rhymes_in_verse(first: str, second: str) -> bool:
    """Whether verse takes two words for a rhyme: in any of their pronunciations, last syllables lifted."""
    return not sound_alike(first, second) and bool(_all_classes(first) & _all_classes(second))


def sound_alike(first: str, second: str) -> bool:
    """Whether two words are one to the ear: the same, or `sea` and `see`."""
    if first == second:
        return True
    one, other = pronunciations(first), pronunciations(second)
    return bool(one) and bool(other) and one[0] == other[0]


def _last_stressed(phones: Phones) -> int:
    """The index of the last vowel with stress; of the last vowel where none has any."""
    vowels = [index for index, phone in enumerate(phones) if is_vowel(phone)]
    stressed = [index for index in vowels if phones[index][-1] != "0"]
    return (stressed or vowels or [0])[-1]


def _promoted(phones: Phones) -> str:
    start = _last_stressed(phones)
    later = [index for index in range(start + 1, len(phones)) if is_vowel(phones[index])]
    return _sounds_from(phones, later[-1] if len(later) >= 2 else start)


def _sounds_from(phones: Phones, start: int) -> str:
    # Fire rhymes with higher: after AY and AW the dictionary writes R or ER0 as it pleases.
    sounds = " ".join(phone.rstrip("012") for phone in phones[start:])
    return sounds.replace("AY ER", "AY R").replace("AW ER", "AW R")
