"""Words that are never read, written or echoed: slurs and obscenities in English and Chinese.

The list holds no words, so that nobody meets them by reading the repository: English ones stand as salted
digests and are compared by whole words and their common forms (a filter of substrings would hit `night`),
Chinese ones, which have no spaces around them, with each character moved on by one.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

LIST_FILE = Path(__file__).parent / "data" / "unsafe.txt"
_SALT = b"nightingale"
_LEAST_ACROSTIC = 4
_LEAST_JOINED = 5
_LETTER_FOR_SIGN = str.maketrans("01345@$!|", "oieasasii")
_ENDINGS = (
    "",
    "s",
    "es",
    "'s",
    "ed",
    "d",
    "ing",
    "in",
    "er",
    "ers",
    "y",
    "ie",
    "ies",
    "ish",
    "ly",
    "a",
    "as",
)


def digest(word: str) -> str:
    """What stands in the list for a word."""
    return hashlib.blake2b(word.encode(), digest_size=8, salt=_SALT).hexdigest()


@cache
def _entries() -> tuple[str, ...]:
    lines = LIST_FILE.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def _listed() -> frozenset[str]:
    return frozenset(entry for entry in _entries() if entry.isascii())


@cache
def _chinese() -> re.Pattern[str]:
    moved = (entry for entry in _entries() if not entry.isascii())
    return re.compile("|".join("".join(chr(ord(sign) - 1) for sign in entry) for entry in moved))


@cache
def is_unsafe_word(word: str) -> bool:
    """Whether a word, in any case and any of its forms, is on the list."""
    word = word.lower().replace("’", "'")
    return any(digest(form) in _listed() for form in _forms(word))


def _forms(word: str) -> Iterator[str]:
    for ending in _ENDINGS:
        if word.endswith(ending):
            stem = word[: len(word) - len(ending)]
            yield stem
            if len(stem) > 3 and stem[-1] == stem[-2] and ending:
                yield stem[:-1]
            if ending in ("ing", "ed", "er", "ers", "y", "ish"):
                yield stem + "e"
            if ending == "ies":
                yield stem + "y"


def is_safe(text: str) -> bool:
    """Whether lines of text hold nothing listed: no word, no two words run together, no acrostic."""
    plain = _plain(text)
    lines = [re.findall(r"[a-z]+(?:'[a-z]+)*", line) for line in plain.splitlines()]
    words = [word for line in lines for word in line]
    return not (
        any(map(is_unsafe_word, words))
        or any(_unsafe_joined(first, second) for first, second in pairwise(words))
        or _unsafe_run("".join(line[0][0] for line in lines if line), least=_LEAST_ACROSTIC)
        or _unsafe_chinese(plain)
    )


def is_safe_query(text: str) -> bool:
    """As `is_safe`, and sees through spelling: digits for letters, dots and spaces between them, doubling."""
    plain = _plain(text)
    if not is_safe(text):
        return False
    signs = plain.translate(_LETTER_FOR_SIGN)
    words = re.findall(r"[a-z]+", signs)
    spelt = re.findall(r"(?:\b[a-z][\W_]+){2,}[a-z]\b", signs)
    joined = [re.sub(r"[^a-z]", "", run) for run in (*spelt, *re.split(r"\s+", signs))]
    shorter = [re.sub(r"(.)\1+", r"\1", word) for word in (*words, *joined)]
    doubled = [re.sub(r"(.)\1{2,}", r"\1\1", word) for word in (*words, *joined)]
    return not any(map(is_unsafe_word, (*words, *joined, *shorter, *doubled)))


def _plain(text: str) -> str:
    """Lower case, no accents, no invisible characters."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'")).lower()
    return "".join(sign for sign in decomposed if unicodedata.category(sign) not in ("Mn", "Cf"))


def _unsafe_joined(first: str, second: str) -> bool:
    joined = first + second
    # Neither half alone is listed; short ones would hit by chance.
    return len(joined) >= _LEAST_JOINED and digest(joined) in _listed()


def _unsafe_run(letters: str, *, least: int) -> bool:
    return any(
        digest(letters[start:end]) in _listed()
        for start in range(len(letters))
        for end in range(start + least, len(letters) + 1)
    )


def _unsafe_chinese(text: str) -> bool:
    """Whether a listed run stands in a line or down their first characters."""
    lines = ["".join(re.findall(r"[\u3400-\u4dbf\u4e00-\u9fff]", line)) for line in text.splitlines()]
    heads = "".join(line[0] for line in lines if line)
    return any(_chinese().search(run) for run in (*lines, heads))
