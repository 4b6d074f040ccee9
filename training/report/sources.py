"""The pieces that are compared: the Markov floor, and a style as bare, formed and gated as is asked.

Every source of a style writes under the same plans, those of `/compose length:30` with seeds from 0 on.
Pieces are kept on disk; the weights, the code and the numbers that they depend on are part of their name.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
import torch

from domain.genres import Genre
from domain.requests import DEFAULT_CANDIDATES, DEFAULT_LENGTH_SECONDS, ComposeRequest
from domain.score import Score
from models.checkpoints import sha256_of
from models.composition.choices import choose
from models.composition.composing import compose_scores
from models.composition.gate import Gate
from models.composition.norms import NORMS_FILE, Norms
from models.critic.files import load_critic
from models.critic.network import Judge
from models.drafting import Model
from models.families import load_model
from models.registry import Style, available_styles
from training.corpora.works import SPLITS, Work, load_works
from training.evaluation.controls import MarkovComposer
from training.report.keeping import code_digest, keep_scores

_DRAFTS = 80
"""How many drafts are written side by side; pieces are the same again only in batches of the same size."""

_WRITING = (
    *(f"domain/{module}.py" for module in ("genres", "moods", "requests", "score")),
    *(
        f"models/{module}.py"
        for module in (
            "tokens",
            "grammar",
            "dictating",
            "lanes",
            "lane_scripts",
            "scripts",
            "sampling",
            "plans",
            "roll_networks",
        )
    ),
    *(
        f"models/composition/{module}.py"
        for module in (
            "form",
            "script",
            "cadences",
            "choices",
            "subject",
            "opening",
            "length",
            "moods",
            "composing",
        )
    ),
)
"""What pieces that no gate has chosen depend on, beside the package of their style's family."""

_CHOOSING = (
    "models/critic",
    *(f"models/{module}.py" for module in ("heard_notes", "features", "note_table")),
    *(f"models/composition/{module}.py" for module in ("gate", "checks", "norms")),
)
"""What the gate's choice depends on besides."""


class Source(StrEnum):
    """Where pieces come from, in the words of the page."""

    MARKOV = "Markov floor"
    RAW = "without form and gate"
    FORMED = "with form"
    GATED = "with form and gate"

    @property
    def candidates(self) -> int:
        return DEFAULT_CANDIDATES if self is Source.GATED else 1

    @property
    def is_formed(self) -> bool:
        return self in (Source.FORMED, Source.GATED)


@dataclass(frozen=True, slots=True)
class Study:
    """What is reported on: one style, so many pieces a genre, beside one file of works.

    `weights` is the folder of all weights, `folder` the one that pieces are kept in. Frozen and
    plain, so that it can be sent to another process.
    """

    style: str
    weights: Path
    works: Path
    folder: Path
    pieces: int
    length_seconds: float = DEFAULT_LENGTH_SECONDS

    @property
    def genres(self) -> tuple[Genre, ...]:
        return self.load_style().genres

    def load_style(self) -> Style:
        """Its row of the registry. Raises ValueError when it has none."""
        for style in available_styles(self.weights):
            if style.name == self.style:
                return style
        raise ValueError(f"no style {self.style} in {self.weights}")

    def load_works(self) -> list[Work]:
        """The works of the genres that the style knows, of every split."""
        return _works(self)

    def works_of(self, genre: Genre, *splits: str) -> list[Work]:
        """Those of one genre, in some splits or in all."""
        return [
            work for work in self.load_works() if work.genre == genre and work.split in (splits or SPLITS)
        ]

    @property
    def works_digest(self) -> str:
        return _digest(self.works)

    def load_model(self) -> Model:
        return _model(self)

    def load_judge(self) -> Judge | None:
        """The judge whose weights lie beside the style's; None where there is none."""
        return _judge(self.weights)

    def pieces_of(self, source: Source, genre: Genre) -> list[Score]:
        """A source's pieces of a genre, written now or earlier.

        Those without form carry the sections that their plan would have had, so that what the form
        brings can be told from what chance does.
        """
        if source is Source.MARKOV:
            pieces = self._markov(genre)
        else:
            name = f"{self.style}-{genre}-{source}".replace(" ", "-")
            pieces = keep_scores(self.folder, name, self._facts(source), lambda: self._compose(source, genre))
        if source.is_formed:
            return pieces
        plans = self.pieces_of(Source.FORMED, genre)
        return [replace(piece, sections=plan.sections) for piece, plan in zip(pieces, plans, strict=True)]

    def _compose(self, source: Source, genre: Genre) -> list[Score]:
        style, model = self.load_style(), self.load_model()
        requests = [
            ComposeRequest(style=self.style, seed=seed, genre=genre, length_seconds=self.length_seconds)
            for seed in range(self.pieces)
        ]
        composed = compose_scores(
            model,
            [choose(request, style, model) for request in requests],
            gate=Gate(self.load_judge(), Norms.load()) if source is Source.GATED else None,
            candidates=source.candidates,
            formed=source.is_formed,
            side_by_side=_DRAFTS,
        )
        return [each.score for each in composed]

    def _facts(self, source: Source) -> dict[str, object]:
        facts: dict[str, object] = {
            "code": self._code_of(source),
            "torch": torch.__version__,
            "weights": self.load_style().model_version,
            "pieces": [self.pieces, self.length_seconds],
            "drafts": _DRAFTS,
        }
        if source is Source.GATED:
            judge = self.load_judge()
            facts["judge"] = None if judge is None else judge.version
            facts["norms"] = _digest(NORMS_FILE)
        return facts

    def _code_of(self, source: Source) -> str:
        """A digest of the code that pieces depend on."""
        family = f"models/{self.load_style().family}"
        return _code(*_WRITING, family, *(_CHOOSING if source is Source.GATED else ()))

    def _markov(self, genre: Genre) -> list[Score]:
        like = self.pieces_of(Source.RAW, genre)
        facts = self._facts(Source.RAW) | {
            "works": self.works_digest,
            "composer": _code("training/evaluation"),
        }
        name = f"{self.style}-{genre}-markov".replace(" ", "-")
        return keep_scores(self.folder, name, facts, lambda: self._imitate(like, genre))

    def _imitate(self, like: Sequence[Score], genre: Genre) -> list[Score]:
        composer = MarkovComposer([work.score for work in self.works_of(genre, "train")])
        return [composer.compose(score, np.random.default_rng(seed)) for seed, score in enumerate(like)]


# What takes long to load is loaded once in each process.


@functools.cache
def _works(study: Study) -> list[Work]:
    known = study.load_model().profiles
    return [work for work in load_works(study.works) if work.genre in known]


@functools.cache
def _digest(path: Path) -> str:
    return sha256_of(path)


@functools.cache
def _code(*packages: str) -> str:
    return code_digest(*packages)


@functools.cache
def _model(study: Study) -> Model:
    return load_model(study.load_style(), torch.device("cpu"))


@functools.cache
def _judge(weights: Path) -> Judge | None:
    return load_critic(weights, torch.device("cpu"))
