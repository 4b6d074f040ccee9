"""What one evaluation is about: a network's weights, the prompts it is given, and what it is measured beside.

Everything is loaded or made when it is first asked for; what takes long is kept in the run's folder.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from domain.verses import Language
from models.lyrics.files import NETWORKS
from models.lyrics.verse_plans import plan_verse
from training.evaluation.ngram import NGram
from training.evaluation.tables import Table
from training.lyrics.evaluation.held_out import Stanzas, Tokens
from training.lyrics.evaluation.ngram_writer import ORDER, load_ngram
from training.lyrics.evaluation.page import load_table, save_table
from training.lyrics.evaluation.pieces import Piece
from training.lyrics.evaluation.prompts import (
    PROMPTS,
    Prompt,
    again,
    draw_prompts,
    rare_pairs,
    rare_words,
)
from training.lyrics.evaluation.retrieval import Retrieval
from training.lyrics.evaluation.training_words import TrainingWords, load_training_words
from training.lyrics.evaluation.writing import Author, load_author, markov_author, readable
from training.paths import CORPORA, RUNS

COMPARED = 1_000
"""Stanzas over which verse is compared with itself and with the training verse, for 300 prompts."""


@dataclass(frozen=True)
class Study:
    """What is measured: the network of a language whose weights lie in a folder, over so many prompts."""

    language: Language
    network: str
    weights: Path
    prompts: int = PROMPTS
    runs: Path = RUNS / "lyrics"
    corpora: Path = CORPORA

    @property
    def material(self) -> Path:
        """What was prepared for teaching."""
        return self.runs / self.language

    @property
    def folder(self) -> Path:
        """Where verse and what takes long to make are kept."""
        return self.material / "evaluation"

    @cached_property
    def held_out(self) -> Stanzas:
        return Stanzas.load(self.material, "test")

    @cached_property
    def training(self) -> Stanzas:
        return Stanzas.load(self.material, "train")

    @cached_property
    def training_words(self) -> TrainingWords:
        return load_training_words(self.corpora / f"verse-{self.language}.jsonl.gz", self.folder)

    @cached_property
    def author(self) -> Author:
        """The one judged. Raises FileNotFoundError where there are no weights."""
        found = load_author(self.weights, self.language, self.network)
        if found is None:
            raise FileNotFoundError(2, "no weights", str(self.weights / f"lyrics-{self.language}.json"))
        return found

    @cached_property
    def rivals(self) -> list[Author]:
        """The other networks whose weights are there."""
        others = (name for name in NETWORKS if name != self.network)
        found = (load_author(self.weights, self.language, name) for name in others)
        return [author for author in found if author is not None]

    @property
    def has_weights(self) -> bool:
        return load_author(self.weights, self.language, self.network) is not None

    @property
    def _table_path(self) -> Path:
        return self.folder / f"table-{self.network}.json"

    def keep_table(self, table: Table) -> None:
        """Keep the table of the weights that there are, for the page of samples."""
        save_table(self._table_path, self.author.poet.version, table)

    def kept_table(self) -> Table | None:
        """The table of the weights that there are; None where they were not measured."""
        return load_table(self._table_path, self.author.poet.version)

    @property
    def ngram_path(self) -> Path:
        return self.folder / f"ngram-{ORDER}.npz"

    @cached_property
    def ngram(self) -> NGram:
        def targets() -> list[Tokens]:
            return self.training.targets(range(len(self.training)))

        return load_ngram(self.ngram_path, targets, vocabulary=len(self.held_out.vocabulary))

    @cached_property
    def markov(self) -> Author:
        return markov_author(self.author, self.ngram, self.ngram_path)

    @cached_property
    def asked(self) -> list[Prompt]:
        """The prompts that were drawn."""
        known = self.held_out.keywords
        rare = (
            rare_words(self.training_words.counts, known)
            if self.language is Language.ENGLISH
            else rare_pairs(self.held_out.vocabulary, known)
        )
        return draw_prompts(self.held_out, rare, self.prompts)

    @cached_property
    def answered(self) -> list[Prompt]:
        """Those that the bot writes to; in turn again, with other seeds, until there are stanzas enough."""
        own = readable(self.asked, self.author.tongue)
        return self.enough(own, COMPARED * self.prompts // PROMPTS, list(own))

    def enough(self, own: Sequence[Prompt], stanzas: int, begun: list[Prompt]) -> list[Prompt]:
        """`begun`, and prompts of `own` again, until so many stanzas are planned."""
        planned = sum(map(self._stanzas, begun))
        more = again(own, stanzas)
        while planned < stanzas:
            begun.append(more[len(begun) % len(more)])
            planned += self._stanzas(begun[-1])
        return begun

    def _stanzas(self, prompt: Prompt) -> int:
        return len(set(plan_verse(prompt.request, self.author.tongue).order))

    def written(self, author: Author) -> list[Piece]:
        """What an author writes to the prompts."""
        return author.pieces(self.answered, author.writes(self.answered, self.folder))

    def retrieved(self, like: Sequence[Piece]) -> list[Piece]:
        """As many training stanzas to each scene as another wrote; a scene that comes again gets others."""
        retrieval = Retrieval(self.training, self.training_words)
        used: dict[tuple[str, ...], int] = {}
        found: list[Piece] = []
        for piece in like:
            given = used.get(piece.scene, 0)
            used[piece.scene] = given + len(piece.stanzas)
            best = retrieval.pieces(piece.scene, used[piece.scene])
            found.append(replace(best, stanzas=best.stanzas[given:]))
        return found
