"""What crosses between the bot's process and the engine's: frozen values, both ways.

An error crosses as `Failed`, never as an exception object: an exception whose constructor wants
keyword arguments cannot be unpickled, and one defined in the craft would pull torch into the bot.
"""

import traceback
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from domain.clips import Progress, Work
from domain.errors import BadRequest, Bug, NightingaleError, Reason, Unavailable
from domain.finetuning import Finetuned, Foreseen, ForeseeRequest, Learning, TeachRequest
from domain.judgements import Judgement, JudgeRequest
from domain.playings import Playing, PlayRequest
from domain.requests import WorkRequest
from domain.sheets import Sheet, SheetRequest

Request = WorkRequest | SheetRequest | PlayRequest | JudgeRequest | TeachRequest | ForeseeRequest
"""What can be asked of the engine, and, the last two, of the tutor.

A new kind of job is added here and to Result, to `worker.Craft` and `worker.begin`, and as a method of
`client.Engine`.
"""

Result = Work | Sheet | Playing | Judgement | Finetuned | Foreseen
"""What jobs end in: a Sheet for a SheetRequest, a Playing for a PlayRequest, a Judgement for a JudgeRequest,
a Verse for a LyricsRequest, Finetuned for a TeachRequest, Foreseen for a ForeseeRequest, a Clip for all
others.
"""


@dataclass(frozen=True, slots=True)
class Submit:
    """Do this. Sent only to a child that has said Ready and has ended the job before."""

    job: int
    request: Request


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop this job at its next step. Meaningless, and ignored, when it has ended meanwhile."""

    job: int


Command = Submit | Cancel


@dataclass(frozen=True, slots=True)
class Ready:
    """The models are loaded and warm, `seconds` after the child's main loop began."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Progressed:
    job: int
    progress: Progress | Learning


@dataclass(frozen=True, slots=True)
class Finished:
    job: int
    result: Result


@dataclass(frozen=True, slots=True)
class Cancelled:
    job: int


class Kind(StrEnum):
    """Which error of `domain.errors` a failure is."""

    BAD_REQUEST = "bad request"
    UNAVAILABLE = "unavailable"
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class Failed:
    """A job that ended in an error, or, where `job` is None, a child that could not start."""

    job: int | None
    kind: Kind
    reason: Reason
    values: dict[str, str | int | float]
    trace: str

    @classmethod
    def from_error(cls, error: Exception, *, job: int | None) -> Self:
        """Flatten an error; whatever is not a number becomes text."""
        match error:
            case BadRequest():
                kind = Kind.BAD_REQUEST
            case Unavailable():
                kind = Kind.UNAVAILABLE
            case _:
                kind = Kind.BUG
        reason, values = Reason.BUG, dict[str, str | int | float]()
        if isinstance(error, NightingaleError):
            reason = error.reason
            for name, value in error.values.items():
                values[name] = value if isinstance(value, int | float) else str(value)
        return cls(job, kind, reason, values, "".join(traceback.format_exception(error)))

    def to_error(self) -> NightingaleError:
        """A new error to raise here; its note shows the child's trace wherever it is logged."""
        match self.kind:
            case Kind.BAD_REQUEST:
                error = BadRequest(self.reason, **self.values)
            case Kind.UNAVAILABLE:
                error = Unavailable(self.reason, **self.values)
            case Kind.BUG:
                error = Bug(self.trace)
        error.add_note(f"In the engine process:\n{self.trace}")
        return error


Event = Ready | Progressed | Finished | Cancelled | Failed
