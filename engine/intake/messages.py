"""What goes into the fence and what comes out: a question before the file's content, one JSON answer.

Knows neither processes nor MIDI.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any

from domain.errors import BadRequest, Reason
from domain.judgements import Recording
from domain.remarks import Remark
from domain.score import Score
from domain.score_json import score_from_plain, score_to_plain


@dataclass(frozen=True, slots=True)
class UploadQuestion:
    """A stranger's file, called `title`, to be made a composition."""

    title: str


@dataclass(frozen=True, slots=True)
class ClipQuestion:
    """A clip's own file. The first `parts` tracks are its composition; None where nobody noted how many."""

    parts: int | None


@dataclass(frozen=True, slots=True)
class NotesQuestion:
    """Notes that somebody typed (UTF-8), called `title`, to be made a composition."""

    title: str


@dataclass(frozen=True, slots=True)
class RecordingQuestion:
    """A stranger's recording, called `title`: the melody in it is to be made a composition."""

    title: str


@dataclass(frozen=True, slots=True)
class SoundQuestion:
    """A stranger's recording, called `title`: all that sounds in it is to be judged."""

    title: str


Question = UploadQuestion | ClipQuestion | NotesQuestion | RecordingQuestion | SoundQuestion

_TITLED: dict[str, type[UploadQuestion | NotesQuestion | RecordingQuestion | SoundQuestion]] = {
    "sound": SoundQuestion,
    "upload": UploadQuestion,
    "notes": NotesQuestion,
    "recording": RecordingQuestion,
}


@dataclass(frozen=True, slots=True)
class Intake:
    """A composition to work on: at most four pitched parts, on the grid, in one metre, tempo and key.

    `left_out` says what the file had and this has not.
    """

    score: Score
    title: str
    left_out: tuple[Remark, ...] = ()


def write_question(question: Question, content: bytes) -> bytes:
    """One line of JSON, then the file."""
    if isinstance(question, ClipQuestion):
        plain: dict[str, Any] = {"kind": "clip", "parts": question.parts}
    else:
        kind = next(kind for kind, asked in _TITLED.items() if isinstance(question, asked))
        plain = {"kind": kind, "title": question.title}
    return json.dumps(plain).encode() + b"\n" + content


def read_question(written: bytes) -> tuple[Question, bytes]:
    """The question and the file's content."""
    line, _, content = written.partition(b"\n")
    plain: dict[str, Any] = json.loads(line)
    if plain["kind"] == "clip":
        return ClipQuestion(plain["parts"]), content
    return _TITLED[plain["kind"]](plain["title"]), content


def write_answer(outcome: Intake | Recording | BadRequest) -> bytes:
    """A JSON document."""
    if isinstance(outcome, BadRequest):
        return json.dumps({"refused": outcome.reason, "values": outcome.values}).encode()
    remarks = [remark.to_plain() for remark in outcome.left_out]
    if isinstance(outcome, Recording):
        levels = {
            "semitones": base64.b64encode(outcome.semitones).decode(),
            "mel": base64.b64encode(outcome.mel).decode(),
        }
        return json.dumps(
            {"title": outcome.title, "seconds": outcome.seconds, "left_out": remarks, **levels}
        ).encode()
    plain = {"score": score_to_plain(outcome.score), "title": outcome.title, "left_out": remarks}
    return json.dumps(plain, separators=(",", ":")).encode()


def read_answer(written: bytes) -> Intake | Recording:
    """What was taken in: a Recording for a SoundQuestion.

    Raises BadRequest where it was refused, ValueError where this is no answer.
    """
    try:
        plain: dict[str, Any] = json.loads(written)
        if "refused" in plain:
            refusal = BadRequest(Reason(plain["refused"]), **plain["values"])
        else:
            left_out = tuple(Remark.from_plain(remark) for remark in plain["left_out"])
            if "semitones" in plain:
                return Recording(
                    title=plain["title"],
                    seconds=float(plain["seconds"]),
                    semitones=base64.b64decode(plain["semitones"], validate=True),
                    mel=base64.b64decode(plain["mel"], validate=True),
                    left_out=left_out,
                )
            return Intake(score_from_plain(plain["score"]), plain["title"], left_out)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("not an answer") from error
    raise refusal
