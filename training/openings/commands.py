"""What `python -m training evaluate openings` runs."""

import argparse

import torch

from models.composition.gate import Gate
from models.composition.norms import Norms
from models.critic.files import load_critic
from models.families import load_model
from models.registry import WEIGHTS, available_styles
from training.corpora.works import load_works
from training.evaluation.tables import print_tables
from training.openings.figures import tables_of
from training.openings.pieces import begin, cut_seeds
from training.paths import WORKS

SEEDS = 30


def evaluate(options: argparse.Namespace) -> None:
    """Print the figures of every style as soon as its pieces are there."""
    device = torch.device("cpu")
    gate = Gate(load_critic(WEIGHTS, device), Norms.load())
    works = load_works(WORKS)
    seeds = cut_seeds(works, options.pieces or SEEDS)
    training = [work.score for work in works if work.split == "train"]
    for style in available_styles():
        model = load_model(style, device)
        pieces = [
            begin(source, genre, style, model, gate, seed=seed) for seed, (source, genre) in enumerate(seeds)
        ]
        print_tables(tables_of({style.name: pieces}, training=training))
