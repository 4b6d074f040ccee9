"""Pronunciations of words the dictionary lacks, made from those it has: endings, compounds, British spelling.

Guesses nothing from letters alone: a word with no known root stays unknown.
"""

from collections.abc import Callable, Iterator

from models.lyrics.phones import Phones, count_vowels, look_up

_SIBILANTS = frozenset({"S", "Z", "SH", "ZH", "CH", "JH"})
_VOICELESS = frozenset({"P", "T", "K", "F", "TH"})
_LEAST_PART = 3
"""Letters in each half of a compound."""

_PLAIN_ENDINGS = {
    "ly": "L IY0",
    "ness": "N AH0 S",
    "less": "L AH0 S",
    "ful": "F AH0 L",
    "fully": "F AH0 L IY0",
    "ward": "W ER0 D",
    "wards": "W ER0 D Z",
    "like": "L AY2 K",
    "some": "S AH0 M",
    "let": "L AH0 T",
    "ling": "L IH0 NG",
    "hood": "HH UH2 D",
    "ship": "SH IH2 P",
    "y": "IY0",
    "th": "TH",
    "ment": "M AH0 N T",
}
_CHANGING_ENDINGS = {
    "ing": "IH0 NG",
    "in'": "IH0 N",
    "er": "ER0",
    "ers": "ER0 Z",
    "or": "ER0",
    "est": "AH0 S T",
    "eth": "AH0 TH",
    "able": "AH0 B AH0 L",
    "ings": "IH0 NG Z",
    "ingly": "IH0 NG L IY0",
    "en": "AH0 N",
    "ish": "IH0 SH",
}
"""Endings before which the root may lose its e, double its consonant or turn y to i."""

_PREFIXES = {
    "un": "AH0 N",
    "re": "R IY0",
    "out": "AW2 T",
    "over": "OW2 V ER0",
    "under": "AH2 N D ER0",
    "fore": "F AO2 R",
    "be": "B IH0",
    "mis": "M IH0 S",
    "in": "IH0 N",
    "up": "AH2 P",
    "en": "EH0 N",
    "dis": "D IH0 S",
    "mid": "M IH2 D",
    "a": "AH0",
}
_SPELLINGS = (
    ("our", "or"),
    ("tre", "ter"),
    ("ise", "ize"),
    ("isi", "izi"),
    ("ogue", "og"),
    ("ae", "e"),
    ("oe", "e"),
)


def derive(word: str) -> tuple[Phones, ...]:
    """Pronunciations of a lower-case word that `look_up` lacks; none where nothing known is in it."""
    for rule in (_possessive, _plural, _past, _elision, _ending, _spelling, _prefix, _compound):
        found = next(rule(word), None)
        if found is not None:
            return (found,)
    return ()


def _known(word: str) -> Phones | None:
    found = look_up(word)
    return found[0] if found else None


def _roots(word: str, ending: str, *, changing: bool) -> Iterator[str]:
    """What may have stood before `ending`: lov-ing from love, stopp-ing from stop, happi-ly from happy."""
    if not word.endswith(ending) or len(word) - len(ending) < 2:
        return
    stem = word[: -len(ending)]
    yield stem
    if stem.endswith("i"):
        yield stem[:-1] + "y"
    if changing:
        yield stem + "e"
        if len(stem) > 3 and stem[-1] == stem[-2]:
            yield stem[:-1]


def _with_ending(
    word: str, ending: str, add: Callable[[Phones], Phones], *, changing: bool
) -> Iterator[Phones]:
    for root in _roots(word, ending, changing=changing):
        phones = _known(root)
        if phones is not None:
            yield add(phones)


def _add_s(phones: Phones) -> Phones:
    if phones[-1] in _SIBILANTS:
        return (*phones, "AH0", "Z")
    return (*phones, "S" if phones[-1] in _VOICELESS else "Z")


def _add_d(phones: Phones) -> Phones:
    if phones[-1] in ("T", "D"):
        return (*phones, "AH0", "D")
    return (*phones, "T" if phones[-1] in _VOICELESS | _SIBILANTS - {"Z", "ZH", "JH"} else "D")


def _possessive(word: str) -> Iterator[Phones]:
    if word.endswith("s'"):
        yield from pronounce(word[:-1])
    elif word.endswith("'s"):
        yield from map(_add_s, pronounce(word[:-2]))
    elif word.endswith("'ll"):
        yield from ((*phones, "AH0", "L") for phones in pronounce(word[:-3]))
    elif word.endswith(("'d", "'ve", "'re")):
        tail = {"d": "D", "ve": "V", "re": "R"}[word.rpartition("'")[2]]
        yield from ((*phones, tail) for phones in pronounce(word.rpartition("'")[0]))
    elif word.endswith("'st"):
        yield from ((*phones, "S", "T") for phones in pronounce(word[:-3]))


def _plural(word: str) -> Iterator[Phones]:
    if word.endswith("s") and not word.endswith("ss"):
        yield from _with_ending(word, "s", _add_s, changing=False)
        yield from _with_ending(word, "es", _add_s, changing=False)


def _past(word: str) -> Iterator[Phones]:
    if word.endswith("ed"):
        yield from _with_ending(word, "ed", _add_d, changing=True)


def _elision(word: str) -> Iterator[Phones]:
    """`wand'ring` as wandering less a vowel."""
    head, apostrophe, tail = word.partition("'")
    if not apostrophe or not head or not tail:
        return
    for letter in "eiou":
        full = next(iter(pronounce(head + letter + tail)), None)
        if full is None:
            continue
        weak = [index for index, phone in enumerate(full) if phone.endswith("0")]
        if not weak:
            continue
        blurred = [index for index in weak if full[index] in ("AH0", "ER0")]
        at = (blurred or weak)[-1]
        yield (*full[:at], *(("R",) if full[at] == "ER0" else ()), *full[at + 1 :])


def _ending(word: str) -> Iterator[Phones]:
    for endings, changing in ((_PLAIN_ENDINGS, False), (_CHANGING_ENDINGS, True)):
        for ending, sound in endings.items():
            yield from _with_ending(
                word, ending, lambda phones, sound=sound: (*phones, *sound.split()), changing=changing
            )


def _spelling(word: str) -> Iterator[Phones]:
    for british, american in _SPELLINGS:
        if british in word:
            phones = _known(word.replace(british, american))
            if phones is not None:
                yield phones
    if "ll" in word:
        phones = _known(word.replace("ll", "l"))
        if phones is not None:
            yield phones


def _prefix(word: str) -> Iterator[Phones]:
    for prefix, sound in _PREFIXES.items():
        if word.startswith(prefix) and len(word) - len(prefix) >= _LEAST_PART:
            root = word[len(prefix) :]
            phones = _known(root) or next(_past(root), None) or next(_ending(root), None)
            if phones is not None:
                yield (*sound.split(), *phones)


def _compound(word: str) -> Iterator[Phones]:
    """The two known words that share the letters most evenly; the second one's stress becomes secondary."""
    middle = len(word) / 2
    cuts = sorted(range(_LEAST_PART, len(word) - _LEAST_PART + 1), key=lambda cut: (abs(cut - middle), cut))
    for cut in cuts:
        first, second = _known(word[:cut]), _known(word[cut:])
        if first is not None and second is not None and count_vowels(first) and count_vowels(second):
            yield (*first, *(phone.replace("1", "2") for phone in second))


def pronounce(word: str) -> tuple[Phones, ...]:
    """Pronunciations of a lower-case word, from the dictionary or derived; none where it is unknown."""
    return look_up(word) or derive(word)
