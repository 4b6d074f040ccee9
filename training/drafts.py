"""Pieces as a style writes them by itself, without form and gate, for looking at and for measuring."""

from collections.abc import Sequence

import numpy as np

from domain.genres import Genre
from domain.requests import DEFAULT_TEMPERATURE
from domain.score import Score
from models.drafting import Model
from models.plans import Profile, make_plan
from models.tokens import Plan


def draw_plans(profile: Profile, genre: Genre, *, pieces: int, bars: int) -> list[Plan]:
    """Plans with keys and layouts drawn from the genre's habits; the same for as many pieces."""
    random = np.random.default_rng([pieces, list(Genre).index(genre)])
    plans: list[Plan] = []
    for _ in range(pieces):
        key = profile.choose_key(random)
        habit = profile.choose_habit(key.mode, random)
        plans.append(make_plan(genre, habit, key=key, tempo=habit.tempo, bars=bars))
    return plans


def draft_scores(model: Model, plans: Sequence[Plan], *, at_once: int | None = None) -> list[Score]:
    """A piece for each plan, seeds from 0 on, so many written side by side, or all."""
    scores: list[Score] = []
    for start in range(0, len(plans), at_once or len(plans) or 1):
        batch = plans[start : start + (at_once or len(plans))]
        drafting = model.draft(
            batch,
            range(start, start + len(batch)),
            temperatures=[DEFAULT_TEMPERATURE] * len(batch),
            scripts=[None] * len(batch),
        )
        while not drafting.finished:
            drafting.advance()
        scores += [candidate.score for candidate in drafting.candidates()]
    return scores
