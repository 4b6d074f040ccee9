"""A finished work put into the message that answers: as much of it as Discord takes, and its buttons.

Whether the work was just made or is shown again, it is posted here. Knows no job and no row.
"""

import logging

import discord

from cogs._shared.buttons import result_view
from cogs._shared.failures import DISCORD_FAULTS, Failure, log_failure
from cogs._shared.status_message import StatusMessage
from cogs._shared.wording import Wording
from cogs._shared.work_message import embeds_of, upload_ladder
from domain.clips import Work
from domain.errors import Reason, Unavailable
from models.registry import Models

log = logging.getLogger(__name__)


def upload_limit(interaction: discord.Interaction) -> int:
    """The most bytes that Discord takes in one message there."""
    if interaction.guild is None:
        return interaction.filesize_limit
    return min(interaction.filesize_limit, interaction.guild.filesize_limit)


def hears_reactions(interaction: discord.Interaction) -> bool:
    """Whether Discord tells the bot of reactions there: where it is itself, and sees the channel.

    People take an application that they installed for themselves elsewhere, too.
    """
    if interaction.guild_id is None:
        return interaction.context.dm_channel is True
    return (
        interaction.client.get_guild(interaction.guild_id) is not None
        and interaction.app_permissions.view_channel
    )


async def post_work(
    status: StatusMessage,
    work_id: int,
    work: Work,
    *,
    wording: Wording,
    models: Models,
    limit_bytes: int,
    text: str | None = None,
) -> Failure | None:
    """Have `status` show the work, with `text` above it; None once it does.

    Where Discord refuses that, it says so instead: the work is kept, and its buttons hand it over. The
    failure, logged and told, is what is given back then.
    """
    deletable = not hears_reactions(status.interaction)
    view = result_view(work_id, work, wording, models=models, deletable=deletable)
    refusal: Exception = Unavailable(Reason.UPLOAD_REFUSED)
    for files in upload_ladder(work_id, work, limit_bytes=limit_bytes):
        embeds = embeds_of(work_id, work, wording, files=files)
        try:
            await status.edit(content=text, embeds=embeds, view=view, files=files)
        except DISCORD_FAULTS as error:
            refusal.__cause__ = error
        else:
            return None
    failure = log_failure(refusal, about=f"posting #{work_id}")
    try:
        embeds = embeds_of(work_id, work, wording)
        await status.edit(content=failure.text(wording, job_id=work_id), embeds=embeds, view=view)
    except DISCORD_FAULTS:
        log.exception("could not say that the upload of #%d was refused", work_id)
    return failure
