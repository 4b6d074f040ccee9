"""Recipes given back to `/compose`: the same comes out, and what is no recipe is refused with a sentence."""

import json
from pathlib import Path

import pytest
import simcord

from domain.errors import Reason
from domain.requests import ComposeRequest
from storage import JobStatus
from tests.cogs.test_compose import clip_message
from tests.cogs.transforming import FILE, ask, library, refusal
from tests.cogs.worlds import World, world


async def recipe_of(world: World, work_id: int = 1) -> str:
    stored = await world.storage.clips.get(work_id, guild_id=world.env.guild.id)
    assert stored is not None
    return stored.recipe.to_json()


async def composed(world: World, **options: object) -> simcord.ResponseMessage:
    return await ask(world, "compose", **options)


async def test_a_recipe_makes_the_same_midi_again(tmp_path: Path):
    async with world(tmp_path) as w:
        await library(w)
        recipe = await recipe_of(w)
        await composed(w, recipe=("recipe.json", recipe.encode()))
        await composed(w, recipe_text=f"```json {recipe}```")
        clips = [await w.storage.clips.get(each, guild_id=w.env.guild.id) for each in (1, 2, 3)]
        assert len({clip.midi_sha256 for clip in clips if clip}) == 1
        assert await recipe_of(w, 2) == await recipe_of(w, 3) == recipe
        assert not any(clip.remarks for clip in clips if clip)


async def test_recipes_of_other_works_are_made_as_well(tmp_path: Path):
    async with world(tmp_path) as w:
        await ask(w, "vary", file=FILE, seed=3)
        await ask(w, "song", scene="rain", seed=4)
        await ask(w, "lyrics", scene="birds", seed=5)
        verse = await w.storage.verses.get(3, guild_id=w.env.guild.id)
        assert verse is not None
        recipes = [await recipe_of(w, 1), await recipe_of(w, 2), verse.verse.recipe.to_json()]
        for work_id, recipe in enumerate(recipes, 4):
            await composed(w, recipe=("recipe.json", recipe.encode()))
            assert (await w.storage.jobs.get(work_id)).status is JobStatus.FINISHED
        assert [await recipe_of(w, work_id) for work_id in (4, 5)] == recipes[:2]
        again = await w.storage.verses.get(6, guild_id=w.env.guild.id)
        assert again is not None
        assert again.verse == verse.verse


async def test_another_models_recipe_is_remarked_on(tmp_path: Path):
    async with world(tmp_path) as w:
        await clip_message(w, seed=7)
        plain = json.loads(await recipe_of(w)) | {"model_version": "quick-0 *x*"}
        message = await composed(w, recipe_text=json.dumps(plain))
        said = (
            "The recipe was made by quick-0 \\*x\\*, and I have quick-1 now, so this may be something else."
        )
        assert message.embeds[0].description == f"💡 {said}"


@pytest.mark.parametrize(
    ("options", "reason", "sentence"),
    [
        ({"recipe_text": "rubbish"}, Reason.RECIPE_UNREADABLE, "That is no recipe that I can read."),
        ({"recipe": FILE}, Reason.RECIPE_UNREADABLE, "That is no recipe that I can read."),
        ({"recipe": ("big.json", bytes(1_000_001))}, Reason.RECIPE_TOO_BIG, "at most 1000 kB"),
        (
            {"recipe_text": '{"format": 99, "model_version": "x", "request": {}}'},
            Reason.RECIPE_TOO_NEW,
            "made by a newer version of me",
        ),
        ({"recipe_text": "{}", "seed": 7}, Reason.RECIPE_ALONE, "give me nothing beside it"),
        ({"recipe_text": "{}", "recipe": FILE}, Reason.RECIPE_TWICE, "not both"),
    ],
)
async def test_what_is_no_recipe_is_refused_to_the_person_alone(
    tmp_path: Path, options: dict[str, object], reason: Reason, sentence: str
):
    async with world(tmp_path) as w:
        assert sentence in await refusal(w, "compose", **options)
        assert (await w.storage.jobs.get(1)).reason is reason


async def test_without_a_style_one_that_plays_the_genre_is_taken(tmp_path: Path):
    async with world(tmp_path) as w:
        await composed(w)
        request = (await w.storage.jobs.get(1)).request
        assert isinstance(request, ComposeRequest)
        assert request.style == "rnn"
