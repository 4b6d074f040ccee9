"""What becomes of a piece that a model makes anew: the new composition, and what was lost on the way."""

from dataclasses import dataclass

from domain.score import Score
from models.lanes import Simplified
from models.tokens import Plan


@dataclass(frozen=True, slots=True)
class Transformed:
    """A composition before instruments, its plan, and how the music it came from was simplified."""

    score: Score
    plan: Plan
    simplified: Simplified
