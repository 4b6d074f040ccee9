"""What learning from votes is worth, printed: `python -m training evaluate finetune`.

Each part that is done is kept, so that a command that was stopped goes on where it was.
"""

import argparse
import hashlib
import io
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from rich.console import Console

from domain.verses import Language
from models.checkpoints import sha256_of
from models.registry import WEIGHTS
from training.finetuning.endurance import endure, print_endured
from training.finetuning.listening import measure_listeners
from training.finetuning.listening_tables import print_listening
from training.finetuning.reading import measure_readers
from training.finetuning.whole_runs import SUBJECTS, measure_whole
from training.finetuning.whole_tables import print_whole
from training.latency import measure_learning
from training.paths import RUNS

LISTENERS = 20
STYLES = ("rnn", "vae", "gan")
KILLS = 50
COMMANDS = 5
"""How often a command is timed alone, and how often while a version is learned."""
PIECES = 8
"""New clips a listener: composing them takes about a second each on a core, the first time."""

FOLDER = RUNS / "finetune"

_WIDTH = 140

Part = Callable[[Console], None]


def evaluate(options: argparse.Namespace) -> None:
    """Every figure: listeners, readers, whole runs, composing meanwhile, runs that are killed.

    Works and finished parts are kept in `runs/finetune`.
    """
    works = options.pieces or PIECES
    parts: dict[str, Part] = {f"listeners-{style}": partial(_listeners, style, works) for style in STYLES}
    parts |= {f"readers-{language}": partial(_readers, language, works) for language in Language}
    parts |= {f"whole-{subject}": partial(_whole, subject) for subject in SUBJECTS}
    parts |= {
        "meanwhile": _meanwhile,
        "killed": lambda console: print_endured(endure(KILLS), console),
    }
    show(parts, FOLDER / "parts", mark=f"{mark_of_code_and_weights()}-{works}")


def show(parts: Mapping[str, Part], folder: Path, *, mark: str) -> None:
    """Print what each part writes: as it was kept under this mark, or else as it is now."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in parts.items():
        file = folder / f"{name}-{mark}.txt"
        if not file.exists():
            console = Console(file=io.StringIO(), width=_WIDTH)
            part(console)
            assert isinstance(console.file, io.StringIO)  # noqa: S101  as it is given above
            unfinished = file.with_suffix(".unfinished")
            unfinished.write_text(console.file.getvalue(), encoding="utf-8")
            unfinished.replace(file)
        print(file.read_text(encoding="utf-8"), flush=True)


def _listeners(style: str, pieces: int, console: Console) -> None:
    found = measure_listeners(style, listeners=range(LISTENERS), pieces=pieces, folder=FOLDER)
    print_listening(found, console)


def _readers(language: Language, verses: int, console: Console) -> None:
    found = measure_readers(language, readers=range(LISTENERS), verses=verses, folder=FOLDER)
    print_listening(found, console)


def _whole(subject: str, console: Console) -> None:
    print_whole(measure_whole(subject), console)


def _meanwhile(console: Console) -> None:
    for figure in measure_learning(runs=COMMANDS):
        met = "met" if figure.value <= figure.bar else "missed"
        console.print(f"{figure.name}: {figure.value:.2f} {figure.unit} (bar: ≤ {figure.bar:g}): {met}")


def mark_of_code_and_weights() -> str:
    """Another one for other weights or other code of learning, or of what learning is of (leanings, tokens,
    adapters): figures of those are not of these.
    """
    digest = hashlib.sha256()
    for weights in sorted(WEIGHTS.glob("*.safetensors")):
        digest.update(sha256_of(weights).encode())
    for file in sorted((*WEIGHTS.parent.glob("*.py"), *Path(__file__).parent.glob("*.py"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]
