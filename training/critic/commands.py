"""The judge's commands: gather its material, teach it, measure it and ship its weights with a card."""

import argparse
import shlex
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from models.critic.files import load_critic, save_critic
from models.critic.network import Critic, Judge
from models.registry import WEIGHTS, Style, available_styles
from models.rnn.files import load_rnn
from models.rnn.writing import RNNModel
from training.corpora.works import Work, load_works
from training.critic.evaluation import CriticFigures, critic_tables, evaluate_judge
from training.critic.passages import Material, sort_out
from training.critic.sources import SOURCES, Materials, Source, load_source
from training.critic.teaching import CONFIG, SCHEDULE, calibrate, draw_rounds, judge_examples
from training.critic.teaching import train as train_critic
from training.evaluation.tables import print_tables
from training.fitting import read_standing
from training.paths import RUNS, WORKS

FOLDER = RUNS / "critic"
PASSAGES = 200
"""Passages measured of each genre."""

_GENERATOR = "rnn"
_CALIBRATION_ROUNDS = 1000


def gather(works: Sequence[Work], folder: Path, sources: Sequence[Source] = SOURCES) -> dict[str, Material]:
    """Material for learning, choosing, calibrating and testing; what sources write is kept in `folder`.

    Raises FileNotFoundError where the generator has no weights.
    """
    torch.set_num_threads(1)
    style, model = _generator()

    @cache
    def materials() -> Materials:
        return Materials.of(style, model, works)

    written = {source.name: load_source(source, materials, folder) for source in sources}
    return sort_out(works, written, {genre: model.profiles[genre] for genre in style.genres})


def train(options: argparse.Namespace) -> None:
    schedule = SCHEDULE if options.epochs is None else replace(SCHEDULE, epochs=options.epochs)
    material = gather(load_works(WORKS), FOLDER)
    best = train_critic(material, folder=FOLDER, schedule=schedule, device_name=options.device)
    print(f"The best weights are in {best}. `python -m training export critic` ships them.")


def evaluate(options: argparse.Namespace) -> None:
    """Print every figure of the shipped judge. Raises FileNotFoundError where there is none."""
    judge = load_critic(WEIGHTS, torch.device("cpu"))
    if judge is None:
        raise FileNotFoundError(2, "no weights", str(WEIGHTS / "critic.safetensors"))
    test = gather(load_works(WORKS), FOLDER)["test"]
    figures = evaluate_judge(judge, test, passages=options.pieces or PASSAGES)
    print_tables(critic_tables(figures, list(test.sources)))


def export(options: argparse.Namespace) -> None:
    """Calibrate the best weights of a run, measure them and write them with their card."""
    started = time.monotonic()
    works = load_works(WORKS)
    roles = gather(works, FOLDER)
    network = Critic(CONFIG)
    # What is measured is what is shipped: the weights after their way through fp16.
    tensors = load_file(FOLDER / "best.safetensors")
    network.load_state_dict({name: tensor.half().float() for name, tensor in tensors.items()})
    network.eval()
    unheard = draw_rounds(roles["calibrate"], _CALIBRATION_ROUNDS, seed=2)
    judge = Judge("", network, calibrate(judge_examples(network, unheard), unheard))
    figures = evaluate_judge(judge, roles["test"], passages=options.pieces or PASSAGES)
    print_tables(critic_tables(figures, list(roles["test"].sources)))
    facts = _facts(works, roles, figures, FOLDER, f"python -m training {shlex.join(sys.argv[1:])}")
    card = save_critic(network, WEIGHTS, calibration=judge.calibration, facts=facts)
    print(f"{card['version']} shipped: {judge.calibration}")
    print(f"exported in {(time.monotonic() - started) / 60:.1f} minutes")


def _generator() -> tuple[Style, RNNModel]:
    for style in available_styles():
        if style.name == _GENERATOR:
            return style, load_rnn(style, torch.device("cpu"))
    raise FileNotFoundError(2, "no weights", f"{_GENERATOR}.safetensors")


def _facts(
    works: Sequence[Work],
    roles: dict[str, Material],
    figures: CriticFigures,
    folder: Path,
    command: str,
) -> dict[str, Any]:
    """What the model card tells beside config, calibration and hash."""
    standing = read_standing(folder / "checkpoint.safetensors")
    heard = [work for work in works if work.split in ("train", "judge")]
    return {
        "data": dict(Counter(f"{work.source}, {work.licence}" for work in heard)),
        "works": {role: sum(map(len, material.human.values())) for role, material in roles.items()},
        "written": {name: sum(map(len, pieces.values())) for name, pieces in roles["learn"].sources.items()},
        "generator": _generator()[0].model_version,
        "command": f"python -m training train critic; {command}",
        "training": {
            "epochs": standing.epoch,
            "updates": standing.update,
            "minutes": round(standing.seconds / 60, 1),
            "validation_nats_per_passage": round(standing.best, 4),
        },
        "metrics": {
            "auc": {kind: round(figures.mean_area(kind), 4) for kind in figures.areas},
            "auc by genre": {
                source: {str(genre): round(area, 4) for genre, area in sorted(figures.areas[source].items())}
                for source in roles["test"].sources
            },
            "expected calibration error": round(figures.calibration_error, 4),
            "brier": round(figures.brier, 4),
            "milliseconds for eight candidates of 16 bars": round(figures.milliseconds, 1),
        },
    }
