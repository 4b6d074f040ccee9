"""A small vocabulary and lexicon of real words, for tests of what is built on them."""

from functools import cache

from models.lyrics.lexicon import Lexicon, Word, build_lexicon, word_of
from models.lyrics.metre import METRES
from models.lyrics.stanzas import MARKS
from models.lyrics.vocabulary import Vocabulary
from training.lyrics.pieces import byte_pairs

_TEXT = (
    "light night bright sight flight might white tonight delight day way grey stay play away today rain "
    "again plain lane pain remain stone alone moan grown known tree sea free me be bee see memory song "
    "long along strong belong deep sleep keep weep steep stream dream gleam seem beam river shiver "
    "quiver giver hill still will rill until flower shower power hour tower bird heard word third "
    "stirred sing wing spring bring king the a of and in on my forest birds beautiful wandering little "
    "melody i london moonlit murmuring over under golden silver"
)
WORDS = tuple(_TEXT.split())
_ENDINGS = "AY T,EY,EY N,OW N,IY,AO NG,IY P,IY M,IH V ER,IH L,AW R,ER D,IH NG"
SCHEMES = ("ABAB", "AABB", "ABCB", "AAAA", "ABCD", "AA", "AB", "AABBCC", "ABABCDCD")


@cache
def toy_vocabulary() -> Vocabulary:
    controls = (
        "<en>", "<modern>", "<archaic>", "<sacred>", "<lines other>",
        *(f"<lines {count}>" for count in range(2, 9)),
        *(f"<metre {metre}>" for metre in METRES), *(f"<scheme {scheme}>" for scheme in SCHEMES),
        "<scheme other>", "<rhyme other>",
        *(f"<rhyme {ending}>" for ending in _ENDINGS.split(",")),
        *(f"<syllables {count}>" for count in range(1, 21)),
    )  # fmt: skip
    pieces = byte_pairs(dict.fromkeys(WORDS, 3), 120)
    return Vocabulary("en", controls, MARKS["en"], pieces, {"i": "I", "london": "London"})


def toy_entries() -> list[Word]:
    return [word for text in WORDS if (word := word_of(text, "en")) is not None]


@cache
def toy_lexicon() -> Lexicon:
    return build_lexicon(toy_entries(), toy_vocabulary(), archaic=True)
