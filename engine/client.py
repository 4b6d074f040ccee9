"""The engine as the bot sees it: ask for a clip or a sheet, hear how far it is, get it.

Gives the engine process one job at a time, in the schedule's order. When the process dies, the job it ran
is tried once more in a new one (which the `Supervisor` starts). Knows nothing of Discord or storage.
"""

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Self, TypeVar, overload

from domain.clips import Clip, Progress, Stage, Work
from domain.errors import Bug, NightingaleError, Reason, Unavailable
from domain.finetuning import Learning
from domain.judgements import Judgement, JudgeRequest
from domain.playings import Playing, PlayRequest
from domain.requests import ClipRequest, ComposeRequest, WorkRequest
from domain.sheets import Sheet, SheetRequest
from domain.song_requests import SongRequest
from domain.transformations import Transformation
from domain.verses import LyricsRequest, Verse
from engine.messages import Cancel, Cancelled, Failed, Finished, Progressed, Request, Result, Submit
from engine.process import Child
from engine.schedule import Schedule
from engine.supervisor import JobEvent, Supervisor
from engine.worker import CRAFT
from models import registry

R = TypeVar("R", Clip, Verse, Sheet, Playing, Judgement)
Outcome = TypeVar("Outcome")

log = logging.getLogger(__name__)


async def outcome_of(steps: AsyncGenerator[Progress | Outcome, None]) -> Outcome:
    """The result that a job's steps end in, for who doesn't want to hear how far it is.

    Cancelled, it cancels the job. Raises what the steps raise.
    """
    async with aclosing(steps):
        async for step in steps:
            if not isinstance(step, Progress):
                return step
    raise RuntimeError("the engine ended without a result")


class _Job:
    """A request and what its asker is yet to hear: progress, then a result or an error."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.news: asyncio.Queue[Progress | Learning | Result | NightingaleError] = asyncio.Queue()
        self.position = 0  # as last told
        self.deaths = 0  # of processes that ran it


class Engine:
    """Works in a process of its own. Belongs to the event loop that starts it.

    `device` is cpu, cuda or mps; None lets the craft choose. Servers' versions of the models (see
    domain.finetuning) are taken from the folder `adapters`. `max_waiting` requests may wait.
    A job without progress for `timeout_seconds`, or a process that is not warm after
    `start_timeout_seconds`, is killed and counts as dead. `craft` names the class that the
    process makes (see `engine.worker.Craft`).

    There is a method for each kind of job, and all are alike. They yield Progress (QUEUED only where
    the job has to wait) and, last, one result. `owner` is who asks; owners take turns, whatever they
    ask for. Leaving the generator cancels the job: at once while it waits, at its next step while it
    runs. (A generator that is kept in a variable is left by its `aclose`; `contextlib.aclosing` does
    that.) They raise BadRequest, Unavailable or Bug.
    """

    def __init__(
        self,
        *,
        weights: Path = registry.WEIGHTS,
        device: str | None = None,
        adapters: Path | None = None,
        max_waiting: int = 50,
        timeout_seconds: float = 120.0,
        start_timeout_seconds: float = 300.0,
        back_off_seconds: float = 1.0,
        craft: str = CRAFT,
    ) -> None:
        self._schedule = Schedule(max_waiting=max_waiting)
        self._jobs: dict[int, _Job] = {}
        self._ids = itertools.count(1)
        self._supervisor = Supervisor(
            spawn=partial(Child, craft=craft, weights=weights, device=device, adapters=adapters),
            timeout_seconds=timeout_seconds,
            start_timeout_seconds=start_timeout_seconds,
            back_off_seconds=back_off_seconds,
            on_warm=self._go_on,
            on_event=self._on_event,
            explains_death=self._explain_death,
            on_down=self._fail_everybody,
        )

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return self._supervisor.pid

    async def start(self) -> None:
        """Spawn the process. Returns before it is warm; requests may come and wait already."""
        self._supervisor.start()

    async def ready(self) -> None:
        """Wait until the process is warm.

        Raises Unavailable or Bug when it can't be started, or when the engine is closed meanwhile.
        """
        await self._supervisor.ready()

    async def close(self) -> None:
        """Kill the process and wait for its end. Whoever still waits for a result gets Unavailable."""
        await self._supervisor.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @overload
    def make(self, request: ClipRequest, *, owner: int = 0) -> AsyncGenerator[Progress | Clip, None]: ...

    @overload
    def make(self, request: WorkRequest, *, owner: int = 0) -> AsyncGenerator[Progress | Work, None]: ...

    def make(self, request: WorkRequest, *, owner: int = 0) -> AsyncGenerator[Progress | Work, None]:
        """Make a work, of whichever kind of request."""
        match request:
            case ComposeRequest():
                return self.compose(request, owner=owner)
            case LyricsRequest():
                return self.write(request, owner=owner)
            case SongRequest():
                return self.sing(request, owner=owner)
            case _:
                return self.transform(request, owner=owner)

    def compose(self, request: ComposeRequest, *, owner: int = 0) -> AsyncGenerator[Progress | Clip, None]:
        """Make a clip of a new piece."""
        return self._follow(request, Clip, owner=owner)

    def transform(self, request: Transformation, *, owner: int = 0) -> AsyncGenerator[Progress | Clip, None]:
        """Make a clip of what becomes of the music in the request."""
        return self._follow(request, Clip, owner=owner)

    def write(self, request: LyricsRequest, *, owner: int = 0) -> AsyncGenerator[Progress | Verse, None]:
        """Write verse about a scene."""
        return self._follow(request, Verse, owner=owner)

    def sing(self, request: SongRequest, *, owner: int = 0) -> AsyncGenerator[Progress | Clip, None]:
        """Make a song of words and music."""
        return self._follow(request, Clip, owner=owner)

    def engrave(self, request: SheetRequest, *, owner: int = 0) -> AsyncGenerator[Progress | Sheet, None]:
        """Make a clip's sheet music."""
        return self._follow(request, Sheet, owner=owner)

    def play(self, request: PlayRequest, *, owner: int = 0) -> AsyncGenerator[Progress | Playing, None]:
        """Make sound of written music."""
        return self._follow(request, Playing, owner=owner)

    def judge(self, request: JudgeRequest, *, owner: int = 0) -> AsyncGenerator[Progress | Judgement, None]:
        """Say what to think of music."""
        return self._follow(request, Judgement, owner=owner)

    async def _follow(
        self, request: Request, result_type: type[R], *, owner: int
    ) -> AsyncGenerator[Progress | R, None]:
        """Any kind of job from its admission to its end, which is a `result_type`."""
        number, job = self._admit(request, owner=owner)
        try:
            while True:
                news = await job.news.get()
                if isinstance(news, NightingaleError):
                    raise news
                if isinstance(news, Progress):
                    yield news
                elif isinstance(news, result_type):
                    yield news
                    return
                else:
                    raise Bug(f"a {type(request).__name__} ended in a {type(news).__name__}")
        finally:
            self._leave(number)

    def _admit(self, request: Request, *, owner: int) -> tuple[int, _Job]:
        self._supervisor.wake()
        number = next(self._ids)
        self._schedule.add(number, owner=owner)
        job = self._jobs[number] = _Job(request)
        self._go_on()
        return number, job

    def _leave(self, number: int) -> None:
        """Nobody listens to this job any more: ended, or cancelled."""
        if self._jobs.pop(number, None) is None:
            return
        if self._schedule.cancel(number):
            self._go_on()
        elif self._schedule.running == number:
            # It keeps its place, and its watchdog, until the child says that it has stopped.
            self._supervisor.send(Cancel(number))

    def _go_on(self) -> None:
        """Give the process its next job if it has none, and tell those who wait where they stand."""
        if self._supervisor.is_warm:
            number = self._schedule.take()
            if number is not None:
                self._supervisor.send(Submit(number, self._jobs[number].request))
                self._jobs[number].position = 0
        for position, number in enumerate(self._schedule.waiting, start=1):
            job = self._jobs[number]
            if job.position != position:
                job.position = position
                job.news.put_nowait(Progress(Stage.QUEUED, position=position))

    def _on_event(self, event: JobEvent) -> None:
        job = self._jobs.get(event.job) if event.job is not None else None
        if isinstance(event, Progressed):
            if job is not None:
                job.news.put_nowait(event.progress)
            return
        self._schedule.finish()
        if job is not None:
            match event:
                case Finished():
                    job.news.put_nowait(event.result)
                case Failed():
                    job.news.put_nowait(event.to_error())
                case Cancelled():
                    pass
        self._go_on()

    def _explain_death(self, exit_code: int | None) -> bool:
        """Whether the process died in a job, which is put back the first time, and fails the second."""
        number = self._schedule.running
        if number is None:
            log.warning("The engine process died without a job, with exit code %s", exit_code)
            return False
        job = self._jobs.get(number)
        log.warning("The engine process died in job %d, with exit code %s", number, exit_code)
        if job is None:  # cancelled
            self._schedule.finish()
        elif job.deaths == 0:
            job.deaths += 1
            self._schedule.put_back()
        else:
            self._schedule.finish()
            job.news.put_nowait(Unavailable(Reason.ENGINE_DIED))
        self._go_on()
        return True

    def _fail_everybody(self) -> None:
        self._schedule.finish()
        for number, job in self._jobs.items():
            self._schedule.cancel(number)
            job.news.put_nowait(self._supervisor.why_down())
        self._jobs.clear()
