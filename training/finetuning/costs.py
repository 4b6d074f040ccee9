"""What a run of learning costs a process that does nothing else: time, its longest step, memory.

The process is this module's own: it reads the request and writes what came of it. Knows no votes.
"""

import pickle
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from domain.finetuning import Finetuned, FinetuneRequest
from models.adapters import Deltas
from models.registry import WEIGHTS
from training.finetuning.course import learn, learned_deltas
from training.finetuning.frugality import be_frugal


@dataclass(frozen=True, slots=True)
class Cost:
    """Of the process that learned: `seconds` on the wall and of the processor, its `longest_step` of the
    processor, and `megabytes`, all that it had at its peak.
    """

    seconds: float
    processor_seconds: float
    longest_step: float
    megabytes: float


def learn_apart(request: FinetuneRequest, network: str | None) -> tuple[Finetuned, Deltas, Cost]:
    """Learn in a process of its own: what came of it, and all that the network of this name learned, kept or
    not. Raises CalledProcessError where that fails.
    """
    command, asked = [sys.executable, "-m", "training.finetuning.costs"], pickle.dumps((request, network))
    finished = subprocess.run(command, input=asked, stdout=subprocess.PIPE, check=True)  # noqa: S603 – our own module
    finetuned, deltas, cost = pickle.loads(finished.stdout)  # noqa: S301  our own process wrote it
    return finetuned, deltas, Cost(*cost)


def _learn(request: FinetuneRequest, network: str | None) -> tuple[Finetuned, Deltas, tuple[float, ...]]:
    """What came of it, and the fields of its Cost in place of that."""
    started, processor = time.monotonic(), time.process_time()
    longest, last, finetuned = 0.0, processor, None
    with tempfile.TemporaryDirectory() as folder:
        for event in learn(request, WEIGHTS, Path(folder)):
            now = time.process_time()
            longest, last = max(longest, now - last), now
            finetuned = event if isinstance(event, Finetuned) else None
        deltas = {} if network is None else learned_deltas(Path(folder), network)
    assert finetuned is not None  # noqa: S101  it is what a course ends in
    seconds, processor = time.monotonic() - started, time.process_time() - processor
    return finetuned, deltas, (seconds, processor, longest, _peak_megabytes())


def _peak_megabytes() -> float:
    """The most memory that this process has had; what `getrusage` says is its parent's, if that had more."""
    told = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in told if line.startswith("VmHWM:")) / 1000


if __name__ == "__main__":
    be_frugal()
    sys.stdout.buffer.write(pickle.dumps(_learn(*pickle.load(sys.stdin.buffer))))  # noqa: S301
