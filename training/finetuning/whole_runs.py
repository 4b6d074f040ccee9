"""What a whole run of learning costs and forgets: `python -m training.finetuning.whole_runs --lessons 200`.

A simulated listener rates pieces of the shipped composer, and the course learns from that as the bot would.
What is forgotten is measured on the test works of the corpora, of which neither run nor gate knows any.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from domain.finetuning import MAX_ADAPTER_BYTES, Finetuned, FinetuneRequest, Gated, Lesson, Teachable
from models.adapters import Adapter, adapted
from models.registry import WEIGHTS
from models.rnn.writing import RNNModel
from models.tokens import encode
from training.corpora.works import Work, load_works
from training.finetuning.course import learn
from training.finetuning.gate import LEAST_DIVERSITY, MOST_COPIED_MORE, MOST_NATS
from training.finetuning.listeners import Listener
from training.finetuning.pool import Drafted, Studio, kept_drafts
from training.finetuning.preferring import said
from training.finetuning.rnn import RNNReader, windows_of
from training.paths import RUNS, WORKS

MOST_SECONDS = 600.0
MOST_MEGABYTES = 500.0
LONGEST_STEP = 1.0


@dataclass(frozen=True, slots=True)
class WholeRun:
    """A run from its first step to the gate's word.

    `seconds` on the wall and of the processor; `longest_step` of the processor; `megabytes` is what memory
    grew by at its peak. `nats_ratio` is of the corpora's test works, to the shipped model's.
    """

    gated: Gated
    adapter_bytes: int
    seconds: float
    processor_seconds: float
    longest_step: float
    megabytes: float
    nats_ratio: float


def run_whole(lessons: Sequence[Lesson], works: Sequence[Work], studio: Studio) -> WholeRun:
    """Learn from lessons for the recurrent composer of the studio. Raises TypeError for another one."""
    if not isinstance(studio.model, RNNModel):
        raise TypeError("only the recurrent composer can say what music costs")
    request = FinetuneRequest(teachable=Teachable.RNN, lessons=tuple(lessons))
    before = _peak_megabytes()
    started, processor = time.monotonic(), time.process_time()
    longest, last, finetuned = 0.0, processor, None
    with tempfile.TemporaryDirectory() as folder:
        for event in learn(request, WEIGHTS, Path(folder)):
            now = time.process_time()
            longest, last = max(longest, now - last), now
            finetuned = event if isinstance(event, Finetuned) else None
    if finetuned is None or finetuned.adapter is None:
        raise ValueError("there was nothing to learn from")
    seconds, processor = time.monotonic() - started, time.process_time() - processor
    megabytes = _peak_megabytes() - before
    deltas = Adapter.from_bytes(finetuned.adapter).deltas.get("rnn", {})
    network = studio.model.network
    ratio = _nats(adapted(network, deltas), works) / _nats(network, works) if deltas else 1.0
    return WholeRun(finetuned.gated, len(finetuned.adapter), seconds, processor, longest, megabytes, ratio)


def measure_whole(*, lessons: int = 200, listener: int = 0) -> WholeRun:
    """A run of so many rated pieces; those that are not in `runs/finetune` yet are composed first."""
    torch.set_num_threads(1)
    studio = Studio.open("rnn")
    file = RUNS / "finetune" / f"pool-{studio.style.model_version}.jsonl.gz"
    pool = kept_drafts(studio, range(lessons), file)
    works = [work for work in load_works(WORKS) if work.split == "test" and work.genre in studio.style.genres]
    return run_whole(rated(pool, listener=listener), works, studio)


def rated(pool: Sequence[Drafted], *, listener: int) -> list[Lesson]:
    """What a simulated listener says of each piece."""
    knows = Listener.drawn(listener, [(each.best, each.genre) for each in pool])
    random = np.random.default_rng([listener, 6])
    return [each.rated(number, knows.vote(each.best, each.genre, random)) for number, each in enumerate(pool)]


@torch.no_grad()
def _nats(network: torch.nn.Module, works: Sequence[Work]) -> float:
    """What the test works cost, in nats a token."""
    reader, nats, tokens = RNNReader(), 0.0, 0
    for work in works:
        try:
            windows = windows_of(encode(work.score, work.genre))
        except ValueError:
            continue
        for likelihoods, targets in reader.read(network, windows):
            nats, tokens = nats - float(said(likelihoods, targets).sum()), tokens + len(targets)
    return nats / max(tokens, 1)


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def print_whole(run: WholeRun, console: Console | None = None) -> None:
    """Every figure beside its bar."""
    figures = run.gated.figures
    grown = figures.get("copied", 0.0) - figures.get("copied_before", 0.0)
    table = Table("figure", "measured", "bar", "", title="A whole run of learning, on one core")
    for name, value, bar, shown in (
        ("seconds of the processor", run.processor_seconds, MOST_SECONDS, "{:.0f}"),
        ("longest step, seconds of the processor", run.longest_step, LONGEST_STEP, "{:.2f}"),
        ("memory grown by at its peak, MB", run.megabytes, MOST_MEGABYTES, "{:.0f}"),
        ("adapter, kB", run.adapter_bytes / 1000, MAX_ADAPTER_BYTES / 1000, "{:.0f}"),
        ("nats a token of test works, to before", run.nats_ratio, MOST_NATS, "{:.4f}"),
        ("8-grams copied, more than before", grown, MOST_COPIED_MORE, "{:.3f}"),
    ):
        table.add_row(name, shown.format(value), f"≤ {bar:g}", "met" if value <= bar else "missed")
    diversity = figures.get("diversity_ratio", 1.0)
    met = "met" if diversity >= LEAST_DIVERSITY else "missed"
    table.add_row("diversity, same choices, to before", f"{diversity:.3f}", f"≥ {LEAST_DIVERSITY}", met)
    table.add_row("seconds on the wall", f"{run.seconds:.0f}", "", "")
    table.add_row("accuracy on votes not learned from", f"{figures['accuracy']:.3f}", "", "")
    table.add_row("the gate", str(run.gated.refusal or "accepted"), "", "")
    (console or Console()).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.finetuning.whole_runs", description=__doc__)
    parser.add_argument("--lessons", type=int, default=200, help="rated pieces (default: %(default)s)")
    parser.add_argument("--listener", type=int, default=0, help="which simulated listener rates them")
    options = parser.parse_args()
    print_whole(measure_whole(lessons=options.lessons, listener=options.listener))


if __name__ == "__main__":
    main()
