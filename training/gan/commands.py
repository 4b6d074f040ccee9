"""What `python -m training train|evaluate|export|ablate gan` does."""

import argparse
import json
import shlex
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import nn

from domain.genres import Genre
from models.devices import choose_device
from models.gan.drafting import GANModel
from models.gan.files import GAN, load_gan, save_gan
from models.gan.generator import Config, Generator
from models.plans import Profile
from models.registry import WEIGHTS, available_styles
from training.ablations import PICTURES
from training.adversarial import AdversarialFitting, read_history
from training.adversarial_plots import draw_history, draw_lanes
from training.corpora.works import Work, load_works
from training.evaluation.tables import check_table, print_evaluation, print_tables
from training.fitting import read_standing, write_tensors
from training.gan.ablation import run_ablation
from training.gan.choosing import resemblance
from training.gan.evaluation import PIECES, GanEvaluation, checks, evaluate_model, failing, narrowed
from training.gan.game import SCHEDULE, PhraseGame, Stakes
from training.gan.phrases import TAUGHT, PhraseSource, read_pieces
from training.gan.sampling import sample_lanes
from training.gan.warm_start import SCHEDULE as WARM_SCHEDULE
from training.gan.warm_start import ReaderAndGenerator, warm_start
from training.rnn.evaluation import count_profiles

RUN = Path("runs/gan")
WARM = RUN / "warm-start"
BEST = RUN / "best.safetensors"
WORKS = Path("runs/corpora/works.jsonl.gz")
CONFIG = Config()

_SAMPLED = (Genre.REEL, Genre.CHORALE, Genre.HYMN, Genre.RAGTIME)
_RESEMBLANCE = "resemblance"
_SAMPLES_EVERY = 4
"""Epochs between pictures of samples."""


def train(options: argparse.Namespace) -> None:
    """The warm start, then the game; `--start-from` gives weights of reader and generator instead of it."""
    # Batches are small: more threads only wait for each other.
    torch.set_num_threads(1)
    device = choose_device(options.device or "cpu")
    works = load_works(WORKS)
    pieces, valid = read_pieces(works, "train"), read_pieces(works, "valid")
    print(f"{len(pieces)} pieces to learn from, {sum(piece.windows for piece in pieces)} phrases")
    start = options.start_from or warm_start(
        pieces, valid, config=CONFIG, schedule=WARM_SCHEDULE, folder=WARM, device=device
    )
    players = ReaderAndGenerator(CONFIG)
    players.load_state_dict(load_file(start))
    schedule = SCHEDULE if options.epochs is None else replace(SCHEDULE, epochs=options.epochs)
    profiles = profiles_of(works)

    best = max((line.get(_RESEMBLANCE, 0.0) for line in read_history(RUN)), default=0.0)

    def look(module: nn.Module, epoch: int) -> Mapping[str, float]:
        nonlocal best
        model = GANModel("training", players.generator, profiles)
        alike = resemblance(model, works)
        if alike > best:
            best = alike
            write_tensors(BEST, module.state_dict())
        if epoch % _SAMPLES_EVERY == 0:
            draw_lanes(sample_lanes(model, _SAMPLED), RUN / f"samples-{epoch:03}.png")
            draw_history(stages(RUN), RUN / "losses.png")
        return {_RESEMBLANCE: alike}

    game = PhraseGame(players, PhraseSource(pieces), Stakes())
    AdversarialFitting(game, schedule, folder=RUN, device=device, after_epoch=look).run()
    print(f"The best generator is in {BEST}. `python -m training export gan` ships it.")


def evaluate(options: argparse.Namespace) -> None:
    """Print every bar of the weights that are shipped."""
    torch.set_num_threads(1)
    style = next((style for style in available_styles() if style.name == GAN), None)
    if style is None:
        raise FileNotFoundError(2, "no weights", str(WEIGHTS / f"{GAN}.safetensors"))
    model = load_gan(style, choose_device("cpu"))
    print_all(evaluate_model(model, load_works(WORKS), style.genres, pieces=options.pieces or PIECES))


def export(options: argparse.Namespace) -> None:
    """Evaluate the best generator of a run, and ship it offering the genres that meet their bars."""
    torch.set_num_threads(1)
    started = time.monotonic()
    works = load_works(WORKS)
    generator = run_generator(BEST)
    model = GANModel("a run", generator, profiles_of(works))
    evaluation = evaluate_model(model, works, sorted(model.profiles), pieces=options.pieces or PIECES)
    dropped = failing(evaluation)
    genres = [genre for genre in evaluation.pieces.genres if genre not in dropped]
    if dropped:
        print_tables([check_table(checks(evaluation))])
        print(f"not offered: {', '.join(sorted(dropped))}")
    if not genres:
        raise SystemExit("No genre meets its bars, so nothing is shipped.")
    evaluation = narrowed(evaluation, genres)
    print_all(evaluation)
    card = save_gan(
        generator,
        WEIGHTS / f"{GAN}.safetensors",
        profiles=model.profiles,
        facts=_facts(works, evaluation, genres),
    )
    draw_history(stages(RUN), PICTURES / f"{GAN}-training.png")
    minutes = (time.monotonic() - started) / 60
    print(f"{card['version']} offers {', '.join(genres)}; exported in {minutes:.1f} minutes")


def ablate(_: argparse.Namespace) -> None:
    """Play brief games with and without each trick."""
    torch.set_num_threads(1)
    works = load_works(WORKS)
    ablation = run_ablation(works, profiles_of(works), start=WARM / "best.safetensors", config=CONFIG)
    print_tables([ablation.table()])
    print(f"kept in {ablation.save()}")


def print_all(evaluation: GanEvaluation) -> None:
    """Every table, the bars last."""
    print_evaluation(evaluation.pieces)
    print_tables([check_table(checks(evaluation))])


def stages(run: Path) -> dict[str, Sequence[Mapping[str, Any]]]:
    """The terms of a run so far, by what they are about."""
    lines = read_history(run)
    kept = ("epoch", "seconds")
    about = {
        "how like the corpora": (_RESEMBLANCE,),
        "critic": ("critic",),
        "generator": ("generator", "likeness", "corpus"),
    }
    return {
        title: [{name: line[name] for name in (*kept, *names) if name in line} for line in lines]
        for title, names in about.items()
    }


def profiles_of(works: Sequence[Work]) -> dict[Genre, Profile]:
    """What the training works of the genres taught are usually like."""
    return count_profiles(work for work in works if work.genre in TAUGHT)


def run_generator(weights: Path) -> Generator:
    """The generator of a run's weights, after its way through fp16: what is evaluated is what is shipped."""
    tensors = {name: tensor.half().float() for name, tensor in load_file(weights).items()}
    players = ReaderAndGenerator(CONFIG)
    players.load_state_dict(tensors)
    return players.generator.eval()


def _facts(works: Sequence[Work], evaluation: GanEvaluation, genres: Sequence[Genre]) -> dict[str, Any]:
    """What the model card tells beside config, hash and profiles."""
    warm, lines = read_standing(WARM / "checkpoint.safetensors"), read_history(RUN)
    kept = max((line for line in lines if _RESEMBLANCE in line), key=lambda line: line[_RESEMBLANCE])
    learnt = [work for work in works if work.genre in TAUGHT]
    trained = Counter(f"{work.source}, {work.licence}" for work in learnt if work.split == "train")
    return {
        "genres": [str(genre) for genre in genres],
        "data": dict(trained),
        "split": "by work, hashed: " + json.dumps(dict(Counter(work.split for work in learnt))),
        "command": f"python -m training train gan; python -m training {shlex.join(sys.argv[1:])}",
        "training": {
            "warm-start epochs": warm.epoch,
            "warm-start minutes": round(warm.seconds / 60, 1),
            "warm-start validation loss": round(warm.best, 4),
            "game epochs": len(lines),
            "game minutes": round(lines[-1]["seconds"] / 60, 1),
            "epoch kept": kept["epoch"],
            "resemblance": kept[_RESEMBLANCE],
        },
        "metrics": [check.to_plain() for check in checks(evaluation)],
    }
