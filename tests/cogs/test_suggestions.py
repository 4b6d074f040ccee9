"""What is offered while people type: clips of this place, and genres."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from storage import ClipName, Clips
from tests.cogs.transforming import FILE, ask, library, move_elsewhere
from tests.cogs.worlds import World, world


async def suggested(world: World, typed: str, command: str = "vary", option: str = "clip") -> list[str]:
    filled = {"genre": "reel"} if command == "restyle" and option != "genre" else {}
    choices = await world.alice.autocomplete(world.channel, command, option, typed, **filled)
    return [choice["name"] for choice in choices]


async def test_clips_of_this_place_are_suggested_from_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with world(tmp_path) as w:
        await library(w, 2)
        await move_elsewhere(w, 1)
        assert await suggested(w, "") == ["#2 · Tune 2 · reel"]
        monkeypatch.setattr(type(w.storage.clips), "newest", None)  # from here on: nothing but memory
        await library(w)
        assert await suggested(w, "") == ["#3 · Tune 1 · reel", "#2 · Tune 2 · reel"]
        assert await suggested(w, "#2") == ["#2 · Tune 2 · reel"]
        assert await suggested(w, "tune 1") == ["#3 · Tune 1 · reel"]
        assert await suggested(w, "3", "blend", "b") == ["#3 · Tune 1 · reel"]
        assert await suggested(w, "3", "accompany") == ["#3 · Tune 1 · reel"]
        assert await suggested(w, "3", "restyle") == ["#3 · Tune 1 · reel"]


async def test_a_clip_saved_while_the_library_is_asked_is_suggested_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with world(tmp_path) as w:
        await library(w)
        newest = Clips.newest
        place: Any = SimpleNamespace(guild_id=w.env.guild.id, channel_id=1)
        saved = ClipName(2, "Tune 2", "reel")

        async def ask_slowly(clips: Clips, **where: Any) -> list[ClipName]:
            answer = await newest(clips, **where)
            w.bot.work_jobs.recent.add(place, saved)
            return answer

        monkeypatch.setattr(Clips, "newest", ask_slowly)
        here = await w.bot.work_jobs.recent.here(place)
        assert [name.id for name in here] == [2, 1]


async def test_genres_are_those_of_the_model_that_does_it(tmp_path: Path):
    async with world(tmp_path) as w:
        assert await suggested(w, "", "accompany", "genre") == ["reel", "slip jig", "chorale"]
        assert await suggested(w, "", "restyle", "genre") == ["reel", "slip jig"]


async def test_without_weights_for_it_no_genre_is_suggested_and_the_engine_says_why(tmp_path: Path):
    weights = tmp_path / "few"
    weights.mkdir()
    async with world(tmp_path, weights_folder=weights) as w:
        assert await suggested(w, "", "restyle", "genre") == []
        message = await ask(w, "restyle", file=FILE, genre="damaged")
        assert "The weights of “style_transfer” can't be used: they are missing." in message.content
