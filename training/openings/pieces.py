"""Pieces that begin with seeds cut from works that no composer learned from, and the same without.

Every style goes on from each by a fixed rule. What a piece is to begin with is read from the work, not
from the composer.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import zip_longest

from domain.genres import Genre
from domain.requests import DEFAULT_CANDIDATES, ComposeRequest
from domain.score import Score
from domain.transformations import Source
from models.composition.choices import Choices, choose
from models.composition.composing import compose_scores
from models.composition.gate import Gate
from models.drafting import Model
from models.registry import Style
from training.corpora.works import Work

SEED_BARS = (4, 8, 2, 1)
"""How many bars seeds have, by turns."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A piece, the same without its opening, and how long each took to compose, in seconds."""

    source: Source
    genre: Genre
    choices: Choices
    score: Score
    plain: Score
    judgements: tuple[float, float]
    seconds: tuple[float, float]


def cut_seeds(works: Iterable[Work], count: int) -> list[tuple[Source, Genre]]:
    """The beginnings of held-out works, genre by genre in turn; of every other one the top part alone."""
    by_genre: dict[Genre, list[Work]] = {}
    for work in sorted(works, key=lambda work: work.id):
        if work.split == "test":
            by_genre.setdefault(work.genre, []).append(work)
    rounds = zip_longest(*(by_genre[genre] for genre in sorted(by_genre)))
    turns = [work for each in rounds for work in each if work is not None]
    return [
        (
            _beginning(work.score, work.title, SEED_BARS[turn // 2 % len(SEED_BARS)], alone=turn % 2 == 1),
            work.genre,
        )
        for turn, work in enumerate(turns[:count])
    ]


def begin(source: Source, genre: Genre, style: Style, model: Model, gate: Gate, *, seed: int) -> Begun:
    """Have a style go on from a seed, and compose without it what is otherwise asked for alike."""
    request = ComposeRequest(style=style.name, seed=seed, opening=source)
    choices = choose(request, style, model)
    plain = choose(replace(choices.request, opening=None), style, model)
    made: list[tuple[Score, float | None, float]] = []
    for each in (choices, plain):
        started = time.perf_counter()
        (composed,) = compose_scores(model, [each], gate=gate, candidates=DEFAULT_CANDIDATES)
        made.append((composed.score, composed.judgement, time.perf_counter() - started))
    (score, judged, seconds), (other, judged_other, seconds_other) = made
    judgements = judged or 0.0, judged_other or 0.0
    return Begun(source, genre, choices, score, other, judgements, (seconds, seconds_other))


def _beginning(score: Score, title: str, bars: int, *, alone: bool) -> Source:
    """The first so many bars, after the one that holds nothing but an upbeat."""
    bar = score.metre.bar_ticks
    first = score.first_tick // bar * bar
    end = first + bars * bar + (bar if score.first_tick - first >= bar / 2 else 0)
    parts = [
        replace(
            part,
            notes=tuple(
                replace(note, onset=note.onset - first, duration=min(note.duration, end - note.onset))
                for note in part.notes
                if note.onset < end
            ),
        )
        for part in score.parts
    ]
    sounding = tuple(part for part in parts if part.notes)
    cut = replace(score, bars=(end - first) // bar, parts=sounding[:1] if alone else sounding, sections=())
    return Source.of(title or "seed", cut)
