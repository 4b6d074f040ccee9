"""An autoencoder small enough for tests: random weights, two genres, a few anchors."""

import numpy as np
import torch

from domain.genres import Genre
from domain.score import Metre, Mode
from models.lanes import FINE, LANES, PITCHES, Lanes, bar_columns
from models.vae.anchors import Anchor
from models.vae.drafting import VAEModel
from models.vae.phrases import VAE, PhraseConfig
from models.vae.unit_vae import Config
from tests.models.networks import tiny_profiles

TINY = Config(
    latent=16, embedding=4, channels=8, narrow=4, hidden=16, features=4, recurrent=12, slot_hidden=8
)
TINY_PHRASES = PhraseConfig(units=8, unit_latent=16, share=4, hidden=12, wide=16, heads=2, sight=4)


def tiny_vae() -> VAE:
    torch.manual_seed(1)
    return VAE(TINY, TINY_PHRASES).eval()


def tiny_model() -> VAEModel:
    kinds = [(Genre.REEL, Mode.MAJOR, (0,))] * 3 + [(Genre.CHORALE, Mode.MAJOR, (0, 1, 2, 3))] * 3
    anchors = tuple(
        Anchor(genre, "4/4", mode, lanes, 3, 6, tuple(range(number, 12)))
        for number, (genre, mode, lanes) in enumerate(kinds)
    )
    shape = len(anchors), TINY_PHRASES.units, TINY_PHRASES.unit_latent
    units = torch.randn(shape, generator=torch.Generator().manual_seed(2))
    return VAEModel("tiny", tiny_vae(), tiny_profiles(), anchors, units)


def random_lanes(metre: Metre, bars: int, seed: int) -> Lanes:
    """Notes and silences anywhere, some of them tied over the bar lines."""
    random = np.random.default_rng(seed)
    shape = LANES, bars * len(bar_columns(metre, FINE))
    onset = random.random(shape) < 0.3
    onset[:, 0] = True
    changes = np.where(onset, np.arange(shape[1]), 0)
    drawn = random.integers(0, PITCHES + 1, shape) * (random.random(shape) < 0.8)
    pitch = np.take_along_axis(drawn, np.maximum.accumulate(changes, axis=1), axis=1)
    return Lanes(metre, Mode.MAJOR, FINE, pitch.astype(np.int8), onset & (pitch > 0))
