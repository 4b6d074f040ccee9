"""Works as lanes that the adversarial composer learns from, and batches of phrases drawn from them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from domain.genres import Genre
from domain.score import Score
from models.gan.generator import BEFORE, PHRASE_BARS, Setting
from models.gan.settings import phrase_setting, told_of
from models.lanes import LANES, MELODY, SIXTEENTHS, bar_columns, to_lanes
from models.roll_networks import to_roll
from models.tokens import METRES, plan_of
from training.corpora.works import Work

TAUGHT = frozenset(Genre) - {Genre.SONG, Genre.HORNPIPE}
"""As the recurrent composer, without songs, half of all the music prepared; and without hornpipes, whose
dotted notes are written down as triplets and do not lie on sixteenths."""

BALANCE = 0.5
"""How far small genres are heard more often: 0 as they come, 1 all alike."""

_MOST_MOVED = 0.15
"""Works of which more notes than this share do not lie on sixteenths are left out."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A work as states (LANES, (PHRASE_BARS + bars) x columns); the first four bars are before the piece.

    `told` (len(TOLD),) as in models.gan; `ticks` are those of a bar's columns.
    """

    genre: Genre
    told: NDArray[np.int64]
    ticks: tuple[int, ...]
    bars: int
    states: NDArray[np.int16]

    @property
    def windows(self) -> int:
        return self.bars - PHRASE_BARS + 1


@dataclass(frozen=True, slots=True)
class Phrases:
    """A batch of B phrases of S columns: states (B, LANES, 2 S), the four bars before included."""

    states: Tensor
    setting: Setting

    @property
    def roll(self) -> Tensor:
        """(B, LANES, S, CHANNELS): the phrases themselves."""
        return roll_of(self.states[..., -len(self.setting.ticks) :])

    @property
    def before(self) -> Tensor:
        """The same of the four bars before them; nothing at all where the piece has not begun."""
        history = self.states[..., : -len(self.setting.ticks)]
        return roll_of(history.where(history != BEFORE, 0)) * (history != BEFORE).unsqueeze(-1)


def roll_of(states: Tensor) -> Tensor:
    """(B, LANES, S, CHANNELS): the roll of states, none of which lie before the piece."""
    return to_roll(states // 2, states % 2 == 1)


def as_piece(score: Score, genre: Genre) -> Piece | None:
    """The piece of a work; None where it is too short, off the grid or in a metre that is not known."""
    if score.bars < PHRASE_BARS or score.metre not in METRES or not 1 <= len(score.parts) <= LANES:
        return None
    lanes, simplified = to_lanes(score, SIXTEENTHS)
    if simplified.heard == 0 or simplified.moved > _MOST_MOVED * simplified.heard:
        return None
    ticks = bar_columns(score.metre, SIXTEENTHS)
    before = np.full((LANES, PHRASE_BARS * len(ticks)), BEFORE, dtype=np.int16)
    begins = lanes.onset | (np.diff(lanes.pitch, axis=1, prepend=0) != 0)
    states = 2 * lanes.pitch.astype(np.int16) + (begins & (lanes.pitch > 0))
    return Piece(
        genre, told_of(plan_of(score, genre)), ticks, score.bars, np.concatenate([before, states], axis=1)
    )


def read_pieces(works: Iterable[Work], *splits: str) -> list[Piece]:
    """The pieces of some splits, of the genres taught."""
    chosen = (work for work in works if work.split in splits and work.genre in TAUGHT)
    pieces = (as_piece(work.score, work.genre) for work in chosen)
    return [piece for piece in pieces if piece is not None]


class PhraseSource:
    """Draws batches of phrases whose bars have the same columns, small genres more often than they come."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        counts = Counter[Genre]()
        for piece in pieces:
            counts[piece.genre] += piece.windows
        mean = sum(counts.values()) / len(counts)
        groups: dict[tuple[int, ...], list[Piece]] = {}
        for piece in pieces:
            groups.setdefault(piece.ticks, []).append(piece)
        self._groups = list(groups.values())
        self._weights = [
            np.asarray([piece.windows * (mean / counts[piece.genre]) ** BALANCE for piece in group])
            for group in self._groups
        ]
        self._group_weights = np.asarray([weights.sum() for weights in self._weights])

    def draw(self, random: np.random.Generator, size: int, *, given: float = 0.0) -> Phrases:
        """So many phrases; of those with more than a melody, the share `given` has its melody given."""
        group = int(random.choice(len(self._groups), p=self._group_weights / self._group_weights.sum()))
        weights = self._weights[group]
        places = random.choice(len(weights), size=size, p=weights / weights.sum())
        rows = [self._groups[group][place] for place in places]
        firsts = [int(random.integers(piece.windows)) for piece in rows]
        return collate(rows, firsts, given=random.random(size) < given)


def collate(pieces: Sequence[Piece], firsts: Sequence[int], *, given: NDArray[np.bool_]) -> Phrases:
    """The phrases of pieces that begin at these bars; where `given`, melodies above other lanes are told."""
    columns = len(pieces[0].ticks)
    spans = [
        piece.states[:, first * columns : (first + 2 * PHRASE_BARS) * columns]
        for piece, first in zip(pieces, firsts, strict=True)
    ]
    states = np.stack(spans).astype(np.int64)
    width = PHRASE_BARS * columns
    told = (states[:, MELODY + 1 :, width:] > 1).any(axis=(1, 2)) & given
    melody = np.where(told[:, None], states[:, MELODY, width:], BEFORE)
    bars = [piece.bars for piece in pieces]
    setting = phrase_setting(
        torch.from_numpy(np.stack([piece.told for piece in pieces])),
        pieces[0].ticks,
        firsts,
        bars,
        torch.from_numpy(melody),
    )
    return Phrases(torch.from_numpy(states), setting)
