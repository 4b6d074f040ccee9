"""What a request leaves open, chosen from its seed and the genre's habits.

Knows nothing of how notes are written or heard.
"""

from dataclasses import dataclass, replace

import numpy as np

from domain.errors import BadRequest, Reason
from domain.genres import Genre
from domain.remarks import Remark
from domain.requests import ComposeRequest
from models.checkpoints import RNNModel
from models.composition.length import fit_length
from models.plans import make_plan
from models.registry import Style
from models.tokens import Plan


@dataclass(frozen=True, slots=True)
class Choices:
    """A request with nothing left open, the plan that follows from it, and what is to be said of it."""

    request: ComposeRequest
    plan: Plan
    hold_seconds: float
    remarks: tuple[Remark, ...] = ()


def choose(request: ComposeRequest, style: Style, model: RNNModel) -> Choices:
    """Fill in what the request leaves open, from its seed and the genre's habits.

    Every choice is drawn whether it is needed or not, so that filling one in changes no other: a
    recipe, which leaves nothing open, leads to the same plan. Raises BadRequest for a genre not offered.
    """
    random = np.random.default_rng([request.seed, 1])
    offered = sorted(style.genres)
    drawn = offered[int(random.integers(len(offered)))]
    if request.genre is not None and request.genre not in offered:
        raise BadRequest(Reason.UNKNOWN_GENRE, value=request.genre, known=", ".join(offered))
    genre = Genre(request.genre) if request.genre is not None else drawn
    profile = model.profiles[genre]
    usual_key = profile.choose_key(random)
    key = request.key or usual_key
    habit = profile.choose_habit(key.mode, random)
    plan = make_plan(genre, habit, key=key, tempo=habit.tempo, bars=1)
    length = fit_length(request.length_seconds, plan.metre, tempo=request.tempo, usual_tempo=habit.tempo)
    return Choices(
        request=replace(request, genre=str(genre), key=key, tempo=length.tempo),
        plan=replace(plan, tempo=length.tempo, bars=length.bars),
        hold_seconds=length.hold_seconds,
    )
