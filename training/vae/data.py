"""Works as units and phrases to learn from, balanced by genre and varied as they are drawn."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from domain.genres import Genre
from domain.score import Metre, Mode
from models.lanes import FINE, LANES, Lanes, to_lanes
from models.vae.unit_vae import UnitBatch
from models.vae.units import (
    FIRST_STRIKE,
    HOLD,
    SILENCE,
    UNIT_BARS,
    VOCABULARY,
    Units,
    grid_class,
    is_readable,
    places,
    to_units,
)
from training.corpora.works import Work

PHRASE_UNITS = 8
GENRE_BALANCE = 0.5
"""How far small genres are heard more often: 0 as they come, 1 all alike."""

MELODIC = frozenset({Genre.REEL, Genre.JIG, Genre.SLIP_JIG, Genre.HORNPIPE, Genre.POLKA})
"""The genres that are a tune alone, in the first lane."""

TRANSPOSED, MIXED, THINNED = 0.3, 0.15, 0.1
"""The shares of units that are heard in another key, with lanes of other units, with lanes left out."""

FARTHEST = 6
"""Semitones."""


@dataclass(frozen=True, slots=True)
class LanedWork:
    """A work in lanes."""

    genre: Genre
    split: str
    lanes: Lanes


@dataclass(frozen=True, slots=True)
class Table:
    """All units of one metre, one from every bar of every piece, and one of silence after each piece.

    `rest` (U,) is how many bars of its piece begin at or after a unit's first, `weight` (U,) how often it
    is drawn; `genre` and `mode` (U,) are their places in their enums.
    """

    units: Units
    rest: NDArray[np.int64]
    genre: NDArray[np.int64]
    mode: NDArray[np.int64]
    weight: NDArray[np.float64]


def read_lanes(works: Iterable[Work]) -> list[LanedWork]:
    """The works in lanes, without those whose metre has no units and those that hold none."""
    read = ((work, to_lanes(work.score, FINE)[0]) for work in works if is_readable(work.score.metre))
    return [LanedWork(work.genre, work.split, lanes) for work, lanes in read if lanes.bars >= UNIT_BARS]


def tables(works: Sequence[LanedWork], split: str) -> dict[Metre, Table]:
    """The units of one split, by metre."""
    chosen = [work for work in works if work.split == split]
    bars = dict.fromkeys(Genre, 0)
    for work in chosen:
        bars[work.genre] += work.lanes.bars
    by_metre: dict[Metre, list[LanedWork]] = {}
    for work in chosen:
        by_metre.setdefault(work.lanes.metre, []).append(work)
    return {metre: _table(metre, group, bars) for metre, group in by_metre.items()}


def _table(metre: Metre, works: Sequence[LanedWork], bars: Mapping[Genre, int]) -> Table:
    cut = [to_units(work.lanes, range(work.lanes.bars + 1)) for work in works]
    counts = [len(units) for units in cut]
    genres = list(Genre)
    weights = [bars[work.genre] ** -GENRE_BALANCE for work in works]
    rest = np.concatenate([np.arange(count - 1, -1, -1) for count in counts])
    return Table(
        units=Units(metre, np.concatenate([u.tokens for u in cut]), np.concatenate([u.tied for u in cut])),
        rest=rest,
        genre=np.repeat([genres.index(work.genre) for work in works], counts),
        mode=np.repeat([list(Mode).index(work.lanes.mode) for work in works], counts),
        weight=np.repeat(weights, counts) * (rest >= UNIT_BARS),
    )


def as_batch(units: Units) -> UnitBatch:
    """Units as tensors."""
    return UnitBatch(
        torch.from_numpy(units.tokens.astype(np.int64)),
        torch.from_numpy(units.tied.astype(np.float32)),
        torch.from_numpy(places(units.metre)),
        torch.tensor(grid_class(units.metre)),
    )


class Draws:
    """Endless batches; what epoch n holds is decided by n alone.

    A batch is `rows` draws of `length` units that follow each other, all of one metre: row by row,
    (rows x length) units, where at least half of them lie within the piece. `varied` is whether they are
    changed as they are drawn.
    """

    def __init__(
        self, tables: Mapping[Metre, Table], *, rows: int, length: int = 1, updates: int, varied: bool = True
    ) -> None:
        self.tables = list(tables.values())
        self.rows, self.length, self.updates, self.varied = rows, length, updates, varied
        least = length * UNIT_BARS // 2
        self._cumulative = [np.cumsum(table.weight * (table.rest >= least)) for table in self.tables]
        shares = np.array([cumulative[-1] for cumulative in self._cumulative])
        self._shares = np.cumsum(shares / shares.sum())

    def batches(self, epoch: int) -> Iterator[UnitBatch]:
        random = np.random.default_rng([epoch, self.length])
        for _ in range(self.updates):
            yield as_batch(self.draw(random))

    def draw(self, random: np.random.Generator) -> Units:
        """One batch of units."""
        which = min(int(np.searchsorted(self._shares, random.random())), len(self.tables) - 1)
        table, cumulative = self.tables[which], self._cumulative[which]
        drawn = np.searchsorted(cumulative, random.random(self.rows) * cumulative[-1], side="right")
        first = np.minimum(drawn, len(cumulative) - 1)
        units = take(table, first, self.length)
        return vary(units, self.length, random) if self.varied else units


def take(table: Table, first: NDArray[np.int64], length: int) -> Units:
    """`length` units from each of these on, row by row; after a piece's end they are silent."""
    ahead = np.minimum(np.arange(length) * UNIT_BARS, table.rest[first][:, None])
    rows = (first[:, None] + ahead).reshape(-1)
    return Units(table.units.metre, table.units.tokens[rows], table.units.tied[rows])


def vary(units: Units, length: int, random: np.random.Generator) -> Units:
    """Some draws transposed, some with lanes of others, some with lanes left out.

    A draw of several units is changed as one.
    """
    shape = len(units) // length, length
    tokens = units.tokens.reshape(*shape, -1, LANES).copy()
    tied = units.tied.reshape(*shape, LANES).copy()
    mixed = random.random(shape[0]) < MIXED
    for lane in range(LANES):
        partner = np.where(
            mixed & (random.random(shape[0]) < 0.5), random.permutation(shape[0]), np.arange(shape[0])
        )
        tokens[..., lane], tied[..., lane] = tokens[partner, ..., lane], tied[partner, ..., lane]
    tokens = _transposed(tokens, random)
    thinned = (random.random(shape[0]) < THINNED)[:, None] & (random.random((shape[0], LANES)) < 0.4)
    rows, lanes = np.nonzero(thinned)
    tokens[rows, :, :, lanes] = HOLD
    tokens[rows, :, 0, lanes] = SILENCE
    tied[rows, :, lanes] = False
    return Units(units.metre, tokens.reshape(units.tokens.shape), tied.reshape(units.tied.shape))


def _transposed(tokens: NDArray[np.int8], random: np.random.Generator) -> NDArray[np.int8]:
    struck = tokens >= FIRST_STRIKE
    flat = (len(tokens), -1)
    lowest = np.where(struck, tokens, VOCABULARY).reshape(flat).min(1)
    highest = np.where(struck, tokens, 0).reshape(flat).max(1)
    low = np.maximum(-FARTHEST, FIRST_STRIKE - lowest.astype(np.int64))
    high = np.maximum(low, np.minimum(FARTHEST, VOCABULARY - 1 - highest.astype(np.int64)))
    steps = random.integers(low, high + 1) * (random.random(len(tokens)) < TRANSPOSED)
    return np.where(struck, tokens + steps[:, None, None, None], tokens).astype(np.int8)
