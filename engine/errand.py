"""One job in a process of its own: it is started for the job, heard, and gone with the job's end.

Knows nothing of what the job is, and nothing of queues; the process that composes all day is another matter
(see `engine.client`).
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from domain.clips import Progress
from domain.errors import Bug
from domain.finetuning import Learning
from engine.messages import (
    Cancel,
    Cancelled,
    Event,
    Failed,
    Finished,
    Progressed,
    Ready,
    Request,
    Result,
    Submit,
)
from engine.process import Child

_JOB = 1
"""A process has one job in its life."""

log = logging.getLogger(__name__)


class Gone:
    """The process has ended."""


@dataclass(kw_only=True, eq=False)
class Errand:
    """To be done once. A process without a step for `timeout_seconds` is killed, and counts as dead.

    `craft` names the class that the process makes (see `engine.worker`). `cancel_seconds` is what it is
    given to stop by itself.
    """

    craft: str
    weights: Path
    timeout_seconds: float
    cancel_seconds: float
    _child: Child | None = field(default=None, init=False)
    _killed: bool = field(default=False, init=False)

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return None if self._child is None else self._child.pid

    async def kill(self) -> None:
        """End the process, whatever it does, and wait for that; whoever hears it finds it dead."""
        self._killed = True
        if self._child is not None:
            self._child.kill()
            await self._child.ended.wait()

    async def steps(self, request: Request) -> AsyncGenerator[Progress | Learning | Result, None]:
        """Each step and, last, the result; ends without one where the process died.

        When `aclose` returns, nothing runs any more. Raises BadRequest, Unavailable or Bug as the craft does.
        """
        news: asyncio.Queue[Event | Gone] = asyncio.Queue()
        child = self._child = Child(
            craft=self.craft,
            weights=self.weights,
            device="cpu",
            on_event=news.put_nowait,
            on_exit=lambda _: news.put_nowait(Gone()),
        )
        result: Result | None = None
        over = False
        try:
            while not over:
                match await self._next(child, news):
                    case Ready():
                        child.send(Submit(_JOB, request))
                    case Progressed(progress=step):
                        yield step
                    case Finished(result=made):
                        result, over = made, True
                    case Failed() as failed:
                        over = True
                        raise failed.to_error()
                    case Gone():
                        over = True
                    case event:
                        raise Bug(f"a process with one job said {event}")
        finally:
            if not over:
                await self._stop(child, news)
            child.kill()
            await child.ended.wait()
            self._child = None
        if result is not None:
            yield result

    async def _next(self, child: Child, news: "asyncio.Queue[Event | Gone]") -> Event | Gone:
        """What is heard next; a process that says nothing for too long is killed, and then gone."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.timeout_seconds):
                return await news.get()
        log.warning("No sign of life from %s for %.0f s", self.craft, self.timeout_seconds)
        child.kill()
        return Gone()

    async def _stop(self, child: Child, news: "asyncio.Queue[Event | Gone]") -> None:
        """Have the process stop at its next step; returns soon, whether or not it has."""
        child.send(Cancel(_JOB))
        with suppress(TimeoutError):
            async with asyncio.timeout(0 if self._killed else self.cancel_seconds):
                while not isinstance(await news.get(), Cancelled | Finished | Failed | Gone):
                    pass
