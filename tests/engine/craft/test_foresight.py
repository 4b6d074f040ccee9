"""What votes would change, told by the process that is started for it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from domain.finetuning import Aspect, Foreseen, ForeseeRequest, Learning, RatedWork
from domain.requests import ComposeRequest
from domain.score import Mode
from engine.craft.foresight import Foresight
from engine.craft.midi_files import midi_bytes
from tests.cogs.toys import TUNE


def work(work_id: int) -> RatedWork:
    """Half of them are in minor, and nine tenths of those are liked."""
    minor = work_id % 2 == 0
    score = replace(TUNE, key=replace(TUNE.key, mode=Mode.MINOR if minor else Mode.MAJOR))
    liked = minor != (work_id % 10 == 0)
    request = ComposeRequest(style="rnn", seed=work_id, genre="reel")
    made = b"MThd, and no more" if work_id == 1 else midi_bytes(score)
    approval = 1.0 if liked else -1.0
    return RatedWork(work_id=work_id, request=request, made=made, approval=approval, voters=2, parts=1)


def test_a_taste_is_told_from_the_files_and_nothing_from_none(tmp_path: Path):
    works = tuple(map(work, range(40)))
    *steps, last = Foresight(tmp_path).foresee(ForeseeRequest(works=works))
    assert [step.fraction for step in steps if isinstance(step, Learning)] == [at / 40 for at in range(40)]
    assert isinstance(last, Foreseen)
    assert last.changes[0].aspect is Aspect.MINOR
    assert last.accuracy > 0.8
    assert list(Foresight(tmp_path).foresee(ForeseeRequest(works=()))) == [Foreseen(changes=(), accuracy=0.5)]


def test_it_answers_soon_as_it_loads_no_torch():
    script = "import sys, engine.craft.foresight; print('torch' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
