"""English words by their common form: birds, bird's and bird are one. Knows endings and which words exist."""

from collections.abc import Iterator
from functools import cache

from models.lyrics.phones import look_up

_IRREGULAR = {
    "leaves": "leaf",
    "wolves": "wolf",
    "children": "child",
    "men": "man",
    "women": "woman",
    "feet": "foot",
    "geese": "goose",
    "mice": "mouse",
    "lives": "life",
    "wives": "wife",
    "knives": "knife",
    "calves": "calf",
    "sheaves": "sheaf",
    "thieves": "thief",
    "loaves": "loaf",
    "halves": "half",
    "shelves": "shelf",
    "elves": "elf",
    "teeth": "tooth",
    "sang": "sing",
    "sung": "sing",
    "flew": "fly",
    "flown": "fly",
    "fell": "fall",
    "fallen": "fall",
    "blew": "blow",
    "blown": "blow",
    "grew": "grow",
    "grown": "grow",
    "shone": "shine",
    "rose": "rose",
    "risen": "rise",
    "went": "go",
    "gone": "go",
    "woke": "wake",
    "slept": "sleep",
    "wept": "weep",
    "ran": "run",
    "swam": "swim",
    "swept": "sweep",
}
_KEPT = frozenset(
    {
        "spring",
        "evening",
        "morning",
        "wing",
        "king",
        "string",
        "nothing",
        "something",
        "grass",
        "moss",
        "darling",
    }
    | {
        "starling",
        "lightning",
        "bed",
        "red",
        "seed",
        "weed",
        "reed",
        "need",
        "news",
        "gas",
        "glass",
        "always",
    }
    | {
        "perhaps",
        "this",
        "his",
        "is",
        "was",
        "as",
        "us",
        "thus",
        "yes",
        "less",
        "james",
        "christmas",
        "during",
    }
)
"""Words that only look as if they had an ending."""


@cache
def lemma(word: str) -> str:
    """The form a lower-case word is looked up by: `singing`, `sings`, `sang` sing; unknown ones stay."""
    word = word.removesuffix("'s").removesuffix("'")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _KEPT or len(word) < 4:
        return word
    return next((root for root in _roots(word) if look_up(root)), word)


def _roots(word: str) -> Iterator[str]:
    """Candidates from the likeliest on."""
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        yield word[:-1]
        yield word.removesuffix("es")
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 3:
            continue
        if ending == "ed" and stem.endswith("i"):
            yield stem[:-1] + "y"
        doubled = stem[-1] == stem[-2] and stem[-1] not in "lsz"
        yield from (
            (stem[:-1], stem) if doubled else (stem + "e", stem) if _takes_e(stem) else (stem, stem + "e")
        )


_WITHOUT_E = frozenset(
    {"chang", "rang", "plung", "arrang", "eveng", "hop", "glid", "hid", "rid", "cam", "hom"}
)


def _takes_e(stem: str) -> bool:
    """Whether a stem more likely lost an e: shin-ing, lov-ing, chang-ing, but not sing-ing."""
    if stem in _WITHOUT_E:
        return True
    if stem.endswith("ng"):
        return False
    short = len(stem) <= 4 and stem[-2] in "aeiou" and stem[-3] not in "aeiou"
    return stem[-1] in "vcgus" or (short and stem[-1] not in "aeiouwyxlrdpt")
