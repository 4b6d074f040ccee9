"""Kill a process that learns, again and again, and look what it leaves: `python -m cogs.finetune.torture`.

Each process goes on with the run that the one before left open, and begins new ones, as the bot does but
without Discord; it is killed with SIGKILL at a random moment, or its tutor's process is. Afterwards a version
in use must be one that was accepted, with its file whole, and what ended must have come to what it comes to
when nobody interferes. The tutor is `engine.rehearsal`, which learns nothing but keeps checkpoints.
"""

import argparse
import asyncio
import multiprocessing
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cogs.finetune.conduct import conduct
from domain.errors import Unavailable
from domain.finetuning import Teachable, adapter_name
from engine.rehearsal import STEPS, rehearsed
from engine.tutor import Tutor
from storage import ADAPTERS, Run, RunStatus, Selection, Storage, Version, open_storage

_ROOT = Path(__file__).parents[2]

CRAFT = "engine.rehearsal:Rehearsal"

GUILDS = 2

MOST_STEPS = 3 * STEPS
"""Of learning, before a process is killed: enough for some runs to end."""


TUTOR_KILLS = 0.01
"""How often the tutor's process alone is killed, at each step."""


@dataclass
class Report:
    """How often was killed what, and what was found wrong afterwards."""

    kills: int = 0
    resumed: int = 0
    versions: int = 0
    problems: list[str] = field(default_factory=list[str])


def torture(folder: Path, *, kills: int, seed: int) -> Report:
    """Kill so many processes that learn in a library in `folder`."""
    dice, report = random.Random(seed), Report()
    for _ in range(kills):
        report.resumed += _learn_until_killed(folder, dice)
        report.kills += 1
        _check(folder, report)
    return report


def _learn_until_killed(folder: Path, dice: random.Random) -> int:
    """Start a process and kill it; how many runs it went on with."""
    command = [sys.executable, "-m", "cogs.finetune.torture", "--learn", str(folder)]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None  # noqa: S101  it was asked for
        resumed = int(process.stdout.readline())
        for _ in range(dice.randint(0, MOST_STEPS)):
            if not process.stdout.readline():
                raise RuntimeError("the process stopped by itself")
        time.sleep(dice.uniform(0, 0.01))  # so that it is not always killed right after a step
        process.kill()
    return resumed


def _check(folder: Path, report: Report) -> None:
    """Note what is wrong with what lies there."""
    connection = sqlite3.connect(folder / "nightingale.db")
    try:
        for pragma, whole in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
            found = connection.execute(f"PRAGMA {pragma}").fetchall()
            if found != whole:
                report.problems.append(f"{pragma}: {found}")
        versions = connection.execute(
            "SELECT versions.id, run_id, adapter, status FROM versions"
            " JOIN finetune_runs ON finetune_runs.id = run_id"
        ).fetchall()
        done = connection.execute("SELECT count(*) FROM finetune_runs WHERE status = 'done'").fetchone()
        used = connection.execute("SELECT version_id FROM standings").fetchall()
        other = connection.execute(
            "SELECT id, status FROM finetune_runs WHERE status NOT IN ('running', 'done')"
        ).fetchall()
    finally:
        connection.close()
    report.versions = len(versions)
    report.problems += [f"run {run} ended as {status}" for run, status in other]
    if done != (len(versions),):
        report.problems.append(f"{done[0]} runs are done, with {len(versions)} versions")
    if not {version for (version,) in used} <= {version for version, *_ in versions}:
        report.problems.append("a version is in use that is not there")
    for version, run, adapter, status in versions:
        _check_version(folder, version, run, adapter, status, report)


def _check_version(folder: Path, version: int, run: int, adapter: str, status: str, report: Report) -> None:
    """Note where a version is not what its run comes to when nobody interferes."""
    expected = rehearsed(run).adapter or b""
    if status != "done":
        report.problems.append(f"version {version} is of a run that is {status}")
    if adapter != adapter_name(expected):
        report.problems.append(f"version {version} is not what run {run} comes to")
    file = folder / ADAPTERS / f"{adapter}.safetensors"
    if not file.exists() or file.read_bytes() != expected:
        report.problems.append(f"the file of version {version} is not whole")


async def _learn(folder: Path) -> None:
    """Go on with what is open, and begin new runs, until killed."""
    async with open_storage(folder, max_clip_bytes=10**9) as storage, Tutor(craft=CRAFT) as tutor:
        open_runs = [run for run in await storage.runs.unfinished() if run.status is RunStatus.RUNNING]
        print(len(open_runs), flush=True)  # noqa: T201  it is how it speaks
        left = {run.guild_id: run for run in open_runs}
        await asyncio.gather(
            *(_be_a_server(guild, left.get(guild), storage, tutor) for guild in range(1, GUILDS + 1))
        )


async def _be_a_server(guild_id: int, run: Run | None, storage: Storage, tutor: Tutor) -> None:
    """Have one thing learned after the other."""
    while True:
        if run is None:
            run = await storage.runs.begin(
                Teachable.RNN, Selection(()), guild_id=guild_id, user_id=1, locale="en", channel_id=1
            )
        with suppress(Unavailable):  # its tutor was killed too often, which is borne as well
            async for step in conduct(run, tutor=tutor, storage=storage, may_use=_always):
                print("step", flush=True)  # noqa: T201  it is how it speaks
                if random.random() < TUTOR_KILLS:
                    _kill_tutor(tutor)
                if isinstance(step, Version):
                    await storage.runs.told(run.id)
                    run = None
                    break


async def _always(run: Run) -> bool:  # noqa: ARG001  as `conduct` asks
    return True


def _kill_tutor(tutor: Tutor) -> None:
    """Kill the process that learns now, which learning has to bear as well."""
    for process in multiprocessing.active_children():
        if process.pid == tutor.pid:
            process.kill()


def main(arguments: Sequence[str] | None = None) -> int:
    """Torture a library in a folder that is removed afterwards; 1 when something was found wrong."""
    parser = argparse.ArgumentParser(prog="python -m cogs.finetune.torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="how often (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the dice (default: %(default)s)")
    parser.add_argument("--learn", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.learn is not None:
        asyncio.run(_learn(options.learn))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        report = torture(Path(folder), kills=options.kills, seed=options.seed)
    print(  # noqa: T201
        f"{report.kills} kills; {report.resumed} runs gone on with, {report.versions} versions kept; "
        f"problems: {len(report.problems)}"
    )
    for problem in report.problems:
        print(f"  {problem}")  # noqa: T201
    return 1 if report.problems else 0


if __name__ == "__main__":
    # What a process that `spawn` starts imports of its parent, if there is one: see bot.py.
    __spec__ = None
    del __file__
    sys.exit(main())
