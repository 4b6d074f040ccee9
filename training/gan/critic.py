"""The critic taught anew against the shipped generator, which stays as it is: what runs on a server play
against (`training.finetuning.gan`). What `python -m training train|evaluate|export gan_critic` does.
"""

import argparse
import shlex
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

from models.gan.critic import Critic
from models.gan.critic_files import GAN_CRITIC, load_gan_critic, save_gan_critic
from models.gan.files import GAN, load_gan
from models.gan.generator import Generator
from models.registry import WEIGHTS, Style, available_styles
from models.roll_networks import with_spectral_norm
from training.corpora.works import load_works
from training.fitting import write_tensors
from training.gan.game import PhraseGame, Stakes
from training.gan.phrases import TAUGHT, PhraseSource, Piece, read_pieces
from training.gan.warm_start import ReaderAndGenerator
from training.paths import RUNS, WORKS

WEIGHTS_OF_RUN = RUNS / "gan-critic" / "critic.safetensors"

STEPS = 1500
LEARNING_RATE = 2e-3
DECAY_FROM = 0.7
"""The share of all steps after which the learning rate falls in a line to nothing."""

_BETAS = 0.5, 0.9
_CLIP = 1.0
_TOLD_EVERY = 100
_TESTED = 40
"""Batches of test phrases."""


def train(_: argparse.Namespace) -> None:
    """Teach a critic against the generator that is shipped: some minutes of one core."""
    torch.set_num_threads(1)
    generator = load_gan(_style(), torch.device("cpu")).generator
    started, losses = time.process_time(), list[float]()

    def tell(loss: float) -> None:
        losses.append(loss)
        if len(losses) % _TOLD_EVERY == 0:
            minutes = (time.process_time() - started) / 60
            print(f"{len(losses)}  {np.mean(losses[-_TOLD_EVERY:]):.3f}  {minutes:.1f} min", flush=True)

    critic = teach(generator, read_pieces(load_works(WORKS), "train"), steps=STEPS, tell=tell)
    WEIGHTS_OF_RUN.parent.mkdir(parents=True, exist_ok=True)
    write_tensors(WEIGHTS_OF_RUN, critic.state_dict())
    print(f"The critic is in {WEIGHTS_OF_RUN}. `python -m training export {GAN_CRITIC}` ships it.")


def evaluate(_: argparse.Namespace) -> None:
    """Print how often the shipped critic tells who went on from the same bars of test works."""
    torch.set_num_threads(1)
    critic = load_gan_critic(WEIGHTS, torch.device("cpu"))
    if critic is None:
        raise FileNotFoundError(2, "no weights", str(WEIGHTS / f"{GAN_CRITIC}.safetensors"))
    generator = load_gan(_style(), torch.device("cpu")).generator
    told = told_apart(critic, generator, read_pieces(load_works(WORKS), "test"))
    print(f"of two ways to go on, the one that people took: {told:.3f}")


def export(_: argparse.Namespace) -> None:
    """Ship the critic of a run, with what it is worth on test works."""
    torch.set_num_threads(1)
    style, works = _style(), load_works(WORKS)
    generator = load_gan(style, torch.device("cpu")).generator
    critic = Critic(generator.config)
    with_spectral_norm(critic).load_state_dict(load_file(WEIGHTS_OF_RUN))
    trained = Counter(
        f"{work.source}, {work.licence}" for work in works if work.split == "train" and work.genre in TAUGHT
    )
    told = told_apart(critic.eval(), generator, read_pieces(works, "test"))
    facts = {
        "against": style.model_version,
        "data": dict(trained),
        "command": f"python -m training train {GAN_CRITIC}; python -m training {shlex.join(sys.argv[1:])}",
        "training": {"steps": STEPS},
        "metrics": [{"name": "of two ways to go on, the one that people took", "value": round(told, 3)}],
    }
    card = save_gan_critic(critic, generator.config, WEIGHTS, facts=facts)
    print(f"{card['version']}, against {style.model_version}: {told:.3f} told apart")


def teach(
    generator: Generator, pieces: Sequence[Piece], *, steps: int, tell: Callable[[float], None]
) -> nn.Module:
    """A critic, bound by spectral norm, after so many steps of its side of the game; `tell` hears what each
    cost.
    """
    game = _game(generator, pieces)
    optimiser = torch.optim.Adam(game.critic.parameters(), lr=LEARNING_RATE, betas=_BETAS)
    random = np.random.default_rng(0)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * min(1.0, (1 - step / (steps + 1)) / (1 - DECAY_FROM))
        loss = game.critic_terms(random)["critic"]
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(game.critic.parameters(), _CLIP)
        optimiser.step()
        tell(loss.item())
    return game.critic


@torch.no_grad()
def told_apart(critic: Critic, generator: Generator, pieces: Sequence[Piece]) -> float:
    """How often a critic finds people's phrases more real than the generator's in the same places."""
    game = _game(generator, pieces)
    random = np.random.default_rng(1)
    shares: list[float] = []
    for _ in range(_TESTED):
        drawn = game.write(random)
        answers = [
            critic(each.roll, each.before, each.setting.told, each.setting.ticks)[:, 0]
            for each in (drawn.people, drawn.phrases)
        ]
        shares.append(float((answers[0] > answers[1]).float().mean()))
    return float(np.mean(shares))


def _game(generator: Generator, pieces: Sequence[Piece]) -> PhraseGame:
    """The game of a generator that has learned and a critic that has not, which is always the same."""
    players = ReaderAndGenerator(generator.config)
    players.generator = generator
    torch.manual_seed(0)
    return PhraseGame(players, PhraseSource(pieces), Stakes())


def _style() -> Style:
    style = next((style for style in available_styles() if style.name == GAN), None)
    if style is None:
        raise FileNotFoundError(2, "no weights", str(WEIGHTS / f"{GAN}.safetensors"))
    return style
