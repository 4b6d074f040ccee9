"""Pieces of the adversarial composer, written as the bot would, for looking at and for measuring."""

from collections.abc import Sequence

import numpy as np

from domain.genres import Genre
from domain.requests import DEFAULT_TEMPERATURE
from domain.score import Score
from models.gan_drafting import GANModel
from models.lanes import Lanes
from models.plans import Profile, make_plan
from models.tokens import Plan

BARS = 16
_BATCH = 50


def draw_plans(profile: Profile, genre: Genre, *, pieces: int, bars: int = BARS) -> list[Plan]:
    """Plans with keys and layouts drawn from the genre's habits; the same for as many pieces."""
    random = np.random.default_rng([pieces, list(Genre).index(genre)])
    plans: list[Plan] = []
    for _ in range(pieces):
        key = profile.choose_key(random)
        habit = profile.choose_habit(key.mode, random)
        plans.append(make_plan(genre, habit, key=key, tempo=habit.tempo, bars=bars))
    return plans


def generate(model: GANModel, genre: Genre, *, pieces: int, bars: int = BARS) -> list[Score]:
    """Pieces without form and gate; fixed seeds."""
    plans = draw_plans(model.profiles[genre], genre, pieces=pieces, bars=bars)
    scores: list[Score] = []
    for start in range(0, pieces, _BATCH):
        batch = plans[start : start + _BATCH]
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


def sample_lanes(model: GANModel, genres: Sequence[Genre]) -> dict[str, Lanes]:
    """A piece of each of these genres, in lanes, by genre."""
    found: dict[str, Lanes] = {}
    for genre in genres:
        plans = draw_plans(model.profiles[genre], genre, pieces=1)
        drafting = model.draft(plans, [0], temperatures=[DEFAULT_TEMPERATURE], scripts=[None])
        while not drafting.finished:
            drafting.advance()
        found[str(genre)] = drafting.lanes()[0]
    return found
