"""The game: the generator goes on from noise where people did, and the critic tells who wrote what.

The critic compares the two continuations of the same bars (a relativistic critic, Jolicoeur-Martineau 2019)
in the hinge form, bound by spectral norm (Miyato et al. 2018). A phrase that was drawn is heard again with
its gradient, so that writing itself needs none.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from models.gan.critic import Critic
from models.gan.generator import BEFORE, FIRST_PITCH, GO_ON, MOVES, REST, Config, moves_of
from models.gan.writing import write_phrases
from models.lanes import LANES, MELODY
from models.roll_networks import SOUNDS, with_spectral_norm
from training.adversarial import GameSchedule
from training.gan.phrases import Phrases, PhraseSource
from training.gan.warm_start import GIVEN, ReaderAndGenerator, nats_per_column

BATCH = 32
SCHEDULE = GameSchedule(
    epochs=14,
    updates_per_epoch=50,
    critic_steps=2,
    critic_first=250,
    learning_rate=1.5e-4,
    critic_learning_rate=2e-3,
    average_decay=0.99,
    decay_from=0.85,
)

_REMEMBERED = 16
_WRITTEN_ANEW = 0.2
"""The critic is shown phrases of the generator's last turns, and but rarely ones written for it alone."""


@dataclass(frozen=True, slots=True)
class Stakes:
    """What weighs how much, and which tricks are played with; the ablation takes them away one by one.

    `bars` is the weight of the critic's answers for single bars beside that for the phrase, `likeness` that
    of its features' means (Salimans et al. 2016), `corpus` that of the corpora's own likelihood.
    """

    game: float = 0.08
    bars: float = 0.5
    likeness: float = 0.02
    corpus: float = 1.0
    spectral_norm: bool = True
    deviation: bool = True


class PhraseGame:
    """The players and what each is to lower."""

    def __init__(self, players: ReaderAndGenerator, source: PhraseSource, stakes: Stakes) -> None:
        config: Config = players.generator.config
        critic = Critic(config, deviation=stakes.deviation)
        self.generator: nn.Module = players
        self.critic: nn.Module = with_spectral_norm(critic) if stakes.spectral_norm else critic
        self._players, self._critic = players, critic
        self._source, self._stakes = source, stakes
        self._noise = config.noise
        self._remembered: deque[tuple[Phrases, Phrases]] = deque(maxlen=_REMEMBERED)

    def critic_terms(self, random: np.random.Generator) -> dict[str, Tensor]:
        """The hinge on how far people's phrases are above the generator's."""
        if len(self._remembered) < _REMEMBERED or random.random() < _WRITTEN_ANEW:
            self.write(random)
        people, fakes = self._remembered[int(random.integers(len(self._remembered)))]
        above = self._answers(people) - self._answers(fakes)
        return {"critic": self._weigh((1 - above).relu())}

    def generator_terms(self, random: np.random.Generator) -> dict[str, Tensor]:
        """How far phrases drawn anew are below people's, how unlike them to the critic, and the anchor."""
        stakes = self._stakes
        terms: dict[str, Tensor] = {}
        if stakes.game:
            drawn = self.write(random)
            fakes, told, ticks = drawn.phrases, drawn.phrases.setting.told, drawn.phrases.setting.ticks
            logits = self._players.generator(fakes.states, drawn.noise, fakes.setting)
            roll = drawn_roll(logits, drawn.chance, fakes)
            features = self._critic.features(roll, fakes.before, ticks)
            with torch.no_grad():
                wanted = self._critic.features(drawn.people.roll, fakes.before, ticks)
                answers = self._critic.judge(wanted, told).float()
            below = answers - self._critic.judge(features, told).float()
            terms["generator"] = stakes.game * self._weigh(below)
            if stakes.likeness:
                apart = (features.float().mean((0, 2)) - wanted.float().mean((0, 2))).abs().sum()
                terms["likeness"] = stakes.likeness * apart
        people = self._source.draw(random, BATCH, given=GIVEN)
        mean, spread = self._players.reader(people.roll)
        heard = mean.float() + torch.randn_like(mean.float()) * (0.5 * spread.float()).exp()
        nats = nats_per_column(self._players.generator(people.states, heard, people.setting), people)
        terms["corpus"] = stakes.corpus * nats
        return terms

    def _answers(self, phrases: Phrases) -> Tensor:
        setting = phrases.setting
        return self._critic(phrases.roll, phrases.before, setting.told, setting.ticks).float()

    def _weigh(self, answers: Tensor) -> Tensor:
        """One figure of answers (B, 1 + PHRASE_BARS)."""
        return answers[:, 0].mean() + self._stakes.bars * answers[:, 1:].mean()

    def write(self, random: np.random.Generator) -> "Drawn":
        """Draw phrases where people's lie, and remember them for the critic."""
        people = self._source.draw(random, BATCH, given=GIVEN)
        chosen = torch.Generator().manual_seed(int(random.integers(2**62)))
        columns = len(people.setting.ticks)
        noise = torch.randn(BATCH, self._noise, generator=chosen)
        uniform = torch.rand(BATCH, LANES, columns, MOVES, generator=chosen).clamp(1e-7, 1 - 1e-7)
        chance = -(-uniform.log()).log()
        history = people.states[..., :columns]
        states = write_phrases(self._players.generator, history, noise, people.setting, chance)
        drawn = Drawn(people, Phrases(states, people.setting), noise, chance)
        self._remembered.append((people, drawn.phrases))
        return drawn


@dataclass(frozen=True, slots=True)
class Drawn:
    """Phrases with the noise and the chance they were drawn by, and people's in whose places they are."""

    people: Phrases
    phrases: Phrases
    noise: Tensor
    chance: Tensor


def drawn_roll(logits: Tensor, chance: Tensor, phrases: Phrases) -> Tensor:
    """(B, LANES, S, CHANNELS): the roll of phrases as drawn, with the gradient of the softmax.

    A note that goes on has the gradient of its beginning. A given melody has none.
    """
    columns = len(phrases.setting.ticks)
    before = phrases.states[..., columns - 1]
    moves = moves_of(phrases.states[..., columns:], before)
    soft = (logits.float() + chance).softmax(-1)
    drawn = nn.functional.one_hot(moves, MOVES).float() + soft - soft.detach()
    begins = torch.cat([drawn[..., REST : REST + 1], drawn[..., FIRST_PITCH:]], -1)
    goes_on = drawn[..., GO_ON]
    sound = torch.where(before == BEFORE, 0, before // 2)
    sounds = nn.functional.one_hot(sound, SOUNDS).float()
    heard: list[Tensor] = []
    for column in range(columns):
        sounds = begins[:, :, column] + goes_on[:, :, column, None] * sounds
        heard.append(sounds)
    roll = torch.cat([torch.stack(heard, 2), drawn[..., FIRST_PITCH:].sum(-1, keepdim=True)], -1)
    is_given = torch.zeros_like(roll[..., :1], dtype=torch.bool)
    is_given[:, MELODY] = phrases.setting.has_melody[:, None, None]
    return torch.where(is_given, phrases.roll, roll)
