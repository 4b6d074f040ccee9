from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import Reason
from domain.requests import ComposeRequest, WorkRequest
from domain.score import Key, Mode
from storage import JobKind, JobStatus, Storage, open_storage
from tests.storage.samples import (
    CHANNEL,
    GUILD,
    LYRICS,
    SONG,
    TRANSFORMATIONS,
    USER,
    add_clip,
    add_job,
    finished_clip,
)

SNOWFLAKE = 2**63 - 1  # Discord's ids are up to 63 bits long

requests = st.builds(
    ComposeRequest,
    style=st.text(min_size=1),
    seed=st.integers(0, 2**31 - 1),
    length_seconds=st.integers(5, 120) | st.floats(5, 120),
    genre=st.none() | st.text(),
    key=st.none() | st.builds(Key, st.integers(0, 11), st.sampled_from(Mode)),
    tempo=st.none() | st.floats(40, 240),
    temperature=st.floats(0.5, 1.5),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=requests, guild_id=st.none() | st.integers(1, SNOWFLAKE), user_id=st.integers(1, SNOWFLAKE))
async def test_a_job_comes_back_as_it_was_asked_for(
    storage: Storage, request: ComposeRequest, guild_id: int | None, user_id: int
):
    job_id = await storage.jobs.add(request, user_id=user_id, guild_id=guild_id, channel_id=CHANNEL)
    job = await storage.jobs.get(job_id)
    assert (job.request, job.guild_id, job.user_id, job.channel_id) == (request, guild_id, user_id, CHANNEL)
    assert (job.id, job.kind, job.status) == (job_id, JobKind.COMPOSE, JobStatus.QUEUED)
    assert (job.message_id, job.started_at, job.finished_at, job.reason, job.code) == (None,) * 5


@pytest.mark.parametrize("request_", [*TRANSFORMATIONS, LYRICS, SONG], ids=lambda request_: request_.kind)
async def test_other_requests_come_back_with_all_they_hold(storage: Storage, request_: WorkRequest):
    job_id = await storage.jobs.add(request_, user_id=USER, guild_id=GUILD, channel_id=CHANNEL)
    job = await storage.jobs.get(job_id)
    assert job.request == request_
    assert job.kind == request_.kind


async def test_what_makes_no_request_is_a_failed_job_all_the_same(storage: Storage):
    job_id = await storage.jobs.refuse(
        '{"key": "H"}',
        Reason.UNKNOWN_KEY,
        kind=JobKind.RESTYLE,
        user_id=USER,
        guild_id=None,
        channel_id=CHANNEL,
    )
    job = await storage.jobs.get(job_id)
    assert (job.request, job.status, job.reason) == (None, JobStatus.FAILED, Reason.UNKNOWN_KEY)
    assert job.kind is JobKind.RESTYLE
    assert job.finished_at == job.created_at
    assert await storage.jobs.interrupt_unfinished() == []


async def test_a_finished_job_has_its_times_and_model(storage: Storage):
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    job_id = await add_job(storage)
    await storage.jobs.attach_message(job_id, channel_id=CHANNEL + 1, message_id=SNOWFLAKE)
    await storage.jobs.start(job_id)
    assert (await storage.jobs.get(job_id)).status is JobStatus.RUNNING
    await storage.clips.save(job_id, finished_clip())

    job = await storage.jobs.get(job_id)
    assert job.status is JobStatus.FINISHED
    assert (job.channel_id, job.message_id, job.model_version) == (CHANNEL + 1, SNOWFLAKE, "rnn-1")
    assert job.started_at is not None
    assert job.finished_at is not None
    assert before <= job.created_at <= job.started_at <= job.finished_at <= datetime.now(UTC)


async def test_a_failed_job_says_why(storage: Storage):
    job_id = await add_job(storage)
    await storage.jobs.fail(job_id, Reason.BUG, code="k3f9")
    job = await storage.jobs.get(job_id)
    assert (job.status, job.reason, job.code) == (JobStatus.FAILED, Reason.BUG, "k3f9")
    assert job.finished_at is not None


async def test_a_finished_job_stays_finished_whatever_comes_after(storage: Storage):
    clip = await add_clip(storage)
    finished_at = (await storage.jobs.get(clip.id)).finished_at
    await storage.jobs.fail(clip.id, Reason.UPLOAD_REFUSED, code="k3f9")
    await storage.jobs.cancel(clip.id)
    await storage.jobs.start(clip.id)
    job = await storage.jobs.get(clip.id)
    assert (job.status, job.finished_at) == (JobStatus.FINISHED, finished_at)
    assert (job.reason, job.code) == (Reason.UPLOAD_REFUSED, "k3f9")


async def test_a_cancelled_job_stays_cancelled(storage: Storage):
    job_id = await add_job(storage)
    await storage.jobs.cancel(job_id)
    await storage.jobs.start(job_id)
    job = await storage.jobs.get(job_id)
    assert job.status is JobStatus.CANCELLED
    assert job.finished_at is not None


async def test_what_a_dead_bot_left_behind_is_found_once_and_can_be_taken_up_again(tmp_path: Path):
    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        finished = (await add_clip(storage)).id
        failed, cancelled, running, queued = [await add_job(storage) for _ in range(4)]
        await storage.jobs.fail(failed, Reason.QUEUE_FULL)
        await storage.jobs.cancel(cancelled)
        await storage.jobs.start(running)
        await storage.jobs.attach_message(running, channel_id=CHANNEL, message_id=5)

    async with open_storage(tmp_path, max_clip_bytes=10**9) as storage:
        left = await storage.jobs.interrupt_unfinished()
        assert [job.id for job in left] == [running, queued]
        assert left == [await storage.jobs.get(running), await storage.jobs.get(queued)]
        assert {job.status for job in left} == {JobStatus.INTERRUPTED}
        assert (left[0].message_id, left[0].user_id, left[0].guild_id) == (5, USER, GUILD)
        assert left[0].started_at is not None
        assert left[1].started_at is None
        assert await storage.jobs.interrupt_unfinished() == []
        assert (await storage.jobs.get(finished)).status is JobStatus.FINISHED

        await storage.jobs.start(running)
        job = await storage.jobs.get(running)
        assert (job.status, job.finished_at) == (JobStatus.RUNNING, None)
        await storage.clips.save(running, finished_clip())
        assert (await storage.jobs.get(running)).status is JobStatus.FINISHED


async def test_unknown_jobs_are_refused(storage: Storage):
    for attempt in (
        storage.jobs.get(99),
        storage.jobs.start(99),
        storage.jobs.cancel(99),
        storage.jobs.fail(99, Reason.BUG),
        storage.jobs.attach_message(99, channel_id=1, message_id=1),
    ):
        with pytest.raises(LookupError, match="99"):
            await attempt
