"""How Chinese characters sound in today's standard language: rhyme groups and tones, one syllable each.

Rhyme groups are the fourteen of the Chinese New Rhyme (中华新韵, 2005). Knows single characters, each by its
commonest reading; entering tones of the classical language are not reconstructed.
"""

import os
from functools import cache

# The library's phrases take 46 MB, and single characters never need them. It reads this as it is imported.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")

from pypinyin import Style, pinyin

GROUPS = {
    "a": "a ia ua",
    "o": "o uo e",
    "ie": "ie ve",
    "ai": "ai uai",
    "ei": "ei uei",
    "ao": "ao iao",
    "ou": "ou iou",
    "an": "an ian uan van",
    "en": "en in uen vn",
    "ang": "ang iang uang",
    "eng": "eng ing ueng ong iong",
    "i": "i v er",
    "u": "u",
}
"""Rhyme group to the finals in it; the fourteenth is `zhi`, the i after hissing sounds."""

_HISSING = frozenset({"zhi", "chi", "shi", "ri", "zi", "ci", "si"})

_GROUP_OF = {final: group for group, finals in GROUPS.items() for final in finals.split()}


@cache
def _readings(character: str) -> tuple[tuple[str, int], ...]:
    """(rhyme group, tone 1 to 5) of each reading, the commonest first."""
    finals = pinyin(character, style=Style.FINALS_TONE3, heteronym=True, errors="ignore")
    wholes = pinyin(character, style=Style.TONE3, heteronym=True, errors="ignore")
    if not finals:
        return ()
    hissing = wholes[0][0].rstrip("12345") in _HISSING
    found: list[tuple[str, int]] = []
    for final in finals[0]:
        name = final.rstrip("12345")
        group = "zhi" if name == "i" and hissing else _GROUP_OF.get(name)
        if group is not None:
            found.append((group, int(final[len(name) :] or 5)))
    return tuple(found)


def is_pronounceable(character: str) -> bool:
    return bool(_readings(character))


def syllables(word: str) -> int:
    """Characters."""
    return len(word)


def rhyme_class(word: str) -> str | None:
    """The rhyme group of a word's last character; None for an unknown one."""
    found = _readings(word[-1])
    return found[0][0] if found else None


@cache
def _classes(character: str) -> frozenset[str]:
    return frozenset(group for group, _ in _readings(character))


def rhymes(first: str, second: str) -> bool:
    """Whether the last characters of two words rhyme in their commonest readings and are not the same."""
    group = rhyme_class(first)
    return first[-1] != second[-1] and group is not None and group == rhyme_class(second)


def rhymes_in_verse(first: str, second: str) -> bool:
    """Whether the last characters of two words rhyme in any of their readings."""
    return first[-1] != second[-1] and bool(_classes(first[-1]) & _classes(second[-1]))


def sound_alike(first: str, second: str) -> bool:
    """Whether two words end on one character, which is no rhyme. Others of one sound may rhyme in Chinese."""
    return first[-1] == second[-1]


def tone(character: str) -> int | None:
    """The tone 1 to 4, 5 for none, of a character's commonest reading; None for an unknown one."""
    found = _readings(character)
    return found[0][1] if found else None


def tone_pattern(words: str) -> str:
    """平 for a level tone (1, 2), 仄 for an oblique one (3, 4), ○ for neither; a sign a character."""
    return "".join({1: "平", 2: "平", 3: "仄", 4: "仄"}.get(tone(character) or 5, "○") for character in words)
