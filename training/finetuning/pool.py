"""Pieces for simulated listeners: each with all of its candidates, composed once and kept in a file.

Requests leave genre, key, metre and tempo open, as most people's do. Knows no listener.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch

from domain.finetuning import Lesson
from domain.genres import Genre
from domain.requests import ComposeRequest
from domain.score import Score
from domain.score_json import score_from_plain, score_to_plain
from models.composition.choices import Choices, choose
from models.composition.composing import Composing
from models.composition.gate import Gate
from models.composition.norms import Norms
from models.critic.files import load_critic
from models.drafting import Model
from models.families import load_model
from models.leanings import NO_LEANING, Leaning
from models.registry import WEIGHTS, Style, available_styles
from training.finetuning.voting import lesson_of

LENGTH_SECONDS = 15.0
AT_ONCE = 8
"""Pieces written side by side; the batch is as good a size for one core as a larger one."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A piece before the gate: the request with every choice made, candidates, and the gate's merits."""

    request: ComposeRequest
    candidates: tuple[Score, ...]
    merits: tuple[float, ...]

    @property
    def genre(self) -> Genre:
        return Genre(self.request.genre or "")

    @property
    def best(self) -> Score:
        """What the gate would let through."""
        return self.candidates[max(range(len(self.merits)), key=self.merits.__getitem__)]

    def rated(self, work_id: int, vote: float) -> Lesson:
        """What is learned from a vote of 1 to 5 on it."""
        return lesson_of(work_id, self.request, self.best, vote)

    def to_plain(self) -> dict[str, Any]:
        return {
            "request": json.loads(self.request.to_json()),
            "candidates": [score_to_plain(score) for score in self.candidates],
            "merits": list(self.merits),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Self:
        return cls(
            ComposeRequest.from_json(json.dumps(plain["request"])),
            tuple(map(score_from_plain, plain["candidates"])),
            tuple(plain["merits"]),
        )


@dataclass(frozen=True, slots=True)
class Studio:
    """A style, its loaded model, and the gate: what a piece is composed with."""

    style: Style
    model: Model
    gate: Gate

    @classmethod
    def open(cls, name: str, weights: Path = WEIGHTS) -> Self:
        """The style of this name. Raises StopIteration where there is none."""
        device = torch.device("cpu")
        style = next(style for style in available_styles(weights) if style.name == name)
        return cls(style, load_model(style, device), Gate(load_critic(weights, device), Norms.load()))

    def request(self, seed: int) -> ComposeRequest:
        """A wish for anything."""
        return ComposeRequest(style=self.style.name, seed=seed, length_seconds=LENGTH_SECONDS)

    def draft(self, choices: Sequence[Choices]) -> Iterator[Drafted]:
        """Each piece with its candidates, a few pieces side by side."""
        for start in range(0, len(choices), AT_ONCE):
            batch = choices[start : start + AT_ONCE]
            composing = Composing(self.model, batch, candidates=batch[0].request.candidates)
            while not composing.finished:
                composing.advance()
            for each, candidates in zip(batch, composing.candidates(), strict=True):
                verdicts = self.gate.weigh(candidates, genre=each.plan.genre, style=self.style.name)
                yield Drafted(
                    each.request,
                    tuple(candidate.score for candidate in candidates),
                    tuple(verdict.merit for verdict in verdicts),
                )


def kept_drafts(
    studio: Studio, seeds: Sequence[int], file: Path, leaning: Leaning = NO_LEANING
) -> list[Drafted]:
    """The pieces of these seeds that lean so, those that are missing composed and added to the file."""
    known = {each.request.seed: each for each in _read(file)}
    missing = [seed for seed in seeds if seed not in known]
    choices = [choose(studio.request(seed), studio.style, studio.model, leaning) for seed in missing]
    file.parent.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(choices), AT_ONCE):
        made = list(studio.draft(choices[start : start + AT_ONCE]))
        known |= {each.request.seed: each for each in made}
        with gzip.open(file, "at", encoding="utf-8") as out:
            out.writelines(json.dumps(each.to_plain()) + "\n" for each in made)
    return [known[seed] for seed in seeds]


def _read(file: Path) -> Iterator[Drafted]:
    if not file.exists():
        return
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield Drafted.from_plain(json.loads(line))
