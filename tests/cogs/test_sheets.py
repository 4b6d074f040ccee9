"""🎼 under a clip, as a person uses it: the sheet, and what is said where there is none."""

import io

import pytest
import simcord
from PIL import Image

from engine.worker import CRAFT
from models.registry import WEIGHTS, available_styles
from tests.cogs.test_compose import clip_message, speak_chinese
from tests.cogs.toys import PICTURE
from tests.cogs.worlds import World, toy_bot, world


async def press(world: World, message: simcord.ResponseMessage) -> simcord.ResponseMessage:
    """What the one who presses 🎼 sees, and nobody else."""
    result = await world.alice.click(message, custom_id="nightingale:sheet:1")
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def sentence_of(tmp_path, craft: str) -> str:
    async with world(tmp_path, craft=craft) as w:
        return (await press(w, await clip_message(w))).content


async def test_the_sheet_button_gives_pages_and_the_file_behind_them(tmp_path):
    async with world(tmp_path) as w:
        answer = await press(w, await clip_message(w, seed=7))
        names = ["nightingale-1.page-1.png", "nightingale-1.page-2.png", "nightingale-1.musicxml"]
        assert [file.filename for file in answer.attachments] == names
        contents = [await file.read() for file in answer.attachments]
        assert contents == [PICTURE, PICTURE, b"<!-- Toy 7, 8 bytes -->"]
        assert answer.content == (
            "Here is the sheet music of clip #1, and the MusicXML file for notation programs."
        )


async def test_the_press_is_acknowledged_first(tmp_path):
    async with world(tmp_path) as w:
        message = await clip_message(w)
        already = len(w.env.http_requests)
        await press(w, message)
        first = w.env.http_requests[already]
        assert (first.method, first.json) == ("POST", {"type": 5, "data": {"flags": 64}})


async def test_somebody_else_may_press_it_too(tmp_path):
    async with world(tmp_path) as w:
        message = await clip_message(w)
        bob = w.env.guild.add_member(w.env.create_user("bob"))
        result = await bob.click(message, custom_id="nightingale:sheet:1")
        assert result.ephemeral
        assert result.response is not None
        assert len(result.response.attachments) == 3


async def test_a_sheet_that_is_cut_says_so(tmp_path):
    sentence = await sentence_of(tmp_path, "tests.cogs.toys:LongWinded")
    assert sentence == (
        "Here are the first 6 of 8 bars of clip #1 as sheet music; the MusicXML file has them all."
    )


async def test_the_sheet_is_handed_over_in_the_readers_language(tmp_path, monkeypatch):
    speak_chinese(monkeypatch)
    sentence = await sentence_of(tmp_path, "tests.cogs.toys:LongWinded")
    assert sentence == "这是作品 #1 的乐谱：共 8 小节，图上是前 6 小节，MusicXML 文件里是全部。"


async def test_the_sheet_button_works_after_a_restart(tmp_path):
    async with world(tmp_path) as w:
        message = await clip_message(w)
        async with toy_bot(w.settings) as another:
            await w.env.restart_bot(another)
            assert len((await press(w, message)).attachments) == 3


async def test_a_piece_too_dense_is_a_sentence(tmp_path):
    sentence = await sentence_of(tmp_path, "tests.cogs.toys:Crowded")
    assert "This clip has 20000 notes, too many to engrave; 12000 I can do." in sentence


async def test_an_engine_that_dies_of_it_is_a_sentence(tmp_path):
    sentence = await sentence_of(tmp_path, "tests.cogs.toys:Fragile")
    assert "The composer stopped in the middle of this, twice." in sentence


async def test_an_engine_that_is_down_is_a_sentence(tmp_path):
    async with world(tmp_path) as w:
        message = await clip_message(w)
        await w.bot.engine.close()
        assert "The composer isn't running right now." in (await press(w, message)).content


async def test_another_places_clip_is_a_sentence(tmp_path):
    async with world(tmp_path) as w:
        message = await clip_message(w)
        await w.storage.jobs._database._connection.execute("UPDATE jobs SET guild_id = 1")
        assert "no clip #1 here" in (await press(w, message)).content


@pytest.mark.skipif(not available_styles(), reason="no weights are here")
async def test_a_real_clip_has_a_real_sheet(tmp_path):
    async with world(tmp_path, craft=CRAFT, weights_folder=WEIGHTS) as w:
        answer = await press(w, await clip_message(w, style="rnn", genre="chorale", length=5, seed=3))
        page, xml = answer.attachments
        with Image.open(io.BytesIO(await page.read())) as picture:
            assert (picture.format, picture.width) == ("PNG", 1600)
        assert b"<part-name>Soprano, Alto</part-name>" in await xml.read()
