"""Teaches the writers: encoded stanzas become batches of like length, batches become weights."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from models.lyrics import seq2seq, transformer
from models.lyrics.files import AnyConfig, AnyWriter, build
from models.lyrics.networks import Sources
from models.lyrics.vocabulary import PAD
from training.fitting import Fitting, Schedule, half_precision
from training.lyrics.examples import Examples

BATCH_TOKENS = 2_000
"""Target tokens of a batch, padding included."""

EPOCH_TOKENS = 300_000
"""Target tokens of an epoch of `Fitting`: two minutes of a free core, so that a checkpoint is never old."""

POOL = 4_096
"""Stanzas among which those of like length are put together."""

CONFIG_FILE = "config.json"

Draw = Callable[[int], Examples]
"""The examples of pass n, decided by n alone. Stanzas are drawn by their weight, so all count alike."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network of one language is taught. `own` is the share of tokens that are the network's own draws
    at the end, growing from none (scheduled sampling; 0: teacher forcing). The best weights are found among
    those of every `evaluate_every`th epoch and the last.
    """

    config: AnyConfig
    epochs: int
    learning_rate: float = 2e-3
    warmup_updates: int = 400
    smoothing: float = 0.0
    own: float = 0.0
    evaluate_every: int = 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Sources of B stanzas and their target (B, T)."""

    sources: Sources
    target: Tensor

    def to(self, device: torch.device) -> "Batch":
        return Batch(self.sources.to(device), self.target.to(device))


def grouped(
    target_lengths: NDArray[np.int64],
    source_lengths: NDArray[np.int64],
    *,
    tokens: int,
    random: np.random.Generator,
) -> list[NDArray[np.int64]]:
    """Indices of stanzas, batch by batch: those of a batch of like length, batches in any order.

    A batch holds up to `tokens` target tokens, padding included.
    """
    groups: list[NDArray[np.int64]] = []
    shuffled = random.permutation(len(target_lengths))
    for start in range(0, len(shuffled), POOL):
        pool = shuffled[start : start + POOL]
        pool = pool[np.lexsort((source_lengths[pool], target_lengths[pool]))]
        edges = [0]
        for at, length in enumerate(target_lengths[pool]):
            if (at + 1 - edges[-1]) * length > tokens and at > edges[-1]:
                edges.append(at)
        groups += [pool[a:b] for a, b in pairwise([*edges, len(pool)])]
    return [groups[index] for index in random.permutation(len(groups))]


def collate(examples: Examples, rows: NDArray[np.int64]) -> Batch:
    """The stanzas `rows` (B,) side by side."""
    tokens = _padded(examples.source, examples.source_ends, rows)
    copyable = _padded(examples.copyable.astype(np.int64), examples.source_ends, rows).bool()
    target = _padded(examples.target, examples.target_ends, rows)
    return Batch(Sources(tokens, copyable), target)


def _padded(flat: NDArray[np.generic], ends: NDArray[np.int64], rows: NDArray[np.int64]) -> Tensor:
    starts = np.where(rows > 0, ends[rows - 1], 0)
    lengths = ends[rows] - starts
    columns = np.arange(lengths.max())
    there = columns < lengths[:, None]
    laid = np.full(there.shape, PAD, dtype=np.int64)
    laid[there] = flat[(starts[:, None] + columns)[there]]
    return torch.from_numpy(laid)


class Epochs:
    """Cuts passes over the corpus into epochs of about `epoch_tokens`; epoch n is decided by n alone."""

    def __init__(self, draw: Draw, *, epoch_tokens: int = EPOCH_TOKENS, tokens: int = BATCH_TOKENS) -> None:
        self._pass = lru_cache(maxsize=1)(self._draw_pass)
        self.draw, self.tokens = draw, tokens
        examples, groups = self._pass(0)
        self.parts = max(1, round(len(examples.target) / epoch_tokens))
        self.batches_per_epoch = len(groups) // self.parts

    def batches(self, epoch: int) -> Iterator[Batch]:
        number, part = divmod(epoch, self.parts)
        examples, groups = self._pass(number)
        for rows in groups[part :: self.parts]:
            yield collate(examples, rows)

    def _draw_pass(self, number: int) -> tuple[Examples, list[NDArray[np.int64]]]:
        examples = self.draw(number)
        random = np.random.default_rng([number, 3])
        lengths = examples.target_lengths, examples.source_lengths
        return examples, grouped(*lengths, tokens=self.tokens, random=random)


def mean_nats(module: nn.Module, batch: Batch, *, smoothing: float = 0.0, own: float = 0.0) -> Tensor:
    """The loss: nats a token."""
    nats = module(batch.sources, batch.target, smoothing=smoothing, own=own)
    return nats.sum() / (batch.target != PAD).sum()


@torch.no_grad()
def total_nats(module: nn.Module, examples: Examples, device: torch.device) -> NDArray[np.float64]:
    """(N,) nats of each stanza's target. `module` is in evaluation mode."""
    random = np.random.default_rng(0)
    lengths = examples.target_lengths, examples.source_lengths
    totals = np.zeros(len(examples))
    for rows in grouped(*lengths, tokens=BATCH_TOKENS, random=random):
        batch = collate(examples, rows).to(device)
        with half_precision(device):
            totals[rows] = module(batch.sources, batch.target).double().sum(1).cpu().numpy()
    return totals


def train(
    epochs: Epochs,
    valid: Examples,
    recipe: Recipe,
    *,
    folder: Path,
    device: torch.device,
    start_from: Path | None = None,
) -> float:
    """Teach a network, going on from the checkpoint in `folder`; its best validation figure, in nats a token.

    Raises ValueError where the run in `folder` is of other sizes.
    """
    torch.manual_seed(0)
    tell_config(folder, recipe.config)
    network = build(recipe.config)
    if start_from is not None:
        network.load_state_dict(load_file(start_from))

    def loss(module: nn.Module, batch: Batch) -> Tensor:
        share = recipe.own * min(1.0, fitting.standing.update / fitting.total_updates)
        return mean_nats(module, batch, smoothing=recipe.smoothing, own=share)

    def validate(module: nn.Module) -> float:
        return float(total_nats(module, valid, device).sum() / len(valid.target))

    fitting = Fitting(
        network,
        Schedule(
            epochs=recipe.epochs,
            learning_rate=recipe.learning_rate,
            warmup_updates=recipe.warmup_updates,
            weight_decay=0.01,
            average_decay=0.999,
            evaluate_every=recipe.evaluate_every,
        ),
        folder=folder,
        device=device,
        batches=lambda epoch: (batch.to(device) for batch in epochs.batches(epoch)),
        loss=loss,
        validate=validate,
        updates_per_epoch=epochs.batches_per_epoch,
    )
    return fitting.run()


_KINDS: dict[str, type[AnyConfig]] = {"seq2seq": seq2seq.Config, "transformer": transformer.Config}


def tell_config(folder: Path, config: AnyConfig) -> None:
    """Note a run's sizes in its folder. Raises ValueError where others are noted already."""
    path = folder / CONFIG_FILE
    if path.exists() and run_config(folder) != config:
        raise ValueError(f"{folder} holds a run of other sizes: {path.read_text(encoding='utf-8')}")
    folder.mkdir(parents=True, exist_ok=True)
    kind = next(name for name, known in _KINDS.items() if isinstance(config, known))
    path.write_text(json.dumps({"network": kind, **asdict(config)}), encoding="utf-8")


def run_config(folder: Path) -> AnyConfig:
    """The sizes of the run in `folder`. Raises FileNotFoundError where there is none."""
    plain = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    return _KINDS[plain.pop("network")](**plain)


def finished(folder: Path) -> AnyWriter:
    """The best network of the run in `folder`, in evaluation mode.

    Raises FileNotFoundError where there is none.
    """
    network = build(run_config(folder))
    best = folder / "best.safetensors"
    if not best.exists():
        raise FileNotFoundError(2, "no weights", str(best))
    network.load_state_dict(load_file(best))
    return network.eval()
