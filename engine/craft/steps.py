"""Steps of a job's part, told as progress of the whole. Knows not what is being made."""

from collections.abc import Generator
from contextlib import closing
from typing import TypeVar

from domain.clips import Progress, Stage

_Result = TypeVar("_Result")


def told(
    steps: Generator[float, None, _Result], stage: Stage, *, start: float = 0.0, end: float = 1.0
) -> Generator[Progress, None, _Result]:
    """Steps that yield how much is done, as progress from a fraction to another; closed where this is."""
    with closing(steps):
        while True:
            try:
                done = next(steps)
            except StopIteration as result:
                return result.value
            yield Progress(stage, start + (end - start) * done)
