"""The four transformations through the bot, the real engine and networks too small to need weights."""

import io
from pathlib import Path

import pytest
import soundfile

from engine.craft.midi_files import midi_bytes
from engine.intake.clip_files import composition_of, read_score
from engine.worker import CRAFT
from storage import sha256_of
from tests.cogs.test_compose import fields
from tests.cogs.worlds import World, lose, world
from tests.engine.craft.pieces import chorale
from tests.engine.test_real_composer import save_tiny_weights
from tests.models.transformers import save_transformers

PIECE = chorale(bars=2, tempo=200)
FILE = ("Their chorale.mid", midi_bytes(PIECE))


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    folder.mkdir()
    save_tiny_weights(folder)
    save_transformers(folder)
    return folder


async def made(world: World, command: str, **options: object) -> dict[str, str]:
    """The fields of the clip that comes of it, which sounds and has a picture."""
    result = await world.alice.slash(world.channel, command, **options)
    assert result.response is not None
    assert not result.response.content
    audio, picture = result.response.attachments
    sound, rate = soundfile.read(io.BytesIO(await audio.read()))
    assert len(sound) > rate
    assert (await picture.read()).startswith(b"\x89PNG")
    return fields(result.response.embeds[0])


async def test_everything_that_can_be_made_of_clips_and_files(tmp_path: Path, weights: Path):
    async with world(tmp_path, craft=CRAFT, weights_folder=weights) as w:
        await made(w, "compose", style="rnn", length=5, genre="reel", seed=3)
        varied = await made(w, "vary", clip="#1")
        assert varied["Style"] == "variation"
        assert varied["Genre"] == "reel"
        await made(w, "vary", file=FILE, amount=0.9)
        assert (await made(w, "blend", a="1", b_file=FILE, ratio=0.9))["Ratio"] == "0.9"
        assert (await made(w, "blend", a="3", b="1"))["Metre"].endswith("20 bars")
        accompanied = await made(w, "accompany", clip="1", genre="chorale")
        assert (accompanied["Style"], accompanied["Genre"]) == ("accompanied tune", "chorale")
        restyled = await made(w, "restyle", file=FILE, genre="reel")
        assert restyled["How likely people wrote it, the judge thinks"].startswith("Their chorale: ")
        # What was accompanied is still the first clip's tune, and can be worked on in its turn.
        tunes: list[set[int]] = []
        for clip_id in (1, 6):
            stored = await w.storage.clips.get(clip_id, guild_id=w.env.guild.id)
            assert stored is not None
            composed = composition_of(read_score(stored.midi.read_bytes()), stored.recipe.parts)
            tunes.append({note.onset for part in composed.parts for note in part.notes})
        assert tunes[0] <= tunes[1]
        assert (await made(w, "vary", clip="6"))["Made from"].startswith("#6 · ")


async def test_the_same_seed_gives_the_same_midi_also_where_files_are_gone(tmp_path: Path, weights: Path):
    (weights / "style_transfer.json").unlink()
    (weights / "style_transfer.safetensors").unlink()
    async with world(tmp_path, craft=CRAFT, weights_folder=weights) as w:
        for seed in (5, 5, 6):
            await made(w, "vary", file=FILE, amount=1.0, seed=seed)
        clips = [await w.storage.clips.get(clip_id, guild_id=w.env.guild.id) for clip_id in (1, 2, 3)]
        first, same, other = (clip.midi.read_bytes() for clip in clips if clip is not None)
        assert first == same != other
        # A clip is made again although what it was made from is gone as well.
        await made(w, "blend", a="1", b="3", ratio=0.4)
        lost = [await lose(w, clip_id) for clip_id in (1, 3, 4)]
        await made(w, "vary", clip="4")
        assert sha256_of(lost[-1].midi.read_bytes()) == lost[-1].midi_sha256
        assert not lost[0].midi.exists()
        # Weights that are not there keep nobody from the others, and are a sentence.
        result = await w.alice.slash(w.channel, "restyle", file=FILE, genre="reel")
        assert result.response is not None
        assert "The weights of “style_transfer” can't be used: they are missing." in result.response.content
