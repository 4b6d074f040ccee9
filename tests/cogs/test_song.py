"""`/song` as a person uses it, 🎵 under verse, and ✍️ under clips."""

from pathlib import Path

import pytest
import simcord

from domain.ensembles import Ensemble
from domain.errors import Reason
from domain.requests import Recipe
from domain.score import Key
from domain.song_requests import SongRequest
from storage import JobKind, JobStatus
from tests.cogs.test_compose import RATING, buttons, fields, speak_chinese
from tests.cogs.test_lyrics import ENGLISH, lyrics, press
from tests.cogs.toy_poets import LEAD_SHEET
from tests.cogs.toys import PICTURE
from tests.cogs.transforming import move_elsewhere
from tests.cogs.worlds import World, lose, toy_bot, world

FILES = ("midi", "sheet", "text")
FURTHER = ("again", "vary", "words")


async def song(world: World, scene: str = "forest birds", **options: object) -> simcord.ResponseMessage:
    """What everybody sees."""
    result = await world.alice.slash(world.channel, "song", scene=scene, **options)
    assert result.response is not None
    assert not result.response.ephemeral
    return result.response


async def tune(world: World, seed: int = 1) -> simcord.ResponseMessage:
    """A clip whose music can be read."""
    result = await world.compose(style="tuneful", seed=seed)
    assert result.response is not None
    return result.response


async def request_of(world: World, job_id: int) -> SongRequest:
    request = (await world.storage.jobs.get(job_id)).request
    assert isinstance(request, SongRequest)
    return request


async def test_a_song_has_sound_lead_sheet_and_words(tmp_path: Path):
    async with world(tmp_path) as w:
        message = await song(w, key="Bb", instruments="harp", seed=7, lines=8, temperature=1.1)
        assert [file.filename for file in message.attachments] == ["nightingale-1.mp3", "nightingale-1.png"]
        assert [await file.read() for file in message.attachments] == [b"ID3 toy song", PICTURE]
        music, words = message.embeds
        assert (music.title, music.footer.text) == ("The Forest", "Clip #1")
        assert music.image.url is not None
        assert music.image.url.endswith("nightingale-1.png")
        assert fields(music) == {
            "Style": "song",
            "Genre": "song",
            "Instruments": "harp",
            "Key": "Bb major",
            "Tempo": "96 beats/min",
            "Metre": "4/4, 16 bars",
            "Length": "21.0 s",
            "Seed": "`7`",
            "Temperature": "1.1",
            "Model": "`rnn-1`",
        }
        assert words.description == f"{ENGLISH}\n\u200b\n{ENGLISH}"
        assert list(fields(words)) == ["Scene", "Form", "Rhyme"]
        assert [len(row["components"]) for row in message.components] == [3, 3, 3]
        assert buttons(message) == [f"nightingale:{action}:1" for action in FILES + FURTHER + RATING]
        job = await w.storage.jobs.get(1)
        assert (job.kind, job.status) == (JobKind.SONG, JobStatus.FINISHED)
        request = await request_of(w, 1)
        assert (request.key, request.instruments, request.source) == (Key(10), Ensemble.HARP, None)
        assert (request.words.scene, request.words.lines, request.seed) == ("forest birds", 8, 7)


async def test_its_buttons_hand_over_lead_sheet_midi_and_text(tmp_path: Path):
    async with world(tmp_path) as w:
        message = await song(w, seed=7)
        bob = w.env.guild.add_member(w.env.create_user("bob"))
        async with toy_bot(w.settings) as another:
            await w.env.restart_bot(another)
            await another.engine.ready()
            sheet = await press(w, message, "sheet", by=bob)
            assert sheet.ephemeral
            *pages, xml = [(file.filename, await file.read()) for file in sheet.attachments]
            assert [content for _, content in pages] == [PICTURE, PICTURE]
            assert xml == ("nightingale-1.musicxml", LEAD_SHEET)
            midi, recipe = (await press(w, message, "midi", by=bob)).attachments
            assert (await midi.read()).startswith(b"MThd")
            made = Recipe.from_json((await recipe.read()).decode())
            assert isinstance(made.request, SongRequest)
            text, _ = (await press(w, message, "text")).attachments
            assert (await text.read()).decode().startswith(f"The Forest\n\n{ENGLISH}\n\n")
            again = await press(w, message, "again", by=bob)
            assert len(again.attachments) == 2
            old, new = [(await another.storage.jobs.get(job_id)).request for job_id in (1, 2)]
            assert isinstance(old, SongRequest)
            assert isinstance(new, SongRequest)
            assert (new.words.scene, new.seed != old.seed) == ("forest birds", True)


async def test_verse_is_set_to_music_with_the_words_it_has(tmp_path: Path):
    async with world(tmp_path) as w:
        message = await lyrics(w, form="song", seed=7)
        sung = await press(w, message, "sing")
        assert len(sung.attachments) == 2
        stored = await w.storage.verses.get(1, guild_id=w.env.guild.id)
        assert stored is not None
        assert (await request_of(w, 2)).words == stored.verse.recipe.request
        assert sung.embeds[1].description == message.embeds[0].description


async def test_words_are_put_under_a_clips_tune(tmp_path: Path):
    async with world(tmp_path) as w:
        await tune(w)
        suggested = await w.alice.autocomplete(w.channel, "song", "clip", "tune", scene="rain")
        assert [choice["name"] for choice in suggested] == ["#1 · Tune 1 · reel"]
        keys = await w.alice.autocomplete(w.channel, "song", "key", "f#", scene="rain")
        assert [choice["value"] for choice in keys] == ["F# major", "F# minor"]
        message = await song(w, clip="#1")
        assert fields(message.embeds[0])["Made from"] == "#1 · Tune 1"
        request = await request_of(w, 2)
        assert request.source is not None
        assert (request.source.clip_id, request.source.title) == (1, "Tune 1")
        # A song is a clip: it can be varied, and other words be put under it.
        assert (await press(w, message, "vary", 2)).attachments
        assert fields((await song(w, "rain", clip="2")).embeds[0])["Made from"] == "#2 · The Forest"


async def test_what_cannot_be_sung_is_told_to_the_person_alone(tmp_path: Path):
    async with world(tmp_path) as w:
        await lyrics(w)
        for number, (options, sentence, reason) in enumerate(
            [
                ({"clip": "99"}, "There is no clip #99 here.", Reason.NOT_FOUND),
                ({"clip": "1"}, "There is no clip #1 here.", Reason.NOT_FOUND),  # verse has no tune
                ({"key": "H"}, "I don't know the key “H”.", Reason.UNKNOWN_KEY),
            ],
            2,
        ):
            result = await w.alice.slash(w.channel, "song", scene="rain", **options)
            assert result.response is None
            [private] = result.followups
            assert private.ephemeral
            assert sentence in private.content
            job = await w.storage.jobs.get(number)
            assert (job.kind, job.status, job.reason) == (JobKind.SONG, JobStatus.FAILED, reason)
        message = await song(w, "🌲")
        assert message.content.startswith("❌ #5 · I find no words in that to write about.")


async def test_anybody_may_write_words_to_a_clip_in_a_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with world(tmp_path) as w:
        message = await tune(w)
        bob = w.env.guild.add_member(w.env.create_user("bob"))
        speak_chinese(monkeypatch)
        async with toy_bot(w.settings) as another:  # the button is of the bot before
            await w.env.restart_bot(another)
            await another.engine.ready()
            shown = await bob.click(message, custom_id="nightingale:words:1")
            assert shown.modal is not None
            assert shown.modal["title"] == "为这首填词"
            [label] = shown.modal["components"]
            assert (label["label"], label["component"]["placeholder"]) == ("写什么？", "山林 鸟语")
            result = await bob.submit_modal(shown, {"scene": "山林 鸟语"})
            assert result.response is not None
            music, words = result.response.embeds
            assert fields(music)["来自"] == "#1 · Tune 1"
            assert (words.description or "").startswith("空山闻鸟语\n林下晚风轻")
            job = await another.storage.jobs.get(2)
            assert isinstance(job.request, SongRequest)
            assert (job.user_id, job.request.words.scene) == (bob.id, "山林 鸟语")


async def test_a_window_for_a_clip_of_elsewhere_or_an_empty_scene_ends_in_a_sentence(tmp_path: Path):
    async with world(tmp_path) as w:
        message = await tune(w)
        for scene, sentence in (("@everyone **!**", "I find no words in that"), (" ", "Tell me a scene")):
            shown = await w.alice.click(message, custom_id="nightingale:words:1")
            result = await w.alice.submit_modal(shown, {"scene": scene})
            assert result.response is not None
            assert sentence in result.response.content
            assert "everyone" not in result.response.content
        await move_elsewhere(w, 1)
        shown = await w.alice.click(message, custom_id="nightingale:words:1")
        result = await w.alice.submit_modal(shown, {"scene": "rain"})
        assert result.response is None
        [private] = result.followups
        assert "There is no clip #1 here." in private.content


async def test_a_song_in_the_making_is_cancelled_and_leaves_no_words(tmp_path: Path):
    async with world(tmp_path) as w:
        await w.act(song(w, model="gated"), until="writing the song")
        await w.alice.click(w.last_message, custom_id="nightingale:cancel:1")
        assert w.last_message.content == "🛑 #1 · cancelled"
        assert (await w.storage.jobs.get(1)).status is JobStatus.CANCELLED
        assert await w.storage.verses.get(1, guild_id=w.env.guild.id) is None


async def test_a_song_whose_files_are_gone_is_made_again(tmp_path: Path):
    async with world(tmp_path) as w:
        message = await song(w, seed=7)
        stored = await lose(w, 1)
        assert stored.lead_sheet is not None
        stored.lead_sheet.unlink()
        sheet = await press(w, message, "sheet")
        assert await sheet.attachments[-1].read() == LEAD_SHEET
        assert "differ" not in sheet.content
        assert stored.lead_sheet.exists()


async def test_without_a_poet_clips_take_no_words(tmp_path: Path):
    async with world(tmp_path) as w:
        for card in w.settings.weights_folder.glob("lyrics-*.json"):
            card.unlink()
        async with toy_bot(w.settings) as poorer:
            await w.env.restart_bot(poorer)
            await poorer.engine.ready()
            message = await tune(w)
            assert buttons(message) == [
                f"nightingale:{action}:1" for action in ("midi", "sheet", "again", "vary", *RATING)
            ]
