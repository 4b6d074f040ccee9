"""Real fenced processes: what they read, what ends them, and that nothing of them stays."""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import BadRequest, Bug, Reason, Unavailable
from domain.score import Part, Score
from engine.craft.midi_files import midi_bytes
from engine.intake import reader
from engine.intake.messages import Intake
from engine.intake.reader import read_clip, read_upload
from tests.engine.craft.pieces import chorale, jig
from tests.engine.intake import files
from tests.engine.intake.conftest import gone_within, is_alive
from tests.engine.intake.files import midi, notes, scale, track


def lines(score: Score) -> list[list[tuple[int, int, int]]]:
    return [[(note.onset, note.pitch, note.duration) for note in part.notes] for part in score.parts]


async def tried(content: bytes, name: str = "x.mid") -> Intake | BadRequest:
    try:
        return await read_upload(content, name=name)
    except BadRequest as refusal:
        return refusal


async def refusal_of(content: bytes) -> Reason:
    with pytest.raises(BadRequest) as refusal:
        await read_upload(content, name="x.mid")
    return refusal.value.reason


async def test_an_upload_comes_out_as_a_titled_score() -> None:
    drums = track(notes(scale(lowest=36), channel=9))
    intake = await read_upload(midi(track(notes(scale())), drums), name="C:\\music\\Für_Elise.v2.mid")
    assert intake.title == "Für Elise.v2"
    assert lines(intake.score) == [[(note.onset, note.pitch, note.duration) for note in scale()]]
    assert [str(remark) for remark in intake.left_out] == ["I left out the drums of “Für Elise.v2”."]


async def test_a_clip_comes_out_as_its_composition() -> None:
    guitar = Part("Guitar", 25, jig().parts[0].notes)
    accompanied = midi_bytes(replace(jig(), parts=(*jig().parts, guitar)))
    read = (await read_clip(accompanied, parts=1)).score
    assert replace(read, parts=()) == replace(jig(), parts=())
    assert lines(read) == lines(jig())


async def test_a_damaged_clip_is_refused_as_one() -> None:
    with pytest.raises(BadRequest) as refusal:
        await read_clip(midi_bytes(jig())[:100], parts=1)
    assert refusal.value.reason is Reason.CLIP_UNREADABLE


async def test_nothing_and_too_much_need_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert await refusal_of(b"") is Reason.MIDI_EMPTY
    assert await refusal_of(b"MThd" + bytes(1_000_000)) is Reason.MIDI_TOO_BIG


async def test_hostile_files_are_refused_in_time() -> None:
    hostile = {
        Reason.MIDI_TOO_LONG: files.nine_hours(),
        Reason.MIDI_TOO_MANY_CHANGES: files.many_metres(120_000),
        Reason.MIDI_TOO_MANY_NOTES: files.many_notes(160_000),
        Reason.MIDI_TOO_MANY_TRACKS: midi(*[track()] * 60_000),
    }
    assert await asyncio.gather(*map(refusal_of, hostile.values())) == list(hostile)


async def test_damaged_bytes_come_out_as_a_score_or_a_refusal() -> None:
    dice = random.Random(4)

    def damaged() -> bytes:
        content = bytearray(midi_bytes(chorale()))
        for _ in range(dice.randint(1, 12)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        return bytes(content)

    outcomes = await asyncio.gather(*(tried(damaged()) for _ in range(4)))
    assert all(
        str(outcome) if isinstance(outcome, BadRequest) else outcome.score.bars for outcome in outcomes
    )


@pytest.fixture
def misbehaving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_MODULE", "tests.engine.intake.misbehaving")


@pytest.mark.usefixtures("misbehaving")
@pytest.mark.parametrize("deed", ["spin", "hoard", "abort", "babble"])
async def test_a_process_that_comes_to_nothing_is_the_files_fault(deed: str) -> None:
    assert await refusal_of(deed.encode()) is Reason.MIDI_TOO_COSTLY


@pytest.mark.usefixtures("misbehaving")
@pytest.mark.parametrize("deed", ["sleep", "flood"])
async def test_the_clock_ends_what_hangs(deed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "WAIT_SECONDS", 1.0)
    start = time.monotonic()
    assert await refusal_of(deed.encode()) is Reason.MIDI_TOO_COSTLY
    assert time.monotonic() - start < 5


def numbers_in(file: Path) -> list[int]:
    """What a process writes there, once it has."""
    while not file.exists() or not file.read_text():
        time.sleep(0.02)
    return [int(number) for number in file.read_text().split()]


@pytest.mark.usefixtures("misbehaving")
async def test_a_cancelled_caller_leaves_no_process_of_the_group(tmp_path: Path) -> None:
    written = tmp_path / "pids"
    reading = asyncio.create_task(read_upload(f"breed {written}".encode(), name="x.mid"))
    pids = await asyncio.to_thread(numbers_in, written)
    assert all(map(is_alive, pids))
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert all(gone_within(pid, 2) for pid in pids)


@pytest.mark.usefixtures("misbehaving")
async def test_the_fence_has_no_secrets_no_files_and_no_long_life(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "nobody else's")
    with pytest.raises(BadRequest) as told:
        await read_upload(b"tell", name="x.mid")
    assert told.value.values["discord"] == "none"
    assert told.value.values["core"] == 0
    assert 0 < told.value.values["alarm"] <= 60
    with pytest.raises(Unavailable):
        await read_upload(f"write {tmp_path / 'trace'}".encode(), name="x.mid")
    assert not (tmp_path / "trace").read_text()


@pytest.mark.usefixtures("misbehaving")
async def test_a_fault_of_ours_is_a_bug_with_its_trace() -> None:
    with pytest.raises(Bug) as bug:
        await read_upload(b"fail", name="x.mid")
    assert bug.value.trace == "Traceback: it was like this"


@pytest.mark.parametrize(
    ("what", "value"), [("executable", "/nowhere/python"), ("module", "engine.intake.nowhere")]
)
async def test_where_no_process_starts_reading_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, what: str, value: str
) -> None:
    monkeypatch.setattr(*((sys, "executable") if what == "executable" else (reader, "_MODULE")), value)
    with pytest.raises(Unavailable) as unavailable:
        await read_upload(midi_bytes(jig()), name="x.mid")
    assert unavailable.value.reason is Reason.READER_DOWN


@pytest.fixture
def most_at_once(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """The most processes there were at a time, all of which answer at once."""
    monkeypatch.setattr(reader, "_MODULE", "tests.engine.intake.prompt")
    read_fenced, now, most = reader._read_fenced, 0, 0

    async def counted(question: bytes, seconds: float) -> Intake:
        nonlocal now, most
        now += 1
        most = max(most, now)
        try:
            return await read_fenced(question, seconds)
        finally:
            now -= 1

    monkeypatch.setattr(reader, "_read_fenced", counted)
    return lambda: most


async def several(number: int) -> list[Intake | BaseException]:
    """So many read side by side; the module `prompt` gives back their titles."""
    reads = (read_upload(b"x", name=f"{place}.mid") for place in range(number))
    return await asyncio.gather(*reads, return_exceptions=True)


async def test_two_are_read_at_a_time_and_the_others_wait(most_at_once: Callable[[], int]) -> None:
    assert [str(outcome.title) for outcome in await several(5) if isinstance(outcome, Intake)] == list(
        "01234"
    )
    assert most_at_once() == 2


@pytest.mark.usefixtures("most_at_once")
async def test_too_many_that_wait_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_WAITING", 1)
    outcomes = await several(4)
    assert [type(outcome) for outcome in outcomes] == [Intake, Intake, Intake, Unavailable]
    assert all(isinstance(outcome, Intake) for outcome in await several(2))


@pytest.mark.usefixtures("most_at_once")
def test_a_second_event_loop_takes_its_own_turns() -> None:
    for _ in range(2):
        assert all(isinstance(outcome, Intake) for outcome in asyncio.run(several(3)))


@pytest.mark.parametrize(
    ("module", "left_alone"),
    [
        ("engine.intake.reader", {"numpy", "symusic", "training", "engine.craft", "torch"}),
        (
            "engine.intake.fence",
            {"torch", "scipy", "models", "engine.craft", "discord", "mido"},
        ),
    ],
)
def test_no_side_of_the_fence_loads_what_it_does_not_need(module: str, left_alone: set[str]) -> None:
    script = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    modules = set(loaded.stdout.split())
    assert module in modules
    assert not modules.intersection(left_alone)
