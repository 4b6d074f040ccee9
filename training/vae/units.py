"""Teaches the autoencoder of units: the first of its two stages."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from domain.genres import Genre
from domain.score import Metre
from models.vae.unit_vae import Config, UnitBatch, UnitVAE, decode
from models.vae.units import UNIT_BARS, Units
from training.fitting import Fitting, Schedule
from training.vae.data import MELODIC, Draws, LanedWork, Table, as_batch, tables, take
from training.vae.reconstruction import Reconstruction, compare, total

CONFIG = Config()
SCHEDULE = Schedule(epochs=6, learning_rate=4e-3, weight_decay=0.01, average_decay=0.995)
UPDATES = 1000
"""Batches that make an epoch."""

BATCH = 96


@dataclass(frozen=True, slots=True)
class Terms:
    """What the loss weighs.

    Divergence below `free_bits` costs nothing; the weight of what is beyond grows to `beta` over
    `warmup_updates`. The decoder is not told a share of its own tokens, `word_dropout`.
    """

    free_bits: float = 48.0
    beta: float = 0.05
    warmup_updates: int = 2000
    word_dropout: float = 0.3


TERMS = Terms()


class History:
    """Terms of the loss, gathered from update to update, and a line a time they are written with figures."""

    def __init__(self, path: Path, stage: str) -> None:
        self.path, self.stage = path, stage
        self._told: list[dict[str, float]] = []

    def tell(self, **terms: float) -> None:
        """Gather an update's terms, in nats."""
        self._told.append(terms)

    def write(self, update: int, figures: Mapping[str, float]) -> None:
        """Append a line: the means of the terms gathered since the last one, and these figures."""
        names = self._told[0] if self._told else ()
        means = {name: float(np.mean([terms[name] for terms in self._told])) for name in names}
        self._told = []
        line = {name: round(value, 4) for name, value in {**means, **figures}.items()}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as history:
            history.write(json.dumps({"stage": self.stage, "update": update, **line}) + "\n")


class UnitLoss:
    """Nats a token slot, plus the weighted divergence beyond the free bits."""

    def __init__(self, terms: Terms, history: History) -> None:
        self.terms, self.history = terms, history
        self.update = 0

    def __call__(self, module: nn.Module, batch: UnitBatch) -> Tensor:
        cost, posterior = module(batch, self.terms.word_dropout)
        divergence = posterior.kl().sum(1)
        free = self.terms.free_bits * float(np.log(2))
        beta = self.terms.beta * min(1.0, (self.update + 1) / max(1, self.terms.warmup_updates))
        self.update += 1
        self.history.tell(reconstruction=cost.mean().item(), divergence=divergence.mean().item())
        slots = batch.tokens.shape[1] * batch.tokens.shape[2]
        return (cost + beta * (divergence - free).clamp_min(0)).mean() / slots


def held_out(works: Sequence[LanedWork], split: str, *, most: int, seed: int = 0) -> dict[Genre, list[Units]]:
    """Units to measure with, at most so many of a genre: every second bar's, without silent ones."""
    random = np.random.default_rng(seed)
    genres = list(Genre)
    found: dict[Genre, list[Units]] = {}
    chosen = tables(works, split)
    for genre in genres:
        rows = {metre: _even_rows(table, genres.index(genre)) for metre, table in chosen.items()}
        drawn = draw_rows(rows, random, most=most)
        units = [take(chosen[metre], some, 1) for metre, some in drawn.items()]
        if units:
            found[genre] = units
    return found


def draw_rows(
    rows: Mapping[Metre, np.ndarray], random: np.random.Generator, *, most: int
) -> dict[Metre, np.ndarray]:
    """At most so many of the rows of all metres together."""
    everything = [(metre, row) for metre, some in rows.items() for row in some.tolist()]
    drawn: dict[Metre, list[int]] = {}
    for index in random.permutation(len(everything))[:most].tolist():
        metre, row = everything[index]
        drawn.setdefault(metre, []).append(row)
    return {metre: np.asarray(some) for metre, some in drawn.items()}


def _even_rows(table: Table, genre: int) -> np.ndarray:
    """The rows of whole units that follow each other, of one genre."""
    first = np.r_[True, table.rest[1:] > table.rest[:-1]]
    start = np.maximum.accumulate(np.where(first, np.arange(len(first)), 0))
    is_even = (np.arange(len(first)) - start) % UNIT_BARS == 0
    return np.flatnonzero(is_even & (table.rest >= UNIT_BARS) & (table.genre == genre))


@torch.no_grad()
def reconstruct(network: UnitVAE, units: Units) -> tuple[Units, Tensor, Tensor]:
    """The units decoded greedily from the means of their posteriors, those means and their divergence."""
    batch = as_batch(units)
    posterior = network.encoder(batch)
    tokens, tied = decode(network.decoder, posterior.mean, batch.places, batch.grid)
    written = Units(units.metre, tokens.numpy().astype(np.int8), tied.numpy())
    return written, posterior.mean, posterior.kl()


def measure(network: UnitVAE, units: Mapping[Genre, Sequence[Units]]) -> dict[Genre, Reconstruction]:
    """Free-running reconstruction of each genre."""
    return {
        genre: total(compare(each, reconstruct(network, each)[0]) for each in some)
        for genre, some in units.items()
    }


def melody_and_trio(found: Mapping[Genre, Reconstruction]) -> tuple[Reconstruction, Reconstruction]:
    """All tunes alone, and all music in several lanes."""
    melody = total(part for genre, part in found.items() if genre in MELODIC)
    return melody, total(part for genre, part in found.items() if genre not in MELODIC)


def train(
    works: Sequence[LanedWork],
    *,
    folder: Path,
    schedule: Schedule = SCHEDULE,
    terms: Terms = TERMS,
    config: Config = CONFIG,
    device: torch.device,
    updates: int = UPDATES,
) -> Path:
    """Train on the works marked train; where the best weights lie. They say units best."""
    torch.manual_seed(0)
    network = UnitVAE(config)
    draws = Draws(tables(works, "train"), rows=BATCH, updates=updates)
    valid = held_out(works, "valid", most=60)
    history = History(folder.parent / "history.jsonl", "units")
    loss = UnitLoss(terms, history)

    def validate(module: nn.Module) -> float:
        if not isinstance(module, UnitVAE):
            raise TypeError("not a network of units")
        melody, trio = melody_and_trio(measure(module, valid))
        figures = {"melody f1": melody.f1, "trio f1": trio.f1}
        steps = {"melody steps": melody.step_accuracy, "trio steps": trio.step_accuracy}
        history.write(loss.update, figures | steps)
        return 1 - (melody.f1 + 2 * trio.f1) / 3

    fitting = Fitting(
        network,
        schedule,
        folder=folder,
        device=device,
        batches=draws.batches,
        loss=loss,
        validate=validate,
        updates_per_epoch=updates,
    )
    loss.update = fitting.standing.update
    fitting.run()
    return fitting.best
