"""Whether learning survives: killed often and at any moment, it must come to the same version.

Runs with a small untaught composer, as nothing here hangs on what is learned. A child is killed with SIGKILL,
and another one goes on in its folder. Knows no bot.
"""

import argparse
import hashlib
import multiprocessing
import os
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from rich.console import Console

from domain.finetuning import Finetuned, FinetuneRequest, Lesson, Teachable
from domain.genres import Genre
from domain.requests import ComposeRequest
from models.adapters import Adapter
from models.registry import WEIGHTS, available_styles
from models.rnn.files import load_rnn, save_rnn
from models.rnn.network import TwoStageRNN
from models.tokens import decode
from training.finetuning import runs
from training.finetuning.course import learn
from training.finetuning.replay import read_replay, replay_file
from training.rnn.teaching import CONFIG

_SMALL = replace(CONFIG, embedding=16, feature_hidden=24, output_hidden=16)

_RESULT = "result"


@dataclass(frozen=True, slots=True)
class Endured:
    """How often it was killed, in how many runs, and in how many of those the version was another one."""

    kills: int
    finished: int
    different: int


def endure(kills: int, *, seed: int = 0) -> Endured:
    """Kill learning so many times in all, each time at a moment of as long as a whole run takes.

    It begins anew whenever it comes to its end.
    """
    random = np.random.default_rng(seed)
    context = multiprocessing.get_context("fork")
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        weights = _small_weights(folder / "weights")
        started = time.monotonic()
        _learn(weights, folder / "whole")
        seconds = time.monotonic() - started
        whole = (folder / "whole" / _RESULT).read_bytes()
        killed = finished = different = 0
        run = folder / "run"
        while killed < kills or run.exists():
            child = context.Process(target=_learn, args=(weights, run))
            child.start()
            patience = random.uniform(0, seconds) if killed < kills else None
            child.join(patience)
            if child.is_alive() and child.pid is not None:
                os.kill(child.pid, signal.SIGKILL)
                child.join()
                killed += 1
            result = run / _RESULT
            if result.exists():
                finished += 1
                different += result.read_bytes() != whole
                shutil.rmtree(run)
    return Endured(killed, finished, different)


def _learn(weights: Path, run: Path) -> None:
    """Learn, keeping the standing at every step; at last write down what came of it."""
    runs.CHECKPOINT_SECONDS = 0.05
    for event in learn(_request(weights), weights, run):
        if isinstance(event, Finetuned) and event.adapter is not None:
            Adapter.from_bytes(event.adapter)  # whole, or it raises
            run.mkdir(exist_ok=True)
            told = f"{hashlib.sha256(event.adapter).hexdigest()} {event.gated}"
            unfinished = run / f"{_RESULT}.unfinished"
            unfinished.write_text(told)
            unfinished.replace(run / _RESULT)


def _request(weights: Path) -> FinetuneRequest:
    """Works of the sample, those in minor liked."""
    lessons = [
        Lesson(
            work_id=number,
            request=ComposeRequest(style="rnn", seed=number, genre=str(sequence.plan.genre)),
            made=decode(sequence),
            approval=1.0 if sequence.plan.key.mode == "minor" else -1.0,
            voters=2,
        )
        for number, sequence in enumerate(read_replay(weights, "rnn").replayed[::6])
    ]
    return FinetuneRequest(teachable=Teachable.RNN, lessons=tuple(lessons))


def _small_weights(folder: Path) -> Path:
    """A composer of reels with the shipped one's habits and sample of works."""
    folder.mkdir()
    style = next(style for style in available_styles() if style.name == "rnn")
    profiles = load_rnn(style, torch.device("cpu")).profiles
    torch.manual_seed(0)
    facts = {"genres": [str(Genre.REEL)]}
    save_rnn(TwoStageRNN(_SMALL), folder / "rnn.safetensors", profiles=profiles, facts=facts)
    shutil.copy(replay_file(WEIGHTS, "rnn"), replay_file(folder, "rnn"))
    return folder


def print_endured(endured: Endured, console: Console | None = None) -> None:
    met = "missed" if endured.different else "met"
    (console or Console()).print(
        f"killed {endured.kills} times in {endured.finished} runs, of which {endured.different} "
        f"came to another version (bar: 0): {met}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.finetuning.endurance", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="how often to kill it (default: %(default)s)")
    print_endured(endure(parser.parse_args().kills))


if __name__ == "__main__":
    main()
