"""Teaches the recurrent composer: works become batches of moments, batches become weights."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from domain.genres import Genre
from models.devices import choose_device
from models.rnn.network import Config, Moments, TwoStageRNN
from models.tokens import (
    CONDITIONS,
    LOOKBACK_BARS,
    LOWEST_PITCH,
    PAD,
    PITCHES,
    VOCABULARY,
    TokenSequence,
    encode,
    lookback_ticks,
    read_moment,
)
from training.corpora.works import Work
from training.fitting import Fitting, Schedule, half_precision

CONFIG = Config(
    vocabulary=VOCABULARY,
    conditions=CONDITIONS,
    lookbacks=len(LOOKBACK_BARS),
    pitches=PITCHES,
    embedding=192,
    feature_hidden=384,
    feature_layers=2,
    output_hidden=256,
    dropout=0.2,
)
SCHEDULE = Schedule(epochs=12, learning_rate=2.5e-3, weight_decay=0.02, average_decay=0.995)
WINDOW = 160
BATCH = 16
TAUGHT = frozenset(Genre) - {Genre.SONG}
"""The genres learnt from. Songs, half of all the music prepared, would double the time for one genre."""

GENRE_BALANCE = 0.5
"""How far small genres are heard more often: 0 as they come, 1 all alike."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An encoded work as arrays over its T moments.

    tokens (T, K), conditions (T, C), sounding (T, P) and `back` (T, L), the index of the moment each
    look back lands on, or -1.
    """

    genre: Genre
    tokens: NDArray[np.int16]
    conditions: NDArray[np.int16]
    sounding: NDArray[np.bool_]
    back: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.tokens)


def taught(works: Iterable[Work]) -> list[Work]:
    """The works of the genres that this model learns."""
    return [work for work in works if work.genre in TAUGHT]


def encode_works(works: Sequence[Work], split: str) -> list[TokenSequence]:
    """The token sequences of one split; works that the tokens can't say are left out."""
    sequences: list[TokenSequence] = []
    for work in works:
        if work.split == split:
            try:
                sequences.append(encode(work.score, work.genre))
            except ValueError:
                continue
    return sequences


def as_piece(sequence: TokenSequence) -> Piece:
    """Lay a token sequence out as arrays."""
    steps = len(sequence.moments)
    ticks = np.asarray(sequence.ticks)
    tokens = np.full((steps, max(map(len, sequence.moments))), PAD, dtype=np.int16)
    sounding = np.zeros((steps, PITCHES), dtype=np.bool_)
    for index, moment in enumerate(sequence.moments):
        tokens[index, : len(moment)] = moment
        for _, pitch, duration in read_moment(moment):
            end = ticks[index] + duration
            sounding[index + 1 : np.searchsorted(ticks, end), pitch - LOWEST_PITCH] = True
    at = {tick: index for index, tick in enumerate(sequence.ticks)}
    metre = sequence.plan.metre
    back = [[at.get(tick, -1) for tick in lookback_ticks(tick, metre)] for tick in sequence.ticks]
    return Piece(
        genre=sequence.plan.genre,
        tokens=tokens,
        conditions=sequence.plan.conditions(sequence.ticks).astype(np.int16),
        sounding=sounding,
        back=np.asarray(back, dtype=np.int32),
    )


def collate(windows: Sequence[tuple[Piece, int, int]]) -> Moments:
    """Batch windows (piece, start, end); a look back past a window's start finds nothing."""
    steps = max(end - start for _, start, end in windows)
    width = max(int((piece.tokens[start:end] != PAD).sum(1).max()) for piece, start, end in windows)
    tokens = np.full((len(windows), steps, width), PAD, dtype=np.int64)
    conditions = np.zeros((len(windows), steps, len(CONDITIONS)), dtype=np.int64)
    sounding = np.zeros((len(windows), steps, PITCHES), dtype=np.float32)
    back = np.full((len(windows), steps, len(LOOKBACK_BARS)), -1, dtype=np.int64)
    for row, (piece, start, end) in enumerate(windows):
        kept = min(width, piece.tokens.shape[1])
        tokens[row, : end - start, :kept] = piece.tokens[start:end, :kept]
        conditions[row, : end - start] = piece.conditions[start:end]
        sounding[row, : end - start] = piece.sounding[start:end]
        back[row, : end - start] = np.maximum(piece.back[start:end] - start, -1)
    return Moments(*map(torch.from_numpy, (tokens, conditions, back, sounding)))


class Epochs:
    """Cuts pieces into windows and batches them; what epoch n holds is decided by n alone."""

    def __init__(self, pieces: Sequence[Piece], *, window: int = WINDOW, batch: int = BATCH) -> None:
        self.pieces = pieces
        self.window, self.batch = window, batch
        moments = Counter[Genre]()
        for piece in pieces:
            moments[piece.genre] += len(piece)
        mean = sum(moments.values()) / len(moments)
        self.repeats = {genre: (mean / count) ** GENRE_BALANCE for genre, count in moments.items()}

    def windows(self, epoch: int) -> list[tuple[Piece, int, int]]:
        random = np.random.default_rng([epoch, 1])
        cut: list[tuple[Piece, int, int]] = []
        for piece in self.pieces:
            times = self.repeats[piece.genre]
            for _ in range(int(times) + (random.random() < times % 1)):
                first = len(piece)
                if first > self.window:
                    first = int(random.integers(self.window // 2, self.window + 1))
                edges = [0, *range(first, len(piece), self.window), len(piece)]
                cut += [(piece, a, b) for a, b in pairwise(edges) if b - a >= 8]
        random.shuffle(cut)  # type: ignore[arg-type]
        return cut

    def batches(self, epoch: int) -> Iterator[Moments]:
        random = np.random.default_rng([epoch, 2])
        # Windows of like size share a batch, so that little of it is padding.
        windows = sorted(self.windows(epoch), key=lambda w: (w[0].tokens.shape[1] // 4, w[2] - w[1]))
        groups = [windows[i : i + self.batch] for i in range(0, len(windows), self.batch)]
        for index in random.permutation(len(groups)):
            yield collate(groups[index])


def _loss(module: nn.Module, batch: Moments) -> Tensor:
    logits, targets = module(batch)
    return nn.functional.cross_entropy(logits.float(), targets)


@torch.no_grad()
def total_nll(module: nn.Module, pieces: Sequence[Piece], device: torch.device) -> list[float]:
    """NLL of each whole piece, in nats."""
    totals: list[float] = []
    for piece in pieces:
        batch = collate([(piece, 0, len(piece))]).to(device)
        with half_precision(device):
            logits, targets = module(batch)
        totals.append(nn.functional.cross_entropy(logits.float(), targets, reduction="sum").item())
    return totals


def train(
    works: Sequence[Work],
    *,
    folder: Path,
    schedule: Schedule = SCHEDULE,
    start_from: Path | None = None,
    device_name: str | None = None,
) -> Path:
    """Train on the works marked train, of the genres taught; where the best weights lie.

    A new run may start from earlier weights (a safetensors file) instead of from nothing.
    """
    device = choose_device(device_name)
    works = taught(works)
    pieces = [as_piece(sequence) for sequence in encode_works(works, "train")]
    valid = [as_piece(sequence) for sequence in encode_works(works, "valid")]
    tokens = sum(int((piece.tokens != PAD).sum()) for piece in valid)
    print(
        f"{len(pieces)} pieces to learn from, {sum(map(len, pieces))} moments; {len(valid)} to validate with"
    )
    torch.manual_seed(0)
    epochs = Epochs(pieces)
    network = TwoStageRNN(CONFIG)
    if start_from is not None:
        network.load_state_dict(load_file(start_from))
    fitting = Fitting(
        network,
        schedule,
        folder=folder,
        device=device,
        batches=lambda epoch: (batch.to(device) for batch in epochs.batches(epoch)),
        loss=_loss,
        validate=lambda module: sum(total_nll(module, valid, device)) / tokens,
        updates_per_epoch=len(epochs.windows(0)) // BATCH,
    )
    fitting.run()
    return fitting.best
