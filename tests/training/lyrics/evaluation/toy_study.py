"""A small corpus, what is prepared from it, and weights that were never taught: all an evaluation needs."""

from pathlib import Path

import torch

from domain.verses import Language
from models.lyrics import seq2seq
from models.lyrics.files import build, save_poet
from models.lyrics.stanzas import Line, Stanza, scheme_of
from models.lyrics.tongues import save_tongue
from models.lyrics.vocabulary import VOCABULARY_FILE, Vocabulary
from training.corpora.verses import Verse, save_verses
from training.lyrics.evaluation.study import Study
from training.lyrics.preparing import prepare_language

_SUBJECT_WORDS = (
    "birds winds clouds waves stars leaves streams bells lambs flowers ships bees roses brooks swallows "
    "torches wheels children horses dancers drums flutes lilies owls foxes pipers sailors millers ferns reeds"
)
_PLACE_WORDS = (
    "forest meadow valley harbour garden mountain river city pasture window ocean orchard cellar canyon "
    "churchyard lantern wagon nursery stable ballroom parade chamber water belfry thicket market island "
    "mill clearing marshes"
)
_RHYMES = (
    ["light", "night", "bright", "sight", "might", "flight", "delight", "white"],
    ["day", "way", "stay", "play", "away", "today", "gray", "say"],
    ["tree", "sea", "free", "me", "be", "see", "key", "bee"],
    ["rain", "plain", "lane", "pain", "again", "train", "grain", "chain"],
    ["song", "long", "strong", "along", "wrong", "belong", "gong", "throng"],
    ["deep", "sleep", "keep", "weep", "steep", "leap", "reap", "sheep"],
    ["dream", "stream", "gleam", "beam", "seem", "team", "cream", "theme"],
    ["sing", "wing", "spring", "ring", "king", "bring", "string", "cling"],
)
_RARE = ("volcano", "trumpet", "tiger", "palace", "umbrella", "magnet")
_SMALL = ("to", "a", "in", "on", "by", "it", "is", "we", "go", "so")
_STANZAS = 640


def _line(first: str, second: str, last: str, mark: str) -> Line:
    return Line(("the", first, "of", "the", second, "we", last), ("",) * 6 + (mark,))


def toy_verse(number: int) -> Verse:
    """A stanza of four lines, AABB; the last 60 are held out."""
    subjects, places = _SUBJECT_WORDS.split(), _PLACE_WORDS.split()
    subject, place = subjects[number % 30], places[(number * 7 + number // 30) % 30]
    one, other = _RHYMES[number % 8], _RHYMES[(number + 1 + number // 8 % 7) % 8]
    at = number // 8 % 7
    small = _SMALL[number % len(_SMALL)]
    second = _RARE[number % 6] if number < 36 else small
    lines = (
        _line(subject, place, one[at], ","),
        Line(("and", second, "is", small, "the", place, one[at + 1]), ("",) * 6 + (".",)),
        _line(subject, small, other[at], ","),
        Line(("I", "hear", "the", subject, "by", "the", other[at + 1]), ("",) * 6 + (".",)),
    )
    split = "train" if number < _STANZAS - 60 else "test"
    return Verse("en", "A", split, Stanza(lines), scheme_of(lines, "en"), metre="iambic")


def make_study(folder: Path, *, prompts: int = 3) -> Study:
    """A study of networks with weights drawn by chance."""
    verses = [toy_verse(number) for number in range(_STANZAS)]
    runs, corpora, weights = folder / "runs", folder / "corpora", folder / "weights"
    save_verses(corpora / "verse-en.jsonl.gz", verses)
    prepare_language(verses, runs / "en")
    save_tongue(runs / "en", weights, Language.ENGLISH)
    words = runs / "en" / VOCABULARY_FILE
    vocabulary = Vocabulary.load(words)
    torch.manual_seed(0)
    config = seq2seq.Config(
        len(vocabulary), vocabulary.first_piece, embedding=16, encoder=8, decoder=12, attention=8
    )
    save_poet(build(config).eval(), weights, vocabulary=words, facts={})
    return Study(Language.ENGLISH, "seq2seq", weights, prompts=prompts, runs=runs, corpora=corpora)
