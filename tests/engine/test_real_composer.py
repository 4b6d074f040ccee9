"""The Engine with the real craft in its process, on a network too small to need weights from anywhere."""

import os
import signal
from pathlib import Path

import pytest

from domain.clips import Clip, Progress, Stage
from domain.errors import BadRequest, Reason
from domain.requests import ComposeRequest
from domain.sheets import Sheet, SheetRequest
from domain.song_requests import SongRequest
from domain.verses import LyricsRequest, VerseForm
from engine.client import Engine, outcome_of
from models.rnn.files import save_rnn
from tests.engine.asking import clip_of
from tests.engine.craft.poets import save_singers
from tests.models.networks import tiny_network, tiny_profiles


def save_tiny_weights(folder: Path) -> None:
    save_rnn(
        tiny_network(),
        folder / "rnn.safetensors",
        profiles=tiny_profiles(),
        facts={"genres": ["chorale", "reel"]},
    )


async def test_a_clip_has_a_sheet_and_is_the_same_when_its_process_was_killed_halfway(tmp_path: Path):
    save_tiny_weights(tmp_path)
    request = ComposeRequest(style="rnn", seed=7, length_seconds=5)
    async with Engine(weights=tmp_path, device="cpu") as engine:
        first = await clip_of(engine.compose(request))
        await check_sheet(engine, first)
        pid = engine.pid
        stages: list[Stage] = []
        async for step in engine.compose(request):
            if isinstance(step, Progress):
                stages.append(step.stage)
                if step.stage is Stage.COMPOSING and engine.pid == pid:
                    os.kill(pid, signal.SIGKILL)
        assert isinstance(step, Clip)
        assert Stage.QUEUED in stages, "it was not killed in time"
        assert step.midi == first.midi
        assert step.recipe == first.recipe


async def check_sheet(engine: Engine, clip: Clip) -> None:
    """A clip's sheet has its bars, and a damaged clip has none."""
    *_, sheet = [step async for step in engine.engrave(SheetRequest(title=clip.title, midi=clip.midi))]
    assert isinstance(sheet, Sheet)
    assert sheet.bars == sheet.bars_shown == clip.recipe.bars
    assert [page[:4] for page in sheet.pages] == [b"\x89PNG"]
    assert clip.title.encode() in sheet.musicxml
    with pytest.raises(BadRequest) as raised:
        _ = [step async for step in engine.engrave(SheetRequest(title="", midi=clip.midi[:100]))]
    assert raised.value.reason is Reason.MIDI_UNREADABLE


async def test_a_song_has_the_verse_of_its_words_and_is_cancelled_among_them(tmp_path: Path):
    save_singers(tmp_path)
    words = LyricsRequest(scene="forest birds", seed=7, lines=4, form=VerseForm.COUPLETS, candidates=1)
    async with Engine(weights=tmp_path, device="cpu") as engine:
        verse = await outcome_of(engine.write(words))
        song = await outcome_of(engine.make(SongRequest(words=words)))
        assert isinstance(song, Clip)
        assert (song.verse, song.title) == (verse, verse.title)
        assert song.lead_sheet is not None
        long = LyricsRequest(scene="forest birds", seed=7, lines=16, candidates=8)
        async for step in (news := engine.sing(SongRequest(words=long))):
            if isinstance(step, Progress) and 0 < step.fraction < 0.5:
                break
        await news.aclose()
        # The next job runs.
        verse = await outcome_of(engine.write(LyricsRequest(scene="山水", seed=1, lines=4, candidates=1)))
        assert verse.recipe.request.language == "zh"
