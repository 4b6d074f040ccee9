"""The fenced process: reads one file from standard input, answers with one JSON document, and ends.

    python -m engine.intake.fence

It has little memory and time, writes no file and leaves no core dump. Knows nothing of who asks.
"""

import os
import signal
import sys
import traceback

from domain.errors import BadRequest, Reason
from domain.judgements import Recording
from engine.intake.clip_files import composition_of, read_score
from engine.intake.messages import (
    ClipQuestion,
    Intake,
    NotesQuestion,
    Question,
    RecordingQuestion,
    SoundQuestion,
    UploadQuestion,
    read_question,
    write_answer,
)
from engine.intake.notes import take_notes
from engine.intake.uploads import take_upload

try:
    import resource
except ImportError:  # Windows has none: there the caller's clock is the fence
    resource = None

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 5
LISTENING_MEMORY_BYTES = 3 << 29
LISTENING_CPU_SECONDS = 15
"""What a minute of sound may cost, where notes cost next to nothing."""

LIFE_SECONDS = 60
"""Longer than any caller waits, for the case that the caller is gone."""

BROKEN = 70
"""The exit code for a fault of ours (EX_SOFTWARE in BSD's sysexits)."""


def main() -> int:
    """The exit code: 0 wherever there is an answer, be it a refusal."""
    # What a library prints goes to the log, not into the answer.
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        question, content = read_question(sys.stdin.buffer.read())
        confine(listening=isinstance(question, RecordingQuestion | SoundQuestion))
        written = write_answer(_outcome(question, content))
    except Exception:  # noqa: BLE001 - the caller logs it
        traceback.print_exc()
        return BROKEN
    with os.fdopen(answers, "wb") as stream:
        stream.write(written)
    return 0


def confine(*, listening: bool = False) -> None:
    """Set this process's limits, for good."""
    if resource is None:
        return
    memory_bytes = LISTENING_MEMORY_BYTES if listening else MEMORY_BYTES
    cpu_seconds = LISTENING_CPU_SECONDS if listening else CPU_SECONDS
    signal.alarm(LIFE_SECONDS)
    for kind, soft, hard in (
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        # The soft limit's signal says what it was; the hard one just kills.
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        _, before = resource.getrlimit(kind)
        if before != resource.RLIM_INFINITY:
            soft, hard = min(soft, before), min(hard, before)  # noqa: PLW2901 - nobody may raise a limit
        resource.setrlimit(kind, (soft, hard))


def _outcome(  # noqa: PLR0911  one return a kind of question
    question: Question, content: bytes
) -> Intake | Recording | BadRequest:
    try:
        match question:
            case UploadQuestion(title):
                return take_upload(content, title=title)
            case ClipQuestion(parts):
                return _take_clip(content, parts)
            case NotesQuestion(title):
                return take_notes(content.decode(), title=title)
            case RecordingQuestion(title):
                # Loading what listens costs more than reading a file.
                from engine.intake.listening import take_recording  # noqa: PLC0415

                return take_recording(content, title=title)
            case SoundQuestion(title):
                from engine.intake.sounds import take_sound  # noqa: PLC0415

                return take_sound(content, title=title)
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
