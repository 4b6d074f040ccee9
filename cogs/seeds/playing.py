"""Has a seed played, and shows how far that is and what comes of it. Knows no command."""

from contextlib import aclosing

import discord

from cogs._shared.escaping import escaped
from cogs._shared.failures import DISCORD_FAULTS
from cogs._shared.status_message import StatusMessage
from cogs._shared.wording import Wording
from cogs._shared.work_job import progress_text
from cogs.seeds.messages import played_embed
from domain.clips import Progress
from domain.errors import Reason, Unavailable
from domain.playings import Playing, PlayRequest
from domain.transformations import Source
from engine.client import Engine

KIND = "play"


async def play_seed(
    interaction: discord.Interaction, source: Source, *, file_name: str, engine: Engine, wording: Wording
) -> None:
    """Answer with the sound of the music, once it is rendered; files are called `file_name`.

    The interaction has been acknowledged in public. Raises what `Engine.play` does, and Unavailable
    (UPLOAD_REFUSED).
    """
    status = StatusMessage(interaction)
    request = PlayRequest.of(source)
    async with aclosing(engine.play(request, owner=interaction.user.id)) as events:
        async for event in events:
            if isinstance(event, Progress):
                name = escaped(source.title)
                await status.show_progress(
                    content=progress_text(event, name=name, kind=KIND, wording=wording)
                )
            else:
                await _post(status, event, played_embed(source, request, wording), file_name=file_name)


async def _post(status: StatusMessage, played: Playing, embed: discord.Embed, *, file_name: str) -> None:
    files = [(f"{file_name}.mp3", played.audio), (f"{file_name}.png", played.picture)]
    embed.set_image(url=f"attachment://{file_name}.png")
    try:
        await status.edit(content=None, embeds=[embed], files=files)
    except DISCORD_FAULTS as error:
        raise Unavailable(Reason.UPLOAD_REFUSED) from error
