"""Lanes as tensors for networks that write texture: what sounds, what it is made of, and where in the bar.

A texture is everything under the tune: lanes 1 to 3. Knows nothing of genres nor of networks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn

from domain.score import TICKS_PER_QUARTER, Metre, Mode
from models.lanes import LANES, LOWEST, PITCHES, SIXTEENTHS, Lanes, bar_columns
from models.roll_networks import straight_through_one_hot
from models.tokens import METRES

TEXTURE = LANES - 1
"""Lanes under the tune."""

ONSET, HOLD, REST = range(3)
EVENTS = 3
"""What a lane does in a column: strike a note, let it sound on, or be silent."""

LANE_CHANNELS = PITCHES + 1
"""A lane in a roll: its pitch, one of many, and whether it strikes."""

CLASSES = 12
SKETCH = 2 * CLASSES
_PLACES = len(SIXTEENTHS)
_QUARTERS = 6
POSITION = _PLACES + _QUARTERS + 2 + len(METRES)

_BAR_SHARE = 0.25
"""How much of what a beat is told of harmony is its bar's, so that a beat of silence is not without one."""

_BELONGS = 0.3
"""A pitch class belongs to the harmony that sounds for so much of the time of that which sounds longest."""

_CLEARLY = 10.0
"""How steep the gradient of that is."""

_STEP = 2
"""Semitones."""

_FAR = 1000
"""Stands for silence among pitches: no step leads there."""

_TINY = 0.02
"""What is taken for silence where shares are counted: it bounds their gradients, too."""


@dataclass(frozen=True, slots=True)
class Events:
    """Texture in classes: `event` and `pitch` (B, TEXTURE, S); `pitch` counts where something sounds."""

    event: Tensor
    pitch: Tensor

    @property
    def sounds(self) -> Tensor:
        return self.event != REST


@dataclass(frozen=True, slots=True)
class Rolls:
    """A batch of music of one metre, S sixteenth columns long.

    tune (B, S, LANE_CHANNELS) and texture (B, TEXTURE, S, LANE_CHANNELS): one-hot pitches (0 where silent)
    and, last, the onsets.
    """

    metre: Metre
    tune: Tensor
    texture: Tensor

    def __len__(self) -> int:
        return len(self.tune)

    @classmethod
    def of(cls, lanes: Sequence[Lanes]) -> Self:
        """Rolls of equally long lanes in one metre, on the grid of SIXTEENTHS."""
        pitch = torch.from_numpy(np.stack([each.pitch for each in lanes]).astype(np.int64))
        onset = torch.from_numpy(np.stack([each.onset for each in lanes]))
        return cls.of_arrays(lanes[0].metre, pitch, onset)

    @classmethod
    def of_arrays(cls, metre: Metre, pitch: Tensor, onset: Tensor) -> Self:
        """Rolls of `pitch` and `onset` (B, LANES, S), as in Lanes."""
        onehot = nn.functional.one_hot(pitch.long(), PITCHES + 1)[..., 1:].float()
        roll = torch.cat([onehot, (onset & (pitch > 0)).float().unsqueeze(-1)], dim=-1)
        return cls(metre, roll[:, 0], roll[:, 1:])

    def select(self, rows: Tensor) -> "Rolls":
        return Rolls(self.metre, self.tune[rows], self.texture[rows])

    def with_texture(self, texture: Tensor) -> "Rolls":
        return Rolls(self.metre, self.tune, texture)

    @property
    def over_tune(self) -> Tensor:
        """(B, 1, S, PITCHES): 1 for pitches at or above the tune's, where it sounds."""
        return self.tune[..., :-1].cumsum(-1).unsqueeze(1)

    @property
    def events(self) -> Events:
        """The texture's classes."""
        sounds = self.texture[..., :-1].sum(-1) > 0.5
        strikes = self.texture[..., -1] > 0.5
        event = torch.where(sounds, torch.where(strikes, ONSET, HOLD), REST)
        return Events(event, self.texture[..., :-1].argmax(-1))


def columns_a_bar(metre: Metre) -> int:
    return len(bar_columns(metre, SIXTEENTHS))


def beat_columns(metre: Metre) -> int:
    """Columns of the stretch that has a harmony of its own: a beat, or a whole bar of 3/8."""
    return 6 if metre.is_compound or metre == Metre(3, 8) else 4


def positions(metre: Metre, columns: int) -> Tensor:
    """(columns, POSITION): where each column stands in its quarter and bar, and the metre, as one-hots."""
    ticks = np.asarray(bar_columns(metre, SIXTEENTHS))
    bars = -(-columns // len(ticks))
    told = np.zeros((len(ticks), POSITION), np.float32)
    rows = np.arange(len(ticks))
    told[rows, ticks % TICKS_PER_QUARTER // 3] = 1
    told[rows, _PLACES + ticks // TICKS_PER_QUARTER % _QUARTERS] = 1
    told[0, _PLACES + _QUARTERS] = 1
    told[rows % beat_columns(metre) == 0, _PLACES + _QUARTERS + 1] = 1
    if metre in METRES:
        told[:, _PLACES + _QUARTERS + 2 + METRES.index(metre)] = 1
    return torch.from_numpy(np.tile(told, (bars, 1))[:columns])


def pitch_classes(roll: Tensor) -> Tensor:
    """(..., 12): how much of each pitch class is in one-hot pitches (..., PITCHES)."""
    folded = roll.unflatten(-1, (PITCHES // CLASSES, CLASSES)).sum(-2)
    return folded.roll(LOWEST % CLASSES, -1)


def sketch(rolls: Rolls, bar_share: Tensor | float = _BAR_SHARE) -> Tensor:
    """(B, S, SKETCH): the harmony alone, as sets of pitch classes a beat, which sum to 1 where there is any;
    the bass has its own twelve.

    All that a generator is told of a texture: neither its rhythm nor its register nor its density, and not
    its passing notes. `bar_share`, 0 to 1 or (B, 1, 1, 1) of that, is how much of it is the whole bar's
    harmony: the more, the freer are the chords within it.
    """
    texture = without_passing_notes(rolls.texture, rolls.metre)
    inner = pitch_classes(texture[..., :-1].sum(1))
    bass = pitch_classes(texture[:, -1, :, :-1])
    both = torch.stack([inner, bass], dim=2)  # (B, S, 2, 12)
    beat = _averaged(both, rolls.metre, beat_columns(rolls.metre))
    bar = _averaged(both, rolls.metre, columns_a_bar(rolls.metre))
    heard = (1 - bar_share) * beat + bar_share * bar
    # How long each sounds would tell rhythms and doublings: all that matters is whether it belongs.
    relative = heard / heard.amax(-1, keepdim=True).detach().clamp(min=_TINY)
    likely = (_CLEARLY * (relative - _BELONGS)).sigmoid()
    told = _straight_through((relative > _BELONGS).to(likely.dtype), likely)
    return (told / told.sum(-1, keepdim=True).clamp(min=1)).flatten(2)


def without_passing_notes(texture: Tensor, metre: Metre) -> Tensor:
    """The texture (B, TEXTURE, S, channels) with each passing or neighbouring note taken up by the note
    before it. Those are notes that sound on no beat, entered and left by step.
    """
    sounds = texture[..., :-1].sum(-1) > 0.5
    pitch = torch.where(sounds, texture[..., :-1].argmax(-1), -_FAR)
    length = pitch.shape[-1]
    column = torch.arange(length, device=pitch.device)
    begins = (texture[..., -1] > 0.5) | (pitch != pitch.roll(1, -1))
    begins[..., 0] = True
    first = torch.where(begins, column, 0).cummax(-1).values
    ends = begins.roll(-1, -1)
    ends[..., -1] = True
    last = torch.where(ends, column, length).flip(-1).cummin(-1).values.flip(-1)
    before = pitch.gather(-1, (first - 1).clamp(min=0))
    after = pitch.gather(-1, (last + 1).clamp(max=length - 1))
    within = column % columns_a_bar(metre) % beat_columns(metre)
    off_beat = first > column - within  # and it never lasts into the next one:
    off_beat &= last < column - within + beat_columns(metre)
    stepwise = _is_step(pitch - before) & _is_step(after - pitch)
    passing = sounds & off_beat & stepwise & (last < length - 1)
    source = torch.where(passing, 0, column).cummax(-1).values
    return texture.gather(2, source.unsqueeze(-1).expand_as(texture))


def _is_step(interval: Tensor) -> Tensor:
    return (interval != 0) & (interval.abs() <= _STEP)


def bar_chroma(texture: Tensor, metre: Metre) -> Tensor:
    """(B, bars, 12): how long each pitch class sounds in each bar of a texture (B, TEXTURE, S, channels)."""
    classes = pitch_classes(texture[..., :-1].sum(1))
    return classes.unflatten(1, (-1, columns_a_bar(metre))).mean(2)


def tune_chroma(rolls: Rolls) -> Tensor:
    """(B, S, 12): the tune's pitch classes, averaged over each beat."""
    return _averaged(pitch_classes(rolls.tune[..., :-1]), rolls.metre, beat_columns(rolls.metre))


def realised(events: Tensor, pitches: Tensor, noise: Tensor | None = None) -> Tensor:
    """A legal texture (B, TEXTURE, S, LANE_CHANNELS) from logits: `events` (B, TEXTURE, S, EVENTS), `pitches`
    (B, TEXTURE, S, PITCHES).

    Forwards it is one-hot: a note is struck, then held on one pitch, which all its columns choose together.
    Backwards gradients pass as through the softmax (straight-through, Bengio 2013). `noise` (the shape of
    `events`) is added to the events' logits, for a choice by chance.
    """
    chosen = (events if noise is None else events + noise).argmax(-1)
    strikes, sounds = _mended(chosen)
    votes = _together(pitches, strikes, sounds)
    soft_event = events.softmax(-1)
    pitch = straight_through_one_hot(votes)
    sounding = _straight_through(sounds.to(soft_event.dtype), 1 - soft_event[..., REST])
    onset = _straight_through(strikes.to(soft_event.dtype), soft_event[..., ONSET])
    return torch.cat([sounding.unsqueeze(-1) * pitch, onset.unsqueeze(-1)], dim=-1)


def as_lanes(rolls: Rolls, texture: Tensor, row: int, *, mode: Mode = Mode.MAJOR) -> Lanes:
    """The tune of one row of the rolls over the same row of a one-hot texture."""
    roll = torch.cat([rolls.tune[row].unsqueeze(0), texture[row]])
    pitch = torch.where(roll[..., :-1].sum(-1) > 0.5, 1 + roll[..., :-1].argmax(-1), 0)
    return Lanes(
        metre=rolls.metre,
        mode=mode,
        grid=SIXTEENTHS,
        pitch=pitch.numpy().astype(np.int8),
        onset=(roll[..., -1] > 0.5).numpy(),
    )


def _straight_through(hard: Tensor, soft: Tensor) -> Tensor:
    return hard + soft - soft.detach()


def _mended(chosen: Tensor) -> tuple[Tensor, Tensor]:
    """Where notes are struck and where any sounds (both bool): what is held after a rest stays silent."""
    columns = torch.arange(1, chosen.shape[-1] + 1, device=chosen.device).expand_as(chosen)
    struck = torch.where(chosen == ONSET, columns, 0).cummax(-1).values
    ended = torch.where(chosen == REST, columns, 0).cummax(-1).values
    return chosen == ONSET, struck > ended


def _together(pitches: Tensor, strikes: Tensor, sounds: Tensor) -> Tensor:
    """Logits averaged over the columns of each note; elsewhere they mean nothing."""
    rows, columns = strikes.shape[0] * strikes.shape[1], strikes.shape[2]
    note = strikes.long().cumsum(-1).view(rows, columns)
    note = (note + torch.arange(rows, device=note.device)[:, None] * (columns + 1)).view(-1)
    weight = sounds.reshape(-1, 1).to(pitches.dtype)
    flat = pitches.reshape(rows * columns, -1)
    sums = flat.new_zeros(rows * (columns + 1), flat.shape[1]).index_add(0, note, flat * weight)
    counts = weight.new_zeros(rows * (columns + 1), 1).index_add(0, note, weight)
    return (sums / counts.clamp(min=1))[note].view_as(pitches)


def _averaged(values: Tensor, metre: Metre, width: int) -> Tensor:
    """(B, S, ...): each column's mean over its stretch of `width` columns of the bar."""
    stretch = torch.arange(columns_a_bar(metre)) // width
    same = (stretch[:, None] == stretch).to(values)
    mean = same / same.sum(1, keepdim=True)
    bars = values.flatten(2).unflatten(1, (-1, len(stretch)))
    return torch.matmul(mean, bars).flatten(1, 2).view_as(values)
