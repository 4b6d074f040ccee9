"""Pieces of the adversarial composer, written as the bot would, for looking at and for measuring."""

from collections.abc import Sequence

from domain.genres import Genre
from domain.requests import DEFAULT_TEMPERATURE
from domain.score import Score
from models.gan.drafting import GANModel
from models.lanes import Lanes
from training.drafts import draft_scores, draw_plans

BARS = 16
_BATCH = 50


def generate(model: GANModel, genre: Genre, *, pieces: int, bars: int = BARS) -> list[Score]:
    """Pieces without form and gate; fixed seeds."""
    plans = draw_plans(model.profiles[genre], genre, pieces=pieces, bars=bars)
    return draft_scores(model, plans, at_once=_BATCH)


def sample_lanes(model: GANModel, genres: Sequence[Genre]) -> dict[str, Lanes]:
    """A piece of each of these genres, in lanes, by genre."""
    found: dict[str, Lanes] = {}
    for genre in genres:
        plans = draw_plans(model.profiles[genre], genre, pieces=1, bars=BARS)
        drafting = model.draft(plans, [0], temperatures=[DEFAULT_TEMPERATURE], scripts=[None])
        while not drafting.finished:
            drafting.advance()
        found[str(genre)] = drafting.lanes()[0]
    return found
