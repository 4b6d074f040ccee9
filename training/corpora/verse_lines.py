"""Lines of printed English verse, cleaned: words and marks, or nothing where a line is no clean verse.

Undoes what the TEI's tokenizer took apart, spells elided endings out, and leaves capitals to names.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from sys import intern

from models.lyrics.phones import look_up
from models.lyrics.pronouncing import is_pronounceable
from models.lyrics.safety import is_unsafe_word
from models.lyrics.stanzas import MARKS, Line
from training.corpora.verse_words import is_mocking

LONGEST = 75
"""Characters of a line as printed."""
FEWEST_WORDS, MOST_WORDS = 2, 14
_PRONOUNCEABLE = 0.6
_CAPITALS = 0.5
"""Share of later words with a capital from which a line is a heading."""

_ODD = re.compile(r"[\[\]{}=*<>|$^#~+/\\&_°@%0-9]")
_COUNTED = re.compile(r"^\d{1,3} |\s(?:\d{1,4}|})$")
"""The number of a stanza before it, of a line after it, and the brace of a triplet."""
_QUOTES = str.maketrans("", "", '“”"«»()`´')
_CLITIC = re.compile(r"(\w) ['’](s|d|ll|ve|m|re|st|t)\b", re.IGNORECASE)
_APOSTROPHE = re.compile("['’‘]")
_OLD_APOSTROPHE = re.compile(r"(\w) ’ (d|re|er|ere|ring|n|st|th|ver)\b")
_LEADING = re.compile(r"[‘’'] ?(t ?is|t ?was|twere|twill|neath|gainst|mong|tween|em|til)\b", re.IGNORECASE)
_BARE = {"tis", "twas", "twere", "neath", "gainst", "tween"}
"""Words that stand without their apostrophe where the file lost it."""
_SPLIT = (
    (re.compile(r"\b([a-z]{2,6}) n['’]t\b", re.IGNORECASE), r"\1n't"),
    (re.compile(r"\b(gon|wan) na\b", re.IGNORECASE), r"\1na"),
    (re.compile(r"\bgot ta\b", re.IGNORECASE), "gotta"),
    (re.compile(r"\bcan not\b", re.IGNORECASE), "cannot"),
    (re.compile(r"\b(to)[- ](day|night|morrow)\b", re.IGNORECASE), r"\1\2"),
)  # fmt: skip
_MARKS = re.compile(r"\.{2,}|…|[—–]+|-{2,}|[,;:.!?]")
_ALONE = frozenset(MARKS["en"]) - {"-"}
_WORD = re.compile(r"'?[a-z]+(?:'[a-z]+)*'?")
_STRONGEST = "?!.…;:,—"
"""Of several marks in a row the first of these stays."""

_NEVER_ED = frozenset(
    {"i", "he", "she", "we", "they", "you", "who", "it", "there", "that", "thou", "what", "how"}
)
_SINGLE = frozenset({"a", "i", "o"})


def clean_line(raw: str) -> Line | None:
    """A line of verse from print, words as printed; None for a heading, a note, prose or another language."""
    text = (
        _COUNTED.sub("", raw if raw.isascii() else unicodedata.normalize("NFKC", raw))
        .translate(_QUOTES)
        .strip()
    )
    if not text or len(text) > LONGEST or _ODD.search(text):
        return None
    if not next((sign for sign in text if sign.isalpha()), "a").isupper():
        return None
    words, marks = _split(_joined(text))
    if not FEWEST_WORDS <= sum(mark != "-" for mark in marks) <= MOST_WORDS or not _readable(words):
        return None
    return Line(tuple(words), tuple(marks))


def _joined(text: str) -> str:
    """The text with clitics back at their words: `do n't`, `bird 's`, `‘ t is`."""
    for pattern, whole in _SPLIT:
        text = pattern.sub(whole, text)
    if not _APOSTROPHE.search(text):
        return text
    text = _LEADING.sub(lambda found: "'" + found[1].replace(" ", ""), text)
    text = _OLD_APOSTROPHE.sub(r"\1'\2", text)
    text = _CLITIC.sub(r"\1'\2", text)
    return text.replace("’", "'").replace("‘", " ")


def _split(text: str) -> tuple[list[str], list[str]]:
    """Words, each with the mark after it; words that are none come out as they are, to be refused."""
    words: list[str] = []
    marks: list[str] = []
    text = _MARKS.sub(lambda found: f" {_mark_of(found[0])} ", text)
    for token in text.split():
        if token in _ALONE:
            if words:
                marks[-1] = _stronger(marks[-1], token)
            continue
        parts = [part for part in token.split("-") if part]
        for at, part in enumerate(parts):
            word = _word(part)
            if word:
                words.append(word)
                marks.append("-" if at < len(parts) - 1 else "")
    if marks and marks[-1] == "-":
        marks[-1] = ""
    return words, marks


def _mark_of(found: str) -> str:
    if found.startswith("..") or found == "…":
        return "…"
    return "—" if found[0] in "—–-" else found


def _stronger(first: str, second: str) -> str:
    present = [mark for mark in (first, second) if mark in _STRONGEST and mark]
    return min(present, key=_STRONGEST.index)


@cache
def _word(part: str) -> str:
    """A word as it is to be read; the same object each time, for millions of words are kept."""
    if not part.isascii():
        part = part.replace("æ", "ae").replace("œ", "oe").replace("Æ", "Ae").replace("Œ", "Oe")
        plain = unicodedata.normalize("NFKD", part)
        part = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return intern(_spelt_out(_stripped(part)))


def _stripped(part: str) -> str:
    """Without the apostrophes that are quotation marks."""
    word = part.lower()
    if word in _BARE:
        return "'" + part
    if part.startswith("'") and not look_up(word) and not is_pronounceable(word):
        part = part.lstrip("'")
    if part.endswith("'") and not part.lower().endswith(("s'", "th'", "in'", "o'", "wi'", "i'")):
        part = part.rstrip("'")
    return part


def _spelt_out(word: str) -> str:
    """`loved` for lov'd and `cried` for cry'd, where that is a word; capitals stay, but no words of them."""
    if len(word) > 1 and word.isupper():
        word = word.lower()
    lower = word.lower()
    stem = lower.removesuffix("'d")
    if stem == lower or stem in _NEVER_ED:
        return word
    for ending in ("ed", "d"):
        if look_up(stem + ending):
            return word[: len(stem)] + ending
    if stem.endswith("y") and look_up(stem[:-1] + "ied"):
        return word[: len(stem) - 1] + "ied"
    return word[: len(stem)] + "ed" if look_up(stem) and stem[-1] not in "aeiouy" else word


def _readable(words: Sequence[str]) -> bool:
    """Whether words are English, most can be said, few are capitals, none is a slur or mocks a dialect."""
    sayable = 0
    for word in words:
        kind = _kind(word)
        if kind is None:
            return False
        sayable += kind
    capitals = sum(word[0].isupper() and word.partition("'")[0] not in ("I", "O") for word in words[1:])
    return capitals <= max(1, _CAPITALS * (len(words) - 1)) and sayable >= _PRONOUNCEABLE * len(words)


@cache
def _kind(word: str) -> bool | None:
    """Whether a word can be said; None where no line with it is wanted."""
    lower = word.lower()
    if not _WORD.fullmatch(lower) or (len(lower) == 1 and lower not in _SINGLE):
        return None
    return None if is_unsafe_word(lower) or is_mocking(lower) else is_pronounceable(lower)


def capital_shares(lines: Iterable[Line]) -> dict[str, str]:
    """How each word is written inside lines where that is mostly with a capital: `london` London.

    First words of lines and sentences say nothing. A word counts as a name from four times in five on.
    """
    seen: dict[str, list[int]] = {}
    for line in lines:
        for word, before in zip(line.words[1:], line.marks, strict=False):
            if before not in ("", ",", "-"):
                continue
            counts = seen.setdefault(word.lower(), [0, 0])
            counts[word[0].isupper()] += 1
    shown = {word: word.capitalize() for word, (low, high) in seen.items() if high >= 4 * max(low, 1)}
    return (
        {word: name for word, name in shown.items() if word.isalpha() or word.endswith("'s")}
        | {word: "I" + word[1:] for word in ("i", "i'm", "i'll", "i've", "i'd")}
        | {"o": "O"}
    )


def recased(line: Line, shown: Mapping[str, str]) -> Line:
    """The line with every word as it stands in the middle of one, and without the name of who speaks it."""
    words, marks = line.words, line.marks
    if len(words) > FEWEST_WORDS and marks[0] == "." and len(words[0]) > 2 and words[1][0].isupper():
        words, marks = words[1:], marks[1:]
    lower = (intern(word.lower()) for word in words)
    return Line(tuple(shown.get(word, word) for word in lower), marks)
