"""A Markov model in a network's place: what verse is worth that rhymes and counts but understands nothing.

Interpolated Kneser-Ney over the very tokens that networks write, so that it is held by the same constraints,
told the same wishes and chosen from as many candidates. It hears no plan and no scene.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.lyrics.networks import Sources, Speaker
from models.lyrics.vocabulary import BOS
from training.evaluation.ngram import NGram, fit
from training.lyrics.evaluation.held_out import Tokens

ORDER = 4
"""Tokens: about three words, as an English word has 1.4."""
_SMALLEST = 1e-12
_KEPT = 4_000
"""Contexts whose distributions are kept at once: 130 MB."""


@dataclass(frozen=True, slots=True)
class Histories:
    """The last tokens of each row."""

    rows: tuple[tuple[int, ...], ...]

    def select(self, rows: Tensor) -> "Histories":
        return Histories(tuple(self.rows[row] for row in rows.tolist()))


class NGramWriter(Speaker[Histories]):
    """Writes what an n-gram finds likely."""

    def __init__(self, ngram: NGram) -> None:
        self.ngram = ngram
        self._likely = lru_cache(maxsize=_KEPT)(self._look_up)

    @property
    def device(self) -> torch.device:
        return torch.device("cpu")

    def begin(self, sources: Sources) -> Histories:
        return Histories(((),) * len(sources.tokens))

    def step(self, state: Histories, tokens: Tensor) -> tuple[Tensor, Histories]:
        kept = self.ngram.order - 1
        rows = tuple(
            () if token == BOS else (*row, token)[-kept:]
            for row, token in zip(state.rows, tokens.tolist(), strict=True)
        )
        return torch.from_numpy(np.stack([self._likely(row) for row in rows])), Histories(rows)

    def _look_up(self, context: tuple[int, ...]) -> NDArray[np.float32]:
        likely = self.ngram.next_token_probabilities(context)
        return np.log(np.maximum(likely, _SMALLEST)).astype(np.float32)


def load_ngram(
    path: Path, targets: Callable[[], Sequence[Tokens]], *, vocabulary: int, order: int = ORDER
) -> NGram:
    """The n-gram kept in `path`, fitted to what `targets` gives where there is none."""
    if not path.exists():
        print(f"fitting {path}, once: some minutes …")
        fit(targets(), order=order, vocabulary=vocabulary).save(path)
    return NGram.load(path)
