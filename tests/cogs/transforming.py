"""Asking for music to be made of music: what people send, and what they see."""

import simcord

from domain.transformations import (
    AccompanyRequest,
    BlendRequest,
    RestyleRequest,
    Transformation,
    VaryRequest,
)
from engine.craft.midi_files import midi_bytes
from tests.cogs.toys import TUNE
from tests.cogs.worlds import World

FILE = ("Der Mond ist aufgegangen.mid", midi_bytes(TUNE))


async def library(world: World, clips: int = 1) -> None:
    """Clips 1, 2 … whose music can be read."""
    for seed in range(1, clips + 1):
        result = await world.compose(style="tuneful", seed=seed)
        assert result.response is not None
        assert result.response.attachments


async def ask(world: World, command: str, **options: object) -> simcord.ResponseMessage:
    """What everybody sees."""
    result = await world.alice.slash(world.channel, command, **options)
    assert result.response is not None
    assert not result.response.ephemeral
    return result.response


async def refusal(world: World, command: str, **options: object) -> str:
    """What the person who asked sees, and nobody else."""
    already = len(world.channel.history())
    result = await world.alice.slash(world.channel, command, **options)
    assert result.response is None  # the acknowledgement in public is taken back
    [private] = result.followups
    assert private.ephemeral
    assert len(world.channel.history()) == already
    return private.content


async def request_of(world: World, job_id: int) -> Transformation:
    request = (await world.storage.jobs.get(job_id)).request
    assert isinstance(request, BlendRequest | VaryRequest | AccompanyRequest | RestyleRequest)
    return request


async def move_elsewhere(world: World, clip_id: int) -> None:
    """Have the clip be another server's."""
    await world.storage.jobs._database._connection.execute(
        "UPDATE jobs SET guild_id = 1 WHERE id = ?", (clip_id,)
    )
