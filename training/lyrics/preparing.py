"""From prepared verse to what networks are taught with, and the examples of each epoch out of it.

A folder a language holds the vocabulary, the lexicon, the neighbours, what was read together, and one file of
arrays a split.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.lyrics.lemmas import lemma
from models.lyrics.lexicon import LEXICON_FILE, Word, save_words, word_of
from models.lyrics.neighbours import NEIGHBOURS_FILE, save_neighbours
from models.lyrics.tongues import written_with
from models.lyrics.tunes import TUNES_FILE, save_tunes
from models.lyrics.vocabulary import SEP, VOCABULARY_FILE, Vocabulary
from training.corpora import verse_en, verse_zh
from training.corpora.archives import CHINESE_POETRY, ENGLISH_POETRY, find_upstream, verify
from training.corpora.verse_words import is_archaic
from training.corpora.verses import SPLITS, Verse, save_verses
from training.lyrics.encoding import Encoded, Ints, encode
from training.lyrics.examples import Examples
from training.lyrics.keywords import MOST_CANDIDATES, Telling, find_neighbours, words_to_tell
from training.lyrics.pieces import chinese_vocabulary, english_vocabulary
from training.lyrics.reading import plain_lines, read, tell_reading
from training.paths import CORPORA, RUNS

LANGUAGES = ("en", "zh")
FOLDER = RUNS / "lyrics"

MOST_KEYWORDS = 4
NEIGHBOUR_SHARE = 0.15
"""Keywords replaced by a neighbour, so that words the stanza lacks steer too."""
EMPTY_SHARE = 0.10
"""Stanzas told no keyword, so that there is a network without them to guide against (Ho 2022)."""
_FADE = 0.85
"""Each next candidate is chosen this much less often."""

_LEAST_IN_LEXICON = {"en": 12, "zh": 8}
"""How often a word has to come in the training stanzas to be one to write with."""


def prepare_lyrics(*, archives: Path, chinese: Path | None, languages: Sequence[str] = LANGUAGES) -> None:
    """Read the verse of some languages into runs/corpora, and what is taught with into runs/lyrics.

    `chinese` is the package's archive or folder; None looks for it among the archives.
    Raises ArchiveError when a collection is missing or is not the expected one.
    """
    if "en" in languages:
        path = find_upstream(archives, ENGLISH_POETRY)
        verify(path, ENGLISH_POETRY)
        verses, counts = verse_en.read_verses(path)
        print(f"English: {counts}")
        _keep(verses)
        prepare_language(verses, FOLDER / "en")
        del verses
    if "zh" in languages:
        path = chinese or find_upstream(archives, CHINESE_POETRY)
        verify(path, CHINESE_POETRY)
        verses, tunes = verse_zh.read_verses(path)
        print(f"Chinese: {len(verses)} stanzas, {len(tunes)} tunes")
        _keep(verses)
        save_tunes(FOLDER / "zh" / TUNES_FILE, tunes)
        prepare_language(verses, FOLDER / "zh", tunes=list(tunes))


def _keep(verses: Sequence[Verse]) -> None:
    save_verses(CORPORA / f"verse-{verses[0].language}.jsonl.gz", verses)
    splits = Counter(verse.split for verse in verses)
    print(", ".join(f"{split} {splits[split]}" for split in SPLITS))


def prepare_language(verses: Sequence[Verse], folder: Path, *, tunes: Sequence[str] = ()) -> None:
    """Write everything that teaching needs of one language's verse into `folder`. The same each time."""
    language = verses[0].language
    training = [verse for verse in verses if verse.split == "train"]
    vocabulary = english_vocabulary(training) if language == "en" else chinese_vocabulary(training, tunes)
    vocabulary.save(folder / VOCABULARY_FILE)
    lexicon = lexicon_words(training, vocabulary)
    save_words(folder / LEXICON_FILE, lexicon)
    material = read(map(plain_lines, training), language)
    tell_reading(material, written_with(lexicon, vocabulary), vocabulary, folder)
    usable = {word.text for word in lexicon} if language == "en" else None
    telling = Telling((words_to_tell(verse) for verse in training), language, usable)
    neighbours = find_neighbours([words_to_tell(verse) for verse in training], telling)
    save_neighbours(folder / NEIGHBOURS_FILE, neighbours)
    same = lemma if language == "en" else str
    for split in SPLITS:
        own = [verse for verse in verses if verse.split == split]
        candidates = [telling.candidates(words_to_tell(verse), same) for verse in own]
        encode(own, candidates, vocabulary, telling.words, neighbours).save(folder / f"{split}.npz")


def lexicon_words(verses: Sequence[Verse], vocabulary: Vocabulary) -> list[Word]:
    """The words to write with: frequent, sayable, safe, and no names; the commonest first.

    English words that are not archaic are counted in modern verse alone, which has no old spellings.
    """
    counts: Counter[str] = Counter()
    for verse in verses:
        said = (word for line in verse.stanza.lines for word in line.words)
        modern = verse.register == "modern"
        counts.update(word for word in said if modern or is_archaic(word.lower()))
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    words: list[Word] = []
    for text, count in ranked:
        if count < _LEAST_IN_LEXICON[vocabulary.language] or (text[0].isupper() and text not in _NAMES_KEPT):
            continue
        lower = text.lower()
        word = word_of(lower, vocabulary.language, archaic=vocabulary.language == "en" and is_archaic(lower))
        if word is not None and vocabulary.encode_word(lower):
            words.append(word)
    return words


_NAMES = (
    "I I'm I'll I've I'd O God God's Lord Heaven January February April June July August September "
    "October November December Sunday Christmas Easter"
)
_NAMES_KEPT = frozenset(_NAMES.split())
"""Words with a capital that need no story to stand in a verse."""


def draw_epoch(folder: Path, split: str, epoch: int, *, stanzas: int | None = None) -> Examples:
    """A split's examples with the keywords of one epoch, the same each time they are asked for.

    In training keywords are replaced by neighbours or left out now and then; elsewhere never. `stanzas` draws
    that many, none twice, those of greater weight the sooner. Order is the file's.
    Raises FileNotFoundError when nothing was prepared.
    """
    encoded = _load(folder / f"{split}.npz")
    rng = np.random.default_rng([epoch, SPLITS.index(split)])
    keywords = _draw_keywords(encoded, rng, spoilt=split == "train")
    rows = np.arange(len(encoded.weight))
    if stanzas is not None and stanzas < len(rows):
        # Weighted sampling without replacement: the greatest of u^(1/w) (Efraimidis 2006).
        keys = np.log(rng.random(len(rows))) / encoded.weight
        rows = np.sort(np.argpartition(-keys, stanzas)[:stanzas])
    return _examples(encoded, keywords, rows)


@lru_cache(maxsize=3)
def _load(path: Path) -> Encoded:
    return Encoded.load(path)


def _draw_keywords(encoded: Encoded, rng: np.random.Generator, *, spoilt: bool) -> Ints:
    """(N, 4) numbers of keywords in the order in which they are told, -1 for none."""
    candidates = encoded.candidates
    count = len(candidates)
    liking = np.log(_FADE) * np.arange(MOST_CANDIDATES) + rng.gumbel(size=candidates.shape)
    liking[candidates < 0] = -np.inf
    order = np.argsort(-liking, axis=1)[:, :MOST_KEYWORDS]
    drawn = np.take_along_axis(candidates, order, axis=1)
    told = rng.integers(1, MOST_KEYWORDS + 1, size=count)
    if spoilt:
        told[rng.random(count) < EMPTY_SHARE] = 0
        known = (encoded.neighbours >= 0).sum(axis=1)[drawn]
        near = encoded.neighbours[drawn, (rng.random(drawn.shape) * known).astype(np.int64)]
        swap = (rng.random(drawn.shape) < NEIGHBOUR_SHARE) & (near >= 0) & (drawn >= 0)
        drawn = np.where(swap, near, drawn)
    drawn[np.arange(MOST_KEYWORDS)[None, :] >= told[:, None]] = -1
    return drawn


def _examples(encoded: Encoded, keywords: Ints, rows: NDArray[np.int64]) -> Examples:
    """Lay controls, keywords, SEP and the previous line of each row end to end."""
    pieces = np.concatenate([encoded.pieces, np.zeros((1, encoded.pieces.shape[1]), np.int32)])
    told = pieces[keywords[rows]].reshape(len(rows), -1)
    controls = _take(encoded.controls, encoded.controls_ends, rows)
    before = _take(encoded.previous, encoded.previous_ends, rows)
    target = _take(encoded.target, encoded.target_ends, rows)
    told_rows, told_columns = np.nonzero(told)
    parts = (
        (controls.flat, controls.row, 0, False),
        (told[told_rows, told_columns], told_rows, 1, True),
        (np.full(len(rows), SEP, np.int32), np.arange(len(rows)), 2, False),
        (before.flat, before.row, 3, False),
    )
    tokens = np.concatenate([part[0] for part in parts])
    owner = np.concatenate([part[1] for part in parts])
    place = np.concatenate([np.full(len(part[0]), part[2], np.int8) for part in parts])
    copyable = np.concatenate([np.full(len(part[0]), part[3]) for part in parts])
    order = np.lexsort((place, owner))
    return Examples(
        source=tokens[order].astype(np.int32),
        source_ends=np.cumsum(np.bincount(owner, minlength=len(rows)), dtype=np.int64),
        copyable=copyable[order],
        target=target.flat,
        target_ends=np.cumsum(np.bincount(target.row, minlength=len(rows)), dtype=np.int64),
        weight=encoded.weight[rows],
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    flat: Ints
    row: NDArray[np.int64]


def _take(flat: Ints, ends: NDArray[np.int64], rows: NDArray[np.int64]) -> _Taken:
    """The tokens of some rows, and which of them each token belongs to."""
    starts = np.concatenate([[0], ends[:-1]])[rows]
    lengths = ends[rows] - starts
    row = np.repeat(np.arange(len(rows)), lengths)
    within = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return _Taken(flat[starts[row] + within], row)
