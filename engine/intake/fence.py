"""The fenced process: reads one file from standard input, answers with one JSON document, and ends.

    python -m engine.intake.fence

It has little memory and time, writes no file and leaves no core dump. Knows nothing of who asks.
"""

import os
import signal
import sys
import traceback

from domain.errors import BadRequest, Reason
from engine.intake.clip_files import composition_of, read_score
from engine.intake.messages import (
    ClipQuestion,
    Intake,
    Question,
    UploadQuestion,
    read_question,
    write_answer,
)
from engine.intake.uploads import take_upload

try:
    import resource
except ImportError:  # Windows has none: there the caller's clock is the fence
    resource = None

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 5
LIFE_SECONDS = 30
"""Longer than any caller waits, for the case that the caller is gone."""

BROKEN = 70
"""The exit code for a fault of ours (EX_SOFTWARE in BSD's sysexits)."""


def main() -> int:
    """The exit code: 0 wherever there is an answer, be it a refusal."""
    # What a library prints goes to the log, not into the answer.
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    confine()
    try:
        written = write_answer(_outcome(*read_question(sys.stdin.buffer.read())))
    except Exception:  # noqa: BLE001 - the caller logs it
        traceback.print_exc()
        return BROKEN
    with os.fdopen(answers, "wb") as stream:
        stream.write(written)
    return 0


def confine() -> None:
    """Set this process's limits, for good."""
    if resource is None:
        return
    signal.alarm(LIFE_SECONDS)
    for kind, soft, hard in (
        (resource.RLIMIT_AS, MEMORY_BYTES, MEMORY_BYTES),
        # The soft limit's signal says what it was; the hard one just kills.
        (resource.RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        _, before = resource.getrlimit(kind)
        if before != resource.RLIM_INFINITY:
            soft, hard = min(soft, before), min(hard, before)  # noqa: PLW2901 - nobody may raise a limit
        resource.setrlimit(kind, (soft, hard))


def _outcome(question: Question, content: bytes) -> Intake | BadRequest:
    try:
        match question:
            case UploadQuestion(title):
                return take_upload(content, title=title)
            case ClipQuestion(parts):
                return _take_clip(content, parts)
    except BadRequest as error:
        return error
    except MemoryError:
        return BadRequest(Reason.MIDI_TOO_COSTLY)


def _take_clip(midi: bytes, parts: int | None) -> Intake:
    try:
        return Intake(composition_of(read_score(midi), parts), title="")
    except BadRequest as error:
        raise BadRequest(Reason.CLIP_UNREADABLE) from error


if __name__ == "__main__":
    sys.exit(main())
