"""A library whose process is killed again and again while it writes: `python -m storage torture --kills 200`.

The writer says what it begins and what is done; afterwards the database must be whole, and hold all that was
said to be done. Files are not looked at here.
"""

import argparse
import asyncio
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from domain import votes
from domain.clips import Clip
from domain.errors import BadRequest
from domain.requests import ComposeRequest, Recipe
from domain.score import Key
from domain.votes import Mark, Marks, Sign, standing
from storage import Storage, open_storage

CAP_BYTES = 50_000
"""Of the clips' files: some ten clips, so that cleaning runs as well."""

PEOPLE = 4
MOST_LINES = 60
"""Of the writer's, before it is killed."""

_EMOJI = ("👍", "👎🏿", "3️⃣", "⭐")
_WRITER = "import sys; from storage.torture import write; write(*sys.argv[1:])"


@dataclass
class Report:
    """What the writers had said was done, and what was found wrong afterwards."""

    kills: int = 0
    works: int = 0
    ratings: int = 0
    deletions: int = 0
    problems: list[str] = field(default_factory=list[str])


@dataclass
class _Said:
    """All that is known of a library from what its writers said.

    `begun` is what each person had begun and not been told done: it may have been written or not.
    """

    marks: dict[tuple[int, int], Marks] = field(default_factory=dict[tuple[int, int], Marks])
    works: set[int] = field(default_factory=set[int])
    deleted: set[int] = field(default_factory=set[int])
    begun: dict[int, tuple[str, int, str]] = field(default_factory=dict[int, tuple[str, int, str]])

    def hear(self, line: str, report: Report) -> None:
        match line.split():
            case ["begin", user, deed, work, what]:
                self.begun[int(user)] = (deed, int(work), what)
            case ["fail", user]:
                del self.begun[int(user)]
            case ["done", user]:
                deed, work, what = self.begun.pop(int(user))
                if deed == "delete":
                    self.deleted.add(work)
                    report.deletions += 1
                else:
                    before = self.marks.get((work, int(user)), ())
                    self.marks[work, int(user)] = _after(before, deed, work, what)
                    report.ratings += 1
            case ["saved", work]:
                self.works.add(int(work))
                report.works += 1
            case _:
                report.problems.append(f"the writer said {line!r}")


def _after(marks: Marks, deed: str, work: int, what: str) -> Marks:
    match deed:
        case "react":
            return votes.reacted(marks, _message(work), what)
        case "unreact":
            return votes.unreacted(marks, _message(work), what)
        case _:
            return votes.pressed(marks, Sign(what))


def torture(folder: Path, *, kills: int, seed: int) -> Report:
    """Have writers write into a library in `folder`, each from where the one before was killed."""
    rng, report, said = random.Random(seed), Report(), _Said()
    for _ in range(kills):
        for line in _write_until_killed(folder, rng):
            said.hear(line, report)
        report.kills += 1
        _check(folder / "nightingale.db", said, report)
        said.begun.clear()
    return report


def _write_until_killed(folder: Path, rng: random.Random) -> list[str]:
    """The whole lines that a writer printed before it was killed."""
    command = [sys.executable, "-c", _WRITER, str(folder), str(rng.getrandbits(32))]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, encoding="utf-8") as writer:  # noqa: S603
        assert writer.stdout is not None  # noqa: S101  it was asked for
        lines = [writer.stdout.readline() for _ in range(rng.randint(1, MOST_LINES))]
        time.sleep(rng.uniform(0, 0.01))  # so that it is not always killed right after it said something
        writer.kill()
        lines += writer.stdout.readlines()
    if not all(lines):
        raise RuntimeError("the writer stopped by itself")
    return [line.rstrip() for line in lines if line.endswith("\n")]


def _check(path: Path, said: _Said, report: Report) -> None:
    """Note what is wrong with the database, and take what it holds for known."""
    connection = sqlite3.connect(path)
    try:
        for pragma, whole in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
            found = connection.execute(f"PRAGMA {pragma}").fetchall()
            if found != whole:
                report.problems.append(f"{pragma}: {found}")
        works = {work for (work,) in connection.execute("SELECT id FROM works")}
        deleting = {work for deed, work, _ in said.begun.values() if deed == "delete"}
        lost = said.works - works - said.deleted - deleting
        report.problems += [f"work {work} is lost" for work in sorted(lost)]
        report.problems += [f"deleted work {work} is back" for work in sorted(said.deleted & works)]
        said.deleted |= deleting - works
        _check_marks(connection, works, said, report)
    finally:
        connection.close()


def _check_marks(connection: sqlite3.Connection, works: set[int], said: _Said, report: Report) -> None:
    kept: dict[tuple[int, int], Marks] = {}
    for work, user, message, emoji, counts in connection.execute(
        "SELECT work_id, user_id, message_id, emoji, counts FROM marks ORDER BY work_id, user_id, turn"
    ):
        kept[work, user] = (*kept.get((work, user), ()), Mark(message, emoji, bool(counts)))
    stands = {
        (work, user): value
        for work, user, value in connection.execute("SELECT work_id, user_id, value FROM ratings")
    }
    for (work, user), marks in said.marks.items():
        allowed = [marks]
        if user in said.begun and said.begun[user][1] == work and said.begun[user][0] != "delete":
            deed, _, what = said.begun[user]
            allowed.append(_after(marks, deed, work, what))
        if work in works and kept.get((work, user), ()) not in allowed:
            report.problems.append(
                f"on work {work}, {user}'s marks are {kept.get((work, user))}, not {marks}"
            )
    for key, marks in kept.items():
        vote = standing(marks).vote
        if stands.pop(key, None) != (None if vote is None else vote.vote):
            report.problems.append(f"the vote of {key} is not what its marks say")
    if stands:
        report.problems.append(f"votes without marks: {stands}")
    said.marks = kept


def write(folder: str, seed: str) -> None:
    """Write into the library until killed, and say so on standard output."""
    asyncio.run(_write(Path(folder), random.Random(int(seed))))


async def _write(folder: Path, rng: random.Random) -> None:
    async with open_storage(folder, max_clip_bytes=CAP_BYTES) as storage:
        works = {posting.work_id for posting in await storage.postings.newest(limit=20)}
        await asyncio.gather(*(_be(user, storage, works, rng) for user in range(1, PEOPLE + 1)))


async def _be(user: int, storage: Storage, works: set[int], rng: random.Random) -> None:
    """Do what this person does, for ever."""
    while True:
        if not works or rng.random() < 0.1:
            works.add(await _add_work(storage, user))
            continue
        work, emoji = rng.choice(sorted(works)), rng.choice(_EMOJI)
        deed = rng.choices(["react", "unreact", "press", "delete"], [10, 5, 5, 1])[0]
        what = rng.choice(["👍", "👎", "⭐"]) if deed == "press" else emoji
        print("begin", user, deed, work, what, flush=True)  # noqa: T201  it is how the writer speaks
        try:
            await _deeds(storage, user, work, what)[deed]()
        except BadRequest:  # somebody deleted the work
            print("fail", user, flush=True)  # noqa: T201
        else:
            print("done", user, flush=True)  # noqa: T201
        if deed == "delete":
            works.discard(work)


def _deeds(storage: Storage, user: int, work: int, what: str) -> dict[str, Callable[[], Awaitable[object]]]:
    ratings, message = storage.ratings, _message(work)
    return {
        "react": lambda: ratings.react(work, message_id=message, user_id=user, emoji=what),
        "unreact": lambda: ratings.unreact(work, message_id=message, user_id=user, emoji=what),
        "press": lambda: ratings.press(work, user_id=user, sign=Sign(what)),
        "delete": lambda: storage.works.delete(work),
    }


async def _add_work(storage: Storage, user: int) -> int:
    request = ComposeRequest(style="rnn", seed=user, genre="reel", key=Key(2), tempo=112.0)
    work = await storage.jobs.add(request, user_id=user, guild_id=1, channel_id=1)
    recipe = Recipe(
        request=request,
        model_version="rnn-1",
        genre="reel",
        key=Key(2),
        metre="4/4",
        tempo=112.0,
        bars=8,
        parts=1,
    )
    clip = Clip(title="Reel", recipe=recipe, seconds=9.0, audio=bytes(4000), midi=b"MThd", picture=bytes(300))
    await storage.clips.save(work, clip)
    print("saved", work, flush=True)  # noqa: T201
    await storage.postings.add(work, channel_id=1, message_id=_message(work))
    return work


def _message(work: int) -> int:
    return 10 * work


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kills", type=int, default=200, help="how often (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the dice (default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Torture a library in a folder that is removed afterwards; 1 when something was lost or damaged."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        report = torture(Path(folder), kills=options.kills, seed=options.seed)
    console.print(
        f"{report.kills} kills; acknowledged before them: {report.works} works, {report.ratings} ratings, "
        f"{report.deletions} deletions; problems: {len(report.problems)}"
    )
    for problem in report.problems:
        console.print(f"  {problem}")
    return 1 if report.problems else 0
