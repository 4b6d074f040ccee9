"""Seeds through the real bot: the toy plays, and the real fence reads what people give."""

from dataclasses import replace
from pathlib import Path

import discord
import pytest

from cogs._shared.escaping import escaped
from domain.errors import SENTENCES, Reason
from domain.score import Note, Part
from engine.craft.midi_files import midi_bytes
from tests.cogs.sowing import ABC, MIDI, NOTES, PITCHES, do, humming, kept
from tests.cogs.test_compose import fields, speak_chinese
from tests.cogs.toys import TUNE
from tests.cogs.transforming import library
from tests.cogs.worlds import world


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
