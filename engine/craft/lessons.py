"""The lessons in what the library has: notes read back from the clips' files. Imports no torch."""

import logging
from collections.abc import Collection, Sequence

from domain.errors import BadRequest
from domain.finetuning import Lesson, Preferred, RatedWork
from engine.intake.clip_files import composition_of, read_score

log = logging.getLogger(__name__)


def lesson_of(work: RatedWork) -> Lesson | None:
    """The lesson, or None where the clip's file is damaged."""
    made = work.made
    if isinstance(made, bytes):
        try:
            made = composition_of(read_score(made), work.parts)
        except BadRequest:
            log.warning("the MIDI file of #%d can't be read; it is no lesson", work.work_id)
            return None
    return Lesson(
        work_id=work.work_id,
        request=work.request,
        made=made,
        approval=work.approval,
        voters=work.voters,
    )


def among(lessons: Collection[Lesson], preferred: Sequence[Preferred]) -> tuple[Preferred, ...]:
    """The picks between two of these lessons."""
    known = {lesson.work_id for lesson in lessons}
    return tuple(each for each in preferred if {each.liked_id, each.disliked_id} <= known)
