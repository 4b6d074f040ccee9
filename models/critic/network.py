"""The judge: a network that tells music people wrote from music they did not, and how sure it is.

It listens in three steps: notes beside their neighbours make moments, moments make bars, and bars are
heard in a row, forwards and backwards, beside how alike they are. Knows passages, not where they are from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit
from torch import Tensor, nn

from domain.genres import Genre
from domain.score import Score
from models.critic.passages import (
    BAR_FACTS,
    LIKENESSES,
    NOTE_CLASSES,
    NOTE_FACTS,
    TOLD,
    WHOLE_FACTS,
    WINDOW_BARS,
    Passage,
    hear,
)

UNKNOWN_GENRE = len(Genre)
"""Told in place of a genre where none is known."""

_GENRES = {genre: index for index, genre in enumerate(Genre)}


@dataclass(frozen=True, slots=True)
class Config:
    """Shape of the network."""

    width: int = 96
    bar_width: int = 128
    kernel: int = 5
    layers: int = 2
    form_width: int = 0
    dropout: float = 0.2


@dataclass(frozen=True, slots=True)
class Passages:
    """A batch of P passages, the notes of all laid end to end: N notes, up to T moments and B bars each.

    classes (N, C) long, facts (N, F), moments (N,) long: the place of a note's moment among P * T;
    owners (N,) long: the passage of each note; bar_of_moment (P, T) long: the place of the bar among
    P * B, or -1 past the end; bars (P, B, ·); bar_mask (P, B); likeness (P, L, B, B); whole (P, ·);
    told (P, 3) long: mode, metre and genre.
    """

    classes: Tensor
    facts: Tensor
    moments: Tensor
    owners: Tensor
    bar_of_moment: Tensor
    bars: Tensor
    bar_mask: Tensor
    likeness: Tensor
    whole: Tensor
    told: Tensor


def collate(passages: Sequence[Passage], genres: Sequence[int]) -> Passages:
    """Lay passages side by side; `genres` are indices into Genre, or UNKNOWN_GENRE."""
    count = len(passages)
    moments = max(len(passage.moment_bars) for passage in passages)
    bars = max(len(passage.bars) for passage in passages)
    bar_of_moment = np.full((count, moments), -1, dtype=np.int64)
    bar_facts = np.zeros((count, bars, BAR_FACTS), dtype=np.float32)
    likeness = np.zeros((count, LIKENESSES, bars, bars), dtype=np.float32)
    mask = np.zeros((count, bars), dtype=np.bool_)
    for row, passage in enumerate(passages):
        bar_of_moment[row, : len(passage.moment_bars)] = passage.moment_bars + row * bars
        bar_facts[row, : len(passage.bars)] = passage.bars
        likeness[row, :, : len(passage.bars), : len(passage.bars)] = passage.likeness
        mask[row, : len(passage.bars)] = True
    lengths = [len(passage.classes) for passage in passages]
    told = np.stack([[*passage.told, genre] for passage, genre in zip(passages, genres, strict=True)])
    arrays = (
        np.concatenate([passage.classes for passage in passages]) + _CLASS_OFFSETS,
        np.concatenate([passage.facts for passage in passages]),
        np.concatenate([passage.moments + row * moments for row, passage in enumerate(passages)]),
        np.repeat(np.arange(count), lengths),
        bar_of_moment,
        bar_facts,
        mask,
        likeness,
        np.stack([passage.whole for passage in passages]),
        told,
    )
    return Passages(*map(torch.from_numpy, arrays))


_CLASS_OFFSETS = np.cumsum([0, *NOTE_CLASSES[:-1]])


class NoteReader(nn.Module):
    """From a note's classes and facts, and what is told of its passage, to a vector."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.classes = nn.Parameter(torch.randn(sum(NOTE_CLASSES), config.width) * 0.1)
        self.facts = nn.Linear(NOTE_FACTS, config.width)
        self.norm = nn.LayerNorm(config.width)
        self.leave = nn.Linear(config.width, config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, batch: Passages, told: Tensor) -> Tensor:
        """(P, W) told to (N, W)."""
        x = nn.functional.embedding_bag(batch.classes, self.classes, mode="sum")
        x = self.norm(x + self.facts(batch.facts) + told[batch.owners])
        return torch.relu(self.leave(self.dropout(torch.relu(x))))


class MomentBlock(nn.Module):
    """Each moment beside its neighbours: a convolution over time with a way around it."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.width)
        self.mix = nn.Conv1d(config.width, config.width, config.kernel, padding=config.kernel // 2)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(P, T, W) and (P, T, 1) to (P, T, W); what lies past the end stays zero."""
        heard = self.mix((self.norm(x) * mask).transpose(1, 2)).transpose(1, 2)
        return (x + self.dropout(torch.relu(heard))) * mask


class FormReader(nn.Module):
    """Looks over the table of how alike bars are, where a return is a line beside the diagonal.

    Told beside each pair of bars how far apart they are, and whether by whole phrases of 4 or 8 bars.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.enter = nn.Conv2d(LIKENESSES + _LAG_FACTS, config.form_width, 3, padding=1)
        self.mix = nn.Conv2d(config.form_width, config.form_width, 3, padding=1)

    def forward(self, batch: Passages) -> Tensor:
        """(P, B, 2 * form_width): what each bar's row shows, on average and at its strongest."""
        count, _, bars, _ = batch.likeness.shape
        both = (batch.bar_mask.unsqueeze(2) & batch.bar_mask.unsqueeze(1)).unsqueeze(1)
        lags = _lag_facts(bars).to(batch.likeness).expand(count, -1, -1, -1)
        x = torch.cat([batch.likeness, lags * both], 1)
        x = torch.relu(self.enter(x)) * both
        x = torch.relu(self.mix(x)) * both
        mean = x.sum(3) / batch.bar_mask.sum(1).view(count, 1, 1)
        return torch.cat([mean, x.amax(3)], 1).transpose(1, 2)


_LAG_FACTS = 3


def _lag_facts(bars: int) -> Tensor:
    """(_LAG_FACTS, bars, bars)."""
    places = torch.arange(bars)
    lags = places.unsqueeze(1) - places
    return torch.stack([lags / WINDOW_BARS, (lags % 4 == 0).float(), (lags % 8 == 0).float()])


class Critic(nn.Module):
    """Logits of passages being a person's."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        width, bar_width = config.width, config.bar_width
        sizes = (*TOLD, len(Genre) + 1)
        self.told = nn.ModuleList(nn.Embedding(size, width) for size in sizes)
        for embedding in self.told:
            nn.init.normal_(embedding.weight, std=0.1)  # type: ignore[arg-type]
        self.notes = NoteReader(config)
        self.blocks = nn.ModuleList(MomentBlock(config) for _ in range(config.layers))
        self.form = FormReader(config) if config.form_width else None
        self.bar = nn.Linear(2 * width + BAR_FACTS + 2 * config.form_width, bar_width)
        self.bar_norm = nn.LayerNorm(bar_width)
        self.row = nn.GRU(bar_width, bar_width // 2, batch_first=True, bidirectional=True)
        self.attention = nn.Linear(bar_width, 1)
        self.altered = nn.Linear(bar_width, 1)
        self.whole = nn.Linear(WHOLE_FACTS, bar_width)
        self.enter = nn.Linear(4 * bar_width + width, bar_width)
        self.leave = nn.Linear(bar_width, 1)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, batch: Passages) -> tuple[Tensor, Tensor]:
        """Logits (P,) of each passage being a person's, and (P, B) of each bar being spoilt."""
        told = sum(embedding(batch.told[:, column]) for column, embedding in enumerate(self.told))
        bars = self._bars(batch, told)  # type: ignore[arg-type]
        mask = batch.bar_mask.unsqueeze(-1)
        weights = self.attention(bars).masked_fill(~mask, -1e4).softmax(1)
        loudest = bars.masked_fill(~mask, -1e4).amax(1)
        mean = (bars * mask).sum(1) / mask.sum(1)
        whole = torch.relu(self.whole(self.dropout(batch.whole)))
        heard = torch.cat([mean, loudest, (weights * bars).sum(1), whole, told], -1)  # type: ignore[list-item]
        logits = self.leave(self.dropout(torch.relu(self.enter(self.dropout(heard)))))
        return logits.squeeze(-1), self.altered(bars).squeeze(-1)

    def _bars(self, batch: Passages, told: Tensor) -> Tensor:
        """(P, B, bar_width): each bar as heard between its neighbours."""
        moments = self._moments(batch, told)
        count, bars = batch.bar_mask.shape
        inside = batch.bar_of_moment.flatten() >= 0
        at, kept = batch.bar_of_moment.flatten()[inside], moments.flatten(0, 1)[inside]
        total = kept.new_zeros(count * bars, kept.shape[-1]).index_add(0, at, kept)
        sizes = kept.new_zeros(count * bars).index_add(0, at, kept.new_ones(len(at)))
        spread = at.unsqueeze(-1).expand_as(kept)
        peak = kept.new_zeros(count * bars, kept.shape[-1]).scatter_reduce(
            0, spread, kept, "amax", include_self=False
        )
        mean = total / sizes.clamp(min=1).unsqueeze(-1)
        pooled = torch.cat([mean, peak], -1).view(count, bars, -1)
        x = torch.relu(
            self.bar_norm(
                self.bar(torch.cat([pooled, batch.bars, *([self.form(batch)] if self.form else [])], -1))
            )
        )
        x = self.dropout(x) * batch.bar_mask.unsqueeze(-1)
        return x + self._in_a_row(x, batch.bar_mask)

    def _in_a_row(self, x: Tensor, mask: Tensor) -> Tensor:
        lengths = mask.sum(1).cpu()
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, _ = nn.utils.rnn.pad_packed_sequence(
            self.row(packed)[0], batch_first=True, total_length=x.shape[1]
        )
        return out

    def _moments(self, batch: Passages, told: Tensor) -> Tensor:
        """(P, T, W): moments beside their neighbours."""
        notes = self.notes(batch, told)
        count, steps = batch.bar_of_moment.shape
        summed = notes.new_zeros(count * steps, notes.shape[-1]).index_add(0, batch.moments, notes)
        mask = (batch.bar_of_moment >= 0).unsqueeze(-1)
        x = summed.view(count, steps, -1)
        for block in self.blocks:
            x = block(x, mask)
        return x


@dataclass(frozen=True, slots=True)
class Calibration:
    """From the network's logit to one whose sigmoid is a probability (Platt 1999)."""

    scale: float = 1.0
    shift: float = 0.0

    def probabilities(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        return expit(self.scale * logits + self.shift)


@dataclass(frozen=True, slots=True)
class Judge:
    """A loaded critic in evaluation mode, with its calibration."""

    version: str
    network: Critic
    calibration: Calibration

    def judge(self, scores: Sequence[Score], genres: Sequence[Genre | None]) -> NDArray[np.float64]:
        """(N,): how likely each score is a person's, 0 to 1; 0 for one without notes.

        Half of all is taken to be people's. `genres` are what the scores mean to be, None where unknown. A
        score's judgement does not depend on the others.
        """
        return self.calibration.probabilities(self.logits(scores, genres))

    @torch.inference_mode()
    def logits(self, scores: Sequence[Score], genres: Sequence[Genre | None]) -> NDArray[np.float64]:
        """(N,): the network's own, averaged over a score's windows; minus infinity without notes."""
        heard = [hear(score) for score in scores]
        windows = [(row, passage) for row, passages in enumerate(heard) for passage in passages]
        found = np.full(len(scores), -np.inf)
        if not windows:
            return found
        told = [UNKNOWN_GENRE if genre is None else _GENRES[genre] for genre in genres]
        rows = np.asarray([row for row, _ in windows])
        batch = collate([passage for _, passage in windows], [told[row] for row in rows])
        logits = self.network(batch)[0].double().cpu().numpy()
        for row in np.unique(rows):
            found[row] = logits[rows == row].mean()
        return found

    @torch.inference_mode()
    def logits_and_bars(
        self, heard: Sequence[tuple[int, Passage]], genre: Genre | None
    ) -> tuple[float, NDArray[np.float64]]:
        """The network's logit of a score as `hear_placed` gives it, and (bars,) those of bars being spoilt.

        Without notes: minus infinity, and none. Of bars heard in several windows, the last one's word counts.
        """
        if not heard:
            return -np.inf, np.empty(0)
        told = UNKNOWN_GENRE if genre is None else _GENRES[genre]
        logits, altered = self.network(collate([passage for _, passage in heard], [told] * len(heard)))
        bars = np.full(max(first + len(passage.bars) for first, passage in heard), -np.inf)
        for (first, passage), row in zip(heard, altered, strict=True):
            bars[first : first + len(passage.bars)] = row[: len(passage.bars)].double().cpu().numpy()
        return float(logits.double().mean()), bars[np.isfinite(bars)]
