"""Reads MIDI files, recordings and typed notes, each in a fenced process that can't do harm or hang.

    caller's process                          |  python -m engine.intake.fence
                                              |
    read_upload, read_clip, read_notes,       |
    read_recording, read_sound                |
      |   waits for its turn, two at a time   |
      +-- stdin: question, file --------------|--> confined: 1 GB, 5 s of CPU (of sound 1.5 GB, 15 s),
      |                                       |      no files, no core
      |                                       |      parser, limits, grid, key
      +<- stdout: one JSON answer ------------|<--- score or refusal
      +<- stderr: for the log                 |
      +-- SIGKILL to its group, by the clock -|-> gone, and reaped, also when the caller is cancelled

Knows no parser: what a file holds is the fence's matter. Nothing here is kept between calls but turns.
"""

import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import cast, overload
from weakref import WeakKeyDictionary

from domain.errors import BadRequest, Bug, Reason, Unavailable
from domain.judgements import Recording
from engine.intake.messages import (
    ClipQuestion,
    Intake,
    NotesQuestion,
    Question,
    RecordingQuestion,
    SoundQuestion,
    UploadQuestion,
    read_answer,
    write_question,
)
from engine.intake.names import clean_name, title_of

MAX_BYTES = 1_000_000
"""Of an upload; larger ones are refused unread."""

MAX_RECORDING_BYTES = 25_000_000
"""Of a recording; two minutes of CD sound have 21 MB."""

MAX_NOTES_LENGTH = 20_000
"""Characters of typed notes."""

WAIT_SECONDS = 10.0
"""How long one file may take: by the clock, where the fence itself counts its own CPU time."""

LISTEN_SECONDS = 30.0
"""The same of a recording."""

MAX_READING = 2
MAX_WAITING = 20
"""How many processes there are at a time, and how many callers wait for one before more are refused."""

_MODULE = "engine.intake.fence"
_ROOT = Path(__file__).parents[2]
_BROKEN = 70
_MAX_ANSWER_BYTES = 16_000_000
_MAX_TRACE_BYTES = 20_000
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")

log = logging.getLogger(__name__)


class _Turns:
    """Who reads now, and how many wait; one of these an event loop."""

    def __init__(self) -> None:
        self.free = asyncio.Semaphore(MAX_READING)
        self.waiting = 0


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, _Turns] = WeakKeyDictionary()


async def read_upload(content: bytes, *, name: str) -> Intake:
    """The composition in a stranger's MIDI file, titled after the file's `name`, and what it left out.

    Raises BadRequest with a reason to tell, Unavailable where no process can be had, Bug where ours fails.
    """
    if not content:
        raise BadRequest(Reason.MIDI_EMPTY)
    if len(content) > MAX_BYTES:
        raise BadRequest(Reason.MIDI_TOO_BIG, value=len(content) // 1000, limit=MAX_BYTES // 1000)
    return await _ask(UploadQuestion(title_of(name)), content)


async def read_clip(midi: bytes, *, parts: int | None) -> Intake:
    """The composition in a clip's own MIDI file, without accompaniment, drums and dynamics; untitled.

    `parts` is how many of its tracks, from the first, were composed; None where the recipe does not say.
    Raises BadRequest (CLIP_UNREADABLE) for a damaged file, else as `read_upload`.
    """
    return await _ask(ClipQuestion(parts), midi)


async def read_notes(text: str, *, title: str) -> Intake:
    """The composition in typed notes (`C4 E4 G4:2`) or ABC, called `title`; see `engine.intake.notes`.

    Raises BadRequest (NOTES_..., ABC_...), the place named that can't be read; else as `read_upload`.
    """
    if not text.strip():
        raise BadRequest(Reason.NOTES_EMPTY)
    if len(text) > MAX_NOTES_LENGTH:
        raise BadRequest(Reason.NOTES_TOO_LONG, value=len(text), limit=MAX_NOTES_LENGTH)
    return await _ask(NotesQuestion(clean_name(title)), text.encode(errors="replace"))


async def read_recording(content: bytes, *, name: str) -> Intake:
    """The melody in a stranger's recording (WAV, FLAC, OGG, Opus, MP3), titled after the file's `name`.

    Raises BadRequest (NOT_A_RECORDING, RECORDING_...), where no melody is heard too; else as `read_upload`.
    """
    _check_recording(content)
    return await _ask(RecordingQuestion(title_of(name)), content)


async def read_sound(content: bytes, *, name: str) -> Recording:
    """All that is heard in a stranger's recording, to be judged; raises as `read_recording`."""
    _check_recording(content)
    return await _ask(SoundQuestion(title_of(name)), content)


def _check_recording(content: bytes) -> None:
    if not content:
        raise BadRequest(Reason.RECORDING_EMPTY)
    if len(content) > MAX_RECORDING_BYTES:
        limit = MAX_RECORDING_BYTES // 1000
        raise BadRequest(Reason.RECORDING_TOO_BIG, value=len(content) // 1000, limit=limit)


@overload
async def _ask(question: SoundQuestion, content: bytes) -> Recording: ...


@overload
async def _ask(
    question: UploadQuestion | ClipQuestion | NotesQuestion | RecordingQuestion, content: bytes
) -> Intake: ...


async def _ask(question: Question, content: bytes) -> Intake | Recording:
    turns = _turns.setdefault(asyncio.get_running_loop(), _Turns())
    if turns.waiting >= MAX_WAITING:
        raise Unavailable(Reason.READER_BUSY)
    turns.waiting += 1
    try:
        await turns.free.acquire()
    finally:
        turns.waiting -= 1
    try:
        listening = isinstance(question, RecordingQuestion | SoundQuestion)
        seconds = LISTEN_SECONDS if listening else WAIT_SECONDS
        return await _read_fenced(write_question(question, content), seconds)
    finally:
        turns.free.release()


async def _read_fenced(question: bytes, seconds: float) -> Intake | Recording:
    """One process's life. It is gone when this returns, raises or is cancelled."""
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            _MODULE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=_ROOT,
            env=_environment(),
            start_new_session=True,  # a group of its own to kill, which Ctrl-C does not reach
        )
    except OSError as error:
        log.warning("No process to read a file in", exc_info=True)
        raise Unavailable(Reason.READER_DOWN) from error
    try:
        async with asyncio.timeout(seconds):
            answer, trace = await _talk(process, question)
    except TimeoutError as error:
        log.warning("Reading a file took more than %g s by the clock", seconds)
        raise BadRequest(Reason.MIDI_TOO_COSTLY) from error
    finally:
        await _end(process)
    return _understood(process.returncode, answer, trace.decode(errors="replace"))


async def _talk(process: asyncio.subprocess.Process, question: bytes) -> tuple[bytes, bytes]:
    """Send the question; what it wrote to stdout and stderr until it ended."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_send(cast("asyncio.StreamWriter", process.stdin), question))
        outputs = cast("asyncio.StreamReader", process.stdout), cast("asyncio.StreamReader", process.stderr)
        answer = tasks.create_task(_received(outputs[0], most=_MAX_ANSWER_BYTES))
        trace = tasks.create_task(_received(outputs[1], most=_MAX_TRACE_BYTES))
        tasks.create_task(process.wait())
    return answer.result(), trace.result()


async def _send(stream: asyncio.StreamWriter, question: bytes) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):  # its exit code tells why it did not listen
        stream.write(question)
        await stream.drain()
    stream.close()


async def _received(stream: asyncio.StreamReader, *, most: int) -> bytes:
    """All that comes, but no more of it kept than that."""
    kept = bytearray()
    while chunk := await stream.read(1 << 16):
        kept += chunk[: most - len(kept)]
    return bytes(kept)


async def _end(process: asyncio.subprocess.Process) -> None:
    """See the process and its pipes to their end; by force, if it still lives."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
    await process.communicate()


def _understood(code: int | None, answer: bytes, trace: str) -> Intake | Recording:
    if code == 0:
        try:
            return read_answer(answer)
        except ValueError:
            log.warning("The fence gave %d bytes that are no answer", len(answer))
            raise BadRequest(Reason.MIDI_TOO_COSTLY) from None
    if code is not None and code < 0:
        # Out of time, out of memory, or brought down by what it read: all of them the file's doing.
        log.warning("Reading a file ended by signal %d. %s", -code, trace)
        raise BadRequest(Reason.MIDI_TOO_COSTLY)
    if code == _BROKEN:
        raise Bug(trace)
    log.error("The fence could not start (exit code %s). %s", code, trace)
    raise Unavailable(Reason.READER_DOWN)


def _environment() -> dict[str, str]:
    """Neither secrets nor settings; one thread, as more cost memory for nothing."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | {
        "PYTHONPATH": str(_ROOT),
        "PYTHONUTF8": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
