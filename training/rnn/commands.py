"""The recurrent composer's commands: teach it, measure it, ship its weights with a card."""

import argparse
import shlex
import sys
import time
from dataclasses import replace

from models.devices import choose_device
from models.registry import WEIGHTS, available_styles
from models.rnn.files import load_rnn
from training.corpora.works import load_works
from training.evaluation.tables import print_evaluation
from training.paths import RUNS, WORKS
from training.rnn.evaluation import PIECES
from training.rnn.evaluation import evaluate as evaluate_rnn
from training.rnn.export import export_rnn
from training.rnn.teaching import SCHEDULE, taught
from training.rnn.teaching import train as train_rnn

NAME = "rnn"


def train(options: argparse.Namespace) -> None:
    schedule = SCHEDULE if options.epochs is None else replace(SCHEDULE, epochs=options.epochs)
    best = train_rnn(
        load_works(WORKS),
        folder=RUNS / NAME,
        schedule=schedule,
        start_from=options.start_from,
        device_name=options.device,
    )
    print(f"The best weights are in {best}. `python -m training export {NAME}` ships them.")


def evaluate(options: argparse.Namespace) -> None:
    """Raises FileNotFoundError where there are no weights."""
    style = next((style for style in available_styles() if style.name == NAME), None)
    if style is None:
        raise FileNotFoundError(2, "no weights", str(WEIGHTS / f"{NAME}.safetensors"))
    model = load_rnn(style, choose_device("cpu"))
    works = taught(load_works(WORKS))
    pieces = options.pieces or PIECES
    print_evaluation(next(evaluate_rnn(model.network, model.profiles, works, style.genres, pieces=pieces)))


def export(options: argparse.Namespace) -> None:
    started = time.monotonic()
    export_rnn(
        load_works(WORKS),
        run=RUNS / NAME,
        weights=WEIGHTS / f"{NAME}.safetensors",
        command=f"python -m training {shlex.join(sys.argv[1:])}",
        pieces=options.pieces or PIECES,
    )
    print(f"exported in {(time.monotonic() - started) / 60:.1f} minutes")
