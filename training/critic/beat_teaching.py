"""Fits what speaks for a way of counting beats and bars to people's works as the ear writes them down.

A conditional logit: of all ways of counting a recording, the right one is to be the likeliest.
Knows no sound.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track
from torch import Tensor

from domain.score import TICKS_PER_QUARTER
from models.critic.sound import Ear, Tone, transcribe
from training.corpora.beats import FACTS, METRES, Count, Weighing, ways_of_counting
from training.corpora.dictation import LEAST_TONES
from training.critic.passages import HUMAN
from training.critic.recordings import Recordings, Sounding

SHARDS = 40
"""Of recordings, those that are counted."""

_RIDGE = 3e-4
_STEPS = 150
_LEAST_SPREAD = 0.02
"""Facts that hardly differ are not blown up."""

_SAME_TEMPO = 0.012
"""In the logarithm of a quarter's length."""

_SAME_PLACE = 0.15
"""Of a quarter."""


@dataclass(frozen=True, slots=True)
class Counted:
    """W ways of counting a recording: facts (W, FACTS), places of metres (W,) and which are right (W,)."""

    facts: NDArray[np.float32]
    metres: NDArray[np.int_]
    right: NDArray[np.bool_]


def counted(tones: Sequence[Tone], truth: Count) -> Counted | None:
    """The ways of counting that are found; None where none is right, or too little was heard."""
    if len(tones) < LEAST_TONES:
        return None
    ways = ways_of_counting(tones)
    right = np.asarray([is_same(count, truth) for count in ways.counts])
    return Counted(ways.facts.astype(np.float32), ways.metres, right) if right.any() else None


def is_same(count: Count, truth: Count) -> bool:
    """Whether bars of one metre begin together."""
    if count.metre != truth.metre or abs(np.log(count.quarter / truth.quarter)) > _SAME_TEMPO:
        return False
    bar = truth.quarter * truth.metre.bar_ticks / TICKS_PER_QUARTER
    bars = (count.bar_line - truth.bar_line) / bar
    return abs(bars - round(bars)) * bar < _SAME_PLACE * truth.quarter


def learn_counting(ear: Ear, recordings: Recordings, *, shards: int = SHARDS) -> Weighing:
    """Weights fitted to people's passages, to what the ear writes down of them and to what was played."""
    known: list[Counted | None] = []
    for number in track(range(shards), description="counting beats"):
        for recording in recordings.shard(number):
            if recording.origin == HUMAN:
                sounding = recording.sounding
                known.append(counted(transcribe(ear, sounding.spectra), recording.count))
                known.append(counted(_tones(sounding), recording.count))
    return fit_weighing(each for each in known if each is not None)


def _tones(sounding: Sounding) -> list[Tone]:
    rows = (Tone(max(0.0, float(onset)), float(end), int(pitch)) for onset, end, pitch in sounding.notes)
    heard = (tone for tone in rows if tone.onset < sounding.spectra.seconds)
    return sorted(heard, key=lambda tone: (tone.onset, tone.pitch))


def fit_weighing(recordings: Iterable[Counted]) -> Weighing:
    """Weights that metres share, but for what each has of its own as far as it helps."""
    known = list(recordings)
    facts = torch.from_numpy(np.concatenate([each.facts for each in known]))
    metres = torch.from_numpy(np.concatenate([each.metres for each in known]))
    right = torch.from_numpy(np.concatenate([each.right for each in known]))
    owners = torch.repeat_interleave(
        torch.arange(len(known)), torch.tensor([len(each.right) for each in known])
    )
    spread = facts.std(0).clamp(min=_LEAST_SPREAD)
    facts = facts / spread
    rows = [(metres == metre).nonzero().squeeze(1) for metre in range(len(METRES))]
    own = [facts[each] for each in rows]
    kinds = torch.tensor([int(metre.unit == 8) for metre in METRES])
    layers = [torch.zeros(size, FACTS, requires_grad=True) for size in (1, 2, len(METRES))]
    optimiser = torch.optim.LBFGS(layers, max_iter=_STEPS, history_size=20, line_search_fn="strong_wolfe")

    def weights() -> Tensor:
        shared, of_kinds, of_metres = layers
        return shared + of_kinds[kinds] + of_metres

    def total(merits: Tensor) -> Tensor:
        """(recordings,): the logarithm of the sum of what speaks for their ways."""
        most = torch.full((len(known),), -1e9).scatter_reduce(0, owners, merits.detach(), "amax")
        summed = torch.zeros(len(known)).index_add(0, owners, torch.exp(merits - most[owners]))
        return most + torch.log(summed)

    def cost() -> Tensor:
        optimiser.zero_grad()
        merits = torch.zeros(len(facts))
        for place, weight, found in zip(rows, weights(), own, strict=True):
            merits = merits.index_put((place,), found @ weight)
        missed = (total(merits) - total(torch.where(right, merits, -1e9))).mean()
        loss = missed + _RIDGE * sum((layer**2).sum() for layer in layers)
        loss.backward()
        return loss

    optimiser.step(cost)
    return Weighing((weights() / spread).detach().double().numpy())
