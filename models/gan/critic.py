"""The adversarial composer's critic: how real four-bar phrases of lanes are, after the bars before them.

It first hears what listeners hear: pitch classes, steps, intervals between lanes, and what returns. Then it
convolves downwards, and answers for the phrase and for each of its bars. Knows tensors, not how they are
trained nor how phrases come about.
"""

from itertools import combinations

import torch
from torch import Tensor, nn

from models.gan.generator import PHRASE_BARS, TOLD, Config, lookbacks
from models.lanes import LANES, LOWEST, PITCHES
from models.roll_networks import CHANNELS, SOUNDS, MinibatchDeviation, Projection, ResidualBlock1d
from models.tokens import POSITIONS

_PAIRS = tuple(combinations(range(LANES), 2))
_RETURNS = 3
"""What stood there one, two and four bars before is compared."""

_GAIN = 4.0
"""What answers are multiplied by: bound by spectral norm, they would hardly reach the hinge."""


class Hearing(nn.Module):
    """Rolls (B, LANES, S, CHANNELS), after rolls of the four bars before, to (B, `width`, S).

    Of each lane its pitch class, silence, onset, height and step from the column before; of each pair of
    lanes the interval between them, as a class; of each lane what returns. Differentiable throughout.
    """

    width = LANES * (12 + 4) + 12 * len(_PAIRS) + 2 * _RETURNS * LANES

    def __init__(self) -> None:
        super().__init__()
        classes = torch.zeros(CHANNELS, 12)
        height = torch.zeros(CHANNELS)
        for pitch in range(PITCHES):
            classes[1 + pitch, (LOWEST + pitch) % 12] = 1
            height[1 + pitch] = (LOWEST + pitch - 60) / 12
        turned = torch.stack([torch.eye(12).roll(interval, 0) for interval in range(12)])
        self.register_buffer("classes", classes, persistent=False)
        self.register_buffer("height", height, persistent=False)
        self.register_buffer("turned", turned, persistent=False)

    def forward(self, roll: Tensor, before: Tensor) -> Tensor:
        columns = roll.shape[2]
        classes = roll @ self.get_buffer("classes")
        height = (roll @ self.get_buffer("height")).unsqueeze(-1)
        step = nn.functional.pad(height[:, :, 1:] - height[:, :, :-1], (0, 0, 1, 0))
        lanes = torch.cat([classes, roll[..., :1], roll[..., SOUNDS:], height, step], -1)
        turned = torch.einsum("blsc,icd->blsid", classes, self.get_buffer("turned"))
        intervals = [(turned[:, upper] * classes[:, lower].unsqueeze(2)).sum(-1) for upper, lower in _PAIRS]
        whole = torch.cat([before, roll], 2)
        returns: list[Tensor] = []
        for lag in lookbacks(columns)[1:]:
            earlier = whole[:, :, columns - lag : 2 * columns - lag]
            same = (roll[..., 1:SOUNDS] * earlier[..., 1:SOUNDS]).sum(-1)
            returns += [same, same * roll[..., SOUNDS] * earlier[..., SOUNDS]]
        return torch.cat(
            [lanes.transpose(2, 3).flatten(1, 2), *(each.transpose(1, 2) for each in intervals), *returns], 1
        )


class Critic(nn.Module):
    """How real phrases are, by their rolls: logits (B, 1 + PHRASE_BARS), the whole phrase's first."""

    def __init__(self, config: Config, *, deviation: bool = True) -> None:
        super().__init__()
        width = config.critic
        self.hearing = Hearing()
        self.reader = nn.Conv1d(Hearing.width, width, 3, padding=1)
        self.places = nn.Embedding(POSITIONS, width)
        self.blocks = nn.ModuleList(ResidualBlock1d(width) for _ in range(3))
        self.down = nn.ModuleList(nn.Conv1d(width, width, 4, stride=2, padding=1) for _ in range(2))
        self.deviation = MinibatchDeviation() if deviation else None
        self.bars = nn.Conv1d(width + deviation, width, 3, padding=1)
        self.bar = Projection(width, TOLD[:4])
        self.phrase = nn.Linear(PHRASE_BARS * width, width)
        self.whole = Projection(width, TOLD)

    def features(self, roll: Tensor, before: Tensor, ticks: Tensor) -> Tensor:
        """(B, width, PHRASE_BARS): each bar in its surroundings. `ticks` (S,) as in models.gan.Setting."""
        x = self.blocks[0](self.reader(self.hearing(roll, before)) + self.places(ticks).T)
        for block, down in zip(list(self.blocks)[1:], self.down, strict=True):
            x = block(down(nn.functional.leaky_relu(x, 0.2)))
        return nn.functional.adaptive_avg_pool1d(nn.functional.leaky_relu(x, 0.2), PHRASE_BARS)

    def judge(self, features: Tensor, told: Tensor) -> Tensor:
        """The answers to what `features` gives of phrases of which this is told (B, len(TOLD))."""
        bars = [self.bar(features[..., bar], told[:, :4]) for bar in range(PHRASE_BARS)]
        x = features if self.deviation is None else self.deviation(features)
        x = nn.functional.leaky_relu(self.bars(x), 0.2)
        phrase = nn.functional.leaky_relu(self.phrase(x.flatten(1)), 0.2)
        return _GAIN * torch.stack([self.whole(phrase, told), *bars], 1)

    def forward(self, roll: Tensor, before: Tensor, told: Tensor, ticks: Tensor) -> Tensor:
        return self.judge(self.features(roll, before, ticks), told)
