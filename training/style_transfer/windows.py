"""Four-bar windows of works in several voices, in lanes, batched by metre with the genres balanced.

Knows the corpora and lanes, not networks.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from domain.genres import Genre
from domain.score import Metre
from models.lanes import BASS, SIXTEENTHS, UPPER, Lanes, to_lanes
from models.style_transfer.texture_rolls import Rolls
from models.tokens import METRES
from training.corpora.works import Work

GENRES = (
    Genre.CHORALE,
    Genre.HYMN,
    Genre.GUITAR,
    Genre.BAROQUE,
    Genre.CLASSICAL,
    Genre.RAGTIME,
    Genre.FOLK,
    Genre.SONG,
)
"""Genres whose pieces have a texture under the tune. Their order is the networks'."""

BARS = 4

_LEAST_SOUNDING = 0.25
"""A window whose texture sounds less of the time teaches nothing of textures."""

_ENOUGH = 24
"""Windows of a genre in a metre from which it takes part in that metre's batches."""


@dataclass(frozen=True, slots=True)
class Windows:
    """All windows of one genre and metre: pitch and onset (N, LANES, S)."""

    pitch: NDArray[np.int8]
    onset: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of one metre with the genre of each, an index in GENRES, (B,)."""

    rolls: Rolls
    genre: Tensor


def lanes_of(works: Iterable[Work], splits: Sequence[str]) -> dict[Genre, list[Lanes]]:
    """The works of these splits in lanes, by genre."""
    found: dict[Genre, list[Lanes]] = {genre: [] for genre in GENRES}
    for work in works:
        if work.split in splits and work.genre in found and work.score.metre in METRES:
            found[work.genre].append(to_lanes(work.score, SIXTEENTHS)[0])
    return found


def cut(pieces: Mapping[Genre, Sequence[Lanes]], *, every: int = 2) -> dict[Metre, dict[int, Windows]]:
    """Windows that begin every so many bars, by metre and genre; nearly silent textures are left out."""
    found: dict[tuple[Metre, int], list[Lanes]] = {}
    for genre, works in pieces.items():
        for lanes in works:
            for first in range(0, lanes.bars - BARS + 1, every):
                window = lanes.window(first, BARS)
                if (window.pitch[UPPER : BASS + 1] > 0).any(axis=0).mean() >= _LEAST_SOUNDING:
                    found.setdefault((lanes.metre, GENRES.index(genre)), []).append(window)
    by_metre: dict[Metre, dict[int, Windows]] = {}
    for (metre, genre), windows in sorted(found.items(), key=lambda item: (str(item[0][0]), item[0][1])):
        if len(windows) >= _ENOUGH:
            by_metre.setdefault(metre, {})[genre] = Windows(
                np.stack([window.pitch for window in windows]), np.stack([window.onset for window in windows])
            )
    # A genre alone in its metre has nowhere to go.
    return {metre: genres for metre, genres in by_metre.items() if len(genres) > 1}


class Batches:
    """Draws batches: a metre by how much of it the genres have, a genre, each alike, and windows of it."""

    def __init__(self, windows: Mapping[Metre, Mapping[int, Windows]], *, size: int) -> None:
        self._windows = windows
        self._size = size
        sizes = Counter[int]()
        for genres in windows.values():
            for genre, held in genres.items():
                sizes[genre] += len(held.pitch)
        self._metres = list(windows)
        shares = [
            sum(len(held.pitch) / sizes[genre] for genre, held in windows[metre].items())
            for metre in self._metres
        ]
        self._shares = np.array(shares) / sum(shares)

    def draw(self, random: np.random.Generator) -> Batch:
        metre = self._metres[int(random.choice(len(self._metres), p=self._shares))]
        genres = self._windows[metre]
        told = random.choice(list(genres), self._size)
        rows = [int(random.integers(len(genres[genre].pitch))) for genre in told]
        held = [genres[genre] for genre in told]
        return as_batch(
            metre,
            np.stack([each.pitch[row] for each, row in zip(held, rows, strict=True)]),
            np.stack([each.onset[row] for each, row in zip(held, rows, strict=True)]),
            told,
        )

    @property
    def sizes(self) -> dict[int, dict[Metre, int]]:
        """How many windows each genre has in each metre."""
        found: dict[int, dict[Metre, int]] = {}
        for metre, genres in self._windows.items():
            for genre, held in genres.items():
                found.setdefault(genre, {})[metre] = len(held.pitch)
        return found

    def some(self, metre: Metre, genre: int, count: int, random: np.random.Generator) -> Batch:
        """So many windows of one genre and metre; fewer only where it has fewer."""
        held = self._windows[metre][genre]
        rows = random.permutation(len(held.pitch))[:count]
        return as_batch(metre, held.pitch[rows], held.onset[rows], np.full(len(rows), genre))

    def some_of_each(self, count: int, random: np.random.Generator) -> list[Batch]:
        """Up to `count` windows of every genre in every metre, always the same for the same `random`."""
        return [
            self.some(metre, genre, count, random)
            for metre, genres in self._windows.items()
            for genre in genres
        ]


def as_batch(
    metre: Metre, pitch: NDArray[np.int8], onset: NDArray[np.bool_], genre: NDArray[np.int64]
) -> Batch:
    rolls = Rolls.of_arrays(metre, torch.from_numpy(pitch), torch.from_numpy(onset))
    return Batch(rolls, torch.from_numpy(genre.astype(np.int64)))
