"""Runs jobs side by side in processes of one thread each. Knows nothing of what they do."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, Self

import torch
from rich.progress import Progress

Job = tuple[Any, ...]
"""A function and its arguments, all of which another process can be told."""


class Workers:
    """Runs jobs in so many processes, and shows how far they are; one worker is this process itself."""

    def __init__(self, count: int, *, quiet: bool = False) -> None:
        self._progress = Progress(disable=quiet)
        self._pool: ProcessPoolExecutor | None = None
        if count > 1:
            self._pool = ProcessPoolExecutor(
                count, multiprocessing.get_context("spawn"), initializer=torch.set_num_threads, initargs=(1,)
            )
        else:
            torch.set_num_threads(1)  # as the others do: sums by several threads round differently

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._progress.stop()

    def run(self, jobs: Sequence[Job], description: str) -> list[Any]:
        """The jobs' results, in their order."""
        task = self._progress.add_task(description, total=len(jobs))
        if self._pool is None:
            results: list[Any] = []
            for function, *arguments in jobs:
                results.append(function(*arguments))
                self._progress.advance(task)
            return results
        futures: list[Future[Any]] = [self._pool.submit(*job) for job in jobs]
        for future in futures:
            future.add_done_callback(lambda _: self._progress.advance(task))
        return [future.result() for future in futures]
