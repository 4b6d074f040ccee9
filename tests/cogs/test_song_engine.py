"""Lyrics and songs through the bot, the real engine and networks too small to need weights."""

import io
from pathlib import Path

import pytest
import simcord
import soundfile

from domain.requests import Recipe
from engine.worker import CRAFT
from storage import sha256_of
from tests.cogs.test_lyrics import lyrics, press
from tests.cogs.test_song import song
from tests.cogs.worlds import World, lose, world
from tests.engine.craft.poets import save_singers

SCENE = "forest birds"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    folder.mkdir()
    save_singers(folder)
    return folder


async def check_song(message: simcord.ResponseMessage) -> list[str]:
    """The words of a song that sounds and has a lead sheet for its picture."""
    assert not message.content
    audio, picture = message.attachments
    sound, rate = soundfile.read(io.BytesIO(await audio.read()))
    assert len(sound) > rate
    assert (await picture.read()).startswith(b"\x89PNG")
    _, words = message.embeds
    return (words.description or "").splitlines()


async def text_of(world: World, message: simcord.ResponseMessage, work_id: int) -> str:
    text, _ = (await press(world, message, "text", work_id)).attachments
    return (await text.read()).decode()


async def test_verse_is_written_sung_and_written_down(tmp_path: Path, weights: Path):
    async with world(tmp_path, craft=CRAFT, weights_folder=weights) as w:
        verse = await lyrics(w, SCENE, lines=4, form="couplets", seed=3)
        sung = await press(w, verse, "sing")
        words = await check_song(sung)
        text = await text_of(w, sung, 2)
        assert text == await text_of(w, verse, 1)
        assert all(line in text for line in words if line != "\u200b")
        *pages, xml = (await press(w, sung, "sheet", 2)).attachments
        assert pages
        assert b"<lyric" in await xml.read()
        await check_made_again(w, sung, 2)
        # The words of its tune may be other ones, asked for by command or in the window.
        await check_song(await song(w, SCENE, clip="#2", lines=4, seed=3))
        shown = await w.alice.click(sung, custom_id="nightingale:words:2")
        result = await w.alice.submit_modal(shown, {"scene": SCENE})
        assert result.response is not None
        await check_song(result.response)
        [chinese] = (await lyrics(w, "山水", form="five", seed=3)).embeds
        tones = next(field.value or "" for field in chinese.fields if field.name == "Tones (平仄)")
        assert set("".join(tones.split()).replace("\u200b", "")) == {"平", "仄"}


async def check_made_again(world: World, message: simcord.ResponseMessage, song_id: int) -> None:
    """The song's files, lost, are made again note for note and word for word."""
    lost = await lose(world, song_id)
    assert lost.lead_sheet is not None
    before = lost.lead_sheet.read_bytes()
    lost.lead_sheet.unlink()
    answer = await press(world, message, "midi", song_id)
    assert "differ" not in answer.content
    _, recipe = answer.attachments
    assert Recipe.from_json((await recipe.read()).decode()).request.seed == 3
    assert sha256_of(lost.midi.read_bytes()) == lost.midi_sha256
    assert lost.lead_sheet.read_bytes() == before


SCENES = (("", "Tell me a scene"), ("🌲", "I find no words"), ("лес", "I write English and Chinese"))


async def test_what_cannot_be_written_is_a_sentence_and_music_can_be_made(tmp_path: Path, weights: Path):
    (weights / "lyrics-en-seq2seq.safetensors").write_bytes(b"damaged")
    async with world(tmp_path, craft=CRAFT, weights_folder=weights) as w:
        for scene, sentence in SCENES:
            for asked in (lyrics, song):
                assert sentence in (await asked(w, scene)).content
        message = await lyrics(w, "山水", tune="*浣*")
        assert message.content.startswith("❌ #7 · I don't know the tune pattern “\\*浣\\*”.")
        assert "The weights of “lyrics-en-seq2seq” can't be used" in (await lyrics(w, SCENE)).content
        result = await w.compose(style="rnn", genre="reel", length=5, seed=3)
        assert result.response is not None
        assert result.response.attachments
