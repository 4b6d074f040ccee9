"""What a bot that was stopped left behind."""

import asyncio
import time

from domain.clips import Clip
from domain.requests import ComposeRequest
from storage import JobStatus, open_storage
from storage.files import ClipFolder
from tests.cogs.worlds import toy_bot, world

REQUEST = ComposeRequest(style="quick", seed=1)


async def test_a_job_left_open_is_marked_and_its_message_says_so(tmp_path):
    async with world(tmp_path) as w:
        channel = w.bot.get_partial_messageable(w.channel.id)
        message = await channel.send("🎼 #1 · composing")
        where = {"user_id": w.alice.id, "guild_id": w.env.guild.id, "channel_id": w.channel.id}
        shown = await w.storage.jobs.add(REQUEST, **where)
        await w.storage.jobs.attach_message(shown, channel_id=w.channel.id, message_id=message.id)
        unshown = await w.storage.jobs.add(REQUEST, **where)
        deleted = await w.storage.jobs.add(REQUEST, **where)
        await w.storage.jobs.attach_message(deleted, channel_id=w.channel.id, message_id=4)
        private = await w.storage.jobs.add(REQUEST, **(where | {"guild_id": None}))
        async with toy_bot(w.settings) as another:
            await w.env.restart_bot(another)
            assert w.last_message.content == (
                "⚠️ #1 · I was restarted before this was finished. Please ask again."
            )
            for job_id in (shown, unshown, deleted, private):
                assert (await another.storage.jobs.get(job_id)).status is JobStatus.INTERRUPTED


async def test_a_bot_that_is_stopped_leaves_the_row_to_the_next_start(tmp_path):
    async with world(tmp_path) as w:
        await w.act(w.compose(style="gated"), until="composing")
        while (await w.job(1)).message_id is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    async with open_storage(w.settings.data_folder, max_clip_bytes=10**8) as storage:
        [job] = await storage.jobs.interrupt_unfinished()
        assert (job.id, job.message_id is None) == (1, False)


async def test_a_bot_that_is_stopped_first_posts_what_is_made(tmp_path, monkeypatch):
    write = ClipFolder.write

    def write_slowly(folder: ClipFolder, clip_id: int, clip: Clip) -> int:
        time.sleep(0.3)
        return write(folder, clip_id, clip)

    monkeypatch.setattr(ClipFolder, "write", write_slowly)
    async with world(tmp_path) as w:
        await w.act(w.compose(style="gated"), until="composing")
        w.open_gate()
        while w.bot.work_jobs._open._jobs[1].is_making:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await w.bot.work_jobs.close()
        assert (await w.job(1)).status is JobStatus.FINISHED
        assert w.last_message.embeds[0].footer.text == "Clip #1"
