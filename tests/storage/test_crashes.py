"""Processes that are killed while they write: what they had acknowledged must be there afterwards."""

import random
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import storage.torture
from storage import JobStatus, StoredClip, StoredVerse, open_storage
from storage.torture import torture
from tests.storage.samples import GUILD, finished_clip, finished_song, finished_verse, kept_files, paths_of

ROUNDS = 6
CAP_BYTES = 50_000  # some ten clips and songs: cleaning runs while the processes are killed

CLIPS = {"clip": finished_clip(), "song": finished_song()}

FORGETFUL = """
from storage.ratings import Ratings
from domain.votes import Standing

async def unreact(*_, **__):
    return Standing()

Ratings.unreact = unreact
"""
"""What has the library say that it took note of removed reactions, and not do it."""

WRITER = """
import asyncio, itertools, sys
from pathlib import Path
from storage import open_storage
from tests.storage.samples import add_clip, add_song, add_verse

KINDS = {"clip": add_clip, "verse": add_verse, "song": add_song}

async def write(storage, number):
    for turn, kind in enumerate(itertools.cycle(KINDS)):
        work = await KINDS[kind](storage)
        print(kind, work.id, flush=True)
        if turn % 4 == 0:
            await storage.ratings.vote(work.id, user_id=number, value=1 + turn % 5)
            print("vote", work.id, number, 1 + turn % 5, flush=True)

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


def _kind(clip: StoredClip | None, verse: StoredVerse | None) -> str | None:
    if clip is None:
        return None if verse is None else "verse"
    return "clip" if verse is None else "song"


async def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path):
    dice = random.Random(2)
    kinds: dict[int, str] = {}
    votes: dict[int, dict[int, int]] = {}
    for _ in range(ROUNDS):
        for line in _write_until_killed(tmp_path, lines=dice.randint(1, 25)):
            kind, *numbers = re.split(r"\s+", line.strip())
            if kind == "vote":
                work_id, user_id, value = map(int, numbers)
                votes.setdefault(work_id, {})[user_id] = value
            else:
                kinds[int(numbers[0])] = kind

        connection = sqlite3.connect(tmp_path / "nightingale.db")
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()

    assert votes
    assert set(kinds.values()) == {"clip", "verse", "song"}
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        promised: set[Path] = set()
        cleaned = 0
        # A work may have been committed and the process killed before it could say so.
        for work_id in range(1, max(kinds) + 10):
            clip = await storage.clips.get(work_id, guild_id=GUILD)
            verse = await storage.verses.get(work_id, guild_id=GUILD)
            kind = _kind(clip, verse)
            assert kind == kinds.get(work_id, kind)
            assert work_id not in votes or await storage.ratings.of(work_id) == votes[work_id]
            if kind is not None:
                assert (await storage.jobs.get(work_id)).status is JobStatus.FINISHED
            cleaned += clip is not None and clip.files_cleaned
            if clip is not None and not clip.files_cleaned:
                assert await storage.clips.load(clip) == CLIPS[kind]
                promised |= paths_of(clip)
            assert verse is None or verse.verse == finished_verse()
        assert cleaned
        assert kept_files(tmp_path) == promised
        assert 0 < len(await storage.jobs.interrupt_unfinished()) <= 3 * ROUNDS


def test_no_vote_is_lost_and_no_deleted_work_comes_back_when_the_process_is_killed(tmp_path: Path):
    """A few kills; `python -m storage torture` does two hundred."""
    report = torture(tmp_path, kills=4, seed=3)
    assert report.problems == []
    assert report.kills == 4
    assert min(report.works, report.ratings) > 0


def test_a_lost_vote_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(storage.torture, "_WRITER", FORGETFUL + storage.torture._WRITER)
    assert torture(tmp_path, kills=3, seed=3).problems
