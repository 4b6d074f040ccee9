"""Processes that are killed while they write: what they had acknowledged must be there afterwards."""

import random
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

from storage import JobStatus, open_storage
from tests.storage.samples import GUILD, finished_clip

ROUNDS = 6
CAP_BYTES = 200_000  # some forty clips: cleaning runs while the processes are killed

WRITER = """
import asyncio, itertools, sys
from pathlib import Path
from storage import open_storage
from tests.storage.samples import add_clip, add_job

async def write(storage, number):
    for turn in itertools.count():
        clip = await add_clip(storage)
        print("clip", clip.id, flush=True)
        if turn % 3 == 0:
            await storage.ratings.vote(clip.id, user_id=number, value=1 + turn % 5)
            print("vote", clip.id, number, 1 + turn % 5, flush=True)

async def main():
    async with open_storage(Path(sys.argv[1]), max_clip_bytes=int(sys.argv[2])) as storage:
        await asyncio.gather(*(write(storage, number) for number in range(3)))

asyncio.run(main())
"""


def _write_until_killed(tmp_path: Path, *, lines: int) -> list[str]:
    """Whole lines of acknowledgements that a writer printed before it was killed, `lines` or more."""
    command = [sys.executable, "-c", WRITER, str(tmp_path), str(CAP_BYTES)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline() for _ in range(lines)]
        writer.kill()
        acknowledged += writer.stdout.readlines()
    assert all(acknowledged), "the writer stopped by itself"
    return [line for line in acknowledged if line.endswith("\n")]


async def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path):
    dice = random.Random(2)
    clip_ids: set[int] = set()
    votes: dict[int, dict[int, int]] = {}
    for _ in range(ROUNDS):
        for line in _write_until_killed(tmp_path, lines=dice.randint(1, 25)):
            kind, *numbers = re.split(r"\s+", line.strip())
            if kind == "clip":
                clip_ids.add(int(numbers[0]))
            else:
                clip_id, user_id, value = map(int, numbers)
                votes.setdefault(clip_id, {})[user_id] = value

        connection = sqlite3.connect(tmp_path / "nightingale.db")
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()

    assert votes
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        promised: set[Path] = set()
        for clip_id in clip_ids:
            clip = await storage.clips.get(clip_id, guild_id=GUILD)
            assert clip is not None
            assert (await storage.jobs.get(clip_id)).status is JobStatus.FINISHED
            assert clip_id not in votes or await storage.ratings.of(clip_id) == votes[clip_id]
            if not clip.files_cleaned:
                assert await storage.clips.load(clip) == finished_clip()
                promised |= {clip.midi, clip.audio, clip.picture, clip.recipe_file}

        # A clip may have been committed and the process killed before it could say so.
        unsaid = {job_id for job_id in range(1, max(clip_ids) + 10) if job_id not in clip_ids}
        for job_id in unsaid:
            clip = await storage.clips.get(job_id, guild_id=GUILD)
            if clip is not None and not clip.files_cleaned:
                promised |= {clip.midi, clip.audio, clip.picture, clip.recipe_file}
        assert {path for path in (tmp_path / "clips").rglob("*") if path.is_file()} == promised
        assert 0 < len(await storage.jobs.interrupt_unfinished()) <= 3 * ROUNDS
