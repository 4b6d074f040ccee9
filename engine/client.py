"""The engine as the bot sees it: ask for a clip or a sheet, hear how far it is, get it.

Keeps one engine process alive and gives it one job at a time, in the schedule's order. When the
process dies, the job it ran is tried once more in a new one. Knows nothing of Discord or storage.
"""

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
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
from engine.schedule import Schedule
from engine.worker import CRAFT
from models import registry

START_ATTEMPTS = 3
"""So many deaths in a row that no job explains, and the engine counts as down."""

REST_FACTOR = 30
"""A down engine is tried again by the first request after this many times `back_off_seconds`."""

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
        self._weights = weights
        self._device = device
        self._adapters = adapters
        self._craft = craft
        self._timeout_seconds = timeout_seconds
        self._start_timeout_seconds = start_timeout_seconds
        self._back_off_seconds = back_off_seconds
        self._schedule = Schedule(max_waiting=max_waiting)
        self._jobs: dict[int, _Job] = {}
        self._ids = itertools.count(1)
        self._open = False
        self._child: Child | None = None
        self._warm = False
        self._warm_waiters: set[asyncio.Future[None]] = set()
        self._watchdog: asyncio.TimerHandle | None = None
        self._restart: asyncio.TimerHandle | None = None
        self._deaths = 0  # in a row, that no job explains
        self._start_failure: Failed | None = None
        self._down_until: float | None = None  # on the loop's clock; None unless down

    async def start(self) -> None:
        """Spawn the process. Returns before it is warm; requests may come and wait already."""
        self._open = True
        self._spawn()

    async def ready(self) -> None:
        """Wait until the process is warm.

        Raises Unavailable or Bug when it can't be started, or when the engine is closed meanwhile.
        """
        if not self._open or self._down_until is not None:
            raise self._why_down()
        if not self._warm:
            waiter = asyncio.get_running_loop().create_future()
            self._warm_waiters.add(waiter)
            try:
                await waiter
            finally:
                self._warm_waiters.discard(waiter)

    async def close(self) -> None:
        """Kill the process and wait for its end. Whoever still waits for a result gets Unavailable."""
        self._open = False
        self._warm = False
        self._unwatch()
        if self._restart is not None:
            self._restart.cancel()
        self._fail_everybody()
        if self._child is not None:
            self._child.kill()
            await self._child.ended.wait()

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
        if not self._open:
            raise self._why_down()
        if self._down_until is not None:
            if asyncio.get_running_loop().time() < self._down_until:
                raise self._why_down()
            self._down_until = None
            self._deaths = START_ATTEMPTS - 1  # one attempt, then down again
            self._spawn()
            if self._down_until is not None:
                raise self._why_down()
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
        elif self._schedule.running == number and self._child is not None:
            # It keeps its place, and its watchdog, until the child says that it has stopped.
            self._child.send(Cancel(number))

    def _go_on(self) -> None:
        """Give the child its next job if it has none, and tell those who wait where they stand."""
        if self._warm and self._child is not None:
            number = self._schedule.take()
            if number is not None:
                self._child.send(Submit(number, self._jobs[number].request))
                self._jobs[number].position = 0
                self._watch(self._timeout_seconds)
        for position, number in enumerate(self._schedule.waiting, start=1):
            job = self._jobs[number]
            if job.position != position:
                job.position = position
                job.news.put_nowait(Progress(Stage.QUEUED, position=position))

    def _on_event(self, event: Event) -> None:
        if not self._open:
            return
        match event:
            case Ready():
                log.info("The engine is warm after %.1f s", event.seconds)
                self._unwatch()
                self._warm = True
                self._start_failure = None
                for waiter in self._warm_waiters:
                    if not waiter.done():
                        waiter.set_result(None)
                self._go_on()
            case Failed(job=None):
                log.error("The engine can't start: %s\n%s", event.to_error(), event.trace)
                self._start_failure = event
                if self._child is not None:
                    self._child.kill()
            case Progressed() | Finished() | Failed() | Cancelled():
                self._on_job_event(event)

    def _on_job_event(self, event: Progressed | Finished | Failed | Cancelled) -> None:
        self._deaths = 0
        job = self._jobs.get(event.job) if event.job is not None else None
        if isinstance(event, Progressed):
            self._watch(self._timeout_seconds)
            if job is not None:
                job.news.put_nowait(event.progress)
            return
        self._unwatch()
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

    def _on_exit(self, exit_code: int | None) -> None:
        self._child = None
        self._warm = False
        self._unwatch()
        if not self._open:
            return
        number = self._schedule.running
        if number is None:
            log.warning("The engine process died without a job, with exit code %s", exit_code)
            self._on_unexplained_death()
            return
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
        self._spawn()
        self._go_on()

    def _on_unexplained_death(self) -> None:
        """Start again after a pause that doubles; down when that won't help or didn't."""
        self._deaths += 1
        loop = asyncio.get_running_loop()
        if self._start_failure is None and self._deaths < START_ATTEMPTS:
            delay = self._back_off_seconds * 2 ** (self._deaths - 1)
            self._restart = loop.call_later(delay, self._spawn)
            return
        # No timer tries on: whatever is wrong, it needs somebody, and then a request will come.
        log.error("The engine is down")
        self._down_until = loop.time() + REST_FACTOR * self._back_off_seconds
        self._fail_everybody()

    def _spawn(self) -> None:
        self._restart = None
        self._start_failure = None
        try:
            self._child = Child(
                craft=self._craft,
                weights=self._weights,
                device=self._device,
                adapters=self._adapters,
                on_event=self._on_event,
                on_exit=self._on_exit,
            )
        except OSError:
            log.exception("The system gives no process for the engine")
            self._on_unexplained_death()
        else:
            self._watch(self._start_timeout_seconds)

    def _fail_everybody(self) -> None:
        """End every job and every wait for warmth with the reason why the engine is down."""
        self._schedule.finish()
        for number, job in self._jobs.items():
            self._schedule.cancel(number)
            job.news.put_nowait(self._why_down())
        self._jobs.clear()
        for waiter in self._warm_waiters:
            if not waiter.done():
                waiter.set_exception(self._why_down())

    def _why_down(self) -> NightingaleError:
        if self._start_failure is not None:
            return self._start_failure.to_error()
        return Unavailable(Reason.ENGINE_DOWN)

    def _watch(self, seconds: float) -> None:
        """From now on, kill the child unless it shows a sign of life within `seconds`."""
        self._unwatch()
        self._watchdog = asyncio.get_running_loop().call_later(seconds, self._on_silence, seconds)

    def _unwatch(self) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None

    def _on_silence(self, seconds: float) -> None:
        log.warning("No sign of life from the engine for %.0f s", seconds)
        if self._child is not None:
            self._child.kill()
