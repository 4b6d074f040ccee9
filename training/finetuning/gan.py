"""The adversarial composer at its game on a server, where votes weigh what the critic says.

The generator goes on from where works of the corpora are, several times from each place, and what came of it
is compared: by the frozen critic, who says how much like people's it is, and by what votes like. Low-rank
deltas make sooner what does better (the policy gradient of Williams 1992, each draw held against those beside
it), and how far that is from the frozen generator's holds against it. Knows no votes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from domain.genres import Genre
from domain.score import Score
from models.gan.critic import Critic
from models.gan.drafting import GANModel
from models.gan.generator import MOVES, PHRASE_BARS, Generator, moves_of
from models.gan.writing import write_phrases
from models.lanes import LANES, SIXTEENTHS, Lanes, to_score
from models.tokens import Plan, TokenSequence, decode
from training.finetuning.learner import Learner
from training.finetuning.preferring import Reading
from training.finetuning.replay import Replay
from training.finetuning.students import Student
from training.gan.phrases import Phrases, Piece, as_piece, collate

Liked = Callable[[Score, Genre], float]
"""How much a phrase is liked, in logits."""

WEIGHT_OF_BARS = 0.5
"""Of the critic's answers for single bars beside that for the phrase, as where it was taught."""

AIM = 1.005
"""How many times as much unlearned phrases may cost after the game. Further off, what is written for one
taste comes to be alike: with 1.015 features differed 0.95 times as much as before (listeners 100 to 103).
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """Phrases of a work, by the bars that they begin at, and the plan of the whole."""

    plan: Plan
    piece: Piece
    firsts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakes:
    """How hard to play: `draws` of a place side by side.

    What is said of them is counted in deviations, no more than `boldest` of them, and of no less than
    `least_apart` logits of being liked. `real` is the weight of what the critic says beside that, and
    `divergence` that of the nats a column by which draws have moved from the frozen generator's. Chosen on
    listeners 100 to 103, too few to be sure: with the critic hidden scores and diversity were a little higher
    than without it, and the judge's merits fell half as far.
    """

    rank: int = 4
    learning_rate: float = 3e-3
    draws: int = 12
    divergence: float = 0.3
    real: float = 1.0
    least_apart: float = 0.05
    boldest: float = 2.0
    clip: float = 1.0


@dataclass(frozen=True, slots=True)
class Player:
    """The adversarial composer before the game, as it reads the corpora, and the critic it plays against."""

    student: Student[Passage]
    critic: Critic

    def begin(self, liked: Liked, *, seed: int) -> "Playing":
        """A game in which phrases are liked so."""
        generator = cast(Generator, self.student.network)
        return Playing(generator, self.critic, liked, self.student.replayed, seed=seed)


def gan_player(model: GANModel, critic: Critic, replay: Replay) -> Player:
    """The shipped model; it reads no lessons, as votes reach it by what is liked alone."""
    student = Student(
        name="gan",
        network=model.generator,
        reader=GANReader(),
        works=(),
        replayed=_passages(replay.replayed),
        held_out=_passages(replay.held_out),
        aim=AIM,
    )
    return Player(student, critic)


def _passages(works: Sequence[TokenSequence]) -> list[Passage]:
    read = (passage_of(work.plan, decode(work)) for work in works)
    return [passage for passage in read if passage is not None]


def passage_of(plan: Plan, score: Score) -> Passage | None:
    """All of a work, phrase by phrase; None where lanes can't hold it."""
    piece = as_piece(score, plan.genre)
    return None if piece is None else Passage(plan, piece, tuple(range(0, piece.windows, PHRASE_BARS)))


class GANReader:
    """Reads passages with a Generator, told nothing by its noise, which says next to nothing."""

    matrices = (
        "rnn.weight_ih_l0",
        "rnn.weight_hh_l0",
        "pen.heard.weight",
        *(f"pen.lanes.{lane}.weight" for lane in range(LANES)),
    )

    def read(self, network: nn.Module, passages: Sequence[Passage]) -> list[Reading]:
        generator = cast(Generator, network)
        return [self._read(generator, _collated(each.piece, each.firsts)) for each in passages]

    @staticmethod
    def _read(generator: Generator, phrases: Phrases) -> Reading:
        noise = torch.zeros(len(phrases.states), generator.config.noise)
        logits = generator(phrases.states, noise, phrases.setting)
        return torch.log_softmax(logits, -1).flatten(0, 2), _moves(phrases).flatten()


class Playing(Learner):
    """The generator's deltas being learned from what a critic says of its phrases."""

    def __init__(
        self,
        generator: Generator,
        critic: Critic,
        liked: Liked,
        replayed: Sequence[Passage],
        *,
        seed: int,
        stakes: Stakes | None = None,
    ) -> None:
        self._stakes = stakes or Stakes()
        super().__init__(generator, GANReader.matrices, rank=self._stakes.rank, seed=seed)
        self._reference, self._critic, self._liked = generator, critic, liked
        self._replayed, self._seed = replayed, seed

    def step(self, steps: int) -> float:
        """Draw phrases of one place and learn from what is said of them, as one of `steps` in all; how much
        they are liked, in logits.
        """
        random = np.random.default_rng([self._seed, self.steps_done])
        passage = self._replayed[int(random.integers(len(self._replayed)))]
        first = int(random.integers(passage.piece.windows))
        self.optimiser.clear()
        self.low_rank.install()
        generator = cast(Generator, self.low_rank.network)
        drawn, noise = self._draw(generator, passage.piece, first, random)
        liked = [self._like(passage.plan, states) for states in _written(drawn)]
        better = self._better(liked) + self._stakes.real * self._more_real(drawn)
        now = torch.log_softmax(generator(drawn.states, noise, drawn.setting), -1)
        likelihood = now.gather(-1, _moves(drawn).unsqueeze(-1)).squeeze(-1).sum((1, 2))
        loss = -(better * likelihood).mean() * PHRASE_BARS / len(drawn.setting.ticks)
        (loss + self._stakes.divergence * self._moved(now, drawn, noise)).backward()
        self.move(steps, learning_rate=self._stakes.learning_rate, clip=self._stakes.clip)
        return float(np.mean([worth for worth in liked if worth is not None] or [0.0]))

    def _draw(
        self, generator: Generator, piece: Piece, first: int, random: np.random.Generator
    ) -> tuple[Phrases, Tensor]:
        """Phrases that go on from where a work is, and the noise that they were drawn with."""
        place = _collated(piece, [first] * self._stakes.draws)
        chosen = torch.Generator().manual_seed(int(random.integers(2**62)))
        columns = len(place.setting.ticks)
        noise = torch.randn(len(place.states), generator.config.noise, generator=chosen)
        uniform = torch.rand(len(place.states), LANES, columns, MOVES, generator=chosen)
        chance = -(-uniform.clamp(1e-7, 1 - 1e-7).log()).log()
        states = write_phrases(generator, place.states[..., :columns], noise, place.setting, chance)
        return Phrases(states, place.setting), noise

    def _like(self, plan: Plan, states: NDArray[np.int64]) -> float | None:
        """How much a phrase (LANES, S) is liked; None for silence."""
        lanes = Lanes(plan.metre, plan.key.mode, SIXTEENTHS, (states // 2).astype(np.int8), states % 2 == 1)
        score = to_score(lanes, replace(plan, bars=PHRASE_BARS))
        return self._liked(score, plan.genre) if score.end_tick else None

    def _better(self, liked: Sequence[float | None]) -> Tensor:
        """(B,): how much better liked each phrase is than those beside it. Silence is as bad as can be."""
        stakes = self._stakes
        known = np.array([worth for worth in liked if worth is not None] or [0.0])
        apart = max(float(known.std()), stakes.least_apart)
        better = [
            -stakes.boldest if worth is None else (worth - float(known.mean())) / apart for worth in liked
        ]
        return torch.tensor(better, dtype=torch.float32).clamp(-stakes.boldest, stakes.boldest)

    @torch.no_grad()
    def _more_real(self, drawn: Phrases) -> Tensor:
        """(B,): how much more like people's the critic finds each phrase than those beside it."""
        setting = drawn.setting
        answers = self._critic(drawn.roll, drawn.before, setting.told, setting.ticks)
        whole = answers[:, 0] + WEIGHT_OF_BARS * answers[:, 1:].mean(1)
        apart = whole.std().clamp(min=1e-6)
        return ((whole - whole.mean()) / apart).clamp(-self._stakes.boldest, self._stakes.boldest)

    def _moved(self, now: Tensor, drawn: Phrases, noise: Tensor) -> Tensor:
        """Nats a column by which what is expected has moved from the frozen generator's."""
        with torch.no_grad():
            before = torch.log_softmax(self._reference(drawn.states, noise, drawn.setting), -1)
        impossible = before == -torch.inf
        moved = before.exp() * (before - now).masked_fill(impossible, 0.0)
        return moved.sum((1, 3)).mean()


def _collated(piece: Piece, firsts: Sequence[int]) -> Phrases:
    """Phrases of a work, none under a given melody."""
    return collate([piece] * len(firsts), firsts, given=np.zeros(len(firsts), dtype=np.bool_))


def _moves(phrases: Phrases) -> Tensor:
    """(B, LANES, S): the moves that the phrases are."""
    columns = len(phrases.setting.ticks)
    return moves_of(phrases.states[..., columns:], phrases.states[..., columns - 1])


def _written(phrases: Phrases) -> NDArray[np.int64]:
    """(B, LANES, S): the phrases' states."""
    return phrases.states[..., len(phrases.setting.ticks) :].numpy()
