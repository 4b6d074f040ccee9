"""Writes verse to prompts the bot's own way, with a progress bar, and keeps it on disk.

What verse depends on, the weights, the language's files and the code, is part of the name it is kept under.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import torch
from rich.progress import track

from domain.errors import BadRequest
from domain.verses import Language, LyricsRequest, Verse
from models.checkpoints import sha256_of
from models.lyrics.files import AnyWriter, Poet, load_poet, name_of
from models.lyrics.tongues import Tongue, card_path, load_tongue
from models.lyrics.verse_plans import plan_verse
from models.lyrics.versing import write_verses
from training.evaluation.ngram import NGram
from training.lyrics.evaluation.ngram_writer import NGramWriter
from training.lyrics.evaluation.pieces import Asked, Piece
from training.lyrics.evaluation.prompts import Prompt
from training.report.keeping import code_digest, keep

_AT_ONCE = 24
"""Prompts written and kept together, so that an interrupted run loses little."""

MARKOV_CANDIDATES = 4
"""Fewer than the network has, so that the floor takes less time than what stands on it."""

_CODE = ("models/lyrics", "models/sampling.py", "domain/verses.py")
_MARKOV_CODE = ("training/lyrics/evaluation/ngram_writer.py", "training/evaluation/ngram.py")


@dataclass(frozen=True, slots=True)
class Author:
    """A poet and the language it writes, what its verse depends on, and of how many candidates it is the best
    (None: of as many as the request says).
    """

    name: str
    poet: Poet
    tongue: Tongue
    facts: dict[str, str]
    candidates: int | None = None

    def writes(self, prompts: Sequence[Prompt], folder: Path, *, part: str = "verse") -> list[Verse]:
        """Verse to each prompt, kept in `folder`."""
        verses: list[Verse] = []
        starts = range(0, len(prompts), _AT_ONCE)
        for start in track(starts, f"{self.name} writes", transient=True, disable=len(starts) < 2):
            requests = [self._request(prompt) for prompt in prompts[start : start + _AT_ONCE]]
            facts = {**self.facts, "requests": [request.to_plain() for request in requests]}

            def write(requests: Sequence[LyricsRequest] = requests) -> list[dict[str, Any]]:
                written = write_verses(self.poet, self.tongue, requests)
                return [verse.to_plain() for verse in written]

            name = f"{self.tongue.language}-{self.name}-{part}-{start:05}"
            verses += [Verse.from_plain(plain) for plain in keep(folder, name, facts, write)]
        return verses

    def _request(self, prompt: Prompt) -> LyricsRequest:
        return replace(prompt.request, candidates=self.candidates or prompt.request.candidates)

    def piece(self, prompt: Prompt, verse: Verse) -> Piece:
        """A verse beside what was asked for; its chorus once."""
        plan = plan_verse(prompt.request, self.tongue)
        blocks = [plan.stanzas[place].plan for place in plan.order]
        if len(blocks) != len(verse.stanzas):
            raise ValueError("the verse is not of the plan that its request has now")
        once = [list(plan.order).index(place) for place in dict.fromkeys(plan.order)]
        return Piece(
            self.tongue.language,
            plan.scene.keywords,
            tuple(tuple(line.text for line in verse.stanzas[at].lines) for at in once),
            tuple(Asked(blocks[at].scheme, blocks[at].syllables) for at in once),
        )

    def pieces(self, prompts: Sequence[Prompt], verses: Sequence[Verse]) -> list[Piece]:
        return [self.piece(prompt, verse) for prompt, verse in zip(prompts, verses, strict=True)]


def load_author(weights: Path, language: Language, network: str) -> Author | None:
    """The poet whose weights lie in a folder; None where there are none."""
    poet = load_poet(weights, language, network, torch.device("cpu"))
    tongue = load_tongue(weights, language)
    if poet is None or tongue is None:
        return None
    facts = {
        "version": poet.version,
        "weights": sha256_of(weights / f"{name_of(language, network)}.safetensors"),
        "language": sha256_of(card_path(weights, language)),
        "code": code_digest(*_CODE),
    }
    return Author(network, poet, tongue, facts)


def markov_author(author: Author, ngram: NGram, path: Path) -> Author:
    """An n-gram in the network's place; `path` is the file it is from."""
    poet = Poet("markov", cast(AnyWriter, NGramWriter(ngram)), author.tongue.vocabulary)
    facts = {
        "version": "markov",
        "weights": sha256_of(path),
        "language": author.facts["language"],
        "code": code_digest(*_CODE, *_MARKOV_CODE),
    }
    return Author("markov", poet, author.tongue, facts, candidates=MARKOV_CANDIDATES)


def readable(prompts: Sequence[Prompt], tongue: Tongue) -> list[Prompt]:
    """The prompts whose words the bot takes for a scene; others are answered by an error, not by verse."""
    kept: list[Prompt] = []
    for prompt in prompts:
        try:
            plan_verse(prompt.request, tongue)
        except BadRequest:
            continue
        kept.append(prompt)
    return kept
