"""Teaches both levels together: the second stage, which begins with what the first has learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from domain.genres import Genre
from models.vae.phrases import VAE, PhraseConfig
from models.vae.unit_vae import UnitBatch, decode
from models.vae.units import UNIT_BARS, Units
from training.fitting import Fitting, Schedule
from training.vae.data import PHRASE_UNITS, Draws, LanedWork, as_batch, tables, take
from training.vae.pictures import draw_curves, draw_reconstruction
from training.vae.reconstruction import Reconstruction, compare, total
from training.vae.units import CONFIG, History, draw_rows, held_out, measure, melody_and_trio

PHRASE_CONFIG = PhraseConfig(units=PHRASE_UNITS, unit_latent=CONFIG.latent)
SCHEDULE = Schedule(epochs=8, learning_rate=2.5e-3, weight_decay=0.01, average_decay=0.995)
UPDATES = 1000
ROWS = 12
"""Phrases in a batch."""


@dataclass(frozen=True, slots=True)
class PhraseTerms:
    """What the loss weighs, beside what units' does.

    `nearness` weighs how far the conductor's units are from those meant, in deviations of their posteriors;
    `beta` the divergence; after `apart_updates` half of the units are said from the conductor's latents.
    """

    nearness: float = 0.05
    beta: float = 0.05
    word_dropout: float = 0.3
    apart_updates: int = 400


TERMS = PhraseTerms()


class PhraseLoss:
    """Nats a token slot, plus the weighted divergences of both levels."""

    def __init__(self, terms: PhraseTerms, history: History) -> None:
        self.terms, self.history = terms, history
        self.update = 0

    def __call__(self, module: nn.Module, batch: UnitBatch) -> Tensor:
        if not isinstance(module, VAE):
            raise TypeError("the loss of phrases is that of both levels")
        length = module.phrase_config.units
        posterior = module.units.encoder(batch)
        units = posterior.mean.unflatten(0, (-1, length))
        phrase = module.encoder(units)
        given = module.conductor(phrase.sample()).flatten(0, 1).float()
        latent = posterior.sample()
        if self.update >= self.terms.apart_updates:
            is_given = torch.rand(len(latent), 1, device=latent.device) < 0.5
            latent = torch.where(is_given, given, latent)
        cost = module.units.cost(latent, batch, self.terms.word_dropout)
        distance = (given - posterior.mean.detach()) ** 2 * torch.exp(-posterior.logvar.detach())
        divergence = posterior.kl().sum(1)
        phrase_divergence = phrase.kl().sum(1)
        self.update += 1
        self.history.tell(
            reconstruction=cost.mean().item(),
            divergence=divergence.mean().item(),
            nearness=distance.mean().item(),
            phrase_divergence=phrase_divergence.mean().item(),
        )
        weighed = (
            cost.mean()
            + self.terms.nearness * distance.clamp_max(100).sum(1).mean()
            + self.terms.beta * (divergence.mean() + phrase_divergence.mean() / length)
        )
        return weighed / (batch.tokens.shape[1] * batch.tokens.shape[2])


def held_out_phrases(
    works: Sequence[LanedWork], split: str, *, most: int, seed: int = 0
) -> dict[Genre, list[Units]]:
    """Phrases that lie within a piece, at most so many of a genre: row by row PHRASE_UNITS units."""
    random = np.random.default_rng(seed)
    genres = list(Genre)
    chosen = tables(works, split)
    found: dict[Genre, list[Units]] = {}
    for genre in genres:
        whole = {
            metre: np.flatnonzero(
                (table.rest >= PHRASE_UNITS * UNIT_BARS) & (table.genre == genres.index(genre))
            )
            for metre, table in chosen.items()
        }
        drawn = draw_rows(whole, random, most=most)
        if drawn:
            found[genre] = [take(chosen[metre], rows, PHRASE_UNITS) for metre, rows in drawn.items()]
    return found


@torch.no_grad()
def reconstruct_phrases(network: VAE, units: Units) -> tuple[Units, Tensor, Tensor]:
    """Phrases decoded greedily from the means of their posteriors, those means and their divergence."""
    batch = as_batch(units)
    means = network.units.encoder(batch).mean.unflatten(0, (-1, network.phrase_config.units))
    posterior = network.encoder(means)
    given = network.conductor(posterior.mean).flatten(0, 1)
    tokens, tied = decode(network.units.decoder, given, batch.places, batch.grid)
    written = Units(units.metre, tokens.numpy().astype(np.int8), tied.numpy())
    return written, posterior.mean, posterior.kl()


def measure_phrases(network: VAE, phrases: Mapping[Genre, Sequence[Units]]) -> dict[Genre, Reconstruction]:
    """Free-running reconstruction of each genre's phrases."""
    return {
        genre: total(compare(each, reconstruct_phrases(network, each)[0]) for each in some)
        for genre, some in phrases.items()
    }


def train(
    works: Sequence[LanedWork],
    *,
    units: Path,
    folder: Path,
    device: torch.device,
    schedule: Schedule = SCHEDULE,
    terms: PhraseTerms = TERMS,
    updates: int = UPDATES,
) -> Path:
    """Train on the works marked train, from the first stage's weights; where the best weights lie.

    What is kept is the best at reconstructing phrases and units of the works marked valid.
    """
    torch.manual_seed(1)
    network = VAE(CONFIG, PHRASE_CONFIG)
    network.units.load_state_dict(load_file(units))
    draws = Draws(tables(works, "train"), rows=ROWS, length=PHRASE_UNITS, updates=updates)
    valid = held_out(works, "valid", most=60)
    valid_phrases = held_out_phrases(works, "valid", most=10)
    history = History(folder.parent / "history.jsonl", "phrases")
    loss = PhraseLoss(terms, history)

    def validate(module: nn.Module) -> float:
        if not isinstance(module, VAE):
            raise TypeError("not both levels")
        melody, trio = melody_and_trio(measure(module.units, valid))
        long_melody, long_trio = melody_and_trio(measure_phrases(module, valid_phrases))
        history.write(
            loss.update,
            {
                "melody f1": melody.f1,
                "trio f1": trio.f1,
                "phrase melody f1": long_melody.f1,
                "phrase trio f1": long_trio.f1,
            },
        )
        shown = {genre: some[0][:PHRASE_UNITS] for genre, some in list(valid_phrases.items())[::4]}
        pairs = {genre: (each, reconstruct_phrases(module, each)[0]) for genre, each in shown.items()}
        draw_reconstruction(pairs, folder.parent / "samples.png")
        draw_curves(history.path, folder.parent / "losses.png")
        return 1 - (melody.f1 + trio.f1 + long_melody.f1 + long_trio.f1) / 4

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
