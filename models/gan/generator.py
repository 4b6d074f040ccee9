"""The adversarial composer's generator of four-bar phrases of lanes.

It turns noise and what is told of a piece into a sketch of the phrase, by transposed convolutions, and a
pen writes the columns over the sketch, each as a draw from softmaxes by Gumbel noise, hearing what it has
written. With a melody given, the pen writes what goes with it. Knows tensors, not how they are trained.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from domain.genres import Genre
from domain.score import Mode
from models.lanes import BASS, LANES, LOWER, MELODY, PITCHES, UPPER
from models.roll_networks import SOUNDS, ResidualBlock1d
from models.tokens import DENSITY_EDGES, MAX_PARTS, METRES, POSITIONS, REGISTER_EDGES

PHRASE_BARS = 4
SLOTS = 16
"""Vectors of a sketch: four to a bar."""

GO_ON, REST, FIRST_PITCH = 0, 1, 2
MOVES = FIRST_PITCH + PITCHES
"""What a lane does in a column: go on with its note or its silence, fall silent, or begin a note."""

STATES = 2 * SOUNDS + 1
"""What a lane is in a column: twice its sound, plus one where it begins; the last: before the piece."""
BEFORE = STATES - 1

ORDER = (MELODY, BASS, UPPER, LOWER)
"""The order in which the lanes of a column are written: each hears those before it."""

TOLD = (len(Genre), len(Mode), len(METRES), MAX_PARTS, len(DENSITY_EDGES) + 1, len(REGISTER_EDGES) + 1)
"""Sizes of what is told of a piece: genre, mode, metre, parts, density and register."""

BARS_TOLD = 16


@dataclass(frozen=True, slots=True)
class Config:
    """Shape of the networks."""

    noise: int = 32
    hidden: int = 320
    column: int = 96
    pen: int = 128
    sketch: int = 96
    melody: int = 64
    reader_lane: int = 24
    reader: int = 128
    critic: int = 96


@dataclass(frozen=True, slots=True)
class Setting:
    """What is told of B phrases of S columns.

    told (B, len(TOLD)) long; ticks (S,) long: each column's tick within its bar; bars (B, 2, S) long: bars
    gone and bars to go, at most BARS_TOLD - 1; melody (B, S) long: the states of a given melody, else BEFORE.
    """

    told: Tensor
    ticks: Tensor
    bars: Tensor
    melody: Tensor

    @property
    def has_melody(self) -> Tensor:
        """(B,): where the melody is given."""
        return self.melody[:, 0] != BEFORE


def moves_of(states: Tensor, before: Tensor) -> Tensor:
    """(B, LANES, S) moves that lead through these states, from the states (B, LANES) before the first."""
    sound = states // 2
    earlier = torch.cat([before.unsqueeze(-1), states[..., :-1]], -1)
    earlier_sound = torch.where(earlier == BEFORE, 0, earlier // 2)
    moves = torch.where(sound == earlier_sound, GO_ON, torch.where(sound == 0, REST, sound + 1))
    return torch.where((states % 2 == 1) & (sound > 0), sound + 1, moves)


def states_after(moves: Tensor, before: Tensor) -> Tensor:
    """The states that moves of one column lead to, of the same shape."""
    held = torch.where(before == BEFORE, 0, before // 2 * 2)
    return torch.where(moves == GO_ON, held, torch.where(moves == REST, 0, 2 * (moves - 1) + 1))


class Sketch(nn.Module):
    """Noise (B, noise) and what is told to a sketch (B, SLOTS, width), by transposed convolutions."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width = config.sketch
        self.told = nn.ModuleList(nn.Embedding(size, width) for size in TOLD)
        self.noise = nn.Linear(config.noise, width)
        self.bars = nn.Linear(width, PHRASE_BARS * width)
        self.first = ResidualBlock1d(width)
        self.up = nn.ModuleList(nn.ConvTranspose1d(width, width, 4, stride=2, padding=1) for _ in range(2))
        self.blocks = nn.ModuleList(ResidualBlock1d(width) for _ in range(2))

    def whole(self, noise: Tensor, told: Tensor) -> Tensor:
        """(B, width): the phrase as one vector."""
        tables = torch.stack([table(told[:, place]) for place, table in enumerate(self.told)])
        return torch.tanh(self.noise(noise) + tables.sum(0))

    def forward(self, whole: Tensor) -> Tensor:
        x = self.first(self.bars(whole).unflatten(1, (-1, PHRASE_BARS)))
        for up, block in zip(self.up, self.blocks, strict=True):
            x = block(up(nn.functional.leaky_relu(x, 0.2)))
        return x.transpose(1, 2)


class MelodyReader(nn.Module):
    """A given melody, states (B, S), to what is heard of it around each column (B, S, width)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.states = nn.Embedding(STATES, width)
        self.near = nn.Conv1d(width, width, 5, padding=2)
        self.far = nn.Conv1d(width, width, 5, padding=8, dilation=4)

    def forward(self, melody: Tensor, given: Tensor) -> Tensor:
        x = self.states(melody).transpose(1, 2)
        x = x + self.near(nn.functional.leaky_relu(x, 0.2))
        x = x + self.far(nn.functional.leaky_relu(x, 0.2))
        return x.transpose(1, 2) * given[:, None, None]


class Pen(nn.Module):
    """The lanes of a column from what is heard (..., hidden): logits of each lane's moves, in ORDER."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.heard = nn.Linear(config.hidden, LANES * config.pen)
        self.lanes = nn.ModuleList(nn.Linear(config.pen, MOVES) for _ in ORDER)
        self.above = nn.ModuleList(nn.Embedding(place * STATES, config.pen) for place in range(1, LANES))

    def lane(self, place: int, heard: Tensor, written: Tensor) -> Tensor:
        """Logits (..., MOVES) of the lane at a place of ORDER.

        heard (..., LANES, pen); written (..., place): the states of the lanes before it in this column.
        """
        x = heard[..., place, :]
        if place:
            offsets = torch.arange(place, device=written.device) * STATES
            x = x + self.above[place - 1](written + offsets).sum(-2)
        return self.lanes[place](torch.tanh(x))


class Generator(nn.Module):
    """Noise, what is told and the four bars before to a phrase of four bars."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.sketch = Sketch(config)
        self.melody = MelodyReader(config.melody)
        self.columns = nn.Embedding(LANES * STATES, config.column)
        self.places = nn.Embedding(POSITIONS, config.melody)
        self.gone = nn.Embedding(BARS_TOLD, config.melody)
        self.to_go = nn.Embedding(BARS_TOLD, config.melody)
        heard = 4 * config.column + config.sketch + 2 * config.melody
        self.start = nn.Linear(config.sketch + config.column, config.hidden)
        self.rnn = nn.GRU(heard, config.hidden, batch_first=True)
        self.pen = Pen(config)

    def embed(self, states: Tensor) -> Tensor:
        """(B, LANES, S) states to columns (B, S, column)."""
        offsets = torch.arange(LANES, device=states.device)[:, None] * STATES
        return self.columns(states + offsets).sum(1)

    def prepare(self, noise: Tensor, setting: Setting) -> tuple[Tensor, Tensor]:
        """What is known before writing: (B, S, ·) beside each column, and the whole phrase (B, sketch)."""
        columns = len(setting.ticks)
        whole = self.sketch.whole(noise, setting.told)
        slots = torch.arange(columns, device=noise.device) * SLOTS // columns
        known = [
            self.sketch(whole)[:, slots],
            self.melody(setting.melody, setting.has_melody),
            self.places(setting.ticks) + self.gone(setting.bars[:, 0]) + self.to_go(setting.bars[:, 1]),
        ]
        return torch.cat(known, -1), whole

    def begin(self, whole: Tensor, history: Tensor) -> Tensor:
        """(B, hidden): the pen's mood at the first column, from columns (B, H, column) of the bar before."""
        return torch.tanh(self.start(torch.cat([whole, history.mean(1)], -1)))

    def hear(self, states: Tensor, noise: Tensor, setting: Setting) -> Tensor:
        """(B, S, LANES, pen): what is heard at each column of phrases whose states (B, LANES, 2 S) are known.

        The first S columns are the four bars before.
        """
        columns = len(setting.ticks)
        bar = columns // PHRASE_BARS
        known, whole = self.prepare(noise, setting)
        embedded = self.embed(states)
        back = [embedded[:, columns - lag : 2 * columns - lag] for lag in lookbacks(columns)]
        start = self.begin(whole, embedded[:, columns - bar : columns])
        hidden, _ = self.rnn(torch.cat([*back, known], -1), start.unsqueeze(0))
        return self.pen.heard(hidden).unflatten(-1, (LANES, -1))

    def forward(self, states: Tensor, noise: Tensor, setting: Setting) -> Tensor:
        """(B, LANES, S, MOVES): logits of the moves that lead through known states, as in `hear`."""
        columns = len(setting.ticks)
        heard = self.hear(states, noise, setting)
        written = states[:, list(ORDER), columns:].transpose(1, 2)
        logits = [self.pen.lane(place, heard, written[..., :place]) for place in range(LANES)]
        in_order = torch.stack(logits, 1)
        legal = in_order[:, [ORDER.index(lane) for lane in range(LANES)]].float()
        silent = is_silent(states[..., columns - 1 : -1])
        return legal.masked_fill(_rests(silent, legal), -torch.inf)


def lookbacks(columns: int) -> tuple[int, ...]:
    """How many columns before it a column of a phrase of so many hears: the last, and 1, 2 and 4 bars ago."""
    bar = columns // PHRASE_BARS
    return 1, bar, 2 * bar, columns


def is_silent(states: Tensor) -> Tensor:
    """Where nothing sounds."""
    return (states < 2) | (states == BEFORE)


def _rests(silent: Tensor, logits: Tensor) -> Tensor:
    """Where a move is a rest in a lane that is silent already."""
    rests = torch.zeros_like(logits, dtype=torch.bool)
    rests[..., REST] = silent
    return rests


def gru_step(layer: nn.GRU, x: Tensor, hidden: Tensor) -> Tensor:
    """One time step of a one-layer GRU: (N, I) and (N, H) to (N, H)."""
    return torch.gru_cell(x, hidden, *layer.all_weights[0])
