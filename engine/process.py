"""One engine process, from its start to its end.

    bot's process                                     |  engine process (spawned)
                                                      |
    event loop                     reader thread      |  commands thread      main thread
    ----------                     -------------      |  ---------------      -----------
    Engine (client.py), Supervisor                    |                       serve (worker.py)
      | Schedule: whose turn                          |                          | makes the Craft
      |                                               |                          v
      +-- Child.send ------------- commands pipe -----|-> recv --> inbox ------> one job at a time,
      |     Submit, Cancel                            |                          stepping its generator
      |                                               |                          |
      +<- call_soon_threadsafe --- recv <-------------|------ events pipe -------+
      |     on_event(Event)         |                 |     Ready, Progressed, Finished, Cancelled, Failed
      |                             |                 |
      +<- call_soon_threadsafe -----+ <---------------|------ sentinel: the process is gone
            on_exit(exit code)                        |
                                                      |
      Child.kill -------------------- SIGKILL --------|-> gone; also when the commands pipe closes,
                                                      |   and so when the bot's process dies

The two pipes are plain ones, each with one writer and one reader. A multiprocessing.Queue would add
a lock, which a killed child can take with it, and a semaphore to leak; and its reader would never
see the end of a message whose sender was killed halfway.

Knows nothing of jobs, turns and retries: a dead child stays dead, and `supervisor` makes a new one.
"""

import asyncio
import logging
import multiprocessing
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path

from engine.messages import Command, Event
from engine.worker import serve

_EXIT_SECONDS = 5.0
"""How long a child that has closed its pipe may take to exit before it is killed."""

log = logging.getLogger(__name__)


class Child:
    """A running engine process. Made and used in an event loop's thread, where callbacks come too.

    `on_event` gets each event in order; then `on_exit` once, with the exit code (negative: the
    signal that ended it), when the process is reaped and its pipes and thread are gone.
    """

    def __init__(
        self,
        *,
        craft: str,
        weights: Path,
        device: str | None,
        adapters: Path | None = None,
        on_event: Callable[[Event], None],
        on_exit: Callable[[int | None], None],
    ) -> None:
        """Spawn. Raises OSError where the system gives no process."""
        self.ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._on_event = on_event
        self._on_exit = on_exit
        spawn = multiprocessing.get_context("spawn")
        commands, self._commands = spawn.Pipe(duplex=False)
        self._events, events = spawn.Pipe(duplex=False)
        self._process = spawn.Process(
            target=serve,
            args=(commands, events),
            kwargs={"craft": craft, "weights": weights, "device": device, "adapters": adapters},
            name="engine",
            daemon=True,
        )
        try:
            with _interrupts_blocked():
                self._process.start()
        except BaseException:
            self._commands.close()
            self._events.close()
            raise
        finally:
            # The child has its own copies. Ours would keep the pipes open after its death.
            commands.close()
            events.close()
        self._reader = threading.Thread(target=self._read, name="engine events", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def send(self, command: Command) -> None:
        """Send a command. Does nothing when the child is gone: `on_exit` is on its way then."""
        with suppress(OSError):
            self._commands.send(command)

    def kill(self) -> None:
        """End the process now, whatever it does; `on_exit` follows."""
        if not self.ended.is_set():
            self._process.kill()

    def _read(self) -> None:
        """Bring events into the loop until the child has closed its end and exited (reader thread)."""
        with suppress(RuntimeError):  # the loop is closed: nobody is left to tell
            for event in _received(self._events, self._process.sentinel):
                self._loop.call_soon_threadsafe(self._on_event, event)
            wait([self._process.sentinel], timeout=_EXIT_SECONDS)
            self._loop.call_soon_threadsafe(self._reap)

    def _reap(self) -> None:
        self._process.kill()  # a no-op, unless it closed its pipe and then did not exit
        self._process.join()
        exit_code = self._process.exitcode
        self._reader.join()
        self._commands.close()
        self._events.close()
        self._process.close()
        self.ended.set()
        self._on_exit(exit_code)


def _received(events: Connection, sentinel: int) -> Generator[Event, None, None]:
    """Each event, up to the end of the pipe or, where something else holds it open, of the process."""
    try:
        while events in wait([events, sentinel]):
            yield events.recv()
    except (EOFError, OSError):
        return
    except Exception:
        log.exception("The engine process sent something unreadable")


@contextmanager
def _interrupts_blocked() -> Generator[None, None, None]:
    """Have a process that starts here be deaf to Ctrl-C from its first moment.

    It inherits this thread's signal mask. Without that, a Ctrl-C during the child's first tenths of
    a second, before `serve` ignores it, would print the child's trace over the parent's goodbye.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    # The tracker, started by the first spawn, would unblock the signal in the middle.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
