"""Wishes that do not go together, through the real bot and the shipped model: a clip, and a note on it."""

import io

import pytest
import soundfile

from engine.worker import CRAFT
from models.registry import WEIGHTS, available_styles
from tests.cogs.test_compose import clip_message, fields, speak_chinese
from tests.cogs.worlds import World, world

pytestmark = pytest.mark.skipif(not available_styles(), reason="no weights are here")

JIG_IN_FOUR = {"genre": "jig", "metre": "4/4", "length": 10}
SHORT_RAG = {"genre": "ragtime", "metre": "2/4", "length": 5}
CHORALE_ON_A_MUSIC_BOX = {"instruments": "music box", "genre": "chorale", "length": 15}
SAD_IN_D_MAJOR = {"mood": "sad", "key": "D", "genre": "guitar", "length": 8}


async def remarks_on(world: World, **wishes: object) -> tuple[str, dict[str, str]]:
    """The notes and fields of a clip that is otherwise as clips are."""
    message = await clip_message(world, style="rnn", seed=3, **wishes)
    assert not message.content
    [audio, picture] = message.attachments
    sound, rate = soundfile.read(io.BytesIO(await audio.read()))
    assert abs(len(sound) / rate - wishes["length"]) <= 2  # type: ignore[operator]
    assert (await picture.read()).startswith(b"\x89PNG")
    [embed] = message.embeds
    return embed.description or "", fields(embed)


async def test_contradictory_wishes_give_a_clip_and_a_note(tmp_path):
    async with world(tmp_path, craft=CRAFT, weights_folder=WEIGHTS) as w:
        said, shown = await remarks_on(w, **JIG_IN_FOUR)
        assert said == "💡 I know no jig music in 4/4, so this is in 6/8."
        assert shown["Metre"].startswith("6/8, ")

        said, shown = await remarks_on(w, **SHORT_RAG)
        assert said == "💡 5 seconds are short for ragtime music: this is a 4-bar phrase, not a whole piece."
        assert shown["Metre"] == "2/4, 4 bars"

        said, shown = await remarks_on(w, **SAD_IN_D_MAJOR)
        assert said == "💡 This is in D major, although sad music is usually in a minor key."
        assert (shown["Key"], shown["Mood"]) == ("D major", "sad")

        said, shown = await remarks_on(w, **CHORALE_ON_A_MUSIC_BOX)
        assert said == "💡 Some notes were out of range (music box), so I moved them by octaves."
        assert shown["Instruments"] == "music box"

        said, shown = await remarks_on(w, mood="sad", genre="guitar", length=15)
        assert said == ""
        assert shown["Key"].endswith("minor")


async def test_contradictory_wishes_give_a_note_in_chinese(tmp_path, monkeypatch):
    speak_chinese(monkeypatch)
    async with world(tmp_path, craft=CRAFT, weights_folder=WEIGHTS) as w:
        said, _ = await remarks_on(w, **JIG_IN_FOUR)
        assert said == "💡 我没学过 4/4 拍的吉格舞曲，所以这首是 6/8 拍。"
        said, _ = await remarks_on(w, **SHORT_RAG)
        assert said == "💡 拉格泰姆只有 5 秒太短了：这是一个 4 小节的乐句，不是完整的乐曲。"
        said, shown = await remarks_on(w, **SAD_IN_D_MAJOR)
        assert said == "💡 这首是 D 大调，虽然“忧伤”的音乐一般是小调。"
        assert shown["情绪"] == "忧伤"
        said, shown = await remarks_on(w, **CHORALE_ON_A_MUSIC_BOX)
        assert said == "💡 有些音超出了音域（八音盒），所以我把它们移了八度。"
        assert shown["乐器"] == "八音盒"
