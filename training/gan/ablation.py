"""What the game's tricks are worth: brief games from the same warm start, with and without each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from domain.genres import Genre
from models.critic.files import load_critic
from models.features import YANG_LERCH, measure
from models.gan.drafting import GANModel
from models.gan.generator import Config
from models.plans import Profile
from models.registry import WEIGHTS
from training.ablations import Ablation, Arm
from training.adversarial import AdversarialFitting, read_history
from training.corpora.works import Work
from training.evaluation.evaluation import HELD_OUT_SPLITS
from training.evaluation.notation import excerpts
from training.evaluation.overlap import overlap, subset_size
from training.gan.diversity import diversity
from training.gan.game import SCHEDULE, PhraseGame, Stakes
from training.gan.phrases import PhraseSource, read_pieces
from training.gan.sampling import BARS, generate
from training.gan.warm_start import ReaderAndGenerator

RUNS = Path("runs/gan/ablation")

BUDGET = replace(SCHEDULE, epochs=2, updates_per_epoch=30, critic_first=100, average_decay=0.97)
MEASURED = (Genre.REEL, Genre.JIG, Genre.CHORALE, Genre.HYMN)
PIECES = 40

TRICKS: Mapping[str, Stakes] = {
    "the game": Stakes(game=0.0),
    "spectral norm": Stakes(spectral_norm=False),
    "minibatch deviation": Stakes(deviation=False),
    "the critic of bars": Stakes(bars=0.0),
}
"""What the game is like without each; with all of them is one run for all."""


def run_ablation(
    works: Sequence[Work], profiles: Mapping[Genre, Profile], *, start: Path, config: Config
) -> Ablation:
    """Play with all tricks and without each, and measure the pieces; goes on where it was stopped."""
    source = PhraseSource(read_pieces(works, "train"))
    arms = {"": Stakes()} | dict(TRICKS)
    figures: dict[str, dict[str, float]] = {}
    for trick, stakes in arms.items():
        players = ReaderAndGenerator(config)
        players.load_state_dict(load_file(start))
        folder = RUNS / (trick.replace(" ", "-") or "all")
        game = PhraseGame(players, source, stakes)
        fitting = AdversarialFitting(game, BUDGET, folder=folder, device=torch.device("cpu"))
        fitting.run()
        with fitting.averaged():
            model = GANModel("ablation", players.generator, profiles)
            figures[trick] = measure_model(model, works) | _last_terms(folder)
    found: list[Arm] = []
    for trick in TRICKS:
        found += [Arm(trick, True, figures[""]), Arm(trick, False, figures[trick])]
    updates = BUDGET.epochs * BUDGET.updates_per_epoch
    budget = f"each run: {updates} updates of the generator after the same warm start, one seed"
    return Ablation("gan", budget, found)


def measure_model(model: GANModel, works: Sequence[Work]) -> dict[str, float]:
    """Overlap and diversity of a few genres' pieces, as shares of real-vs-real."""
    judge = load_critic(WEIGHTS, torch.device("cpu"))
    areas: list[float] = []
    apart: list[float] = []
    judged: list[float] = []
    for genre in MEASURED:
        of_genre = [work for work in works if work.genre == genre]
        held_out = excerpts([w.score for w in of_genre if w.split in HELD_OUT_SPLITS], BARS)
        training = excerpts([w.score for w in of_genre if w.split == "train"], BARS)[:400]
        pieces = generate(model, genre, pieces=PIECES)
        size = subset_size(len(pieces), len(held_out), len(training))
        reference = measure(held_out, YANG_LERCH)
        ours = overlap(measure(pieces, YANG_LERCH), reference, pieces=size).area
        theirs = overlap(measure(training, YANG_LERCH), reference, pieces=size).area
        areas.append(ours / theirs)
        apart.append(diversity(pieces, held_out).features / diversity(held_out, held_out).features)
        if judge is not None:
            judged.append(float(judge.judge(pieces, [genre] * len(pieces)).mean()))
    return {
        "overlap, of real-vs-real": float(np.mean(areas)),
        "pairwise distance, of real-vs-real": float(np.mean(apart)),
    } | ({"the judge's mean": float(np.mean(judged))} if judged else {})


def _last_terms(folder: Path) -> dict[str, float]:
    """How the critic stood at the end: people's answers above the generator's, the less the better."""
    last = read_history(folder)[-1]
    return {
        "critic's hinge loss": last["critic"],
        "nats a column": last["corpus"],
    }
