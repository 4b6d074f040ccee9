"""Seeds through the real bot: the toy plays, and the real fence reads what people give."""

import io
import struct
import wave
from array import array
from dataclasses import replace
from math import pi, sin
from pathlib import Path

import discord
import pytest
import simcord

from cogs._shared.escaping import escaped
from cogs._shared.wording import wording_for
from cogs.seeds.items import playing_view
from domain.errors import SENTENCES, Reason
from domain.requests import ComposeRequest
from domain.score import Note, Part, Score
from domain.transformations import BlendRequest
from engine.craft.midi_files import midi_bytes
from storage import MAX_SEEDS
from tests.cogs.test_compose import fields, speak_chinese
from tests.cogs.toys import TUNE
from tests.cogs.transforming import library, request_of
from tests.cogs.worlds import World, toy_bot, world
from tests.storage.test_seeds import seed

NOTES = "tempo=96 metre=4/4 key=D D4 F#4 A4:2 r:1/2 A4:1/2 G4 F#4 E4 D4:4"
PITCHES = [62, 66, 69, 69, 67, 66, 64, 62]
ABC = "X:1\nT:The Calm\nM:4/4\nL:1/4\nK:D\nD F A2|G F E2|D4|\n"
MIDI = ("Der Mond.mid", midi_bytes(TUNE))


async def do(
    actor: simcord.MemberActor, world: World, command: str, **options: object
) -> simcord.ResponseMessage:
    """What `/seed command` answers the person alone."""
    result = await actor.slash(world.channel, f"seed {command}", **options)
    assert result.response is not None
    assert result.response.ephemeral
    return result.response


async def kept(world: World, name: str, user_id: int | None = None) -> Score:
    found = await world.storage.seeds.find(
        name, user_id=user_id or world.alice.id, guild_id=world.env.guild.id
    )
    return found.source.score


def humming(pitches: list[int], *, loudness: int = 9000) -> bytes:
    """A WAV file of a voice that takes half a second for each."""
    rate, samples = 16_000, array("h")
    for pitch in pitches:
        step = 2 * pi * 440 * 2 ** ((pitch - 69) / 12) / rate
        for frame in range(rate // 2):
            fade = min(frame, rate // 2 - frame, 800) / 800
            tone = sum(sin(step * frame * partial) / partial**2 for partial in (1, 2, 3, 4))
            samples.append(round(loudness * fade * tone))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, rate, len(samples), "NONE", ""))
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()


async def test_a_life_of_a_seed(tmp_path: Path):
    async with world(tmp_path) as w:
        saved = await do(w.alice, w, "save", name="Morning *song*", notes=NOTES)
        assert saved.content.startswith("🌱 **Morning \\*song\\*** is kept.")
        shown = fields(saved.embeds[0])
        assert saved.embeds[0].title == "🌱 Morning \\*song\\*"
        assert (shown["Key"], shown["Tempo"], shown["Notes"]) == ("D major", "96 beats/min", "8")
        assert [note.pitch for note in (await kept(w, "morning *song*")).parts[0].notes] == PITCHES
        # What is shown of the notes can be typed in again, and is the same music.
        typed = shown["Tune"].strip("`")
        await do(w.alice, w, "save", name="again", notes=typed)
        assert (await kept(w, "again")).parts == (await kept(w, "morning *song*")).parts
        sheet = await do(w.alice, w, "show", name="MORNING *SONG*")
        names = [file.filename for file in sheet.attachments]
        assert names == [
            *(f"nightingale-seed-1-page-{page}.png" for page in (1, 2)),
            "nightingale-seed-1.musicxml",
        ]
        assert fields(sheet.embeds[0])["Saved"].startswith("<t:")
        played = await w.alice.slash(w.channel, "seed play", name="Morning *song*")
        assert played.response is not None
        assert not played.response.ephemeral
        sound, picture = played.response.attachments
        assert await sound.read() == b"ID3 8 notes of Morning *song*"
        assert picture.filename == "nightingale-seed-1.png"
        renamed = await do(w.alice, w, "rename", name="morning *song*", new_name="Dawn")
        assert renamed.content == "🌱 **Morning \\*song\\*** is called **Dawn** now."
        await do(w.alice, w, "delete", name="again")
        assert "**Dawn** · D major, 4/4" in ((await do(w.alice, w, "list")).embeds[0].description or "")
        assert (await do(w.alice, w, "delete", name="dawn")).content == "🗑️ The seed **Dawn** is deleted."
        assert "There are none yet." in ((await do(w.alice, w, "list")).embeds[0].description or "")


async def test_music_comes_from_clips_and_files_of_all_kinds(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        of_clip = await do(w.alice, w, "save", name="clip", clip="#1")
        assert fields(of_clip.embeds[0])["From"] == "#1 · Tune 1"
        tune = [note.pitch for note in TUNE.parts[0].notes]
        assert [note.pitch for note in (await kept(w, "clip")).parts[0].notes] == tune
        await do(w.alice, w, "save", name="midi", file=MIDI)
        assert [len(part.notes) for part in (await kept(w, "midi")).parts] == [8, 2]
        await do(w.alice, w, "save", name="abc", file=("The Calm.abc", ABC.encode()))
        assert [note.pitch for note in (await kept(w, "abc")).parts[0].notes] == [62, 66, 69, 67, 66, 64, 62]
        hummed = [62, 64, 66, 67, 69, 67, 66, 62]
        heard = await do(w.alice, w, "save", name="hum", file=("hum.wav", humming(hummed)))
        assert heard.embeds, heard.content
        assert [note.pitch for note in (await kept(w, "hum")).parts[0].notes] == hummed


RAIN = replace(
    TUNE,
    bars=53,
    parts=(
        Part("Rain", 0, tuple(Note(tick, 60 + 4 * line, 1) for tick in range(2500) for line in range(4))),
    ),
)

REFUSED = [
    ({"name": "new"}, "Give me the music as well"),
    (
        {"name": "new", "notes": NOTES, "clip": "1"},
        "Give me one of them alone: a clip's id, notes or a file.",
    ),
    ({"name": "new", "clip": "#77"}, "There is no clip #77 here."),
    ({"name": "new", "clip": "**@everyone**"}, "There is no clip \\*\\*@\u200beveryone\\*\\* here."),
    ({"name": "new", "notes": "C4"}, "That has too few notes (1)"),
    (
        {"name": "new", "file": ("rain.mid", midi_bytes(RAIN))},
        "notes; a seed has at most 2000. Try a part of it.",
    ),
    ({"name": "new", "notes": "C4 H9 @everyone"}, "H9"),
    ({"name": "new", "file": ("notes.mid", b"no MIDI at all")}, "That is no MIDI file."),
    ({"name": "new", "file": ("song.mp3", b"no sound at all" * 99)}, ""),
    ({"name": "new", "file": ("tune.abc", b"\xff\xfe\x00")}, ""),
    (
        {"name": "new", "file": ("silence.wav", humming([60] * 6, loudness=0))},
        SENTENCES[Reason.RECORDING_SILENT],
    ),
    ({"name": "new", "file": ("huge.mid", bytes(1_000_001))}, "I read MIDI files of up to 1000 kB"),
    ({"name": " \u3000 ", "notes": NOTES}, "A seed needs a name of 1 to 32 characters."),
    ({"name": "x" * 33, "notes": NOTES}, "That name has 33 characters"),
    ({"name": "a\nb", "notes": NOTES}, "characters that can't be shown"),
    ({"name": "OLD", "notes": NOTES}, "You have a seed “OLD” already."),
]


async def test_what_makes_no_seed_is_a_sentence_and_changes_nothing(tmp_path: Path):
    async with world(tmp_path) as w:
        await do(w.alice, w, "save", name="old", notes="G4 A4 B4 C5")
        for options, sentence in REFUSED:
            answer = await do(w.alice, w, "save", **options)
            assert not answer.embeds, options
            assert answer.content.startswith("❌ "), options
            assert SENTENCES[Reason.BUG] not in answer.content, options
            assert sentence in answer.content
        names = await w.storage.seeds.names("", user_id=w.alice.id, guild_id=None, limit=9)
        assert [name.name for name in names] == ["old"]
        assert len((await kept(w, "old")).parts[0].notes) == 4
        await do(w.alice, w, "save", name="OLD", notes=NOTES, replace=True)
        assert len((await kept(w, "old")).parts[0].notes) == 8
        for command in ("show", "rename", "share", "delete"):
            more = {"new_name": "x"} if command == "rename" else {}
            answer = await do(w.alice, w, command, name="<@1> **no**", **more)
            assert "“\\<@\u200b1\\> \\*\\*no\\*\\*”" in answer.content
        taken = await w.alice.slash(w.channel, "seed play", name="nothing")
        assert taken.response is None
        [private] = taken.followups
        assert "There is no seed “nothing” of yours" in private.content


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


NAMES = ("🎵", "**bold** <@1> @everyone", "春 江", "`a` [b](https://c.d) ||e||")


async def test_names_are_shown_as_they_were_typed(tmp_path: Path):
    async with world(tmp_path) as w:
        for name in NAMES:
            saved = await do(w.alice, w, "save", name=name, notes=NOTES)
            shared = await do(w.alice, w, "share", name=name)
            played = await w.alice.slash(w.channel, "seed play", name=name)
            assert played.response is not None
            titles = saved.embeds[0].title, played.response.embeds[0].title
            assert titles == (f"🌱 {escaped(name)}",) * 2
            assert f"**{escaped(name)}**" in saved.content
            assert f"**{escaped(name)}**" in shared.content
        listed = (await do(w.alice, w, "list")).embeds[0].description or ""
        assert all(f"**{escaped(name)}** · D major, 4/4" in listed for name in NAMES)
        assert "<@1>" not in listed
        assert "@everyone" not in listed


async def test_a_shared_seed_is_everybodys_of_that_server(tmp_path: Path):
    async with world(tmp_path) as w:
        bob = w.env.guild.add_member(w.env.create_user("bob"))
        await do(w.alice, w, "save", name="hum", notes=NOTES)
        assert "There is no seed “hum”" in (await do(bob, w, "show", name="hum")).content
        await do(w.alice, w, "share", name="hum")
        await do(bob, w, "save", name="hum", notes="C4 D4 E4 F4")
        await do(bob, w, "share", name="hum")
        assert fields((await do(bob, w, "show", name="hum")).embeds[0])["Notes"] == "4"
        of_alice = fields((await do(bob, w, "show", name="alice: hum")).embeds[0])
        assert (of_alice["Notes"], of_alice["Shared here by"]) == ("8", "alice")
        carol = w.env.guild.add_member(w.env.create_user("carol"))
        both = (await do(carol, w, "show", name="Hum")).content
        assert "Several people share a seed “Hum” here. Say whose you mean: alice: hum, bob: hum." in both
        offered = await carol.autocomplete(w.channel, "seed show", "name", "ali")
        assert [choice["name"] for choice in offered] == ["alice: hum"]
        picked = await do(carol, w, "show", name=offered[0]["value"])
        assert fields(picked.embeds[0])["Notes"] == "8"
        assert "You have no seed" in (await do(carol, w, "delete", name="alice: hum")).content
        assert "You have no seed" in (await do(carol, w, "share", name="alice: hum")).content
        alone = await carol.user.slash("seed show", name=offered[0]["value"])
        assert alone.response is not None
        assert "There is no seed" in alone.response.content
        shared_there = await w.alice.user.slash("seed share", name="hum")
        assert shared_there.response is not None
        assert "There is no server here to share a seed with." in shared_there.response.content
        theirs = await w.alice.user.slash("seed show", name="hum")  # one's own, everywhere
        assert theirs.response is not None
        assert fields(theirs.response.embeds[0])["Notes"] == "8"
        assert "no longer shared" in (await do(w.alice, w, "share", name="hum")).content
        assert fields((await do(carol, w, "show", name="hum")).embeds[0])["Notes"] == "4"
        moderators = w.env.guild.create_role(
            "moderators", permissions=discord.Permissions(manage_messages=True)
        )
        mallory = w.env.guild.add_member(w.env.create_user("mallory"), roles=[moderators])
        assert "no longer shared" in (await do(mallory, w, "share", name="bob: hum")).content
        assert "There is no seed" in (await do(carol, w, "show", name="hum")).content
        assert fields((await do(bob, w, "show", name="hum")).embeds[0])["Notes"] == "4"


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


async def test_chinese_readers_keep_numbers_and_tunes_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with world(tmp_path) as w:
        speak_chinese(monkeypatch)
        saved = await do(w.alice, w, "save", name="晨", notes=NOTES)
        assert "已存下 **晨**" in saved.content
        result = await w.alice.slash(w.channel, "compose", style="quick", seed_name="晨", seed=3)
        assert result.response is not None
        shown = fields(result.response.embeds[0])
        assert (shown["来自"], shown["种子数"]) == ("🌱 晨", "`3`")
        assert "你没有叫“夜”的动机" in (await do(w.alice, w, "show", name="夜")).content
