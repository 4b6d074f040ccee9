"""`/status`."""

import pytest

from domain.errors import Unavailable
from tests.cogs.worlds import World, world


async def composer_state(world: World) -> str:
    result = await world.alice.slash(world.channel, "status")
    assert result.response is not None
    return result.response.embeds[0].fields[0].value or ""


async def test_status_names_the_models_and_their_genres(tmp_path):
    async with world(tmp_path) as w:
        result = await w.alice.slash(w.channel, "status")
        assert result.ephemeral
        assert result.response is not None
        [embed] = result.response.embeds
        composer, models, poets = embed.fields
        assert composer.value == "ready"
        assert "quick `quick-1`: reel, slip jig, chorale" in (models.value or "")
        assert "style_transfer `restyler-1`: reel, slip jig" in (models.value or "")
        assert "transformer `transformer-1`: English\n" in (poets.value or "")


async def test_status_knows_a_composer_that_still_warms_up(tmp_path):
    async with world(tmp_path, craft="tests.cogs.toys:Sluggish", warm=False) as w:
        assert await composer_state(w) == "warming up"
        w.open_gate()
        await w.bot.engine.ready()
        assert await composer_state(w) == "ready"


async def test_status_says_why_a_composer_is_down(tmp_path):
    async with world(tmp_path, craft="tests.cogs.toys:Weightless", warm=False) as w:
        with pytest.raises(Unavailable):
            await w.bot.engine.ready()
        assert "No trained model was found" in await composer_state(w)
