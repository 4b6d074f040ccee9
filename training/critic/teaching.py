"""Teaches the judge: passages become batches, batches become weights, and weights are calibrated."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from torch import Tensor, nn

from domain.genres import Genre
from models.critic.network import UNKNOWN_GENRE, Calibration, Config, Critic, Passages, collate
from models.devices import choose_device
from training.critic.passages import Example, Examples, Material
from training.fitting import Fitting, Schedule

CONFIG = Config(form_width=16)
SCHEDULE = Schedule(epochs=14, learning_rate=2e-3, weight_decay=0.05, average_decay=0.995)
BATCH = 32
ROUNDS = 1600
"""Human passages heard in an epoch, each with those held against it."""

GENRE_BALANCE = 0.5
UNTOLD = 0.3
"""How often a passage's genre is kept from the network."""
PLACING = 0.3
"""Weight of naming the spoilt bars, beside telling people's passages."""

CHOOSING = 400
"""Rounds of passages by which weights are chosen."""

TRUST = 0.8
"""How far another judge is believed, where one was asked, beside where a passage is from."""

_POOL = 512


class Drawer(Protocol):
    """Draws a passage of people's, and others of its genre."""

    def draw(self, random: np.random.Generator) -> Iterator[Example]: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Passages, and what should be said of them.

    human, weights (P,); altered, altered_weights (P, B), zero weight where no bar is to be blamed or cleared.
    """

    passages: Passages
    human: Tensor
    weights: Tensor
    altered: Tensor
    altered_weights: Tensor

    def to(self, device: torch.device) -> "Batch":
        passages = Passages(*(getattr(self.passages, field.name).to(device) for field in fields(Passages)))
        rest = (self.human, self.weights, self.altered, self.altered_weights)
        return Batch(passages, *(tensor.to(device) for tensor in rest))


def as_batch(examples: Sequence[Example], genres: Sequence[int]) -> Batch:
    passages = collate([example.passage for example in examples], genres)
    altered = np.zeros(passages.bar_mask.shape, dtype=np.float32)
    weights = np.zeros_like(altered)
    for row, example in enumerate(examples):
        if example.altered is not None:
            altered[row, : len(example.altered)] = example.altered
            weights[row, : len(example.altered)] = 1
    return Batch(
        passages,
        torch.tensor([_wanted(example) for example in examples]),
        torch.tensor([example.weight for example in examples]),
        torch.from_numpy(altered),
        torch.from_numpy(weights),
    )


def _wanted(example: Example) -> float:
    """What should be said of a passage, 0 to 1."""
    known = float(example.is_human)
    return known if example.believed is None else (1 - TRUST) * known + TRUST * example.believed


def epoch_batches(examples: Drawer, epoch: int, *, rounds: int = ROUNDS) -> Iterator[Batch]:
    """An epoch's batches, decided by its number alone; passages of like length share one."""
    random = np.random.default_rng([epoch, 7])
    pool: list[Example] = []
    for turn in range(rounds):
        pool += examples.draw(random)
        if len(pool) >= _POOL or turn == rounds - 1:
            pool.sort(key=lambda example: len(example.passage.moment_bars))
            groups = [pool[start : start + BATCH] for start in range(0, len(pool), BATCH)]
            for index in random.permutation(len(groups)):
                untold = random.random(len(groups[index])) < UNTOLD
                yield as_batch(groups[index], _genres(groups[index], untold))
            pool = []


def _genres(examples: Sequence[Example], untold: NDArray[np.bool_]) -> list[int]:
    known = list(Genre)
    return [
        UNKNOWN_GENRE if hidden else known.index(example.genre)
        for example, hidden in zip(examples, untold, strict=True)
    ]


def loss(module: nn.Module, batch: Batch) -> Tensor:
    logits, altered = module(batch.passages)
    each = nn.functional.binary_cross_entropy_with_logits(logits.float(), batch.human, reduction="none")
    judged = (each * batch.weights).sum() / batch.weights.sum()
    placed = nn.functional.binary_cross_entropy_with_logits(
        altered.float(), batch.altered, weight=batch.altered_weights, reduction="sum"
    )
    return judged + PLACING * placed / batch.altered_weights.sum().clamp(min=1)


@torch.inference_mode()
def judge_examples(module: Critic, examples: Sequence[Example], *, told: bool = True) -> NDArray[np.float64]:
    """(N,): the network's logits."""
    device = next(module.parameters()).device
    order = sorted(range(len(examples)), key=lambda index: len(examples[index].passage.moment_bars))
    logits = np.empty(len(examples))
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        chosen = [examples[row] for row in rows]
        batch = as_batch(chosen, _genres(chosen, np.full(len(chosen), not told))).to(device)
        logits[rows] = module(batch.passages)[0].double().cpu().numpy()
    return logits


def auc(humans: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """How often a human passage is put above another: the area under the ROC curve; ties count half."""
    order = np.sort(others)
    below = np.searchsorted(order, humans, side="left") + np.searchsorted(order, humans, side="right")
    return float(below.sum() / (2 * len(humans) * len(others)))


def mean_loss(module: Critic, examples: Sequence[Example]) -> float:
    """Nats a passage at telling people's from others', half of the weight on either side."""
    logits = judge_examples(module, examples)
    signs = np.asarray([1 if example.is_human else -1 for example in examples])
    weights = np.asarray([example.weight for example in examples])
    return mean_nats(signs * logits, weights)


def mean_nats(margins: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """The logistic loss of passages whose logits are so far on the right side, (N,)."""
    return float(np.average(np.logaddexp(0, -margins), weights=weights))


def genre_shares(material: Material) -> dict[Genre, float]:
    """How often each genre is heard: small ones more often than they come, large ones less."""
    return {genre: len(scores) ** GENRE_BALANCE for genre, scores in material.human.items()}


def draw_rounds(material: Material, rounds: int, seed: int) -> list[Example]:
    """The examples of so many rounds, genres as often as in learning."""
    random = np.random.default_rng([seed, 11])
    examples = Examples(material, genre_shares(material))
    return [example for _ in range(rounds) for example in examples.draw(random)]


def train(
    roles: Mapping[str, Material],
    *,
    folder: Path,
    schedule: Schedule = SCHEDULE,
    config: Config = CONFIG,
    rounds: int = ROUNDS,
    choosing: int = CHOOSING,
    device_name: str | None = None,
) -> Path:
    """Train on the material for learning; where the weights lie that do best on that for choosing."""
    device = choose_device(device_name)
    learn = roles["learn"]
    chosen = draw_rounds(roles["choose"], choosing, seed=1)
    print(_told_of(learn, chosen))
    torch.manual_seed(0)
    examples = Examples(learn, genre_shares(learn))
    each = sum(1 for _ in range(50) for _ in examples.draw(np.random.default_rng(0))) / 50
    fitting = Fitting(
        Critic(config),
        schedule,
        folder=folder,
        device=device,
        batches=lambda epoch: (batch.to(device) for batch in epoch_batches(examples, epoch, rounds=rounds)),
        loss=loss,
        validate=lambda module: mean_loss(cast(Critic, module), chosen),
        updates_per_epoch=int(rounds * each) // BATCH,
    )
    fitting.run()
    return fitting.best


def _told_of(learn: Material, chosen: Sequence[Example]) -> str:
    human = sum(map(len, learn.human.values()))
    written = {name: sum(map(len, pieces.values())) for name, pieces in learn.sources.items()}
    origins = Counter("human" if example.is_human else "others" for example in chosen)
    return f"{human} works and {written} pieces to learn from; {dict(origins)} passages to choose weights by"


def calibrate(logits: NDArray[np.float64], examples: Sequence[Example]) -> Calibration:
    """The scale and shift that make the logits of unheard examples probabilities (Platt 1999)."""
    signs = np.asarray([1.0 if example.is_human else -1.0 for example in examples])
    weights = np.asarray([example.weight for example in examples])
    inputs = np.stack([logits, np.ones_like(logits)], axis=1)

    def log_loss(found: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (inputs @ found)
        slope = -(inputs.T @ (weights * signs * expit(-margins))) / weights.sum()
        return mean_nats(margins, weights), slope

    scale, shift = minimize(log_loss, np.zeros(2), jac=True, method="BFGS").x
    return Calibration(float(scale), float(shift))
