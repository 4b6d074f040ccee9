"""What a server learned: runs, versions, which one is in use; and what crashes and full disks leave of it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import BadRequest, NightingaleError, Reason, Unavailable
from domain.finetuning import Aspect, Change, Finetuned, Gated, Preferred, Refusal, Teachable, adapter_name
from storage import Run, RunStatus, Selection, Storage, Version, open_storage
from storage.lessons import Rated
from tests.storage.samples import CHANNEL, GUILD, USER

SELECTION = Selection((Rated(1, 0.5, 2), Rated(2, -1.0, 3)), (Preferred(1, 2, 3),))
LEARNED = Finetuned(
    gated=Gated(refusal=None, figures={"accuracy": 0.75, "accuracy_before": 0.5}),
    adapter=b"adapter" * 1000,
    changes=(Change(Aspect.MINOR, 0.8), Change(Aspect.GENRE, 0.4, "reel")),
)
REFUSED = replace(LEARNED, gated=Gated(refusal=Refusal.FORGETS, figures={"nats_ratio": 1.5}), adapter=b"no")


async def begin(storage: Storage, teachable: Teachable = Teachable.RNN, guild_id: int = GUILD) -> Run:
    return await storage.runs.begin(
        teachable, SELECTION, guild_id=guild_id, user_id=USER, locale="en", channel_id=CHANNEL
    )


async def learn(storage: Storage, finetuned: Finetuned = LEARNED, *, use: bool = True) -> Version:
    return await storage.versions.keep((await begin(storage)).id, finetuned, use=use)


def nth(number: int) -> Finetuned:
    return replace(LEARNED, adapter=str(number).encode() * 100)


def adapters(tmp_path: Path) -> set[str]:
    return {path.name for path in (tmp_path / "adapters").iterdir()}


async def refusal(write) -> Reason:
    with pytest.raises(NightingaleError) as raised:
        await write
    return raised.value.reason


async def test_a_server_has_one_open_run_and_its_lessons_stay_as_they_were(storage: Storage):
    run = await begin(storage)
    assert (run.status, run.selection, run.user_id) == (RunStatus.RUNNING, SELECTION, USER)
    both = await asyncio.gather(
        begin(storage, Teachable.VAE), begin(storage, Teachable.GAN, GUILD + 1), return_exceptions=True
    )
    assert isinstance(both[0], BadRequest)
    assert both[0].reason is Reason.FINETUNE_UNDER_WAY
    await storage.runs.attach_message(run.id, channel_id=5, message_id=6)
    await storage.runs.cancel(run.id)
    await storage.runs.fail(run.id, Reason.BUG, code="c0de")
    ended = await storage.runs.get(run.id)
    assert (ended.status, ended.reason, ended.message_id) == (RunStatus.CANCELLED, None, 6)
    assert [each.id for each in await storage.runs.unfinished()] == [run.id, both[1].id]
    await storage.runs.told(run.id)
    assert [each.id for each in await storage.runs.unfinished()] == [both[1].id]
    assert await storage.runs.newest(GUILD) == ended
    with pytest.raises(ValueError, match="not open"):
        await storage.versions.keep(run.id, LEARNED, use=True)
    with pytest.raises(LookupError):
        await storage.runs.get(99)


async def test_a_version_is_kept_with_its_run_and_its_file(storage: Storage, tmp_path: Path):
    version = await learn(storage)
    assert (version.number, version.accepted, version.changes) == (1, True, LEARNED.changes)
    assert version.figures == LEARNED.gated.figures
    assert version.adapter == adapter_name(LEARNED.adapter or b"")
    assert adapters(tmp_path) == {f"{version.adapter}.safetensors"}
    assert (await storage.runs.get(version.run_id)).status is RunStatus.DONE
    assert await storage.versions.of_run(version.run_id) == version
    assert await storage.versions.in_use(GUILD, Teachable.RNN) == version
    assert await storage.versions.adapter(GUILD, Teachable.RNN) == version.adapter
    for elsewhere in ((GUILD, Teachable.VAE), (GUILD + 1, Teachable.RNN), (None, Teachable.RNN)):
        assert await storage.versions.adapter(*elsewhere) is None


async def test_what_was_refused_is_kept_and_never_used(storage: Storage):
    refused = await learn(storage, REFUSED)
    nothing = await learn(storage, replace(REFUSED, adapter=None))
    assert (refused.number, refused.refusal, nothing.adapter) == (1, Refusal.FORGETS, None)
    assert await storage.versions.in_use(GUILD, Teachable.RNN) is None
    assert await refusal(storage.versions.use(GUILD, Teachable.RNN, 1)) is Reason.VERSION_REJECTED
    assert await refusal(storage.versions.use(GUILD, Teachable.RNN, 3)) is Reason.NO_VERSION
    assert await storage.versions.all(GUILD) == [nothing, refused]
    assert await storage.versions.all(GUILD, Teachable.VAE) == []


async def test_rolling_back_goes_the_whole_way_that_was_come(storage: Storage):
    versions = storage.versions
    for number in (1, 2, 3):
        await learn(storage, nth(number), use=number != 2)

    async def number() -> int:
        version = await versions.in_use(GUILD, Teachable.RNN)
        return 0 if version is None else version.number

    assert await number() == 3
    await versions.use(GUILD, Teachable.RNN, 2)
    await versions.use(GUILD, Teachable.RNN, 2)  # once is enough
    await versions.use(GUILD, Teachable.RNN, 0)
    come = [await number()]
    with pytest.raises(BadRequest) as raised:  # noqa: PT012  the way back is of unknown length
        while True:
            await versions.rollback(GUILD, Teachable.RNN)
            come.append(await number())
    assert raised.value.reason is Reason.NOTHING_BEFORE
    assert come == [0, 2, 3, 1, 0]
    [[rows]] = await versions._database.rows("SELECT count(*) FROM standings")
    assert rows == 8  # nothing of it is forgotten


async def test_a_damaged_file_is_noticed_and_told_once(storage: Storage, tmp_path: Path):
    version = await learn(storage, use=False)
    [file] = (tmp_path / "adapters").iterdir()
    assert await storage.versions.is_whole(version)
    file.write_bytes(file.read_bytes()[:-1])
    assert await refusal(storage.versions.use(GUILD, Teachable.RNN, 1)) is Reason.VERSION_DAMAGED
    file.unlink()
    assert not await storage.versions.is_whole(version)
    warned = await storage.versions.warn(GUILD, version.adapter or "")
    assert warned is not None
    assert warned.warned
    assert await storage.versions.warn(GUILD, version.adapter or "") is None
    assert await storage.versions.warn(GUILD + 1, version.adapter or "") is None


async def test_a_full_disk_leaves_the_run_open_and_nothing_else(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(path: Path, content: bytes) -> None:
        path.write_bytes(content[:10])
        raise OSError(28, "No space left on device")

    run = await begin(storage)
    with monkeypatch.context() as patched:
        patched.setattr("storage.adapters.write_through", full)
        assert await refusal(storage.versions.keep(run.id, LEARNED, use=True)) is Reason.DISK_FULL
    assert adapters(tmp_path) == set()
    assert (await storage.runs.get(run.id)).status is RunStatus.RUNNING
    assert (await storage.versions.keep(run.id, LEARNED, use=True)).number == 1


async def test_the_next_start_removes_what_a_crash_left(tmp_path: Path):
    async with open_storage(tmp_path, max_clip_bytes=10**9) as opened:
        version = await learn(opened)
        run = await begin(opened)
        for folder in (opened.runs.folder_of(run.id), opened.runs.folder_of(version.run_id)):
            folder.mkdir()
            (folder / "checkpoint").touch()
    for name in ("0" * 16 + ".safetensors", f"{version.adapter}.safetensors.part", "mine.safetensors"):
        (tmp_path / "adapters" / name).touch()
    async with open_storage(tmp_path, max_clip_bytes=10**9) as opened:
        assert await opened.versions.is_whole(version)
        assert adapters(tmp_path) == {f"{version.adapter}.safetensors", "mine.safetensors"}
        assert [path.name for path in (tmp_path / "runs").iterdir()] == [str(run.id)]
        [left] = [each for each in await opened.runs.unfinished() if each.status is RunStatus.RUNNING]
        assert left == run
        await opened.runs.interrupt(run.id)
        await opened.runs.forget_checkpoints(run.id)
        assert not list((tmp_path / "runs").iterdir())


async def test_a_busy_library_keeps_nothing(storage: Storage, other_connection):
    run = await begin(storage)
    await storage.runs._database._connection.execute("PRAGMA busy_timeout = 20")
    other_connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        await storage.versions.keep(run.id, LEARNED, use=True)
    other_connection.execute("ROLLBACK")
    assert await storage.versions.tidy() == 1  # the file that no row names
    assert await storage.versions.of_run(run.id) is None
