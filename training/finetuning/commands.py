"""What learning from votes is worth, printed: `python -m training evaluate finetune`."""

import argparse

from training.finetuning.endurance import endure, print_endured
from training.finetuning.listening import measure_listeners
from training.finetuning.listening_tables import print_listening
from training.finetuning.whole_runs import measure_whole, print_whole
from training.paths import RUNS

LISTENERS = 20
STYLES = ("rnn", "vae")
KILLS = 50
PIECES = 8
"""New clips a listener: composing them takes about a second each on a core, the first time."""


def evaluate(options: argparse.Namespace) -> None:
    """Every figure: listeners style by style, then a whole run, then runs that are killed.

    Pieces are kept in `runs/finetune`.
    """
    for style in STYLES:
        found = measure_listeners(
            style,
            listeners=range(LISTENERS),
            pieces=options.pieces or PIECES,
            folder=RUNS / "finetune",
        )
        print_listening(found)
    print_whole(measure_whole())
    print_endured(endure(KILLS))
