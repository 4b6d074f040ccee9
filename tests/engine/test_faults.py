"""What the Engine does when its process dies, hangs, or never starts."""

import asyncio
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import Pipe
from pathlib import Path

import pytest

from domain.clips import Clip, Progress, Stage
from domain.errors import Bug, Reason, Unavailable
from engine.client import Engine
from engine.process import _received
from engine.supervisor import START_ATTEMPTS
from tests.engine.asking import ask, clip_of, log_of, pid_of, until_composing
from tests.engine.toys import DEATHS, TOY

TOYS = "tests.engine.toys"


def births(folder: Path) -> int:
    return log_of(folder).count("born None")


@pytest.mark.parametrize("how", DEATHS)
async def test_job_whose_process_dies_is_tried_once_more(tmp_path: Path, how: str):
    async with Engine(weights=tmp_path, craft=TOY) as engine:
        await engine.ready()
        steps = [step async for step in ask(engine, f"die_once:{how}")]
    assert steps[:-1] == [
        Progress(Stage.COMPOSING, 0.1),
        Progress(Stage.QUEUED, position=1),
        Progress(Stage.COMPOSING, 0.1),
    ]
    assert isinstance(steps[-1], Clip)
    assert births(tmp_path) == 2


async def test_second_death_fails_the_job_and_harms_no_other(tmp_path: Path):
    async with Engine(weights=tmp_path, craft=TOY) as engine:
        await engine.ready()
        deadly = ask(engine, "die:killed", seed=1, owner=1)
        others = [ask(engine, "quick", seed=seed, owner=seed) for seed in (2, 3)]
        await anext(deadly)
        for news in others:
            await anext(news)
        with pytest.raises(Unavailable) as raised:
            await clip_of(deadly)
        assert raised.value.reason is Reason.ENGINE_DIED
        await asyncio.gather(*(clip_of(news) for news in others))
    runs = [line for line in log_of(tmp_path) if line.startswith("run")]
    assert runs == ["run 1", "run 1", "run 2", "run 3"]


async def test_many_deadly_jobs_in_a_row_do_not_take_the_engine_down(tmp_path: Path):
    async with Engine(weights=tmp_path, craft=TOY) as engine:
        deadly = [ask(engine, "die:exit", seed=seed) for seed in range(2)]
        outcomes = await asyncio.gather(*(clip_of(news) for news in deadly), return_exceptions=True)
        assert [outcome.reason for outcome in outcomes] == [Reason.ENGINE_DIED] * 2
        await clip_of(ask(engine, "quick"))


async def test_process_killed_while_idle_is_replaced(tmp_path: Path):
    async with Engine(weights=tmp_path, craft=TOY, back_off_seconds=0.01) as engine:
        pid = await pid_of(engine)
        os.kill(pid, signal.SIGKILL)
        assert await pid_of(engine) != pid


async def test_deaths_while_idle_do_not_add_up_over_jobs(tmp_path: Path):
    async with Engine(weights=tmp_path, craft=TOY, back_off_seconds=0.01) as engine:
        for _ in range(START_ATTEMPTS):
            pid = await pid_of(engine)
            child = engine._supervisor._child
            os.kill(pid, signal.SIGKILL)
            await child.ended.wait()
        await clip_of(ask(engine, "quick"))


async def test_process_killed_in_a_cancelled_job_does_not_run_it_again(tmp_path: Path):
    async with Engine(weights=tmp_path, craft=TOY) as engine:
        pid = await pid_of(engine)
        news = ask(engine, "hang", seed=5)
        await until_composing(news)
        await news.aclose()
        os.kill(pid, signal.SIGKILL)
        assert await pid_of(engine) != pid
    assert log_of(tmp_path).count("run 5") == 1


async def test_job_without_progress_counts_as_dead(tmp_path: Path):
    async with Engine(weights=tmp_path, craft=TOY, timeout_seconds=1.5) as engine:
        await clip_of(ask(engine, "hang_once"))
    assert births(tmp_path) == 2


async def test_job_that_always_hangs_fails(tmp_path: Path):
    async with Engine(weights=tmp_path, craft=TOY, timeout_seconds=0.3) as engine:
        with pytest.raises(Unavailable) as raised:
            await clip_of(ask(engine, "hang"))
        assert raised.value.reason is Reason.ENGINE_DIED
    assert births(tmp_path) == 2


async def test_progress_keeps_a_long_job_alive(tmp_path: Path):
    async with Engine(weights=tmp_path, craft=TOY, timeout_seconds=2) as engine:
        news = ask(engine, "gated:gate")
        await until_composing(news)
        opens = asyncio.get_running_loop().call_later(2.2, (tmp_path / "gate").touch)
        await clip_of(news)
        assert opens.when() <= asyncio.get_running_loop().time()
    assert births(tmp_path) == 1


async def test_process_that_dies_once_at_the_start_is_tried_again(tmp_path: Path):
    craft = f"{TOYS}:StillbornOnce"
    async with Engine(weights=tmp_path, craft=craft, back_off_seconds=0.01) as engine:
        await engine.ready()
        await clip_of(ask(engine, "quick"))
    assert births(tmp_path) == 2


async def test_engine_closed_in_a_pause_stays_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    died = asyncio.Event()
    monkeypatch.setattr("engine.client.log.warning", lambda *_: died.set())
    engine = Engine(weights=tmp_path, craft=f"{TOYS}:StillbornOnce", back_off_seconds=0.1)
    await engine.start()
    await died.wait()
    await engine.close()
    await asyncio.sleep(0.2)
    assert births(tmp_path) == 1


async def test_process_that_never_starts_fails_requests_and_does_not_spin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    loop = asyncio.get_running_loop()
    call_later = loop.call_later
    pauses: list[float] = []

    def note_pause(delay: float, callback: Callable[..., object], *args: object) -> asyncio.TimerHandle:
        if callback == engine._supervisor._spawn:
            pauses.append(delay)
        return call_later(delay, callback, *args)

    monkeypatch.setattr(loop, "call_later", note_pause)
    engine = Engine(weights=tmp_path, craft=f"{TOYS}:Stillborn", back_off_seconds=0.05)
    async with engine:
        warmth = asyncio.create_task(engine.ready())
        with pytest.raises(Unavailable) as raised:
            await clip_of(ask(engine, "quick"))
        assert raised.value.reason is Reason.ENGINE_DOWN
        with pytest.raises(Unavailable):
            await warmth
        assert pauses == [0.05, 0.1]
        assert births(tmp_path) == START_ATTEMPTS
        for _ in range(3):  # now they fail at once
            with pytest.raises(Unavailable):
                await clip_of(ask(engine, "quick"))
            with pytest.raises(Unavailable):
                await engine.ready()
        assert births(tmp_path) == START_ATTEMPTS


async def test_down_engine_is_tried_again_by_a_later_request(tmp_path: Path):
    craft = f"{TOYS}:StillbornUntilMended"
    async with Engine(weights=tmp_path, craft=craft, back_off_seconds=0.001) as engine:
        with pytest.raises(Unavailable):
            await engine.ready()
        await asyncio.sleep(0.05)  # its rest: 30 times the back-off
        with pytest.raises(Unavailable):
            await clip_of(ask(engine, "quick"))
        assert births(tmp_path) == START_ATTEMPTS + 1, "one attempt, not three"
        (tmp_path / "mended").touch()
        await asyncio.sleep(0.05)
        await clip_of(ask(engine, "quick"))


async def test_craft_that_says_why_it_cannot_start_is_quoted(tmp_path: Path):
    async with Engine(weights=tmp_path, craft=f"{TOYS}:Weightless") as engine:
        with pytest.raises(Unavailable) as raised:
            await clip_of(ask(engine, "quick"))
        assert raised.value.reason is Reason.NO_STYLES
        with pytest.raises(Unavailable) as raised:
            await engine.ready()
        assert raised.value.reason is Reason.NO_STYLES
    assert births(tmp_path) == 1


async def test_mistake_at_the_start_is_a_bug(tmp_path: Path):
    async with Engine(weights=tmp_path, craft=f"{TOYS}:Mistaken") as engine:
        with pytest.raises(Bug) as raised:
            await engine.ready()
    assert "a mistake at the start" in raised.value.trace


async def test_craft_that_does_not_exist_is_a_bug(tmp_path: Path):
    async with Engine(weights=tmp_path, craft=f"{TOYS}:Missing") as engine:
        with pytest.raises(Bug) as raised:
            await clip_of(ask(engine, "quick"))
    assert "Missing" in raised.value.trace


async def test_process_that_hangs_at_the_start_counts_as_dead(tmp_path: Path):
    craft = f"{TOYS}:HungAtBirth"
    engine = Engine(weights=tmp_path, craft=craft, start_timeout_seconds=0.1, back_off_seconds=0.01)
    async with engine:
        with pytest.raises(Unavailable) as raised:
            await engine.ready()
    assert raised.value.reason is Reason.ENGINE_DOWN


async def test_system_that_gives_no_process_counts_as_a_death(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    async with Engine(weights=tmp_path, craft=TOY, back_off_seconds=0.001) as engine:
        pid = await pid_of(engine)
        with monkeypatch.context() as patch:
            patch.setattr("multiprocessing.util.spawnv_passfds", refuse)
            os.kill(pid, signal.SIGKILL)
            for _ in range(2):
                with pytest.raises(Unavailable):
                    await clip_of(ask(engine, "quick"))
                await asyncio.sleep(0.05)
        assert await pid_of(engine) != pid


def test_message_cut_off_by_a_death_is_dropped():
    reader, writer = Pipe(duplex=False)
    never, held = os.pipe()
    writer.send("whole")
    os.write(writer.fileno(), struct.pack("!i", 1000) + b"half")
    writer.close()
    assert list(_received(reader, never)) == ["whole"]
    reader.close()
    os.close(never)
    os.close(held)


def test_unreadable_message_ends_the_reading_and_is_logged(caplog: pytest.LogCaptureFixture):
    reader, writer = Pipe(duplex=False)
    never, held = os.pipe()
    writer.send_bytes(b"not a pickle")
    writer.send("not read any more")
    assert list(_received(reader, never)) == []
    assert "unreadable" in caplog.text
    reader.close()
    writer.close()
    os.close(never)
    os.close(held)


ORPHANING = """
import asyncio, os, signal, sys
from pathlib import Path
from domain.clips import Stage
from domain.requests import ComposeRequest
from engine.client import Engine

async def main():
    async with Engine(weights=Path(sys.argv[1]), craft="tests.engine.toys:Toy") as engine:
        async for step in engine.compose(ComposeRequest(style="hang", seed=1)):
            if step.stage is Stage.COMPOSING:
                while "hanging" not in Path(sys.argv[1], "log").read_text():
                    await asyncio.sleep(0.01)
                os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_process_dies_with_its_parent_even_in_a_long_step(tmp_path: Path):
    command = [sys.executable, "-c", ORPHANING, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as bot:
        # The child holds this pipe too: it ends when the last of both is gone.
        bot.communicate(timeout=60)
        assert bot.returncode == -signal.SIGKILL
    assert "hanging" in log_of(tmp_path)
