"""The engine process's main loop, and the one door to the craft.

Takes jobs one at a time, steps their generators and reports each step. Knows nothing of owners,
queues or retries. The craft comes by its dotted name, so that this module, which the parent
imports to name `serve`, loads neither torch nor numpy, and so that tests can bring a toy.
"""

import faulthandler
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Generator
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol, cast

from domain.clips import Clip, Progress
from domain.finetuning import Finetuned, Foreseen, ForeseeRequest, Learning, TeachRequest
from domain.judgements import Judgement, JudgeRequest
from domain.playings import Playing, PlayRequest
from domain.requests import ComposeRequest
from domain.sheets import Sheet, SheetRequest
from domain.song_requests import SongRequest
from domain.transformations import (
    AccompanyRequest,
    BlendRequest,
    RestyleRequest,
    Transformation,
    VaryRequest,
)
from domain.verses import LyricsRequest, Verse
from engine.messages import (
    Cancel,
    Cancelled,
    Command,
    Failed,
    Finished,
    Progressed,
    Ready,
    Request,
    Result,
    Submit,
)

CRAFT = "engine.craft.workshop:Workshop"

Inbox = queue.SimpleQueue[Command]


class Craft(Protocol):
    """What `craft` has to name: a class taking (weights, device, adapters) that loads its models.

    The last is left out where there is no folder of adapters.

    It has a method for each kind of request. All yield Progress at each step and, last, the result;
    they are closed at a step when the job is cancelled.
    """

    def warm_up(self) -> None: ...

    def compose(self, request: ComposeRequest) -> Generator[Progress | Clip, None, None]: ...

    def transform(self, request: Transformation) -> Generator[Progress | Clip, None, None]: ...

    def write(self, request: LyricsRequest) -> Generator[Progress | Verse, None, None]: ...

    def sing(self, request: SongRequest) -> Generator[Progress | Clip, None, None]: ...

    def engrave(self, request: SheetRequest) -> Generator[Progress | Sheet, None, None]: ...

    def play(self, request: PlayRequest) -> Generator[Progress | Playing, None, None]: ...

    def judge(self, request: JudgeRequest) -> Generator[Progress | Judgement, None, None]: ...


class Teaching(Protocol):
    """What `craft` names in the tutor's process (see `engine.tutor`): as Craft, with one kind of request."""

    def warm_up(self) -> None: ...

    def learn(self, request: TeachRequest) -> Generator[Learning | Finetuned, None, None]: ...


class Foreseeing(Protocol):
    """What `craft` names in the process that foresees (see `engine.tutor`)."""

    def warm_up(self) -> None: ...

    def foresee(self, request: ForeseeRequest) -> Generator[Learning | Foreseen, None, None]: ...


Steps = Generator[Progress | Learning | Result, None, None]


def begin(craft: Craft, request: Request) -> Steps:  # noqa: PLR0911  one a kind of request
    """The steps of the job that a request asks for."""
    match request:
        case TeachRequest():
            return cast(Teaching, craft).learn(request)
        case ForeseeRequest():
            return cast(Foreseeing, craft).foresee(request)
        case ComposeRequest():
            return craft.compose(request)
        case LyricsRequest():
            return craft.write(request)
        case SongRequest():
            return craft.sing(request)
        case SheetRequest():
            return craft.engrave(request)
        case JudgeRequest():
            return craft.judge(request)
        case PlayRequest():
            return craft.play(request)
        case BlendRequest() | VaryRequest() | AccompanyRequest() | RestyleRequest():
            return craft.transform(request)


def serve(
    commands: Connection,
    events: Connection,
    *,
    craft: str,
    weights: Path,
    device: str | None,
    adapters: Path | None = None,
) -> None:
    """Run until the parent closes `commands`; return early only when the craft can't be made."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group; the parent ends this process
    if sys.stderr:
        faulthandler.enable()  # a segfault leaves its trace in the log
    inbox = _listen(commands)
    began = time.monotonic()
    try:
        folders = () if adapters is None else (adapters,)
        made: Craft = resolve_name(craft)(weights, device, *folders)
        made.warm_up()
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - reported with its trace
        events.send(Failed.from_error(error, job=None))
        return
    events.send(Ready(time.monotonic() - began))
    while True:
        command = inbox.get()
        if isinstance(command, Submit):
            _run(command, made, inbox, events)


def _listen(commands: Connection) -> Inbox:
    """Move commands into a queue as they come, and end the process with the parent.

    The pipe's end means that the parent closed it or died. Leaving from this thread works in the
    middle of a step too, so no orphan composes on.
    """
    inbox: Inbox = queue.SimpleQueue()

    def listen() -> None:
        while True:
            try:
                inbox.put(commands.recv())
            except (EOFError, OSError):
                os._exit(0)

    threading.Thread(target=listen, name="commands", daemon=True).start()
    return inbox


def _run(submit: Submit, craft: Craft, inbox: Inbox, events: Connection) -> None:
    """Run one job and report its end. A MemoryError ends the process: a fresh one may have room."""
    try:
        with closing(begin(craft, submit.request)) as steps:
            end = _step_through(submit.job, steps, inbox, events)
        events.send(end)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - reported with its trace
        events.send(Failed.from_error(error, job=submit.job))


def _step_through(
    job: int,
    steps: Steps,
    inbox: Inbox,
    events: Connection,
) -> Finished | Cancelled:
    """Report each step and return the last event, which is to be sent once the steps are closed."""
    for step in steps:
        if not isinstance(step, Progress | Learning):
            return Finished(job, step)
        # Nothing but cancels comes while a job runs; one of another job is late and means nothing.
        while not inbox.empty():
            if inbox.get() == Cancel(job):
                return Cancelled(job)
        events.send(Progressed(job, step))
    raise RuntimeError("the job ended without a result")
