"""Style transfer's commands: teach it, measure it, ship its weights with a card."""

import argparse
import shlex
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from domain.genres import Genre
from models.devices import choose_device
from models.plans import Profile
from models.registry import WEIGHTS
from models.style_transfer.files import (
    STYLE_TRANSFER,
    Restyler,
    load_style_transfer,
    save_style_transfer,
)
from models.tokens import mean_pitch, plan_of
from training.adversarial import read_game_standing
from training.corpora.works import Work, load_works
from training.evaluation.tables import print_tables
from training.fitting import read_standing
from training.paths import RUNS, WORKS
from training.style_transfer import run
from training.style_transfer.ablating import SHORT, compare
from training.style_transfer.figures import Recognition, metrics, offered, tables
from training.style_transfer.flips import PIECES, Direction, measure_flips
from training.style_transfer.game import Weights
from training.style_transfer.placing import STRETCH, Placer, fit_placer
from training.style_transfer.plots import plot_history
from training.style_transfer.windows import GENRES, cut, lanes_of

FOLDER = RUNS / STYLE_TRANSFER
PICTURE = Path("docs/quality") / f"{STYLE_TRANSFER}-training.png"

_REMARK = (
    "How pieces are restyled (freedom of the harmony, temperature, which critics choose) was settled on "
    "validation works, by flips; held-out works were measured now and then while the model was made."
)


def train(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    schedule = run.SCHEDULE if options.epochs is None else replace(run.SCHEDULE, epochs=options.epochs)
    weights = run.train(
        run.Material.of(load_works(WORKS)),
        folder=FOLDER,
        schedule=schedule,
        start_from=options.start_from,
        device=choose_device(options.device),
    )
    print(f"The weights are in {weights}. `python -m training export {STYLE_TRANSFER}` ships them.")


def evaluate(options: argparse.Namespace) -> None:
    """Print every figure of the shipped networks. Raises FileNotFoundError where there are none."""
    model = load_style_transfer(WEIGHTS, torch.device("cpu"))
    if model is None:
        raise FileNotFoundError(2, "no weights", str(WEIGHTS / f"{STYLE_TRANSFER}.safetensors"))
    print_tables(tables(*_measure(model, load_works(WORKS), options.pieces or PIECES)))


def export(options: argparse.Namespace) -> None:
    """Measure the networks of the run and write them with their card, offering the genres that hold."""
    started = time.monotonic()
    works = load_works(WORKS)
    network = run.finished(FOLDER, run.Material.of(works))
    profiles = _profiles(works)
    directions, known = _measure(Restyler("", network, GENRES, profiles), works, options.pieces or PIECES)
    print_tables(tables(directions, known))
    offers = {genre: profiles[genre] for genre in offered(directions)}
    facts = _facts(works, f"python -m training {shlex.join(sys.argv[1:])}")
    card = save_style_transfer(
        Restyler("", network, GENRES, offers), WEIGHTS, facts=facts | metrics(directions, known)
    )
    plot_history(FOLDER, PICTURE)
    print(f"{card['version']} shipped, offers {', '.join(card['genres'])}")
    print(f"exported in {(time.monotonic() - started) / 60:.1f} minutes")


def ablate(options: argparse.Namespace) -> None:
    """Raises FileNotFoundError where no warm start was ever made."""
    torch.set_num_threads(1)
    schedule = SHORT if options.epochs is None else replace(SHORT, epochs=options.epochs)
    ablation = compare(
        run.Material.of(load_works(WORKS)),
        warm=options.start_from or FOLDER / "warm" / "best.safetensors",
        folder=RUNS / f"{STYLE_TRANSFER}-ablation",
        device=choose_device(options.device),
        schedule=schedule,
    )
    print_tables([ablation.table()])
    print(ablation.save())


def _measure(
    model: Restyler, works: Sequence[Work], pieces: int
) -> tuple[list[Direction], list[Recognition]]:
    torch.set_num_threads(1)
    placer = fit_placer(works)
    windows = cut(lanes_of(works, ["train"]))
    return measure_flips(model, placer, works, windows, pieces=pieces), _recognition(placer, works)


def _recognition(placer: Placer, works: Sequence[Work]) -> list[Recognition]:
    found: list[Recognition] = []
    for genre, pieces in lanes_of(works, ["test", "judge"]).items():
        whole = [lanes for lanes in pieces if lanes.bars >= STRETCH]
        named = placer.place(whole).argmax(axis=1) == placer.genres.index(genre)
        found.append(Recognition(genre, len(whole), float(np.mean(named))))
    return found


def _profiles(works: Sequence[Work]) -> dict[Genre, Profile]:
    return {
        genre: Profile.count(
            (plan_of(work.score, genre), mean_pitch(work.score))
            for work in works
            if work.genre == genre and work.split == "train"
        )
        for genre in GENRES
    }


def _facts(works: Sequence[Work], command: str) -> dict[str, Any]:
    """What the model card tells beside config, genres, profiles, metrics and hash."""
    game = read_game_standing(FOLDER / "checkpoint.safetensors")
    warm = read_standing(FOLDER / "warm" / "checkpoint.safetensors")
    heard = [work for work in works if work.split == "train" and work.genre in GENRES]
    return {
        "data": dict(Counter(f"{work.source}, {work.licence}" for work in heard)),
        "command": f"python -m training train {STYLE_TRANSFER}; {command}",
        "remark": _REMARK,
        "training": {
            "warm start": {"updates": warm.update, "minutes": round(warm.seconds / 60, 1)},
            "game": {
                "updates": game.epoch * run.SCHEDULE.updates_per_epoch,
                "minutes": round(game.seconds / 60, 1),
                "weights": asdict(Weights()),
            },
        },
    }
