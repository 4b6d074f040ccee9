"""Lines of text as syllables to be sung: each with its letters, its stress and where its word ends.

English words are parted by their letters as far as a dictionary says how many syllables they have; of Chinese
every character is one. Knows no notes.
"""

import re
from itertools import pairwise

from domain.songs import (
    PRIMARY,
    SECONDARY,
    UNSTRESSED,
    StanzaKind,
    SungLine,
    SungStanza,
    Syllable,
)
from models.lyrics.metre import stress_code
from models.lyrics.pronouncing import syllables
from models.lyrics.stanzas import Stanza

_WORD = re.compile(r"\S+")
_LETTERS = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ'’]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_VOWELS = re.compile(r"[aeiouyAEIOUYÀ-ÖØ-öø-ÿ]+")
_BEGINNINGS = (
    "b c d f g h j k l m n p q r s t v w y z bl br ch cl cr dr dw fl fr gl gr ph pl pr qu sc sh sk sl sm sn "
    "sp st sw th tr tw wh scr spl spr str thr shr squ"
)
_ONSETS = frozenset(_BEGINNINGS.split())
_ONE_SOUND = ("ch", "ck", "gh", "ph", "sh", "th", "wh")
"""Letters that are not parted."""

_WITH_LIQUID = frozenset({"bl", "br", "cl", "cr", "dr", "fl", "fr", "gl", "gr", "pl", "pr", "tr"})
_ENDING = re.compile(r"ings?\b")


def sung_line(text: str, *, rhyme: str = "") -> SungLine:
    """A line of English or Chinese text as it is sung, its punctuation with the words."""
    if _HAN.search(text):
        return SungLine(_characters(text), rhyme)
    spoken = [
        (part, letters[0], place == last)
        for match in _WORD.finditer(text)
        for last in [match[0].count("-")]
        for place, part in enumerate(match[0].split("-"))
        if (letters := _LETTERS.search(part))
    ]
    marks = _stresses([_plain(word) for _, word, _ in spoken])
    found: list[Syllable] = []
    for written, word, ends in spoken:
        pieces = hyphenated(written, syllables(_plain(word)))
        for place, piece in enumerate(pieces):
            mark = marks[len(found)] if len(found) < len(marks) else UNSTRESSED
            found.append(Syllable(piece, mark, ends and place == len(pieces) - 1))
    return SungLine(tuple(found), rhyme)


def sung_stanza(stanza: Stanza, scheme: str, kind: StanzaKind = StanzaKind.VERSE) -> SungStanza:
    """A stanza that was written, its lines with their letters of the scheme; one that is alone rhymes not."""
    letters = [letter if scheme.count(letter) > 1 else "" for letter in scheme]
    lines = zip(stanza.lines, letters, strict=True)
    return SungStanza(tuple(sung_line(line.text(), rhyme=letter) for line, letter in lines), kind)


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


def hyphenated(word: str, count: int) -> list[str]:
    """A word's letters in so many pieces, parted before what may begin a syllable."""
    groups = [match.span() for match in _VOWELS.finditer(word)]
    if count > 1 and len(groups) > count and word.lower().rstrip(".,;:!?\"'’)").endswith("e"):
        groups = groups[:-1]
    while len(groups) > count:  # silent vowels: `every`, `heaven's`
        groups.pop(1 if len(groups) > 2 else len(groups) - 1)
    cuts = [_cut(word, before[1], after[0]) for before, after in pairwise(groups)]
    pieces = [word[start:end] for start, end in zip([0, *cuts], [*cuts, len(word)], strict=True)]
    while len(pieces) < count:  # vowels that meet: `li-on`
        widest = max(range(len(pieces)), key=lambda place: len(pieces[place]))
        piece = pieces[widest]
        match = re.search(r"[aeiouy](?=[aeiouy])", piece, re.IGNORECASE)
        cut = match.end() if match else max(1, len(piece) // 2)
        pieces[widest : widest + 1] = [piece[:cut], piece[cut:]]
    return [piece for piece in pieces if piece]


def _cut(word: str, start: int, end: int) -> int:
    """Where to part the consonants from `start` to `end`: the longest that may begin a syllable go on."""
    between = word[start:end].lower()
    is_last_le = (
        len(between) > 1 and between.endswith("l") and word[end:].lower().rstrip(".,;:!?\"'’)") == "e"
    )
    if is_last_le:  # `vi-si-ble`
        return end - 2
    if _ENDING.match(word[end:].lower()) and len(set(between)) == len(between):  # `sleep-ing`
        return end
    together = len(between) == 1 or between in _ONE_SOUND or between in _WITH_LIQUID
    for place in range(0 if together else 1, len(between)):
        if between[place:] in _ONSETS and between[place - 1 : place + 1] not in _ONE_SOUND:
            return start + place
    return end if between.endswith(("x", "ck", "ng")) else max(end - 1, start)


def _stresses(words: list[str]) -> list[int]:
    """The stress of every syllable. A word of one syllable bends beside one that is stressed."""
    code = stress_code(words)
    marks = {"1": PRIMARY, "2": SECONDARY, "0": UNSTRESSED, "f": UNSTRESSED}
    found: list[int] = []
    for place, sign in enumerate(code):
        beside = code[max(place - 1, 0) : place] + code[place + 1 : place + 2]
        found.append(marks.get(sign, SECONDARY if set(beside) & {"1", "m"} else PRIMARY))
    return found


def _characters(text: str) -> tuple[Syllable, ...]:
    """Every character with the punctuation after it; the first of each pair is heard as the stronger."""
    found: list[Syllable] = []
    for character in text:
        if _HAN.match(character):
            found.append(Syllable(character, PRIMARY if len(found) % 2 == 0 else UNSTRESSED))
        elif found and not character.isspace():
            last = found[-1]
            found[-1] = Syllable(last.text + character, last.stress)
    return tuple(found)
