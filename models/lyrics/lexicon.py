"""The words that verse may be written with, as tries of pieces: what may follow is looked up, not guessed.

Knows how words are spelt, counted and rhymed; not what a line is.
"""

import gzip
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.lyrics import pinyin, pronouncing
from models.lyrics.safety import is_unsafe_word
from models.lyrics.stanzas import OTHER
from models.lyrics.vocabulary import Vocabulary

LEXICON_FILE = "lexicon.tsv.gz"

_NO_RHYMES_WORDS = (
    "a an the and or nor of to in on at by for from with as than that if but my your our their its his "
    "her no is are was were be been am has have had i'm i've he's she's it's they're we're you're i'll "
    "who which whose this these those when where while would could should shall will can may might must "
    "into upon every such though through until unless because since 'mid 'neath 'tis 'twas"
)
_NO_RHYMES = frozenset(_NO_RHYMES_WORDS.split())
"""Words that no line ends in where it can be helped."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its sounds.

    `ending` is the rhyme class it has as a line's last word, `rhyme` the one it rhymes perfectly by (mostly
    the same); `sound` is equal for words that sound alike. `archaic` ones are kept from modern verse.
    """

    text: str
    syllables: int
    ending: str
    rhyme: str
    sound: str
    archaic: bool = False


@dataclass(slots=True)
class Node:
    """What may follow a run of pieces; in `counts` bit n says that a word of n syllables is at or below."""

    children: dict[int, "Node"] = field(default_factory=dict[int, "Node"])
    word: Word | None = None
    counts: int = 0
    words: list[Word] = field(default_factory=list[Word])
    """All words at or below, in tries of rhymes alone."""

    def insert(self, pieces: Iterable[int], word: Word, *, listed: bool) -> None:
        """Add a word; of two with the same pieces the first stays."""
        path: list[Node] = [self]
        for piece in pieces:
            path.append(path[-1].children.setdefault(piece, Node()))
        if path[-1].word is not None:
            return
        path[-1].word = word
        for node in path:
            node.counts |= 1 << word.syllables
            if listed:
                node.words.append(word)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by what they are there for.

    `free` are all words; `endings` those a line may end in by rhyme class (the vocabulary's, or `other`),
    `rhymes` those of them that rhyme perfectly with each other.
    """

    free: Node
    endings: Mapping[str, Node]
    rhymes: Mapping[str, Node]


def build_lexicon(words: Iterable[Word], vocabulary: Vocabulary, *, archaic: bool) -> Lexicon:
    """Tries of the words that the vocabulary can spell; archaic ones only where they are wanted."""
    free = Node()
    endings: dict[str, Node] = defaultdict(Node)
    rhymes: dict[str, Node] = defaultdict(Node)
    for word in words:
        pieces = vocabulary.encode_word(word.text)
        if not pieces or (word.archaic and not archaic):
            continue
        free.insert(pieces, word, listed=False)
        if word.text in _NO_RHYMES:
            continue
        known = f"<rhyme {word.ending}>" in vocabulary
        endings[word.ending if known else OTHER].insert(pieces, word, listed=True)
        if known and word.ending == word.rhyme:
            rhymes[word.rhyme].insert(pieces, word, listed=True)
    return Lexicon(free, dict(endings), dict(rhymes))


def with_words(lexicon: Lexicon, words: Iterable[Word], vocabulary: Vocabulary) -> Lexicon:
    """The lexicon with some words more (of a scene, say); the old one stays as it is."""
    free, endings, rhymes = lexicon.free, dict(lexicon.endings), dict(lexicon.rhymes)
    for word in words:
        pieces = vocabulary.encode_word(word.text)
        if not pieces:
            continue
        free = _inserted(free, pieces, word, listed=False)
        known = f"<rhyme {word.ending}>" in vocabulary
        name = word.ending if known else OTHER
        endings[name] = _inserted(endings.get(name, Node()), pieces, word, listed=True)
        if known and word.ending == word.rhyme:
            rhymes[word.rhyme] = _inserted(rhymes.get(word.rhyme, Node()), pieces, word, listed=True)
    return Lexicon(free, endings, rhymes)


def _inserted(root: Node, pieces: tuple[int, ...], word: Word, *, listed: bool) -> Node:
    """A trie with a word more that shares all it can with `root`."""
    new = copied = replace(root, children=dict(root.children), words=list(root.words))
    for piece in pieces:
        below = copied.children.get(piece, Node())
        copied.children[piece] = replace(below, children=dict(below.children), words=list(below.words))
        copied = copied.children[piece]
    new.insert(pieces, word, listed=listed)
    return new


def word_of(text: str, language: str, *, archaic: bool = False) -> Word | None:
    """A lower-case word (Chinese: a character) with its sounds; None for an unsafe or unpronounceable one."""
    if language == "zh":
        group = pinyin.rhyme_class(text)
        return None if group is None else Word(text, 1, group, group, text)
    ending, rhyme = pronouncing.rhyme_class(text), pronouncing.perfect_rhyme(text)
    if ending is None or rhyme is None or is_unsafe_word(text) or pronouncing.syllables(text) == 0:
        return None
    sound = " ".join(pronouncing.pronunciations(text)[0])
    return Word(text, pronouncing.syllables(text), ending, rhyme, sound, archaic)


def save_words(path: Path, words: Iterable[Word]) -> None:
    """Write words as gzipped rows, one a word."""
    rows = (
        "\t".join(
            (word.text, str(word.syllables), word.ending, word.rhyme, word.sound, "1" if word.archaic else "")
        )
        for word in words
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("".join(row + "\n" for row in rows).encode(), 9, mtime=0))


def load_words(path: Path) -> list[Word]:
    """Read what `save_words` wrote. Raises OSError or ValueError for anything else."""
    rows = gzip.decompress(path.read_bytes()).decode().splitlines()
    return [
        Word(text, int(syllables), ending, rhyme, sound, bool(archaic))
        for text, syllables, ending, rhyme, sound, archaic in (row.split("\t") for row in rows)
    ]
