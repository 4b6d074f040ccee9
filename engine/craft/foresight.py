"""The process that says what votes would change, before anything is learned from them.

The child process's side. Fits what is fitted in an instant, of the notes alone, so it loads neither torch nor
any weights and answers within a second or two.
"""

from collections.abc import Generator
from pathlib import Path

from domain.finetuning import Foreseen, ForeseeRequest, Learning, Lesson
from engine.craft.lessons import among, lesson_of
from training.finetuning.changes import changes_of
from training.finetuning.leaning import fit_leaning
from training.finetuning.preferences import accuracy, pairs_of


class Foresight:
    """See `engine.worker.Foreseeing`."""

    def __init__(self, weights: Path, device: str | None = None) -> None:
        """Nothing is loaded."""

    def warm_up(self) -> None:
        """Nothing is warm."""

    def foresee(self, request: ForeseeRequest) -> Generator[Learning | Foreseen, None, None]:
        """How far the reading is, work by work, and what would change; nothing where nothing can be told."""
        lessons: list[Lesson] = []
        for number, work in enumerate(request.works):
            yield Learning(fraction=number / len(request.works))
            lesson = lesson_of(work)
            lessons += [] if lesson is None else [lesson]
        preferred = among(lessons, request.preferred)
        fitted = fit_leaning(lessons, preferred)
        expected = [fitted.expected.get(lesson.work_id, 0.0) for lesson in lessons]
        yield Foreseen(
            changes=() if fitted.leaning is None else changes_of(fitted.leaning),
            accuracy=accuracy(expected, pairs_of(lessons, preferred)),
        )
