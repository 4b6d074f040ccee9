"""Seeds in use: played, composed from, leafed through, in messages' menus and in direct messages."""

from pathlib import Path

from cogs._shared.wording import wording_for
from cogs.seeds.items import playing_view
from domain.requests import ComposeRequest
from domain.transformations import BlendRequest
from storage import MAX_SEEDS
from tests.cogs.sowing import MIDI, NOTES, PITCHES, do
from tests.cogs.test_compose import fields
from tests.cogs.transforming import library, request_of
from tests.cogs.worlds import toy_bot, world
from tests.storage.test_seeds import seed


async def test_playing_shows_how_far_it_is_and_can_be_stopped(tmp_path: Path):
    async with world(tmp_path) as w:
        bob = w.env.guild.add_member(w.env.create_user("bob"))
        await do(w.alice, w, "save", name="gated", notes=NOTES)
        await w.act(w.alice.slash(w.channel, "seed play", name="gated"), until="rendering")
        message = w.last_message
        assert message.content == "🎼 🌱 gated · rendering the sound"
        stop = message.components[0].children[0].custom_id
        await w.act(bob.click(message, custom_id=stop), until="Only the person who asked")
        await w.alice.click(message, custom_id=stop)
        assert w.last_message.content == "🛑 🌱 gated · cancelled"
        assert not w.last_message.components
        channel = w.bot.get_partial_messageable(w.channel.id)
        old = await channel.send("rendering", view=playing_view(99, wording_for(None)))
        late = await w.alice.click(old, custom_id="nightingale:stop:99")
        assert late.response is not None
        assert late.response.content == "🌱 has ended already."
        assert (await w.alice.slash(w.channel, "compose", style="quick")).response  # the engine is free again
        await w.act(w.alice.slash(w.channel, "seed play", name="gated"), until="rendering")
        await w.bot.remove_cog("Seeds")  # as when the bot closes
        assert "🌱 gated · I was restarted before this was finished." in w.last_message.content


async def test_seeds_are_what_is_composed_varied_and_blended(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        await do(w.alice, w, "save", name="*hum*", clip="1")
        await do(w.alice, w, "save", name="other", notes=NOTES)
        for job_id, (command, options) in enumerate(
            [
                ("compose", {"style": "quick", "seed_name": "*Hum*"}),
                ("vary", {"seed_name": "*hum*"}),
                ("accompany", {"seed_name": "*hum*", "genre": "reel"}),
                ("blend", {"a": "1", "seed_name": "*hum*"}),
                ("blend", {"b_file": MIDI, "seed_name": "*hum*"}),
                ("blend", {"seed_name": "*hum*", "other_seed_name": "other"}),
            ],
            start=2,
        ):
            result = await w.alice.slash(w.channel, command, **options)
            assert result.response is not None
            assert result.response.embeds, result.response.content
            assert "🌱 \\*hum\\*" in fields(result.response.embeds[0])["Made from"].split("\n")
            request = (await w.storage.jobs.get(job_id)).request
            assert (
                isinstance(request, ComposeRequest)
                if command == "compose"
                else request == await request_of(w, job_id)
            )
        composed = (await w.storage.jobs.get(2)).request
        assert isinstance(composed, ComposeRequest)
        assert composed.opening is not None
        assert composed.opening.is_seed
        assert [note.pitch for note in composed.opening.score.parts[0].notes] == [
            74,
            75,
            76,
            77,
            78,
            74,
            75,
            76,
        ]
        blends = [await request_of(w, job_id) for job_id in (5, 6, 7)]
        assert [[source.title for source in blend.sources] for blend in blends] == [
            ["Tune 1", "*hum*"],
            ["*hum*", "Der Mond"],
            ["*hum*", "other"],
        ]
        assert all(isinstance(blend, BlendRequest) for blend in blends)
        for command, options, sentence in (
            ("compose", {"seed_name": "none"}, "There is no seed “none” of yours"),
            ("vary", {"clip": "1", "seed_name": "other"}, "Give me one of them alone"),
            ("blend", {"a": "1", "b": "1", "seed_name": "other"}, "Give me one of them alone"),
            ("blend", {"seed_name": "other"}, "I need two pieces"),
        ):
            result = await w.alice.slash(w.channel, command, **options)
            assert result.response is None
            [private] = result.followups
            assert sentence in private.content
        offered = await w.alice.autocomplete(w.channel, "blend", "other_seed_name", "O")
        assert [choice["value"] for choice in offered] == ["other"]


async def test_seeds_work_in_direct_messages(tmp_path: Path):
    async with world(tmp_path) as w:
        person = w.alice.user
        for command, options, said in (
            ("seed save", {"name": "hum", "notes": NOTES}, "🌱 **hum** is kept."),
            ("seed list", {}, ""),
            ("seed rename", {"name": "hum", "new_name": "Dawn"}, "🌱 **hum** is called **Dawn** now."),
            ("seed show", {"name": "dawn"}, ""),
        ):
            answer = (await person.slash(command, **options)).response
            assert answer is not None
            assert answer.content.startswith(said)
            assert answer.embeds or said
        played = (await person.slash("seed play", name="dawn")).response
        assert played is not None
        assert await played.attachments[0].read() == b"ID3 8 notes of Dawn"
        composed = (await person.slash("compose", style="quick", seed_name="dawn")).response
        assert composed is not None
        assert fields(composed.embeds[0])["Made from"] == "🌱 Dawn"
        request = (await w.storage.jobs.get(1)).request
        assert isinstance(request, ComposeRequest)
        assert request.opening is not None
        assert [note.pitch for note in request.opening.score.parts[0].notes] == PITCHES
        gone = (await person.slash("seed delete", name="dawn")).response
        assert gone is not None
        assert gone.content == "🗑️ The seed **Dawn** is deleted."
        refused = await person.slash("compose", style="quick", seed_name="dawn")
        assert "There is no seed “dawn” of yours" in refused.followups[0].content


async def test_the_menu_of_a_message_keeps_its_piece(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        message = w.last_message
        for name in ("Tune 1", "Tune 1 2"):
            shown = await w.alice.context_menu(w.channel, "Use as seed", message)
            assert shown.modal is not None
            [label] = shown.modal["components"]
            assert label["component"]["value"] == name
            done = await w.alice.submit_modal(shown, {"name": name})
            assert done.response is not None
            assert done.response.ephemeral
            assert fields(done.response.embeds[0])["From"] == "#1 · Tune 1"
        shown = await w.alice.context_menu(w.channel, "Use as seed", message)
        clash = await w.alice.submit_modal(shown, {"name": "tune 1"})
        assert clash.response is not None
        assert "You have a seed “tune 1” already." in clash.response.content
        await w.alice.slash(w.channel, "lyrics", scene="birds")
        verse = await w.alice.context_menu(w.channel, "Use as seed", w.last_message)
        assert verse.response is not None
        assert "#2 has words but no music, so no seed can be made of it." in verse.response.content
        hello = await w.alice.send(w.channel, "hello")
        other = await w.alice.context_menu(w.channel, "Use as seed", hello)
        assert other.response is not None
        assert other.response.ephemeral
        assert "No single piece of mine stands in this message." in other.response.content


async def test_many_seeds_are_leafed_through_also_after_a_restart(tmp_path: Path):
    async with world(tmp_path) as w:
        for number in range(MAX_SEEDS):
            await w.storage.seeds.save(seed(f"tune {number:03}"), user_id=w.alice.id)
        full = await do(w.alice, w, "save", name="another", notes=NOTES)
        assert "You have 100 seeds, and I keep no more for one person." in full.content
        first = await do(w.alice, w, "list")
        assert first.embeds[0].footer.text == "Page 1 of 7"
        async with toy_bot(w.settings) as another:
            await w.env.restart_bot(another)
            await another.engine.ready()
            await w.alice.click(first, custom_id="nightingale:seeds:2")
            assert "tune 015" in (first.embeds[0].description or "")
            await another.storage.seeds.delete(100)
            await w.alice.click(first, custom_id="nightingale:seeds:1")
            assert "tune 000" in (first.embeds[0].description or "")
