"""The adversarial composer's critic: how real four-bar phrases of lanes are.

It convolves downwards and answers for the phrase and for each of its bars. Knows tensors, not how they are
trained nor how phrases come about.
"""

import torch
from torch import Tensor, nn

from models.gan import PHRASE_BARS, TOLD, Config
from models.roll_networks import MinibatchDeviation, Projection, ResidualBlock1d, RollReader
from models.tokens import POSITIONS


class Critic(nn.Module):
    """How real phrases are, by their rolls: logits (B, 1 + PHRASE_BARS), the whole phrase's first."""

    def __init__(self, config: Config, *, deviation: bool = True) -> None:
        super().__init__()
        width = config.critic
        self.reader = RollReader(config.critic_lane, width)
        self.places = nn.Embedding(POSITIONS, width)
        self.blocks = nn.ModuleList([ResidualBlock1d(width), ResidualBlock1d(width), ResidualBlock1d(width)])
        self.down = nn.ModuleList(nn.Conv1d(width, width, 4, stride=2, padding=1) for _ in range(2))
        self.deviation = MinibatchDeviation() if deviation else None
        self.bars = nn.Conv1d(width + deviation, width, 3, padding=1)
        self.bar = Projection(width, TOLD[:4])
        self.phrase = nn.Linear(PHRASE_BARS * width, width)
        self.whole = Projection(width, TOLD)

    def features(self, roll: Tensor, ticks: Tensor) -> Tensor:
        """(B, width, PHRASE_BARS): each bar in its surroundings."""
        x = self.blocks[0](self.reader(roll) + self.places(ticks).T)
        for block, down in zip(list(self.blocks)[1:], self.down, strict=True):
            x = block(down(nn.functional.leaky_relu(x, 0.2)))
        return nn.functional.adaptive_avg_pool1d(nn.functional.leaky_relu(x, 0.2), PHRASE_BARS)

    def judge(self, features: Tensor, told: Tensor) -> Tensor:
        bars = [self.bar(features[..., bar], told[:, :4]) for bar in range(PHRASE_BARS)]
        x = features if self.deviation is None else self.deviation(features)
        x = nn.functional.leaky_relu(self.bars(x), 0.2)
        phrase = nn.functional.leaky_relu(self.phrase(x.flatten(1)), 0.2)
        return torch.stack([self.whole(phrase, told), *bars], 1)

    def forward(self, roll: Tensor, told: Tensor, ticks: Tensor) -> Tensor:
        return self.judge(self.features(roll, ticks), told)
