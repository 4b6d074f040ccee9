"""The words that verse may be written with, as tries of pieces: what may follow is looked up, not guessed.

Knows how words are spelt, counted and rhymed; not what a line is.
"""

import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from sys import intern

import numpy as np
from numpy.typing import NDArray

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


Spelt = tuple[Word, tuple[int, ...]]
"""A word and its pieces."""


class Tries(Mapping[str, Node]):
    """Tries by the class of rhymes that their words belong to, each built when it is first asked for."""

    def __init__(self, words: Mapping[str, list[Spelt]], built: Mapping[str, Node] | None = None) -> None:
        self._words = words
        self._built = dict(built or {})

    def __getitem__(self, name: str) -> Node:
        if name not in self._built:
            root = Node()
            for word, pieces in self._words[name]:
                root.insert(pieces, word, listed=True)
            self._built[name] = root
        return self._built[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._words, **self._built})

    def __len__(self) -> int:
        return len({**self._words, **self._built})

    def words(self, name: str) -> Iterable[Word]:
        """The words of a class, none for an unknown one."""
        if name in self._built:
            return self._built[name].words
        return (word for word, _ in self._words.get(name, ()))

    def with_word(self, name: str, word: Word, pieces: tuple[int, ...]) -> "Tries":
        """The same tries, but for one that has a word more."""
        root = self[name] if name in self else Node()
        return Tries(self._words, {**self._built, name: _inserted(root, pieces, word, listed=True)})


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words by what they are there for.

    `free` are all words; `endings` those a line may end in by rhyme class (the vocabulary's, or `other`),
    `rhymes` those of them that rhyme perfectly with each other; `spelt` lists them, the commonest first.
    """

    free: Node
    endings: Tries
    rhymes: Tries
    spelt: tuple[Spelt, ...]
    masks: dict[tuple[int, int], NDArray[np.bool_]] = field(
        default_factory=dict[tuple[int, int], NDArray[np.bool_]]
    )
    """What was found already: the pieces (of a vocabulary of so many) that begin a word of at most so many
    syllables."""

    def starts(self, room: int, size: int) -> NDArray[np.bool_]:
        """(V,) the pieces that begin a word of at most `room` syllables. Not to be written to."""
        if (room, size) not in self.masks:
            mask = np.zeros(size, np.bool_)
            mask[[piece for piece, node in self.free.children.items() if node.counts & up_to(room)]] = True
            self.masks[room, size] = mask
        return self.masks[room, size]


def up_to(room: int) -> int:
    """Bits of the syllable counts that fit in `room`."""
    return (1 << (room + 1)) - 1


def build_lexicon(words: Iterable[Word], vocabulary: Vocabulary, *, archaic: bool) -> Lexicon:
    """Tries of the words that the vocabulary can spell; archaic ones only where they are wanted."""
    spelt = ((word, vocabulary.encode_word(word.text)) for word in words if archaic or not word.archaic)
    return lexicon_of(((word, pieces) for word, pieces in spelt if pieces), vocabulary)


def lexicon_of(words: Iterable[Spelt], vocabulary: Vocabulary) -> Lexicon:
    """Tries of words whose pieces are known."""
    free = Node()
    endings: dict[str, list[Spelt]] = defaultdict(list)
    rhymes: dict[str, list[Spelt]] = defaultdict(list)
    spelt = tuple(words)
    for word, pieces in spelt:
        free.insert(pieces, word, listed=False)
        if word.text in _NO_RHYMES:
            continue
        known = f"<rhyme {word.ending}>" in vocabulary
        endings[word.ending if known else OTHER].append((word, pieces))
        if known and word.ending == word.rhyme:
            rhymes[word.rhyme].append((word, pieces))
    return Lexicon(free, Tries(dict(endings)), Tries(dict(rhymes)), spelt)


def with_words(lexicon: Lexicon, words: Iterable[Word], vocabulary: Vocabulary) -> Lexicon:
    """The lexicon with some words more (of a scene, say); the old one stays as it is."""
    free, endings, rhymes = lexicon.free, lexicon.endings, lexicon.rhymes
    for word in words:
        pieces = vocabulary.encode_word(word.text)
        if not pieces:
            continue
        free = _inserted(free, pieces, word, listed=False)
        known = f"<rhyme {word.ending}>" in vocabulary
        endings = endings.with_word(word.ending if known else OTHER, word, pieces)
        if known and word.ending == word.rhyme:
            rhymes = rhymes.with_word(word.rhyme, word, pieces)
    return Lexicon(free, endings, rhymes, lexicon.spelt)


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


def save_spelt(path: Path, words: Iterable[Spelt]) -> None:
    """Write words with their pieces, so that they are quickly read."""
    rows = (
        "\t".join((word.text, str(word.syllables), word.ending, word.rhyme, word.sound, *map(str, pieces)))
        for word, pieces in words
    )
    path.write_bytes(gzip.compress("".join(row + "\n" for row in rows).encode(), 9, mtime=0))


def load_spelt(path: Path) -> list[Spelt]:
    """Read what `save_spelt` wrote. Raises OSError or ValueError for anything else."""
    rows = gzip.decompress(path.read_bytes()).decode().splitlines()
    found: list[Spelt] = []
    for row in rows:
        text, syllables, ending, rhyme, sound, *pieces = row.split("\t")
        word = Word(text, int(syllables), intern(ending), intern(rhyme), sound)
        found.append((word, tuple(map(int, pieces))))
    return found
