"""Keeps the engine process alive: starts it, starts it again when it dies, and kills it when it is silent.

Knows deaths and signs of life, not jobs: what the process says of those, and whether one died of them, is
the `Engine`'s.
"""

import asyncio
import logging
from collections.abc import Callable

from domain.errors import NightingaleError, Reason, Unavailable
from engine.messages import Cancelled, Command, Event, Failed, Finished, Progressed, Ready, Submit
from engine.process import Child

START_ATTEMPTS = 3
"""So many deaths in a row that no job explains, and the engine counts as down."""

REST_FACTOR = 30
"""A down engine is tried again by the first request after this many times `back_off_seconds`."""

JobEvent = Progressed | Finished | Failed | Cancelled

log = logging.getLogger(__name__)


class Supervisor:
    """Of one process at a time, in the event loop that starts it.

    `spawn` makes a process that has `on_event` and `on_exit`. `on_warm` is called when it is warm, `on_event`
    for what it says of a job. `explains_death` says whether a job was running when it died: then the next one
    starts at once, and otherwise after a pause that doubles. `on_down` is called where that doesn't help any
    more, and at the end.

    A job without a sign of life for `timeout_seconds`, or a process that is not warm after
    `start_timeout_seconds`, is killed.
    """

    def __init__(
        self,
        *,
        spawn: Callable[..., Child],
        timeout_seconds: float,
        start_timeout_seconds: float,
        back_off_seconds: float,
        on_warm: Callable[[], None],
        on_event: Callable[[JobEvent], None],
        explains_death: Callable[[int | None], bool],
        on_down: Callable[[], None],
    ) -> None:
        self._spawn_child = spawn
        self._timeout_seconds = timeout_seconds
        self._start_timeout_seconds = start_timeout_seconds
        self._back_off_seconds = back_off_seconds
        self._on_warm = on_warm
        self._on_job_event = on_event
        self._explains_death = explains_death
        self._on_down = on_down
        self._open = False
        self._child: Child | None = None
        self._warm = False
        self._warm_waiters: set[asyncio.Future[None]] = set()
        self._watchdog: asyncio.TimerHandle | None = None
        self._restart: asyncio.TimerHandle | None = None
        self._deaths = 0  # in a row, that no job explains
        self._start_failure: Failed | None = None
        self._down_until: float | None = None  # on the loop's clock; None unless down

    @property
    def is_warm(self) -> bool:
        return self._warm and self._child is not None

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return None if self._child is None else self._child.pid

    def start(self) -> None:
        """Spawn the process. Returns before it is warm."""
        self._open = True
        self._spawn()

    async def ready(self) -> None:
        """Wait until the process is warm.

        Raises Unavailable or Bug when it can't be started, or when it is closed meanwhile.
        """
        if not self._open or self._down_until is not None:
            raise self.why_down()
        if not self._warm:
            waiter = asyncio.get_running_loop().create_future()
            self._warm_waiters.add(waiter)
            try:
                await waiter
            finally:
                self._warm_waiters.discard(waiter)

    async def close(self) -> None:
        """Kill the process and wait for its end."""
        self._open = False
        self._warm = False
        self._unwatch()
        if self._restart is not None:
            self._restart.cancel()
        self._give_up()
        if self._child is not None:
            self._child.kill()
            await self._child.ended.wait()

    def wake(self) -> None:
        """There is work: try once more where the engine is down and has rested. Raises why it is down."""
        if not self._open:
            raise self.why_down()
        if self._down_until is None:
            return
        if asyncio.get_running_loop().time() < self._down_until:
            raise self.why_down()
        self._down_until = None
        self._deaths = START_ATTEMPTS - 1  # one attempt, then down again
        self._spawn()
        if self._down_until is not None:
            raise self.why_down()

    def send(self, command: Command) -> None:
        """To the process, where there is one, which is watched from a Submit to that job's end."""
        if self._child is None:
            return
        self._child.send(command)
        if isinstance(command, Submit):
            self._watch(self._timeout_seconds)

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
                self._on_warm()
            case Failed(job=None):
                log.error("The engine can't start: %s\n%s", event.to_error(), event.trace)
                self._start_failure = event
                if self._child is not None:
                    self._child.kill()
            case Progressed():
                self._deaths = 0
                self._watch(self._timeout_seconds)
                self._on_job_event(event)
            case Finished() | Failed() | Cancelled():
                self._deaths = 0
                self._unwatch()
                self._on_job_event(event)

    def _on_exit(self, exit_code: int | None) -> None:
        self._child = None
        self._warm = False
        self._unwatch()
        if not self._open:
            return
        if self._explains_death(exit_code):
            self._spawn()
        else:
            self._on_unexplained_death()

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
        self._give_up()

    def _spawn(self) -> None:
        self._restart = None
        self._start_failure = None
        try:
            self._child = self._spawn_child(on_event=self._on_event, on_exit=self._on_exit)
        except OSError:
            log.exception("The system gives no process for the engine")
            self._on_unexplained_death()
        else:
            self._watch(self._start_timeout_seconds)

    def _give_up(self) -> None:
        """End every wait for warmth, and all jobs, with the reason why the engine is down."""
        self._on_down()
        for waiter in self._warm_waiters:
            if not waiter.done():
                waiter.set_exception(self.why_down())

    def why_down(self) -> NightingaleError:
        """Unavailable, or what a process said of why it can't start."""
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
