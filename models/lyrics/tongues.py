"""All that verse of a language is made with beside a network: words, their company, tunes, quotations.

Knows the files that lie beside the weights, written and strictly loaded; not how they were counted.
"""

import gc
import json
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from domain.verses import Language
from models.checkpoints import AlteredWeightsError, refusing, sha256_of
from models.lyrics.files import LYRICS, vocabulary_path
from models.lyrics.lexicon import (
    LEXICON_FILE,
    Lexicon,
    Spelt,
    Word,
    lexicon_of,
    load_spelt,
    load_words,
    save_spelt,
)
from models.lyrics.neighbours import NEIGHBOURS_FILE, Neighbours, load_neighbours
from models.lyrics.packing import load_sorted
from models.lyrics.pairs import PAIRS_FILE, TRIPLES_FILE, Pairs
from models.lyrics.quotations import QUOTATIONS_FILE, Quotations
from models.lyrics.rows import Words
from models.lyrics.tunes import TUNES_FILE, Tunes, load_tunes
from models.lyrics.vocabulary import VOCABULARY_FILE, Vocabulary

PARTS = {
    "lexicon": LEXICON_FILE,
    "neighbours": NEIGHBOURS_FILE,
    "tunes": TUNES_FILE,
    "pairs": PAIRS_FILE,
    "triples": TRIPLES_FILE,
    "quotations": QUOTATIONS_FILE,
}
"""What a part is called beside the weights (`lyrics-en.lexicon`), and in the folder that it was made in."""

USUAL_WORDS = {Language.ENGLISH: 3000, Language.CHINESE: 1500}
"""So many of a lexicon's commonest are usual."""

_MODERN_ENDINGS = ("'s", "s'", "n't", "'ll", "'ve", "'re", "'d", "'m")


@dataclass(frozen=True)
class Tongue:
    """A language as verse needs it. Of English its lexicon is modern."""

    language: Language
    vocabulary: Vocabulary
    lexicon: Lexicon
    neighbours: Neighbours
    tunes: Tunes
    quotations: Quotations
    pairs: Pairs | None = None

    @cached_property
    def company(self) -> Neighbours:
        """For each word those of its neighbours that are usual: the others would take a verse over."""
        usual = {word.text for word, _ in islice(self.lexicon.spelt, USUAL_WORDS[self.language])}
        return {
            word: kept
            for word, near in self.neighbours.items()
            if (kept := [other for other in near if {other} <= usual or set(other) <= usual])
        }

    @cached_property
    def words(self) -> Words:
        """Which tokens begin words, and which of those tell."""
        return Words.of(self.vocabulary, self.pairs)


def part_path(folder: Path, language: str, part: str) -> Path:
    """Where a part of a language lies beside the weights; the vocabulary is one too."""
    return (
        vocabulary_path(folder, language) if part == "vocabulary" else folder / f"{LYRICS}-{language}.{part}"
    )


def card_path(folder: Path, language: str) -> Path:
    """Where the card lies that has the hashes of a language's parts."""
    return folder / f"{LYRICS}-{language}.json"


def load_tongue(folder: Path, language: Language) -> Tongue | None:
    """The language whose files lie in `folder`; None where there is no card of it.

    Raises Unavailable (WEIGHTS_UNUSABLE) when a file is missing, altered or of another format.
    """
    if not card_path(folder, language).exists():
        return None
    with refusing(card_path(folder, language).stem), _without_collection():
        card = json.loads(card_path(folder, language).read_text(encoding="utf-8"))
        for part, sha256 in card["sha256"].items():
            if sha256_of(part_path(folder, language, part)) != sha256:
                raise AlteredWeightsError(part)
        paths = {part: part_path(folder, language, part) for part in card["sha256"]}
        vocabulary = Vocabulary.load(paths["vocabulary"])
        spelt = load_spelt(paths["lexicon"])
        return Tongue(
            language,
            vocabulary,
            lexicon_of(spelt, vocabulary),
            load_neighbours(paths["neighbours"]),
            load_tunes(paths["tunes"]) if "tunes" in paths else {},
            Quotations.load(paths["quotations"], language)
            if "quotations" in paths
            else Quotations.none(language),
            Pairs.load(paths["pairs"], spelt, load_sorted(paths["triples"])) if "pairs" in paths else None,
        )


def save_tongue(run: Path, folder: Path, language: Language) -> None:
    """Ship what was prepared in `run`: its parts, copied beside the weights, and a card with their hashes.

    Raises FileNotFoundError where nothing was prepared.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = run / VOCABULARY_FILE
    vocabulary = Vocabulary.load(source)
    part_path(folder, language, "vocabulary").write_bytes(source.read_bytes())
    words = written_with(load_words(run / LEXICON_FILE), vocabulary)
    save_spelt(part_path(folder, language, "lexicon"), words)
    for part in ("neighbours", "tunes", "pairs", "triples", "quotations"):
        if (run / PARTS[part]).exists():
            part_path(folder, language, part).write_bytes((run / PARTS[part]).read_bytes())
    parts = [part for part in ("vocabulary", *PARTS) if part_path(folder, language, part).exists()]
    card = {
        "kind": LYRICS,
        "language": language,
        "sha256": {part: sha256_of(part_path(folder, language, part)) for part in parts},
    }
    text = json.dumps(card, ensure_ascii=False, indent=2) + "\n"
    card_path(folder, language).write_text(text, encoding="utf-8")


def written_with(words: Iterable[Word], vocabulary: Vocabulary) -> list[Spelt]:
    """The words of a lexicon that verse is written with today, with their pieces; of two alike the first."""
    found: dict[str, Spelt] = {}
    for word in words:
        pieces = vocabulary.encode_word(word.text)
        if pieces and not word.archaic and is_modern(word.text):
            found.setdefault(word.text, (word, pieces))
    return list(found.values())


def is_modern(word: str) -> bool:
    """Whether a word is written as people write it now: `it's` is, `o'er` and `wand'ring` are not."""
    return "'" not in word or (word.endswith(_MODERN_ENDINGS) and word.count("'") == 1 and word[0] != "'")


@contextmanager
def _without_collection() -> Generator[None]:
    """Make many small objects that stay without looking again and again for those that went."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
