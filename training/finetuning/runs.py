"""A run's standing while it goes on: what is known so far, how far it is, and when it is written down.

Knows how long kinds of work take, not what they are.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from domain.finetuning import Learning
from training.finetuning.checkpoints import read_standing, write_standing

CHECKPOINT_SECONDS = 15.0

SECONDS: Mapping[str, float] = {
    "shuffle": 0.2,
    "step": 0.25,
    "reward": 0.1,
    "nats": 0.05,
    "play": 0.25,
    "rehearsal": 50.0,
}
"""About how long a piece of work takes on one quiet core; only what is told of progress hangs on it."""


class Run:
    """What is known of a run with this mark: `plain` values and `tensors`, from its folder or from nothing.

    `work` is how much there is to do of each kind. `standing` gives the tensors of what is under way.
    """

    def __init__(self, folder: Path, mark: str, work: Mapping[str, int]) -> None:
        self._folder = folder
        kept = read_standing(folder)
        if kept is None or kept[0].get("mark") != mark:
            kept = {"mark": mark, "done": {}}, {}
        self.plain: dict[str, Any] = kept[0]
        self.tensors: dict[str, Tensor] = kept[1]
        self.standing: Callable[[], Mapping[str, Tensor]] = dict
        self._work = dict(work)
        self._started = self._saved = time.monotonic()
        self._done_at_start = self._done

    def advance(self, kind: str, amount: float = 1.0, *, loss: float | None = None) -> Learning:
        """Count a piece of work as done, write the standing down where that is due, tell how far it is."""
        done = self.plain["done"]
        done[kind] = done.get(kind, 0.0) + amount
        if time.monotonic() - self._saved >= CHECKPOINT_SECONDS:
            self.save()
        return self._told(loss)

    def skip(self, kind: str) -> None:
        """Let a kind of work count as done, as nothing more of it is needed."""
        self._work[kind] = int(self.plain["done"].get(kind, 0))

    def save(self) -> None:
        """Raises OSError where the folder can't be written to."""
        write_standing(self._folder, self.plain, {**self.tensors, **self.standing()})
        self._saved = time.monotonic()

    def _told(self, loss: float | None) -> Learning:
        total = sum(SECONDS[kind] * amount for kind, amount in self._work.items())
        done = min(self._done, total)
        gained = done - self._done_at_start
        elapsed = time.monotonic() - self._started
        return Learning(
            fraction=min(done / max(total, 1e-9), 0.999),
            loss=loss,
            remaining_seconds=elapsed / gained * (total - done) if gained > 0 else None,
        )

    @property
    def _done(self) -> float:
        """Seconds' worth of work."""
        return sum(SECONDS[kind] * amount for kind, amount in self.plain["done"].items())
