"""The tutor with real processes: turns, deaths, cancelling, and what is gone on with."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from domain.clips import Progress, Stage
from domain.errors import Bug, NightingaleError, Reason, Unavailable
from domain.finetuning import Finetuned, Foreseen, ForeseeRequest, Learning, Teachable, TeachRequest
from engine.rehearsal import STEPS, rehearsed
from engine.tutor import News, Tutor
from tests.engine.toy_tutors import TOY_TUTOR


@pytest.fixture
async def tutor(tmp_path: Path) -> AsyncIterator[Tutor]:
    async with Tutor(weights=tmp_path, craft=TOY_TUTOR, cancel_seconds=1.0) as opened:
        yield opened


def request(tmp_path: Path, seed: int = 1) -> TeachRequest:
    return TeachRequest(teachable=Teachable.RNN, works=(), seed=seed, run=str(tmp_path / f"run-{seed}"))


async def once(condition: Callable[[], bool]) -> None:
    while True:
        if condition():
            return
        await asyncio.sleep(0.01)


async def heard(tutor: Tutor, wanted: TeachRequest) -> list[News]:
    return [step async for step in tutor.learn(wanted)]


async def until_learning(tutor: Tutor, wanted: TeachRequest) -> "asyncio.Task[list[News]]":
    """A task that learns, once its process does."""
    task = asyncio.create_task(heard(tutor, wanted))
    await once(lambda: tutor.pid is not None and Path(wanted.run).exists())
    return task


async def test_it_says_how_far_it_is_and_what_came_of_it_and_leaves_no_process(tmp_path: Path, tutor: Tutor):
    *steps, last = await heard(tutor, request(tmp_path))
    assert last == rehearsed(1)
    assert [step.fraction for step in steps if isinstance(step, Learning)] == [
        step / STEPS for step in range(STEPS)
    ]
    [pid] = map(int, (tmp_path / "tutors").read_text().split())
    assert tutor.pid is None
    assert not psutil.pid_exists(pid)


async def test_a_killed_process_goes_on_from_its_checkpoint(tmp_path: Path, tutor: Tutor):
    task = await until_learning(tutor, request(tmp_path))
    await once((tmp_path / "run-1" / "count").exists)
    assert tutor.pid is not None
    psutil.Process(tutor.pid).kill()
    steps = await task
    assert steps[-1] == rehearsed(1)
    fractions = [step.fraction for step in steps if isinstance(step, Learning)]
    assert fractions == sorted(fractions)
    assert len((tmp_path / "tutors").read_text().split()) == 2


async def test_one_learns_at_a_time_and_the_others_are_told_their_places(tmp_path: Path, tutor: Tutor):
    (tmp_path / "hold").touch()
    first = asyncio.create_task(heard(tutor, request(tmp_path, 1)))
    await once(lambda: tutor.pid is not None)
    second, third = [asyncio.create_task(heard(tutor, request(tmp_path, seed))) for seed in (2, 3)]
    await asyncio.sleep(0.1)
    second.cancel()
    (tmp_path / "hold").unlink()
    assert (await first)[-1] == rehearsed(1)
    places = [step for step in await third if isinstance(step, Progress)]
    assert places == [Progress(Stage.QUEUED, position=2), Progress(Stage.QUEUED, position=1)]
    with pytest.raises(asyncio.CancelledError):
        await second
    assert len((tmp_path / "tutors").read_text().split()) == 2


@pytest.mark.parametrize("file", ["hold", "stuck"])
async def test_leaving_it_stops_it_whatever_it_does(tmp_path: Path, tutor: Tutor, file: str):
    (tmp_path / file).touch()
    task = asyncio.create_task(heard(tutor, request(tmp_path)))
    await once((tmp_path / "tutors").exists)
    await asyncio.sleep(0.2)
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 5
    assert tutor.pid is None


async def raised(tutor: Tutor, wanted: TeachRequest) -> NightingaleError:
    with pytest.raises(NightingaleError) as error:
        await heard(tutor, wanted)
    return error.value


async def test_a_process_that_dies_again_and_again_is_given_up(tmp_path: Path, tutor: Tutor):
    (tmp_path / "die").touch()
    assert (await raised(tutor, request(tmp_path))).reason is Reason.TUTOR_DIED
    assert len((tmp_path / "tutors").read_text().split()) == 3
    (tmp_path / "once").touch()
    assert (await heard(tutor, request(tmp_path)))[-1] == rehearsed(1)


async def test_silence_counts_as_death(tmp_path: Path):
    (tmp_path / "stuck").touch()
    async with Tutor(weights=tmp_path, craft=TOY_TUTOR, timeout_seconds=0.3) as tutor:
        assert (await raised(tutor, request(tmp_path))).reason is Reason.TUTOR_DIED


@pytest.mark.parametrize(("file", "kind"), [("full", Unavailable), ("broken", Bug)])
async def test_errors_come_as_they_are(tmp_path: Path, tutor: Tutor, file: str, kind: type[NightingaleError]):
    (tmp_path / file).touch()
    assert isinstance(await raised(tutor, request(tmp_path)), kind)
    (tmp_path / file).unlink()
    assert isinstance((await heard(tutor, request(tmp_path)))[-1], Finetuned)


async def test_foreseeing_waits_for_nobody_and_ends_with_the_tutor(tmp_path: Path):
    (tmp_path / "hold").touch()
    async with Tutor(weights=tmp_path, craft=TOY_TUTOR, foresight=TOY_TUTOR) as tutor:
        learning = asyncio.create_task(heard(tutor, request(tmp_path)))
        await once(lambda: tutor.pid is not None)
        *_, last = [step async for step in tutor.foresee(ForeseeRequest(works=()))]
        assert isinstance(last, Foreseen)
        assert not learning.done()
        learning.cancel()
    with pytest.raises(Unavailable, match="shut down"):
        await anext(tutor.foresee(ForeseeRequest(works=())))


async def test_closing_leaves_nothing_running(tmp_path: Path):
    (tmp_path / "hold").touch()
    tutor = Tutor(weights=tmp_path, craft=TOY_TUTOR)
    tasks = [asyncio.create_task(heard(tutor, request(tmp_path, seed))) for seed in (1, 2)]
    await once((tmp_path / "tutors").exists)
    await tutor.close()
    for task in tasks:
        with pytest.raises(Unavailable, match="shut down"):
            await task
    assert (await raised(tutor, request(tmp_path))).reason is Reason.TUTOR_DOWN
