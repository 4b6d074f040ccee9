"""What is learned from simulated people's votes in an instant, and what came of it for all of them.

Networks' deltas that take minutes are not learned here, those of a brief game are. Knows neither how works
are made nor who votes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from domain.finetuning import Lesson, Teachable
from models.adapters import Adapter, Deltas
from models.leanings import NO_LEANING, Leaning
from training.finetuning.course import FACTORS, GAMES
from training.finetuning.foretelling import Foretold, foretell
from training.finetuning.gan import Player
from training.finetuning.gate import LEAST_GAIN, LUCKY, SHUFFLES, shuffled
from training.finetuning.low_rank import as_shipped, scaled
from training.finetuning.preferences import accuracy, pairs_of
from training.finetuning.students import forgotten
from training.finetuning.vae import LatentView


@dataclass(frozen=True, slots=True)
class Learned:
    """An adapter, None where there is nothing in the votes; the accuracy on votes it was not learned from,
    and how many shuffles of the votes gave as much, of those that it took to tell.
    """

    adapter: Adapter | None
    accuracy: float
    lucky: int

    @property
    def accepted(self) -> bool:
        """As the gate has it."""
        return self.adapter is not None and self.accuracy >= 0.5 + LEAST_GAIN and self.lucky <= LUCKY


@dataclass(frozen=True, slots=True)
class Heard:
    """How much more one listener likes new pieces, in deviations of base pieces, by row; 0 where the version
    was refused.

    `spread` is how different two new works are on average, beside two of the shipped model's from the same
    seeds, by what that is told by. All that was left open was drawn anew, so this has what a taste narrows
    down on purpose in it.
    """

    listener: int
    learned: Learned
    gains: Mapping[str, float]
    spread: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Listening:
    """What came of all listeners, and for how many of as many who voted at random the gate refused."""

    style: str
    pieces: int
    heard: tuple[Heard, ...]
    refused: int

    def gain(self, row: str) -> float:
        """The mean over all listeners, in deviations of base pieces."""
        return float(np.mean([each.gains[row] for each in self.heard]))

    def up(self, row: str) -> int:
        """How many listeners like new pieces better than before."""
        return sum(each.gains[row] > 0 for each in self.heard)

    @property
    def rows(self) -> tuple[str, ...]:
        """What was used of versions: the last is all of them."""
        return tuple(self.heard[0].gains)

    @property
    def spread(self) -> dict[str, float]:
        """The mean over all listeners."""
        kinds = self.heard[0].spread
        return {kind: float(np.mean([each.spread[kind] for each in self.heard])) for kind in kinds}


def learn_at_once(
    lessons: Sequence[Lesson],
    teachable: Teachable,
    bases: Mapping[str, str],
    view: LatentView | None = None,
    player: Player | None = None,
) -> Learned:
    """Learn the leaning and what goes with it, and tell taste from chance as the gate does."""
    foretold = foretell(lessons, (), view)
    found = _accuracy(lessons, foretold)
    if not foretold.anything:
        return Learned(None, found, SHUFFLES)
    adapter = Adapter(
        teachable=teachable,
        bases=bases,
        leaning=foretold.leaning or NO_LEANING,
        latent=foretold.latent,
    )
    lucky = 0
    for turn in range(SHUFFLES):
        votes, _ = shuffled(lessons, (), seed=0, turn=turn)
        lucky += _accuracy(votes, foretell(votes, (), view)) >= found
        if lucky > LUCKY:
            break
    learned = Learned(adapter, found, lucky)
    if player is None or foretold.leaning is None or not learned.accepted:
        return learned
    return replace(learned, adapter=replace(adapter, deltas=_played(player, foretold.leaning)))


def _played(player: Player, leaning: Leaning) -> dict[str, Deltas]:
    """What a whole run would learn by playing, scaled back as there; the gate has no word in it."""
    playing = player.begin(leaning.of_score, seed=0)
    while playing.steps_done < GAMES:
        playing.step(GAMES)
    kept: Deltas = {}
    for factor in FACTORS:
        kept = as_shipped(scaled(playing.deltas, factor))
        if forgotten(player.student, kept) <= player.student.aim:
            break
    return {player.student.name: kept}


def _accuracy(lessons: Sequence[Lesson], foretold: Foretold) -> float:
    return accuracy(foretold.expected, pairs_of(lessons))
