"""What `python -m training train|evaluate|export|ablate vae` does."""

import argparse
import json
import shlex
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from domain.genres import Genre
from models.devices import choose_device
from models.plans import Profile
from models.registry import WEIGHTS, available_styles
from models.vae.drafting import VAEModel
from models.vae.files import FAMILY, load_vae, save_vae
from models.vae.phrases import VAE
from training.ablations import PICTURES
from training.corpora.works import Work, load_works
from training.evaluation.tables import check_table, print_evaluation, print_tables
from training.fitting import read_standing
from training.paths import RUNS, WORKS
from training.rnn.evaluation import count_profiles
from training.vae import phrases, units
from training.vae.ablation import run_ablation
from training.vae.anchors import choose_anchors
from training.vae.data import LanedWork, read_lanes
from training.vae.evaluation import (
    PIECES,
    VaeEvaluation,
    all_checks,
    evaluate_model,
    failing,
    level_table,
    walk_table,
)
from training.vae.pictures import draw_curves

RUN = RUNS / "vae"
UNITS, PHRASES = RUN / "units", RUN / "phrases"
_BEST = "best.safetensors"
_CHECKPOINT = "checkpoint.safetensors"


def train(options: argparse.Namespace) -> None:
    """Units first, then both levels together; `--epochs` is how long the second stage goes on."""
    # Batches are small: more threads only wait for each other.
    torch.set_num_threads(1)
    device = choose_device(options.device or "cpu")
    works = read_lanes(load_works(WORKS))
    start = options.start_from or units.train(works, folder=UNITS, device=device)
    schedule = phrases.SCHEDULE
    if options.epochs is not None:
        schedule = replace(schedule, epochs=options.epochs)
    best = phrases.train(works, units=start, folder=PHRASES, device=device, schedule=schedule)
    print(f"The best weights are in {best}. `python -m training export vae` ships them.")


def evaluate(options: argparse.Namespace) -> None:
    """Print every bar of the weights that are shipped."""
    torch.set_num_threads(1)
    style = next((style for style in available_styles() if style.name == FAMILY), None)
    if style is None:
        raise FileNotFoundError(2, "no weights", str(WEIGHTS / f"{FAMILY}.safetensors"))
    model = load_vae(style, choose_device("cpu"))
    pieces = PIECES if options.pieces is None else options.pieces
    print_all(evaluate_model(model, load_works(WORKS), style.genres, pieces=pieces))


def export(options: argparse.Namespace) -> None:
    """Evaluate the best weights of a run, and ship them offering the genres whose pieces meet their bars."""
    torch.set_num_threads(1)
    started = time.monotonic()
    works = load_works(WORKS)
    profiles = profiles_of(works)
    model = run_model(PHRASES / _BEST, read_lanes(works), profiles)
    pieces = PIECES if options.pieces is None else options.pieces
    evaluation = evaluate_model(model, works, sorted(profiles), pieces=pieces)
    print_all(evaluation)
    offered = [genre for genre in sorted(profiles) if genre not in failing(evaluation)]
    if not offered:
        raise SystemExit("No genre meets its bars, so nothing is shipped.")
    card = save_vae(
        model.network,
        WEIGHTS / f"{FAMILY}.safetensors",
        profiles=profiles,
        anchors=model.anchors,
        units=model.units,
        facts=_facts(works, evaluation, offered),
    )
    draw_curves(RUN / "history.jsonl", PICTURES / f"{FAMILY}-training.png")
    minutes = (time.monotonic() - started) / 60
    print(f"{card['version']} offers {', '.join(offered)}; exported in {minutes:.1f} minutes")


def ablate(_: argparse.Namespace) -> None:
    """Train briefly with and without each trick; finished arms are kept."""
    torch.set_num_threads(1)
    ablation = run_ablation(
        read_lanes(load_works(WORKS)), folder=RUN / "ablation", device=torch.device("cpu")
    )
    print_tables([ablation.table()])
    print(f"kept in {ablation.save()}")


def profiles_of(works: Sequence[Work]) -> dict[Genre, Profile]:
    """What the training works of each genre are usually like."""
    return count_profiles(works)


def run_model(weights: Path, works: Sequence[LanedWork], profiles: dict[Genre, Profile]) -> VAEModel:
    """The model of a run's weights, after their way through fp16: what is evaluated is what is shipped."""
    network = VAE(units.CONFIG, phrases.PHRASE_CONFIG)
    network.load_state_dict({name: tensor.half().float() for name, tensor in load_file(weights).items()})
    network.eval()
    anchors, latent_units = choose_anchors(network, works, sorted(profiles))
    return VAEModel("a run", network, profiles, anchors, latent_units.half().float())


def print_all(evaluation: VaeEvaluation) -> None:
    """Every table, the bars last."""
    if evaluation.pieces is not None:
        print_evaluation(evaluation.pieces)
    print_tables(
        [
            level_table("Two bars, reconstructed", evaluation.units),
            level_table("Sixteen bars, reconstructed", evaluation.phrases),
            walk_table(evaluation.walks),
            check_table(all_checks(evaluation)),
        ]
    )


def _facts(works: Sequence[Work], evaluation: VaeEvaluation, genres: Sequence[Genre]) -> dict[str, Any]:
    """What the model card tells beside config, hash, profiles and anchors."""
    stages = {"units": UNITS, "phrases": PHRASES}
    trained = Counter(f"{work.source}, {work.licence}" for work in works if work.split == "train")
    told: dict[str, Any] = {}
    for stage, folder in stages.items():
        standing = read_standing(folder / _CHECKPOINT)
        told[f"{stage} epochs"] = standing.epoch
        told[f"{stage} minutes"] = round(standing.seconds / 60, 1)
    levels = {"2 bars": evaluation.units, "16 bars": evaluation.phrases}
    return {
        "genres": [str(genre) for genre in genres],
        "data": dict(trained),
        "split": "by work, hashed: " + json.dumps(dict(Counter(work.split for work in works))),
        "command": f"python -m training train vae; python -m training {shlex.join(sys.argv[1:])}",
        "training": told
        | {f"divergence of {name}, nats": round(level.use.divergence, 1) for name, level in levels.items()},
        "metrics": [check.to_plain() for check in all_checks(evaluation)],
    }
