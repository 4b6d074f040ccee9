"""A tutor that learns nothing, for rehearsing crashes: it counts, and keeps its count as a checkpoint.

Imports nothing heavy, so that many of its processes can be started and killed in little time.
"""

import hashlib
import json
import time
from collections.abc import Generator
from pathlib import Path

from domain.finetuning import (
    Aspect,
    Change,
    Finetuned,
    Foreseen,
    ForeseeRequest,
    Gated,
    Learning,
    TeachRequest,
)

STEPS = 40
STEP_SECONDS = 0.005
ADAPTER_BYTES = 300_000


class Rehearsal:
    """See `engine.worker.Teaching` and `Foreseeing`."""

    def __init__(self, weights: Path, device: str | None = None) -> None:
        """Nothing is loaded."""

    def warm_up(self) -> None:
        """Nothing is warm."""

    def learn(self, request: TeachRequest) -> Generator[Learning | Finetuned, None, None]:
        """Count to the end, from where an earlier process had come; says how many steps it found."""
        folder = Path(request.run)
        folder.mkdir(parents=True, exist_ok=True)
        checkpoint = folder / "count"
        begun = json.loads(checkpoint.read_text()) if checkpoint.exists() else 0
        for step in range(begun, STEPS):
            yield Learning(fraction=step / STEPS, loss=1 / (1 + step), remaining_seconds=STEPS - step)
            time.sleep(STEP_SECONDS)
            unfinished = checkpoint.with_suffix(".part")
            unfinished.write_text(json.dumps(step + 1))
            unfinished.replace(checkpoint)
        yield rehearsed(request.seed)

    def foresee(self, request: ForeseeRequest) -> Generator[Learning | Foreseen, None, None]:
        """The same of whatever works, where there are any."""
        yield Learning(fraction=0.0)
        changes = (Change(Aspect.MINOR, 0.7),) if request.works else ()
        yield Foreseen(changes=changes, accuracy=0.8)


def rehearsed(seed: int) -> Finetuned:
    """What a run of this seed comes to, however often it was killed."""
    block = hashlib.sha256(str(seed).encode()).digest()
    return Finetuned(
        gated=Gated(refusal=None, figures={"accuracy": 0.8, "accuracy_before": 0.5}),
        adapter=(block * (ADAPTER_BYTES // len(block) + 1))[:ADAPTER_BYTES],
        changes=(Change(Aspect.MINOR, 0.7),),
    )
