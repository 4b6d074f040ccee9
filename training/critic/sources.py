"""Pieces that no person wrote, for the judge to tell from those that people wrote.

`SOURCES` is the one list of them: a source added there is learned from, measured and kept in a file
of its own. Each writes for every split with seeds of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from rich.progress import track

from domain.genres import Genre
from domain.requests import DEFAULT_TEMPERATURE, ComposeRequest
from domain.score import Score
from models.composition.choices import Choices
from models.composition.composing import compose_scores
from models.plans import make_plan
from models.registry import Style
from models.rnn.writing import RNNModel
from models.tokens import Plan
from training.corpora.works import Work, load_works, save_works
from training.evaluation.controls import MarkovComposer

LONGEST_BARS = 40
"""Longer works are imitated by pieces of this length: the judge hears no more at a time."""

_BATCH = 80
_PHRASE_BARS = 4
_TEMPERATURES = (DEFAULT_TEMPERATURE, 0.85, DEFAULT_TEMPERATURE, 1.05)
"""One piece after another; the bot's own default most often."""


@dataclass(frozen=True, slots=True)
class Materials:
    """What sources write from: the generator, the genres it offers, and the training works by genre."""

    style: str
    model: RNNModel
    genres: Sequence[Genre]
    known: Mapping[Genre, Sequence[Score]]

    @classmethod
    def of(cls, style: Style, model: RNNModel, works: Sequence[Work]) -> Self:
        known: dict[Genre, list[Score]] = {genre: [] for genre in style.genres}
        for work in works:
            if work.split == "train" and work.genre in known:
                known[work.genre].append(work.score)
        return cls(style.name, model, style.genres, known)

    def draw_plans(self, genre: Genre, count: int, random: np.random.Generator) -> list[Plan]:
        """Plans after the genre's habits, the shortest pieces first."""
        profile = self.model.profiles[genre]
        plans: list[Plan] = []
        for bars in self.choose_bars(genre, count, random):
            key = profile.choose_key(random)
            habit = profile.choose_habit(key.mode, random)
            plans.append(make_plan(genre, habit, key=key, tempo=habit.tempo, bars=bars))
        return plans

    def choose_bars(self, genre: Genre, count: int, random: np.random.Generator) -> list[int]:
        """As many bars as the genre's works have, so that how long a piece is tells nothing."""
        bars = [min(score.bars, LONGEST_BARS) for score in self.known[genre]]
        return sorted(int(each) for each in random.choice(bars, count))


Writer = Callable[[Materials, Genre, int, int], list[Score]]
"""From materials, a genre, how many pieces and a seed to the pieces."""


@dataclass(frozen=True, slots=True)
class Source:
    """One origin of pieces, and how many it writes for each genre in each split."""

    name: str
    write: Writer
    pieces: Mapping[str, int]


def write_raw(materials: Materials, genre: Genre, count: int, seed: int) -> list[Score]:
    """The generator's pieces from the first bar to the last, without form or choice among candidates."""
    random = np.random.default_rng([seed, list(Genre).index(genre), 1])
    plans = materials.draw_plans(genre, count, random)
    return _compose(materials, plans, random, formed=False)


def write_formed(materials: Materials, genre: Genre, count: int, seed: int) -> list[Score]:
    """The generator's pieces under a form, as they stand before the gate."""
    random = np.random.default_rng([seed, list(Genre).index(genre), 3])
    plans = materials.draw_plans(genre, count, random)
    phrases = [replace(plan, bars=max(2, plan.bars // _PHRASE_BARS) * _PHRASE_BARS) for plan in plans]
    return _compose(materials, phrases, random, formed=True)


def _compose(
    materials: Materials, plans: Sequence[Plan], random: np.random.Generator, *, formed: bool
) -> list[Score]:
    choices: list[Choices] = []
    for turn, plan in enumerate(plans):
        request = ComposeRequest(
            style=materials.style,
            seed=int(random.integers(2**31)),
            genre=str(plan.genre),
            temperature=_TEMPERATURES[turn % len(_TEMPERATURES)],
        )
        choices.append(Choices(request, plan, hold_seconds=0.0))
    composed = compose_scores(
        materials.model, choices, gate=None, candidates=1, formed=formed, side_by_side=_BATCH
    )
    return [each.score for each in composed]


def write_markov(materials: Materials, genre: Genre, count: int, seed: int) -> list[Score]:
    """Pieces of an n-gram of notes: right in the small, lost in the large."""
    random = np.random.default_rng([seed, list(Genre).index(genre), 2])
    known = materials.known[genre]
    composer = MarkovComposer(known)
    models = [known[int(place)] for place in random.integers(len(known), size=count)]
    return [composer.compose(replace(model, bars=min(model.bars, LONGEST_BARS)), random) for model in models]


SOURCES = (
    Source("raw", write_raw, {"train": 400, "judge": 80, "test": 100}),
    Source("formed", write_formed, {"train": 300, "judge": 60, "test": 80}),
    Source("markov", write_markov, {"train": 60, "judge": 10, "test": 30}),
)

_SPLIT_SEEDS = {"train": 101, "judge": 102, "test": 103}


def load_source(source: Source, materials: Callable[[], Materials], folder: Path) -> list[Work]:
    """The pieces of a source, marked with their split; written on first use, then read from `folder`.

    What was written for some genres before a stop is kept.
    """
    finished = folder / f"{source.name}.jsonl.gz"
    if not finished.exists():
        made = materials()
        parts = [folder / f"{source.name} {genre}.jsonl.gz" for genre in made.genres]
        jobs = list(zip(made.genres, parts, strict=True))
        for genre, part in track(jobs, description=f"writing: {source.name}"):
            if not part.exists():
                save_works(part, _write_genre(source, made, genre))
        save_works(finished, [piece for part in parts for piece in load_works(part)])
        for part in parts:
            part.unlink()
    return load_works(finished)


def _write_genre(source: Source, materials: Materials, genre: Genre) -> list[Work]:
    written: list[Work] = []
    for split, count in source.pieces.items():
        for index, score in enumerate(source.write(materials, genre, count, _SPLIT_SEEDS[split])):
            name = f"{source.name}/{genre}/{split}/{index}"
            written.append(
                Work(
                    id=name,
                    title="",
                    composer=source.name,
                    source=source.name,
                    path="",
                    licence="",
                    genre=genre,
                    split=split,
                    family=name,
                    score=score,
                )
            )
    return written
