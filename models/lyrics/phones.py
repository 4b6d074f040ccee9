"""The CMU dictionary as it stands beside this file: ARPAbet phones of 125,000 English words.

Knows what is written in the dictionary and how poets shorten words; derives nothing.
"""

import gzip
from bisect import bisect_left
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Phones = tuple[str, ...]
"""ARPAbet; a vowel ends in its stress: 0 none, 1 primary, 2 secondary."""

DICTIONARY = Path(__file__).parent / "data" / "cmudict.txt.gz"

_POETIC = {
    "o'er": "AO1 R",
    "e'er": "EH1 R",
    "ne'er": "N EH1 R",
    "whate'er": "W AH0 T EH1 R",
    "where'er": "W EH0 R EH1 R",
    "whene'er": "W EH0 N EH1 R",
    "howe'er": "HH AW0 EH1 R",
    "e'en": "IY1 N",
    "ev'n": "IY1 V N",
    "ta'en": "T EY1 N",
    "ev'ry": "EH1 V R IY0",
    "heav'n": "HH EH1 V N",
    "pow'r": "P AW1 R",
    "flow'r": "F L AW1 R",
    "fall'n": "F AO1 L N",
    "'neath": "N IY1 TH",
    "'gainst": "G EH1 N S T",
    "'mong": "M AH1 NG",
    "'tween": "T W IY1 N",
    "'twere": "T W ER1",
    "'twill": "T W IH1 L",
    "'mid": "M IH1 D",
    "th'": "DH",
    "thee": "DH IY1",
    "thou": "DH AW1",
    "wind": "W IH1 N D",
    "hath": "HH AE1 TH",
    "doth": "D AH1 TH",
    "ay": "AY1",
    "aye": "AY1",
    "o": "OW1",
    "lo": "L OW1",
    "ere": "EH1 R",
    "nay": "N EY1",
    "bower": "B AW1 ER0",
    "bough": "B AW1",
    "boughs": "B AW1 Z",
    "saith": "S EH1 TH",
    "yon": "Y AA1 N",
    "mead": "M IY1 D",
    "lea": "L IY1",
    "eve": "IY1 V",
    "glen": "G L EH1 N",
    "thrush": "TH R AH1 SH",
    "wert": "W ER1 T",
}
"""Shortened words of verse, and words of verse whose first entry in the dictionary is a name's."""

_SHORTEST_WORDS = (
    "our ours hour hours fire fires fired every everything everyone evening prayer prayers interest "
    "different several general memories natural family favourite"
)
_SHORTEST = frozenset(_SHORTEST_WORDS.split())
"""Words with a longer first entry that verse and song count by their shortest."""


@cache
def _lines() -> tuple[bytes, NDArray[np.int64]]:
    """The dictionary's text, and where its lines begin, which are in order; in a `dict` it takes 20 MB."""
    text = gzip.decompress(DICTIONARY.read_bytes())
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))
    return text, np.concatenate([[0], ends[:-1] + 1])


def _entry(word: str) -> str | None:
    """What the dictionary says of a word."""
    text, starts = _lines()
    asked = word.encode("ascii", "replace") + b" "
    place = bisect_left(starts, asked, key=lambda start: text[start : start + len(asked)])
    if place == len(starts) or not text.startswith(asked, start := int(starts[place])):
        return None
    return text[start + len(asked) : text.index(b"\n", start)].decode("ascii")


@cache
def look_up(word: str) -> tuple[Phones, ...]:
    """Pronunciations of a lower-case word, the usual one first; none where the dictionary lacks it."""
    if word in _POETIC:
        return (tuple(_POETIC[word].split()),)
    entry = _entry(word)
    if entry is None:
        return ()
    variants = [tuple(variant.split()) for variant in entry.split("|")]
    if word in _SHORTEST:
        variants.sort(key=count_vowels)
    return tuple(variants)


def is_vowel(phone: str) -> bool:
    return phone[-1] in "012"


def count_vowels(phones: Phones) -> int:
    """Syllables."""
    return sum(map(is_vowel, phones))
