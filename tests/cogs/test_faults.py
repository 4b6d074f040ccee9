"""What can go wrong behind `/compose`: each time a plain sentence with an id, and no row lost."""

import asyncio
import errno
import logging

import pytest

from cogs._shared import patience
from cogs._shared.buttons import result_view
from cogs._shared.wording import wording_for
from domain.errors import Reason
from domain.requests import ComposeRequest
from storage import JobStatus
from storage.files import ClipFolder
from tests.cogs.toys import PICTURE, toy_clip
from tests.cogs.worlds import world


async def test_an_unknown_genre_names_those_there_are(tmp_path):
    async with world(tmp_path) as w:
        result = await w.compose(style="ignorant", genre="polka")
        assert result.response is not None
        assert result.response.content == (
            "❌ #1 · I can't play “polka” in this style. I know: reel, slip jig, chorale."
        )
        job = await w.storage.jobs.get(1)
        assert (job.status, job.reason) == (JobStatus.FAILED, Reason.UNKNOWN_GENRE)


async def test_a_bug_shows_a_code_that_the_log_explains(tmp_path, caplog):
    async with world(tmp_path) as w:
        result = await w.compose(style="broken")
        job = await w.storage.jobs.get(1)
        assert (job.status, job.reason) == (JobStatus.FAILED, Reason.BUG)
        assert job.code is not None
        assert result.response is not None
        assert result.response.content == f"❌ #1 · Something broke on my side. (code `{job.code}`)"
    [record] = [record for record in caplog.records if job.code in record.getMessage()]
    assert record.levelno == logging.ERROR
    assert "a mistake in the toy" in caplog.text


async def test_damaged_weights_are_named(tmp_path):
    async with world(tmp_path) as w:
        result = await w.compose(style="damaged")
        assert result.response is not None
        assert "#1 · The weights of “damaged” can't be used: a tensor is missing." in result.response.content
        assert (await w.storage.jobs.get(1)).reason is Reason.WEIGHTS_UNUSABLE


async def test_without_weights_the_bot_starts_and_says_what_to_do(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    async with world(tmp_path, craft="tests.cogs.toys:Weightless", warm=False, weights_folder=empty) as w:
        result = await w.compose(style="rnn")
        assert result.response is not None
        assert "#1 · No trained model was found" in result.response.content
        assert (await w.storage.jobs.get(1)).reason is Reason.NO_STYLES


async def test_an_engine_that_dies_twice_fails_the_job_and_lives_on(tmp_path):
    async with world(tmp_path) as w:
        result = await w.compose(style="die")
        assert result.response is not None
        assert "#1 · The composer stopped in the middle of this, twice." in result.response.content
        assert (await w.storage.jobs.get(1)).reason is Reason.ENGINE_DIED
        result = await w.compose(style="quick")
        assert result.response is not None
        assert len(result.response.attachments) == 2


async def test_a_full_queue_says_so(tmp_path):
    async with world(tmp_path, max_waiting=1) as w:
        await w.act(w.compose(style="gated"), until="composing")
        await w.act(w.compose(style="quick"), until="in the queue")
        await w.act(w.compose(style="quick"), until="#3 · My queue is full (1 waiting).")
        assert (await w.job(3, status=JobStatus.FAILED)).reason is Reason.QUEUE_FULL
        w.open_gate()
        await w.env.settle()


async def test_a_full_disk_says_so(tmp_path, monkeypatch):
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(ClipFolder, "write", full)
    async with world(tmp_path) as w:
        result = await w.compose(style="quick")
        assert result.response is not None
        assert "#1 · My disk is full" in result.response.content
        job = await w.storage.jobs.get(1)
        assert (job.status, job.reason) == (JobStatus.FAILED, Reason.DISK_FULL)


async def test_a_database_locked_from_the_start_says_so(tmp_path):
    async with world(tmp_path) as w:
        await w.impatient_database()
        with w.locked_database():
            result = await w.compose(style="quick")
        assert result.response is not None
        assert "My library is busy right now." in result.response.content
        result = await w.compose(style="quick")
        assert result.response is not None
        assert len(result.response.attachments) == 2


async def test_a_database_locked_at_the_end_says_so_and_ends_the_row_later(tmp_path, monkeypatch):
    monkeypatch.setattr(patience, "PAUSES_SECONDS", (0.1, 30))
    async with world(tmp_path) as w:
        await w.impatient_database()
        command = asyncio.create_task(w.compose(style="gated"))
        await w.job(1, status=JobStatus.RUNNING)
        with w.locked_database():
            w.open_gate()
            while "busy" not in w.last_message.content:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            assert (await w.storage.jobs.get(1)).status is JobStatus.RUNNING
        result = await command
        assert result.response is not None
        assert "#1 · My library is busy right now." in result.response.content
        job = await w.storage.jobs.get(1)
        assert (job.status, job.reason) == (JobStatus.FAILED, Reason.DATABASE_BUSY)


async def test_a_refused_upload_keeps_the_clip(tmp_path, caplog):
    async with world(tmp_path) as w:
        edit = "/channels/*/messages/*"
        w.env.inject_error("PATCH", edit, status=413, code=40005, message="too large", times=2)
        result = await w.compose(style="quick")
        assert result.response is not None
        assert result.response.content == (
            "❌ #1 · Discord refused the upload. It is kept, but I couldn't post it here."
        )
        assert not result.response.attachments
        job = await w.storage.jobs.get(1)
        assert (job.status, job.reason) == (JobStatus.FINISHED, Reason.UPLOAD_REFUSED)
        assert "too large" in caplog.text
        result = await w.alice.click(result.response, custom_id="nightingale:midi:1")
        assert result.response is not None
        assert len(result.response.attachments) == 2


async def test_a_result_above_the_upload_limit_goes_without_its_picture(tmp_path):
    async with world(tmp_path) as w:
        result = await w.compose(style="bulky")
        assert result.response is not None
        [sound] = result.response.attachments
        assert sound.filename == "nightingale-1.mp3"
        assert result.response.embeds[0].image.url is None


async def test_where_the_bots_token_is_forbidden_the_interactions_still_works(tmp_path):
    async with world(tmp_path) as w:
        edit = "/channels/*/messages/*"
        w.env.inject_error("PATCH", edit, status=403, code=50001, message="Missing Access", times=None)
        result = await w.compose(style="quick")
        assert result.response is not None
        assert [await file.read() for file in result.response.attachments] == [b"ID3 toy", PICTURE]
        assert w.env.http_requests[-1].path.endswith("@original")


async def test_in_a_direct_message_everything_goes_by_the_interactions_token(tmp_path):
    async with world(tmp_path) as w:
        result = await w.alice.user.slash("compose", style="quick")
        assert result.response is not None
        assert len(result.response.attachments) == 2
        assert not [r for r in w.env.http_requests if r.path.startswith("/channels")]
        result = await w.alice.user.click(result.response, custom_id="nightingale:midi:1")
        assert result.response is not None
        assert len(result.response.attachments) == 2


@pytest.mark.parametrize("times", [1, 2])
async def test_discord_being_down_at_the_first_word_does_not_lose_the_clip(tmp_path, times):
    async with world(tmp_path) as w:
        w.env.inject_error("PATCH", "/webhooks/*/*/messages/@original", status=400, times=times)
        result = await w.compose(style="quick")
        assert result.response is not None
        assert (await w.storage.jobs.get(1)).status is JobStatus.FINISHED
        assert result.response.attachments


async def test_again_on_a_clip_nobody_knows_says_so(tmp_path):
    async with world(tmp_path) as w:
        channel = w.bot.get_partial_messageable(w.channel.id)
        clip = toy_clip(ComposeRequest(style="quick", seed=1))
        view = result_view(99, clip, wording_for(None), models=w.bot.models)
        old = await channel.send("from another library", view=view)
        [private] = (await w.alice.click(old, custom_id="nightingale:again:99")).followups
        assert private.ephemeral
        assert "There is no #99 here, or not any more." in private.content
        result = await w.alice.click(old, custom_id="nightingale:midi:99")
        assert result.ephemeral
