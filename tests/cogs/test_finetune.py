"""`/finetune` as administrators use it: runs with a real tutor's process, versions, and what goes wrong."""

import asyncio

import discord
import pytest

from domain.finetuning import Finetuned, Gated, Refusal, Teachable
from engine.rehearsal import rehearsed
from storage import Difference, FinetuneRuns, Run, RunStatus
from storage.jobs import JobStatus
from tests.cogs.taught import VOTES, ended, finetune, in_use, keep, rated, said, taught_world
from tests.cogs.test_compose import buttons, fields
from tests.cogs.worlds import toy_bot


async def nothing(runs: FinetuneRuns) -> list[Run]:
    return []


REFUSED = Finetuned(gated=Gated(refusal=Refusal.NOT_BETTER, figures={}), adapter=b"no")


async def test_a_run_ends_in_a_version_in_use_and_two_works_of_one_seed(tmp_path):
    async with taught_world(tmp_path) as w:
        await finetune(w, "start", style="rnn")
        assert await ended(w) is RunStatus.DONE
        told, before, after = w.channel.history()[-3:]
        [embed] = told.embeds
        assert embed.title == "🎓 I learned what you like: rnn, version 1"
        assert "in use from the next request on" in str(embed.description)
        assert fields(embed)["What I make more of now"] == "• more in minor keys"
        assert "50% before, 80% now" in fields(embed)["Measured"]
        assert not told.components

        version = await w.storage.versions.in_use(w.env.guild.id, Teachable.RNN)
        assert version is not None
        jobs = [await w.job(job_id, status=JobStatus.FINISHED) for job_id in (13, 14)]
        assert [job.request.adapter for job in jobs] == [None, version.adapter]
        assert jobs[0].request.seed == jobs[1].request.seed
        for message, job in ((before, jobs[0]), (after, jobs[1])):
            assert f"nightingale:up:{job.id}" in buttons(message)
            assert message.attachments
            assert await w.storage.postings.work_of(message.id) == job.id
        assert not list((w.settings.data_folder / "runs").iterdir())
        assert "I learned what you like" in str((await finetune(w, "status")).response.embeds[0].title)


async def test_the_next_request_is_made_by_the_version_in_use(tmp_path):
    async with taught_world(tmp_path) as w:
        first = await keep(w, rehearsed(1))
        second = await keep(w, rehearsed(2))
        await keep(w, REFUSED)
        made: list[str | None] = []

        async def compose(style: str = "rnn") -> None:
            await w.compose(style=style)
            made.append((await w.job(13 + len(made))).request.adapter)

        await compose()
        await compose("vae")
        assert "Version 1 of rnn is in use" in said(await finetune(w, "use", style="rnn", version=1))
        await compose()
        assert "Version 2 of rnn is in use" in said(await finetune(w, "rollback", style="rnn"))
        await compose()
        assert "as shipped" in said(await finetune(w, "use", style="rnn", version=0))
        await compose()
        for _ in range(3):
            await finetune(w, "rollback", style="rnn")
        await compose()
        assert made == [second.adapter, None, first.adapter, second.adapter, None, None]
        assert "nothing was before it" in said(await finetune(w, "rollback", style="rnn"))
        assert "was not accepted" in said(await finetune(w, "use", style="rnn", version=3))
        assert "no version 9" in said(await finetune(w, "use", style="rnn", version=9))

        listed = (await finetune(w, "versions")).response.embeds[0].description
        assert listed.count("\n") == 2
        assert "does not foretell" in listed
        assert "in use" not in listed
        await w.storage.versions.use(w.env.guild.id, Teachable.RNN, 2)
        assert (await finetune(w, "versions", style="rnn")).response.embeds[0].description.count(
            "in use"
        ) == 1


async def test_only_administrators_at_every_command_and_button(tmp_path):
    async with taught_world(tmp_path) as w:
        manager = w.env.guild.create_role("m", permissions=discord.Permissions(manage_guild=True))
        bob = w.env.guild.add_member(w.env.create_user("bob"), roles=[manager])
        [group] = [each for each in await w.bot.tree.fetch_commands() if each.name == "finetune"]
        w.env.guild.set_command_permissions(group, {bob: True})  # as servers may, over Discord's hint
        style = {"style": "rnn"}
        for command, options in {
            "plan": style,
            "start": style,
            "status": {},
            "cancel": {},
            "versions": {},
            "use": {**style, "version": 0},
            "rollback": style,
            "compare": {**style, "a": 0, "b": 1},
        }.items():
            result = await finetune(w, command, bob, **options)
            assert result.ephemeral
            assert "Only administrators" in said(result)
        (w.settings.weights_folder / "hold").touch()
        await w.act(finetune(w, "start", style="rnn"), until="25%")
        await w.act(
            bob.click(w.last_message, custom_id="nightingale:cancel_run:1"), until="Only administrators"
        )
        (w.settings.weights_folder / "hold").unlink()
        assert await ended(w) is RunStatus.DONE


async def test_the_second_administrator_is_told_and_cancelling_is_quick(tmp_path):
    async with taught_world(tmp_path) as w:
        (w.settings.weights_folder / "hold").touch()
        await w.act(finetune(w, "start", style="rnn"), until="25%")
        told = w.last_message
        assert told.content == "🎓 Learning rnn ▰▰▱▱▱▱▱▱▱▱ 25% · loss 0.500 · about 2 minutes left"
        await w.act(finetune(w, "start", style="rnn"), until="learning for this server already")
        await w.act(finetune(w, "cancel"), until="I'm stopping.")
        async with asyncio.timeout(5):
            assert await ended(w) is RunStatus.CANCELLED
        [told] = [each for each in w.channel.history() if each.id == told.id]
        assert told.content == "🛑 Learning rnn was cancelled. Nothing has changed."
        assert not told.components
        assert await in_use(w) == 0
        assert "cancelled" in said(await finetune(w, "status"))
        assert "not learning anything" in said(await finetune(w, "cancel"))


async def test_a_restart_goes_on_in_the_same_message(tmp_path, monkeypatch):
    async with taught_world(tmp_path) as w:
        (w.settings.weights_folder / "hold").touch()
        await w.act(finetune(w, "start", style="rnn"), until="25%")
        told = w.last_message
        await w.bot.get_cog("Finetune").cog_unload()
        assert w.bot.tutor.pid is None
        assert (await w.storage.runs.get(1)).status is RunStatus.RUNNING
        assert "25%" in w.last_message.content
        (w.settings.weights_folder / "hold").unlink()
        async with toy_bot(w.settings) as another:
            with monkeypatch.context() as patched:  # SimCord gives a start 5 seconds, with all it begins
                patched.setattr(FinetuneRuns, "unfinished", nothing)
                await w.env.restart_bot(another)
            w.bot = another
            await another.get_cog("Finetune")._runs.resume()
            assert await ended(w) is RunStatus.DONE
            [message] = [each for each in w.channel.history() if each.id == told.id]
            assert message.embeds[0].title == "🎓 I learned what you like: rnn, version 1"
            assert await in_use(w) == 1


async def test_who_is_no_administrator_at_the_end_has_it_offered_to_those_who_are(tmp_path):
    async with taught_world(tmp_path) as w:
        (w.settings.weights_folder / "hold").touch()
        await w.act(finetune(w, "start", style="rnn"), until="25%")
        w.env.guild.remove_member(w.alice)
        (w.settings.weights_folder / "hold").unlink()
        assert await ended(w) is RunStatus.DONE
        assert await in_use(w) == 0
        [told] = [each for each in w.channel.history() if "nightingale:use_version:1" in buttons(each)]
        assert "is not in use" in str(told.embeds[0].description)
        admin = w.env.guild.create_role("a2", permissions=discord.Permissions(administrator=True))
        carol = w.env.guild.add_member(w.env.create_user("carol"), roles=[admin])
        await carol.click(told, custom_id="nightingale:use_version:1")
        assert await in_use(w) == 1


@pytest.mark.parametrize(
    ("works", "votes", "sentence"),
    [
        (0, (), "Nobody has rated"),
        (5, VOTES, "5 rated works are too few"),
        (12, ((5,), (1,)), "rated by one person"),
        (12, ((5, 4),), "like nearly everything"),
        (12, ((1, 2),), "like next to nothing"),
    ],
)
async def test_what_is_not_enough_is_said_and_nothing_begins(tmp_path, works, votes, sentence):
    async with taught_world(tmp_path, works=0) as w:
        await rated(w.storage, w.env.guild.id, works=works, votes=votes)
        plan = (await finetune(w, "plan", style="rnn")).response.embeds[0]
        assert plan.description.startswith("This is not enough. ")
        assert sentence in plan.description
        assert sentence in said(await finetune(w, "start", style="rnn"))
        assert await w.storage.runs.newest(w.env.guild.id) is None


async def test_a_plan_waits_for_no_run_and_says_what_keeps_it_from_being_made(tmp_path):
    async with taught_world(tmp_path) as w:
        (w.settings.weights_folder / "hold").touch()
        await w.act(finetune(w, "start", style="rnn"), until="25%")
        await w.act(finetune(w, "plan", style="rnn"), until="more in minor keys")
        (w.settings.weights_folder / "hold").unlink()
        assert await ended(w) is RunStatus.DONE
        (w.settings.weights_folder / "blind").touch()
        plan = (await finetune(w, "plan", style="rnn")).response.embeds[0]
        assert "Something broke" in fields(plan)["What I would make more of"]
        assert fields(plan)["Rated works"] == "12"


async def test_a_plan_says_what_there_is_and_changes_nothing(tmp_path):
    async with taught_world(tmp_path) as w:
        await w.storage.works.delete(12)  # with its votes
        await rated(w.storage, w.env.guild.id, works=1)
        result = await finetune(w, "plan", style="rnn")
        assert result.ephemeral
        [embed] = result.response.embeds
        assert embed.description.startswith("This is enough to learn from.")
        assert fields(embed) == {
            "Rated works": "12",
            "Votes": "24 by 2 people",
            "Pairs compared blind": "0",
            "Liked or not": "7 liked, 5 not",
            "Spread of opinions": "0.82",
            "Agreement between people": "100%",
            "What I would make more of": "• more in minor keys\n"
            "From the other votes I foretell 80% of them rightly (by chance: 50%). "
            "Only a run says whether that stands up to the gate.",
        }
        assert any("I'm trying that out: 0%" in body for body in w.edits())
        assert await w.storage.runs.newest(w.env.guild.id) is None


@pytest.mark.parametrize(
    ("file", "sentence"), [("full", "My disk is full"), ("broken", "Something broke"), ("die", "gave up")]
)
async def test_what_fails_is_told_and_changes_nothing(tmp_path, file, sentence):
    async with taught_world(tmp_path) as w:
        (w.settings.weights_folder / file).touch()
        await finetune(w, "start", style="rnn")
        assert await ended(w) is RunStatus.FAILED
        assert sentence in w.last_message.content
        assert not w.last_message.components
        (w.settings.weights_folder / file).unlink()
        await finetune(w, "start", style="rnn")
        assert await ended(w, 2) is RunStatus.DONE


async def test_two_versions_of_one_seed_are_compared_blind(tmp_path):
    async with taught_world(tmp_path) as w:
        version = await keep(w, rehearsed(1))
        assert "one version" in said(await finetune(w, "compare", style="rnn", a=1, b=1))
        result = await finetune(w, "compare", style="rnn", a=0, b=1)
        assert [file.filename for file in result.response.attachments] == [
            "nightingale-A.mp3",
            "nightingale-B.mp3",
        ]
        pair = await w.storage.preferences.pair(1, guild_id=w.env.guild.id)
        assert pair is not None
        assert pair.differ_in is Difference.VERSION
        requests = [(await w.storage.jobs.get(job_id)).request for job_id in (13, 14)]
        assert [request.adapter for request in requests] == [None, version.adapter]
        assert requests[0].seed == requests[1].seed

        b_is_taught = (await w.storage.jobs.get(pair.b_id)).request.adapter is not None
        fans = (
            ["better_b", "better_b", "better_a", "equal"]
            if b_is_taught
            else ["better_a"] * 2 + ["better_b", "equal"]
        )
        for number, action in enumerate(fans):
            fan = w.env.guild.add_member(w.env.create_user(f"fan{number}"))
            shown = await fan.click(result.response, custom_id=f"nightingale:{action}:1")
        versions = {fields(embed)["Model"] for each in shown.followups for embed in each.embeds}
        assert versions == {"`rnn-1`", f"`rnn-1~{version.adapter[:8]}`"}
        [embed] = (await finetune(w, "versions")).response.embeds
        counted = "rnn: as shipped (0) 1 : 2 version 1; no difference: 1"
        assert fields(embed)["Compared blind"] == f"• {counted}"
        again = await finetune(w, "compare", style="rnn", a=1, b=0)
        assert counted in again.response.embeds[0].description
        assert counted not in result.response.embeds[0].description
        assert (await w.storage.lessons.survey(w.env.guild.id, Teachable.RNN)).pairs == 0


async def test_two_versions_of_verse_are_read_blind(tmp_path):
    async with taught_world(tmp_path) as w:
        version = await keep(w, rehearsed(1), teachable=Teachable.LYRICS)
        result = await finetune(w, "compare", style="lyrics", a=1, b=0)
        asked, *verses = result.response.embeds
        assert [str(embed.title)[:2] for embed in verses] == ["🅰️", "🅱️"]
        assert all("\n" in str(embed.description) and not embed.fields for embed in verses)
        assert version.adapter[:8] not in str([embed.to_dict() for embed in (asked, *verses)])
        assert fields(asked)["Language"] == "English"
        assert not result.response.attachments

        pair = await w.storage.preferences.pair(1, guild_id=w.env.guild.id)
        assert pair is not None
        taught = "b" if version.adapter[:8] in pair.b_version else "a"
        shown = await w.alice.click(result.response, custom_id=f"nightingale:better_{taught}:1")
        told = {fields(embed)["Model"] for each in shown.followups for embed in each.embeds}
        assert told == {"`seq2seq-1`", f"`seq2seq-1~{version.adapter[:8]}`"}
        [embed] = (await finetune(w, "versions")).response.embeds
        assert "as shipped (0) 0 : 1 version 1" in fields(embed)["Compared blind"]


async def test_songs_and_transformations_are_made_by_the_version_in_use_and_recipes_as_they_say(tmp_path):
    async with taught_world(tmp_path, works=12) as w:
        version = await keep(w, rehearsed(1))
        await w.alice.slash(w.channel, "song", scene="forest birds")
        song = (await w.job(13)).request
        assert (song.adapter, song.words.adapter) == (version.adapter, None)
        await w.alice.slash(w.channel, "compose", style="tuneful", seed=1)
        await w.alice.slash(w.channel, "song", scene="forest birds", clip="#14")
        assert (await w.job(15)).request.adapter is None
        await w.alice.slash(w.channel, "vary", clip="#14")
        assert (await w.job(16)).request.adapter is None


async def test_votes_on_deleted_works_are_no_lessons_not_even_once_a_run_has_begun(tmp_path):
    async with taught_world(tmp_path) as w:
        storage, guild_id = w.storage, w.env.guild.id
        run = await storage.runs.begin(
            Teachable.RNN,
            await storage.lessons.select(guild_id, Teachable.RNN),
            guild_id=guild_id,
            user_id=w.alice.id,
            locale="en-US",
            channel_id=w.channel.id,
        )
        for work_id in range(1, 10):
            await storage.works.delete(work_id)
        assert len((await storage.lessons.load(run.selection))[0]) == 3
        await w.bot.get_cog("Finetune")._runs.resume()
        assert await ended(w) is RunStatus.DONE
        assert "3 rated works are too few" in said(await finetune(w, "start", style="rnn"))


async def test_a_damaged_version_is_told_of_once(tmp_path):
    async with taught_world(tmp_path) as w:
        version = await keep(w, rehearsed(1))
        (w.settings.data_folder / "adapters" / f"{version.adapter}.safetensors").write_bytes(b"half")
        assert "damaged" in (await finetune(w, "versions")).response.embeds[0].description
        (w.settings.weights_folder / "unusable").touch()
        for _ in range(2):
            await w.compose(style="rnn")
        warnings = [each for each in w.channel.history() if "is missing or damaged" in (each.content or "")]
        assert len(warnings) == 1
        assert "damaged" in said(await finetune(w, "use", style="rnn", version=1))
