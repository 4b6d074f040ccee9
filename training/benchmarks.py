"""The public piano-roll benchmarks (Boulanger-Lewandowski et al. 2012): how good is the architecture?

Trains the same two-stage RNN as the composer's, from nothing but a table's own train split, and
prints the test NLL in nats a time step. The data's licence allows measuring, not shipping weights.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import scipy.io
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from models.checkpoints import sha256_of
from models.devices import choose_device
from models.rnn.network import Config, Moments, TwoStageRNN
from training.corpora.archives import ArchiveError
from training.fitting import Fitting, Schedule, half_precision

PITCHES = 88
STEP_END = 1
FIRST_NOTE = 2
PHASES = 16
SPLITS = {"train": "traindata", "valid": "validdata", "test": "testdata"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One table: its file, the network and schedule, and how far back a moment is shown, in steps."""

    file: str
    sha256: str
    bar: float
    config: Config
    schedule: Schedule
    lookbacks: tuple[int, ...]
    batch: int
    window: int
    semitones: int
    """How far pieces are transposed, up or down, while learning."""


def _config(lookbacks: tuple[int, ...], **sizes: float) -> Config:
    return Config(
        vocabulary=FIRST_NOTE + PITCHES,
        conditions=(PHASES,),
        lookbacks=len(lookbacks),
        **sizes,  # type: ignore[arg-type]
    )


_JSB_LOOKBACKS = (2, 3, 4, 8, 16)
_NOTTINGHAM_LOOKBACKS = (2, 4, 8, 16, 32, 48, 64, 128)

BENCHMARKS = {
    "jsb": Benchmark(
        file="JSB_Chorales.mat",
        sha256="ac0e608527cc411c7e21ef7d38be47f0de7fb6b13b3ae168b8eccf1c2a9b18d4",
        bar=4.6,
        config=_config(_JSB_LOOKBACKS, embedding=192, feature_hidden=448, output_hidden=320, dropout=0.45),
        schedule=Schedule(epochs=220, learning_rate=2e-3, weight_decay=0.05, evaluate_every=5),
        lookbacks=_JSB_LOOKBACKS,
        batch=16,
        window=160,
        semitones=6,
    ),
    "nottingham": Benchmark(
        file="Nottingham.mat",
        sha256="d154f7ca2e90799dc1dc011d8fc048f2fc6ef3f7c69d974b9cf27a471634fbea",
        bar=2.31,
        config=_config(
            _NOTTINGHAM_LOOKBACKS, embedding=192, feature_hidden=320, output_hidden=256, dropout=0.2
        ),
        schedule=Schedule(epochs=24, learning_rate=2.5e-3, weight_decay=0.02, average_decay=0.995),
        lookbacks=_NOTTINGHAM_LOOKBACKS,
        batch=8,
        window=256,
        # Folk tunes keep to few keys; those a tone away are the ones that occur.
        semitones=2,
    ),
}

Roll = np.ndarray
"""A piece: (steps, 88) of 0 and 1."""


def read_rolls(path: Path, split: str) -> list[Roll]:
    """The pieces of one split of a benchmark file."""
    return [np.asarray(roll, dtype=np.int64) for roll in scipy.io.loadmat(path)[SPLITS[split]][0]]


def roll_tokens(roll: Roll, width: int) -> np.ndarray:
    """(steps, 88) to (steps, width) token ids: each step's notes from high to low, then STEP_END."""
    tokens = np.zeros((len(roll), width), dtype=np.int64)
    steps, columns = np.nonzero(roll[:, ::-1])
    counts = roll.sum(1)
    slots = np.arange(len(steps)) - np.repeat(np.cumsum(counts) - counts, counts)
    tokens[steps, slots] = FIRST_NOTE + columns
    tokens[np.arange(len(roll)), counts] = STEP_END
    return tokens


def transpose(roll: Roll, semitones: int) -> Roll:
    """The roll shifted in pitch, or unchanged where a note would leave the keyboard."""
    shifted = np.roll(roll, semitones, axis=1)
    lost = shifted[:, :semitones] if semitones > 0 else shifted[:, PITCHES + semitones :]
    return roll if semitones and lost.any() else shifted


def collate(rolls: list[tuple[Roll, int]], lookbacks: tuple[int, ...]) -> Moments:
    """Batch windows of rolls, each with the step at which it starts in its piece."""
    steps = max(len(roll) for roll, _ in rolls)
    width = max(int(roll.sum(1).max()) for roll, _ in rolls) + 1
    tokens = np.zeros((len(rolls), steps, width), dtype=np.int64)
    conditions = np.zeros((len(rolls), steps, 1), dtype=np.int64)
    for row, (roll, start) in enumerate(rolls):
        tokens[row, : len(roll)] = roll_tokens(roll, width)
        conditions[row, :, 0] = (start + np.arange(steps)) % PHASES
    back = np.arange(steps)[:, None] - np.asarray(lookbacks)
    back = np.broadcast_to(np.where(back >= 0, back, -1), (len(rolls), *back.shape))
    return Moments(
        torch.from_numpy(tokens),
        torch.from_numpy(conditions),
        torch.from_numpy(np.ascontiguousarray(back)),
        torch.zeros(len(rolls), steps, 0),
    )


def training_batches(rolls: list[Roll], benchmark: Benchmark, epoch: int) -> Iterator[Moments]:
    """An epoch: every piece cut at a new place into windows, each transposed by chance."""
    reach = benchmark.semitones
    random = np.random.default_rng([epoch, len(rolls)])
    windows: list[tuple[Roll, int]] = []
    for roll in rolls:
        first = int(random.integers(1, benchmark.window + 1)) if len(roll) > benchmark.window else len(roll)
        edges = [0, *range(first, len(roll), benchmark.window), len(roll)]
        for start, end in pairwise(edges):
            if end - start > 1:
                windows.append((transpose(roll[start:end], int(random.integers(-reach, reach + 1))), start))
    # Windows of like length share a batch; the order of batches is random.
    windows.sort(key=lambda window: len(window[0]) + random.uniform(0, 16))
    batches = [windows[i : i + benchmark.batch] for i in range(0, len(windows), benchmark.batch)]
    for index in random.permutation(len(batches)):
        yield collate(batches[index], benchmark.lookbacks)


def _loss(module: nn.Module, batch: Moments) -> Tensor:
    logits, targets = module(batch)
    steps = (batch.tokens[..., 0] != 0).sum()
    return nn.functional.cross_entropy(logits.float(), targets, reduction="sum") / steps


@torch.no_grad()
def nll_per_step(
    module: nn.Module, rolls: list[Roll], benchmark: Benchmark, device: torch.device, *, semitones: int = 0
) -> float:
    """Mean NLL in nats a step over whole pieces, every step of every piece counted."""
    total, steps = 0.0, 0
    ordered = sorted(rolls, key=len)
    for start in range(0, len(ordered), 16):
        group = [(transpose(roll, semitones), 0) for roll in ordered[start : start + 16]]
        batch = collate(group, benchmark.lookbacks).to(device)
        with half_precision(device):
            logits, targets = module(batch)
        total += nn.functional.cross_entropy(logits.float(), targets, reduction="sum").item()
        steps += sum(len(roll) for roll, _ in group)
    return total / steps


def run_benchmark(name: str, *, data: Path, runs: Path, device_name: str | None = None) -> float:
    """Train (or resume, or only load a finished run) and return the test NLL in nats a step.

    Raises FileNotFoundError without the benchmark's file, ArchiveError when it is another one.
    """
    benchmark = BENCHMARKS[name]
    path = data / "benchmark" / benchmark.file
    if sha256_of(path) != benchmark.sha256:
        raise ArchiveError(f"{path} is not the file the published figures were measured on (sha256 differs)")
    device = choose_device(device_name)
    train, valid, test = (read_rolls(path, split) for split in SPLITS)
    torch.manual_seed(0)
    module = TwoStageRNN(benchmark.config)
    fitting = Fitting(
        module,
        benchmark.schedule,
        folder=runs / f"benchmark-{name}",
        device=device,
        batches=lambda epoch: (b.to(device) for b in training_batches(train, benchmark, epoch)),
        loss=_loss,
        validate=lambda m: nll_per_step(m, valid, benchmark, device),
        updates_per_epoch=sum(1 for _ in training_batches(train, benchmark, 0)),
    )
    fitting.run()
    module.load_state_dict(load_file(fitting.best, device=str(device)))
    module.eval()
    return nll_per_step(module, test, benchmark, device)


def print_benchmark(name: str, *, data: Path, runs: Path, device_name: str | None = None) -> None:
    """Run a benchmark and print its figure beside the bar."""
    benchmark = BENCHMARKS[name]
    nll = run_benchmark(name, data=data, runs=runs, device_name=device_name)
    verdict = "met" if nll <= benchmark.bar else "missed"
    print(f"{name}: test NLL {nll:.3f} nats a step, joint head (bar: {benchmark.bar} or less: {verdict})")
