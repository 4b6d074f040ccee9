"""A tutor that needs no model and does what the files in the weights folder say."""

import os
import time
from collections.abc import Generator
from pathlib import Path

from domain.errors import Reason, Unavailable
from domain.finetuning import Finetuned, Foreseen, ForeseeRequest, Learning, TeachRequest
from engine.rehearsal import Rehearsal

TOY_TUTOR = "tests.engine.toy_tutors:ToyTutor"


class ToyTutor(Rehearsal):
    """Counts as the rehearsal does, once it is let."""

    def __init__(self, weights: Path, device: str | None) -> None:
        self.weights = weights
        with (weights / "tutors").open("a") as log:
            log.write(f"{os.getpid()}\n")

    def foresee(self, request: ForeseeRequest) -> Generator[Learning | Foreseen, None, None]:
        if (self.weights / "blind").exists():
            raise ZeroDivisionError("a mistake in the toy")
        yield from super().foresee(request)

    def learn(self, request: TeachRequest) -> Generator[Learning | Finetuned, None, None]:
        if (self.weights / "hold").exists():
            yield Learning(fraction=0.25, loss=0.5, remaining_seconds=90)
        while (self.weights / "hold").exists():
            time.sleep(0.02)
            yield Learning(fraction=0.25, loss=0.5, remaining_seconds=90)
        if (self.weights / "stuck").exists():
            time.sleep(100)
        if (self.weights / "full").exists():
            raise Unavailable(Reason.DISK_FULL)
        if (self.weights / "broken").exists():
            raise ZeroDivisionError("a mistake in the toy")
        for step in super().learn(request):
            if (self.weights / "die").exists():
                if (self.weights / "once").exists():
                    (self.weights / "die").unlink()
                os._exit(1)
            yield step
