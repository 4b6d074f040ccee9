"""The tutor's process: reads the lessons, and learns at the lowest priority, so that composing goes on.

The child process's side. Takes a request, gives how far it is and what came of it; knows no queue and no
Discord.
"""

import errno
import os
from collections.abc import Generator
from pathlib import Path

from domain.errors import Reason, Unavailable
from domain.finetuning import Finetuned, FinetuneRequest, Learning, TeachRequest
from engine.craft.lessons import among, lesson_of
from training.finetuning.course import learn
from training.finetuning.frugality import be_frugal

_NICE = 19
"""Composing has a niceness of 0: where both want one core, some 1.5% of it are the tutor's."""


class Tutor:
    """See `engine.worker.Teaching`."""

    def __init__(self, weights: Path, device: str | None = None) -> None:  # noqa: ARG002  it learns on the CPU
        if hasattr(os, "nice"):  # not on Windows
            os.nice(_NICE)
        be_frugal()
        self._weights = weights

    def warm_up(self) -> None:
        """Nothing: there is one job, and no hurry."""

    def learn(self, request: TeachRequest) -> Generator[Learning | Finetuned, None, None]:
        """Progress, step by step, and what came of it. Raises as the course does."""
        yield Learning(fraction=0.0)
        lessons = [lesson for work in request.works if (lesson := lesson_of(work)) is not None]
        folder = Path(request.run)
        wanted = FinetuneRequest(
            teachable=request.teachable,
            lessons=tuple(lessons),
            preferred=among(lessons, request.preferred),
            seed=request.seed,
        )
        try:
            yield from learn(wanted, self._weights, folder)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise Unavailable(Reason.DISK_FULL) from error
            raise
