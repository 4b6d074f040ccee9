"""The tutor as the bot sees it: ask it to learn, hear how far it is, get what came of it.

It learns in a process of its own, of the lowest priority, which lives only while there is something to
learn: one run at a time, in the order in which they were asked for. When the process dies, a new one goes on
from the run's last checkpoint. What votes would change is foreseen in another process, at once, whatever is
being learned. Knows nothing of Discord, of storage, or of how anything is learned.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Self

from domain.clips import Progress, Stage
from domain.errors import Reason, Unavailable
from domain.finetuning import Finetuned, Foreseen, ForeseeRequest, Learning, TeachRequest
from engine.errand import Errand
from engine.messages import Request, Result
from models import registry

TUTOR_CRAFT = "engine.craft.tutor:Tutor"
FORESIGHT_CRAFT = "engine.craft.foresight:Foresight"

MOST_DEATHS = 3
"""So many deaths in a row, with no step between them, and a run is given up."""

CANCEL_SECONDS = 3.0
"""How long the process may take to stop by itself. A step is a second or less."""

FORESIGHT_SECONDS = 30.0
"""How long foreseeing may take between two steps, none of which takes long."""

News = Progress | Learning | Finetuned
"""What is heard of a run: its place in the queue, how far it is, and last what came of it."""

log = logging.getLogger(__name__)


class _Turn:
    """A run's place in the queue; `moved` is set whenever that has changed."""

    def __init__(self) -> None:
        self.moved = asyncio.Event()


class Tutor:
    """Learns and foresees in processes of their own. Belongs to the event loop that uses it.

    A process without a step for `timeout_seconds` is killed and counts as dead. `craft` and `foresight` name
    the classes that the processes make (see `engine.worker.Teaching` and `Foreseeing`).
    """

    def __init__(
        self,
        *,
        weights: Path = registry.WEIGHTS,
        craft: str = TUTOR_CRAFT,
        foresight: str = FORESIGHT_CRAFT,
        timeout_seconds: float = 180.0,
        cancel_seconds: float = CANCEL_SECONDS,
    ) -> None:
        self._weights = weights
        self._craft = craft
        self._foresight = foresight
        self._timeout_seconds = timeout_seconds
        self._cancel_seconds = cancel_seconds
        self._line: deque[_Turn] = deque()
        self._foreseeing = asyncio.Lock()
        self._errands: set[Errand] = set()
        self._open = True

    @property
    def pid(self) -> int | None:
        """Of the process that learns now, if one does."""
        return next((errand.pid for errand in self._errands if errand.craft == self._craft), None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Kill the processes and wait for their end; checkpoints stay. What is open raises Unavailable."""
        self._open = False
        for turn in self._line:
            turn.moved.set()
        for errand in list(self._errands):
            await errand.kill()

    async def learn(self, request: TeachRequest) -> AsyncGenerator[News, None]:
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
        async with self._errand(self._craft, request, self._timeout_seconds) as steps:
            async for step in steps:
                assert isinstance(step, Learning | Finetuned)  # noqa: S101  as Teaching has it
                yield step

    async def foresee(self, request: ForeseeRequest) -> AsyncGenerator[Learning | Foreseen, None]:
        """What votes would change: how far that is, step by step, and last one Foreseen.

        One is foreseen at a time. Raises Unavailable (TUTOR_DIED, TUTOR_DOWN) or Bug.
        """
        async with (
            self._foreseeing,
            self._errand(self._foresight, request, FORESIGHT_SECONDS) as steps,
        ):
            async for step in steps:
                assert isinstance(step, Learning | Foreseen)  # noqa: S101  as Foreseeing has it
                yield step
                if isinstance(step, Foreseen):
                    return
        raise Unavailable(Reason.TUTOR_DIED, value=1) if self._open else Unavailable(Reason.TUTOR_DOWN)

    @asynccontextmanager
    async def _errand(
        self, craft: str, request: Request, timeout_seconds: float
    ) -> AsyncGenerator[AsyncGenerator[Progress | Learning | Result, None]]:
        """The steps of a process for one job. Raises Unavailable (TUTOR_DOWN) once this is closed."""
        if not self._open:
            raise Unavailable(Reason.TUTOR_DOWN)
        errand = Errand(
            craft=craft,
            weights=self._weights,
            timeout_seconds=timeout_seconds,
            cancel_seconds=self._cancel_seconds,
        )
        self._errands.add(errand)
        try:
            async with aclosing(errand.steps(request)) as steps:
                yield steps
        finally:
            self._errands.discard(errand)
