"""The tutor as the bot sees it: ask it to learn, hear how far it is, get what came of it.

It learns in a process of its own, of the lowest priority, which lives only while there is something to
learn: one run at a time, in the order in which they were asked for. When the process dies, a new one goes on
from the run's last checkpoint. Knows nothing of Discord, of storage, or of how anything is learned.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Self

from domain.clips import Progress, Stage
from domain.errors import Bug, Reason, Unavailable
from domain.finetuning import Finetuned, Learning, TeachRequest
from engine.messages import Cancel, Cancelled, Event, Failed, Finished, Progressed, Ready, Submit
from engine.process import Child
from models import registry

TUTOR_CRAFT = "engine.craft.tutor:Tutor"

MOST_DEATHS = 3
"""So many deaths in a row, with no step between them, and a run is given up."""

CANCEL_SECONDS = 3.0
"""How long the process may take to stop by itself. A step is a second or less."""

_JOB = 1
"""A process has one job in its life."""

Lesson = Progress | Learning | Finetuned
"""What is heard of a run: its place in the queue, how far it is, and last what came of it."""

log = logging.getLogger(__name__)


class _Gone:
    """The process has ended."""


class _Turn:
    """A run's place in the queue; `moved` is set whenever that has changed."""

    def __init__(self) -> None:
        self.moved = asyncio.Event()


class Tutor:
    """Learns in a process of its own. Belongs to the event loop that uses it.

    A process without a step for `timeout_seconds` is killed and counts as dead. `craft` names the class that
    the process makes (see `engine.worker.Teaching`).
    """

    def __init__(
        self,
        *,
        weights: Path = registry.WEIGHTS,
        craft: str = TUTOR_CRAFT,
        timeout_seconds: float = 180.0,
        cancel_seconds: float = CANCEL_SECONDS,
    ) -> None:
        self._weights = weights
        self._craft = craft
        self._timeout_seconds = timeout_seconds
        self._cancel_seconds = cancel_seconds
        self._line: deque[_Turn] = deque()
        self._child: Child | None = None
        self._open = True

    @property
    def pid(self) -> int | None:
        """Of the process that learns now, if one does."""
        return None if self._child is None else self._child.pid

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Kill the process and wait for its end; its checkpoints stay. Open runs raise Unavailable."""
        self._open = False
        for turn in self._line:
            turn.moved.set()
        if self._child is not None:
            self._child.kill()
            await self._child.ended.wait()

    async def learn(self, request: TeachRequest) -> AsyncGenerator[Lesson, None]:
        """Learn; goes on from the last checkpoint in the request's folder.

        Yields Progress (QUEUED) while others learn, Learning, and last one Finetuned. Leaving the generator
        cancels the run: when `aclose` returns, nothing learns any more. Raises BadRequest, Unavailable
        (TUTOR_DIED, TUTOR_DOWN, or what the craft raises) or Bug.
        """
        turn = _Turn()
        self._line.append(turn)
        try:
            while self._open and self._line[0] is not turn:
                yield Progress(Stage.QUEUED, position=self._line.index(turn))
                await turn.moved.wait()
                turn.moved.clear()
            async with aclosing(self._learn(request)) as steps:
                async for step in steps:
                    yield step
        finally:
            self._line.remove(turn)
            for each in self._line:
                each.moved.set()

    async def _learn(self, request: TeachRequest) -> AsyncGenerator[Learning | Finetuned, None]:
        """The run, in as many processes as it takes."""
        deaths = 0
        while deaths < MOST_DEATHS:
            async with aclosing(self._learn_once(request)) as steps:
                async for step in steps:
                    yield step
                    if isinstance(step, Finetuned):
                        return
                    deaths = 0
            if not self._open:
                raise Unavailable(Reason.TUTOR_DOWN)
            deaths += 1
            log.warning("The tutor's process died in %s", request.run)
        raise Unavailable(Reason.TUTOR_DIED, value=MOST_DEATHS)

    async def _learn_once(self, request: TeachRequest) -> AsyncGenerator[Learning | Finetuned, None]:
        """What one process gives; it ends without a Finetuned where the process died."""
        if not self._open:
            return
        news: asyncio.Queue[Event | _Gone] = asyncio.Queue()
        child = self._child = Child(
            craft=self._craft,
            weights=self._weights,
            device="cpu",
            on_event=news.put_nowait,
            on_exit=lambda _: news.put_nowait(_Gone()),
        )
        finetuned, over = None, False
        try:
            while not over:
                match await self._next(child, news):
                    case Ready():
                        child.send(Submit(_JOB, request))
                    case Progressed(progress=Learning() as learning):
                        yield learning
                    case Finished(result=Finetuned() as result):
                        finetuned, over = result, True
                    case Failed() as failed:
                        over = True
                        raise failed.to_error()
                    case _Gone():
                        over = True
                    case event:
                        raise Bug(f"the tutor said {event}")
        finally:
            if not over:
                await self._stop(child, news)
            child.kill()
            await child.ended.wait()
            self._child = None
        if finetuned is not None:
            yield finetuned

    async def _next(self, child: Child, news: "asyncio.Queue[Event | _Gone]") -> Event | _Gone:
        """What is heard next; a process that says nothing for too long is killed, and then gone."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timeout_seconds):
                return await news.get()
        log.warning("No sign of life from the tutor for %.0f s", self._timeout_seconds)
        child.kill()
        return _Gone()

    async def _stop(self, child: Child, news: "asyncio.Queue[Event | _Gone]") -> None:
        """Have the process stop at its next step; returns soon, whether or not it has."""
        child.send(Cancel(_JOB))
        with suppress(TimeoutError):
            async with asyncio.timeout(self._cancel_seconds if self._open else 0):
                while not isinstance(await news.get(), Cancelled | Finished | Failed | _Gone):
                    pass
