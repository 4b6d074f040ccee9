"""What tests of seeds share: tunes in every form that people give, and how a command is used."""

import io
import struct
import wave
from array import array
from math import pi, sin

import simcord

from domain.score import Score
from engine.craft.midi_files import midi_bytes
from tests.cogs.toys import TUNE
from tests.cogs.worlds import World

NOTES = "tempo=96 metre=4/4 key=D D4 F#4 A4:2 r:1/2 A4:1/2 G4 F#4 E4 D4:4"
PITCHES = [62, 66, 69, 69, 67, 66, 64, 62]
ABC = "X:1\nT:The Calm\nM:4/4\nL:1/4\nK:D\nD F A2|G F E2|D4|\n"
MIDI = ("Der Mond.mid", midi_bytes(TUNE))


async def do(
    actor: simcord.MemberActor, world: World, command: str, **options: object
) -> simcord.ResponseMessage:
    """What `/seed command` answers the person alone."""
    result = await actor.slash(world.channel, f"seed {command}", **options)
    assert result.response is not None
    assert result.response.ephemeral
    return result.response


async def kept(world: World, name: str, user_id: int | None = None) -> Score:
    found = await world.storage.seeds.find(
        name, user_id=user_id or world.alice.id, guild_id=world.env.guild.id
    )
    return found.source.score


def humming(pitches: list[int], *, loudness: int = 9000) -> bytes:
    """A WAV file of a voice that takes half a second for each."""
    rate, samples = 16_000, array("h")
    for pitch in pitches:
        step = 2 * pi * 440 * 2 ** ((pitch - 69) / 12) / rate
        for frame in range(rate // 2):
            fade = min(frame, rate // 2 - frame, 800) / 800
            tone = sum(sin(step * frame * partial) / partial**2 for partial in (1, 2, 3, 4))
            samples.append(round(loudness * fade * tone))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, rate, len(samples), "NONE", ""))
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()
