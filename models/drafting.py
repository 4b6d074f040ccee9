"""What every composing model does: given plans, it writes drafts, and gives candidates for the gate.

Knows no model. `models.families` says which ones there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.genres import Genre
from domain.score import Score
from models.plans import Profile
from models.scripts import Script
from models.tokens import Plan

Seed = int | Sequence[int]
"""Where random numbers begin, as numpy.random.default_rng takes it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A piece as it stands before the gate.

    `surprise` is how unlikely its own style found it, in nats a note; None for a style that can't tell.
    """

    score: Score
    surprise: float | None = None


class Drafting(Protocol):
    """Pieces being written side by side. Call `advance` until `finished`; then ask for the candidates."""

    @property
    def finished(self) -> bool: ...

    @property
    def fraction(self) -> float:
        """How much is written, 0 to 1."""
        ...

    def advance(self) -> None:
        """Do a short step of the work, some tens of milliseconds."""
        ...

    def candidates(self) -> list[Candidate]:
        """The finished pieces, in the order of their plans; where there are scripts, they obey them."""
        ...


class Model(Protocol):
    """A loaded composing model. `profiles` say what the genres it learned are usually like."""

    @property
    def version(self) -> str: ...

    @property
    def profiles(self) -> Mapping[Genre, Profile]: ...

    def draft(
        self,
        plans: Sequence[Plan],
        seeds: Sequence[Seed],
        *,
        temperatures: Sequence[float],
        scripts: Sequence[Script | None],
    ) -> Drafting:
        """Begin a piece for each plan, seed, temperature and script.

        The same ones give the same pieces where as many are written side by side.
        """
        ...
