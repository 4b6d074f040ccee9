"""Weights small enough for tests of every model that transforms, laid out as the shipped ones are."""

from pathlib import Path

import torch

from domain.genres import Genre
from domain.score import Mode
from models.critic.files import save_critic
from models.critic.network import Calibration, Critic
from models.critic.network import Config as CriticConfig
from models.gan.files import save_gan
from models.gan.generator import Generator
from models.plans import Habit, Profile
from models.style_transfer.files import Restyler, save_style_transfer
from models.style_transfer.networks import Config as TransferConfig
from models.style_transfer.networks import StyleTransfer
from models.vae.anchors import Anchor
from models.vae.files import save_vae
from models.vae.phrases import VAE, PhraseConfig
from models.vae.unit_vae import Config as UnitConfig
from tests.models.test_gan import TINY as GAN

GENRES = (Genre.REEL, Genre.CHORALE)
PROFILES = {
    Genre.REEL: Profile({"D major": 1}, (Habit("4/4", "major", 1, 4, 108.0, 72.0, 10),)),
    Genre.CHORALE: Profile({"G major": 1}, (Habit("4/4", "major", 4, 2, 84.0, 62.0, 5),)),
    Genre.HYMN: Profile({"G major": 1}, (Habit("4/4", "major", 4, 2, 96.0, 62.0, 5),)),
}
"""Of one genre more than is offered: what is learned of it, dances are accompanied with."""


def save_transformers(folder: Path) -> None:
    """Write an autoencoder, a GAN, a style transfer and a judge of random weights."""
    torch.manual_seed(3)
    offered = {"genres": [str(genre) for genre in GENRES]}
    _save_vae(folder, offered)
    save_gan(Generator(GAN), folder / "gan.safetensors", profiles=PROFILES, facts=offered)
    config = TransferConfig(
        genres=2, width=16, blocks=2, code=4, critic_width=8, encoder_width=8, bank=6, dropout=0.0
    )
    restyler = Restyler("tiny", StyleTransfer(config), GENRES, {genre: PROFILES[genre] for genre in GENRES})
    save_style_transfer(restyler, folder, facts={})
    judge = Critic(CriticConfig(width=16, bar_width=24))
    save_critic(judge, folder, calibration=Calibration(scale=1.0, shift=0.0), facts={})


def _save_vae(folder: Path, offered: dict[str, list[str]]) -> None:
    units = UnitConfig(
        latent=16, embedding=4, channels=8, narrow=4, hidden=16, features=8, recurrent=8, slot_hidden=8
    )
    phrases = PhraseConfig(units=8, unit_latent=16, share=4, hidden=8, wide=16, heads=2, sight=8)
    anchors = [Anchor(genre, "4/4", Mode.MAJOR, (0, 1, 2, 3), 3, 3) for genre in GENRES]
    save_vae(
        VAE(units, phrases),
        folder / "vae.safetensors",
        profiles=PROFILES,
        anchors=anchors,
        units=torch.randn(len(anchors), phrases.units, phrases.unit_latent),
        facts=offered,
    )
