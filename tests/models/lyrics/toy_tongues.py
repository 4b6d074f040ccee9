"""Languages and poets small enough for tests: real words, networks that were taught nothing."""

from functools import cache

import torch

from domain.verses import Language
from models.lyrics import seq2seq
from models.lyrics.files import Poet, build
from models.lyrics.lexicon import build_lexicon, word_of
from models.lyrics.pinyin import GROUPS
from models.lyrics.quotations import Quotations
from models.lyrics.stanzas import MARKS
from models.lyrics.tongues import Tongue
from models.lyrics.tunes import Half
from models.lyrics.vocabulary import Vocabulary
from tests.models.lyrics.toy_words import toy_lexicon, toy_vocabulary

_CHARACTERS = "山天年前边烟泉船风中空红东鸿声情春人云新津神尘巾花家霞沙鸦瓜茶楼秋流舟愁头洲鸥水月雪夜林鸟语溪"
TUNES = {
    "浣溪沙": (
        Half((7, 7, 7), ("。", "。", "。"), "AAA"),
        Half((7, 7, 7), ("，", "。", "。"), "ABB"),
    ),
    "如梦令": (Half((6, 6, 5, 6), ("，", "。", "，", "。"), "ABCB"),),
}


def _chinese_vocabulary() -> Vocabulary:
    controls = (
        "<zh>", "<form 5>", "<form 7>", "<form ci>", "<tune 浣溪沙>", "<tune other>",
        "<half 0>", "<half 1>", "<half 2>", "<lines other>", "<scheme other>",
        *(f"<rhyme {group}>" for group in (*GROUPS, "zhi", "other")),
        *(f"<syllables {count}>" for count in range(1, 13)),
    )  # fmt: skip
    return Vocabulary("zh", controls, MARKS["zh"], _CHARACTERS, {})


@cache
def toy_tongue(language: Language) -> Tongue:
    if language is Language.ENGLISH:
        near = {"forest": ("birds", "tree"), "rain": ("river", "grey")}
        return Tongue(language, toy_vocabulary(), toy_lexicon(), near, {}, Quotations.none("en"))
    vocabulary = _chinese_vocabulary()
    words = [word for character in _CHARACTERS if (word := word_of(character, "zh")) is not None]
    lexicon = build_lexicon(words, vocabulary, archaic=False)
    return Tongue(language, vocabulary, lexicon, {"山林": ("春风",)}, TUNES, Quotations.none("zh"))


@cache
def toy_poet(language: Language) -> Poet:
    """A recurrent network that was taught nothing."""
    torch.manual_seed(1)
    words = toy_tongue(language).vocabulary
    sizes = seq2seq.Config(
        len(words), words.first_piece, embedding=16, encoder=8, decoder=12, attention=8, dropout=0.0
    )
    return Poet(f"toy-{language}", build(sizes).eval(), words)
