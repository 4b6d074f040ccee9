"""The Engine with its real process, which runs toys: jobs, turns, cancelling, errors, closing."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from multiprocessing import resource_tracker
from pathlib import Path

import pytest

from domain.clips import Clip, Progress, Stage
from domain.errors import BadRequest, Bug, NightingaleError, Reason, Unavailable
from domain.sheets import Sheet, SheetRequest
from engine.client import Engine
from tests.engine.asking import News, ask, clip_of, log_of, pid_of, until_composing
from tests.engine.toys import TOY

DESCRIPTORS = Path("/proc/self/fd")


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with Engine(weights=tmp_path, craft=TOY) as engine:
        yield engine


def open_files() -> int:
    return len(list(DESCRIPTORS.iterdir()))


async def ended(news: AsyncIterator[object]) -> None:
    async for _ in news:
        pass


def blocked_signals(pid: int) -> set[int]:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    mask = int(next(line for line in status if line.startswith("SigBlk")).split()[1], 16)
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}


async def test_progress_comes_first_and_a_clip_last(engine: Engine):
    await engine.ready()
    steps = [step async for step in ask(engine, "quick", seed=7)]
    assert steps[:-1] == [
        Progress(Stage.COMPOSING, 0.0),
        Progress(Stage.COMPOSING, 0.5),
        Progress(Stage.RENDERING),
    ]
    clip = steps[-1]
    assert isinstance(clip, Clip)
    assert clip.recipe.request.seed == 7
    assert int(clip.title) != os.getpid()


async def test_request_may_come_before_the_process_is_warm(engine: Engine):
    steps = [step async for step in ask(engine, "quick")]
    assert steps[0] == Progress(Stage.QUEUED, position=1)
    assert isinstance(steps[-1], Clip)


async def test_craft_gets_weights_and_device_and_is_warm_when_ready(tmp_path: Path):
    async with Engine(weights=tmp_path, device="mps", craft=TOY) as engine:
        await asyncio.gather(engine.ready(), engine.ready())
        assert log_of(tmp_path) == ["born mps", "warm"]


async def test_one_process_serves_all_jobs(engine: Engine):
    assert await pid_of(engine) == await pid_of(engine)


async def test_huge_result_arrives_whole(engine: Engine):
    clip = await clip_of(ask(engine, "huge"))
    assert clip.audio == bytes(range(256)) * (5 * 4096)


async def test_owners_take_turns_and_hear_their_position(engine: Engine, tmp_path: Path):
    running = ask(engine, "gated:gate", seed=0, owner=9)
    await until_composing(running)
    waiting: list[News] = []
    positions: list[int] = []
    for seed, owner in [(11, 1), (12, 1), (13, 1), (21, 2), (31, 3), (22, 2)]:
        news = ask(engine, "quick", seed=seed, owner=owner)
        step = await anext(news)
        assert isinstance(step, Progress)
        assert step.stage is Stage.QUEUED
        positions.append(step.position)
        waiting.append(news)
    assert positions == [1, 2, 3, 2, 3, 5]
    (tmp_path / "gate").touch()
    await asyncio.gather(*(clip_of(news) for news in [running, *waiting]))
    assert log_of(tmp_path)[2:] == [f"run {seed}" for seed in (0, 11, 21, 31, 12, 22, 13)]


async def test_full_queue_refuses(tmp_path: Path):
    async with Engine(weights=tmp_path, craft=TOY, max_waiting=1) as engine:
        running, waiting = ask(engine, "gated:gate"), ask(engine, "quick")
        await until_composing(running)
        await anext(waiting)
        with pytest.raises(Unavailable) as raised:
            await anext(ask(engine, "quick"))
        assert raised.value.reason is Reason.QUEUE_FULL
        (tmp_path / "gate").touch()
        await clip_of(running)
        await clip_of(waiting)


async def test_cancelled_while_queued_never_runs_and_others_move_up(engine: Engine, tmp_path: Path):
    running = ask(engine, "gated:gate", seed=1)
    await until_composing(running)
    second, third = ask(engine, "quick", seed=2), ask(engine, "quick", seed=3)
    assert await anext(second) == Progress(Stage.QUEUED, position=1)
    assert await anext(third) == Progress(Stage.QUEUED, position=2)
    await second.aclose()
    assert await anext(third) == Progress(Stage.QUEUED, position=1)
    (tmp_path / "gate").touch()
    await clip_of(running)
    await clip_of(third)
    assert "run 2" not in log_of(tmp_path)


async def test_cancelled_while_running_stops_at_its_next_step(engine: Engine, tmp_path: Path):
    pid = await pid_of(engine)
    running = ask(engine, "gated:never", seed=5)
    await until_composing(running)
    await running.aclose()
    assert await pid_of(engine) == pid, "the process was killed for a cancel"
    assert log_of(tmp_path)[-3:] == ["run 5", "closed 5", "run 1"]


async def test_breaking_out_of_the_loop_cancels(engine: Engine, tmp_path: Path):
    async for step in ask(engine, "gated:never", seed=5):
        if isinstance(step, Progress) and step.stage is Stage.COMPOSING:
            break
    await clip_of(ask(engine, "quick"))
    assert log_of(tmp_path)[-3:] == ["run 5", "closed 5", "run 1"]


async def test_cancelled_task_cancels_its_job(engine: Engine, tmp_path: Path):
    running = ask(engine, "gated:never", seed=5)
    await until_composing(running)
    task = asyncio.create_task(clip_of(running))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await clip_of(ask(engine, "quick"))
    assert log_of(tmp_path)[-3:] == ["run 5", "closed 5", "run 1"]


@pytest.mark.parametrize(
    ("style", "kind", "sentence"),
    [
        ("bad", BadRequest, "I can't play “polka” in this style. I know: ['reel', 'jig']."),
        (
            "unavailable",
            Unavailable,
            "The weights of “toy” can't be used: a tensor is missing. "
            "Fetch them again (git checkout models/weights) and restart me.",
        ),
    ],
)
async def test_errors_for_people_cross(
    engine: Engine, style: str, kind: type[NightingaleError], sentence: str
):
    pid = await pid_of(engine)
    with pytest.raises(kind) as raised:
        await clip_of(ask(engine, style))
    assert str(raised.value) == sentence
    assert await pid_of(engine) == pid


@pytest.mark.parametrize(
    ("style", "trace"),
    [
        ("broken", "ZeroDivisionError: a mistake in the toy"),
        ("resultless", "the job ended without a result"),
        ("unsendable", "cannot pickle"),
    ],
)
async def test_bugs_cross_with_the_childs_trace(engine: Engine, style: str, trace: str):
    pid = await pid_of(engine)
    with pytest.raises(Bug) as raised:
        await clip_of(ask(engine, style))
    assert trace in raised.value.trace
    assert await pid_of(engine) == pid, "a bug in one job ended the process"


async def test_engraving_ends_in_a_sheet(engine: Engine):
    await engine.ready()
    steps = [step async for step in engine.engrave(SheetRequest(title="quick", midi=b"midi"))]
    assert steps == [
        Progress(Stage.RENDERING),
        Sheet(pages=(b"page", b"page"), musicxml=b"midi", bars=8, bars_shown=8),
    ]


async def test_jobs_of_all_kinds_take_turns(engine: Engine, tmp_path: Path):
    running = ask(engine, "gated:gate", seed=0, owner=9)
    await until_composing(running)
    waiting = [
        ask(engine, "quick", seed=1, owner=1),
        ask(engine, "quick", seed=2, owner=1),
        engine.engrave(SheetRequest(title="quick", midi=b""), owner=2),
    ]
    assert [await anext(news) for news in waiting] == [
        Progress(Stage.QUEUED, position=position) for position in (1, 2, 2)
    ]
    (tmp_path / "gate").touch()
    await asyncio.gather(*(ended(news) for news in [running, *waiting]))
    assert log_of(tmp_path)[2:] == ["run 0", "run 1", "engrave quick", "run 2"]


async def test_engraving_is_cancelled_by_leaving_it(engine: Engine, tmp_path: Path):
    pid = await pid_of(engine)
    async for step in engine.engrave(SheetRequest(title="gated:never", midi=b"")):
        if isinstance(step, Progress) and step.stage is Stage.RENDERING:
            break
    assert await pid_of(engine) == pid


async def test_engraving_survives_its_process(engine: Engine, tmp_path: Path):
    request = SheetRequest(title="die_once:segfault", midi=b"")
    *_, sheet = [step async for step in engine.engrave(request)]
    assert isinstance(sheet, Sheet)
    assert log_of(tmp_path).count("engrave die_once:segfault") == 2


async def test_engraving_fails_with_a_reason(engine: Engine):
    with pytest.raises(BadRequest) as raised:
        _ = [step async for step in engine.engrave(SheetRequest(title="damaged", midi=b""))]
    assert raised.value.reason is Reason.MIDI_UNREADABLE


async def test_a_result_of_the_wrong_kind_is_a_bug(engine: Engine):
    with pytest.raises(Bug) as raised:
        _ = [step async for step in engine.engrave(SheetRequest(title="mistaken", midi=b""))]
    assert raised.value.trace == "a SheetRequest ended in a Clip"
    await clip_of(ask(engine, "quick"))


async def test_closing_fails_the_running_and_the_waiting(tmp_path: Path):
    engine = Engine(weights=tmp_path, craft=TOY)
    await engine.start()
    running, waiting = ask(engine, "hang"), ask(engine, "quick")
    await until_composing(running)
    await anext(waiting)
    await engine.close()
    for news in (running, waiting):
        with pytest.raises(Unavailable) as raised:
            await anext(news)
        assert raised.value.reason is Reason.ENGINE_DOWN
    await engine.close()


async def test_closing_during_the_start(tmp_path: Path):
    engine = Engine(weights=tmp_path, craft=TOY)
    await engine.start()
    warmth = asyncio.create_task(engine.ready())
    await asyncio.sleep(0)
    await engine.close()
    with pytest.raises(Unavailable):
        await warmth


async def test_closed_engine_refuses(tmp_path: Path):
    engine = Engine(weights=tmp_path, craft=TOY)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await engine.ready()
        with pytest.raises(Unavailable):
            await anext(ask(engine, "quick"))
        await engine.start()
        await engine.close()


async def test_two_engines_at_once(tmp_path: Path):
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    async with (
        Engine(weights=folders[0], craft=TOY) as one,
        Engine(weights=folders[1], craft=TOY) as other,
    ):
        held = ask(one, "gated:gate")
        await until_composing(held)
        other_pid = await pid_of(other)  # served while the first one is busy
        (folders[0] / "gate").touch()
        assert int((await clip_of(held)).title) != other_pid


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="reads the signal mask in /proc")
async def test_process_is_deaf_to_interrupts_from_its_first_moment(tmp_path: Path):
    engine = Engine(weights=tmp_path, craft=TOY)
    await engine.start()
    assert signal.SIGINT in blocked_signals(engine.pid)
    assert signal.SIGINT not in blocked_signals(os.getpid())
    await engine.close()


async def test_interrupt_does_not_reach_the_process(engine: Engine):
    pid = await pid_of(engine)
    os.kill(pid, signal.SIGINT)
    assert await pid_of(engine) == pid


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="counts open files in /proc")
async def test_no_file_is_left_open(tmp_path: Path):
    resource_tracker.ensure_running()  # belongs to the whole process, and stays
    before = open_files()
    async with Engine(weights=tmp_path, craft=TOY) as engine:
        await clip_of(ask(engine, "die_once:exit"))
        assert open_files() > before
    assert open_files() == before
