"""`/judge`: what the judge thinks of a clip, or of a MIDI file or a recording that somebody gives.

Reads, asks and shows; thinking is the engine's matter. Nothing is kept.
"""

from contextlib import aclosing
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.escaping import escaped
from cogs._shared.failures import DISCORD_FAULTS, log_failure, reply_privately_instead
from cogs._shared.layout import COLOUR, MAX_TITLE, bar_of, said
from cogs._shared.options import Name, clips_like, offered
from cogs._shared.recent_clips import RecentClips
from cogs._shared.sources import fetched_music, id_in, read_source
from cogs._shared.status_message import StatusMessage
from cogs._shared.suggestions import Choices
from cogs._shared.wording import Wording, localised, wording_for
from domain.clips import Progress, Stage
from domain.errors import BadRequest, NightingaleError, Reason, Unavailable
from domain.judgements import LIKELY, UNLIKELY, Judgement, JudgeRequest, Recording
from domain.transformations import Source
from engine.client import Engine
from engine.intake.names import is_midi
from engine.intake.reader import read_sound, read_upload
from storage import Verses

if TYPE_CHECKING:
    from bot import Nightingale

_PICTURE = "nightingale-judged.png"


class Judge(commands.Cog):
    """Needs the engine, and what finds clips."""

    def __init__(self, engine: Engine, shelf: ClipShelf, verses: Verses, recent: RecentClips) -> None:
        self._engine = engine
        self._shelf = shelf
        self._verses = verses
        self._recent = recent

    @app_commands.command(
        name=localised("command.judge.name"), description=localised("command.judge.description")
    )
    @offered(clip="judged_clip", file="judged_file")
    async def judge(
        self,
        interaction: discord.Interaction,
        clip: Name | None = None,
        file: discord.Attachment | None = None,
    ) -> None:
        await interaction.response.defer(thinking=True)
        try:
            music = await self._read(interaction, clip=clip, file=file)
            await self._answer(interaction, JudgeRequest(music=music))
        except NightingaleError as error:
            text = log_failure(error, about="judging").text(wording_for(interaction.locale))
            await reply_privately_instead(interaction, text)

    @judge.autocomplete("clip")
    async def suggest_clips(self, interaction: discord.Interaction, typed: str) -> Choices:
        return await clips_like(typed, interaction, self._recent)

    async def _read(
        self, interaction: discord.Interaction, *, clip: str | None, file: discord.Attachment | None
    ) -> Source | Recording:
        """The one that was given.

        Raises BadRequest (JUDGED_MISSING, JUDGED_TWICE, JUDGED_VERSE), and what reading raises.
        """
        if clip is None and file is None:
            raise BadRequest(Reason.JUDGED_MISSING)
        if clip is not None and file is not None:
            raise BadRequest(Reason.JUDGED_TWICE)
        if file is not None:
            return await _read_file(file)
        try:
            return await read_source(interaction, clip=clip, file=None, shelf=self._shelf)
        except BadRequest as error:
            work_id = id_in(clip or "")
            if error.reason is Reason.NOT_FOUND and work_id is not None:
                await self._check_no_verse(interaction, work_id)
            raise

    async def _check_no_verse(self, interaction: discord.Interaction, work_id: int) -> None:
        verse = await self._verses.get(
            work_id, guild_id=interaction.guild_id, channel_id=interaction.channel_id
        )
        if verse is not None:
            raise BadRequest(Reason.JUDGED_VERSE, value=f"#{work_id}")

    async def _answer(self, interaction: discord.Interaction, request: JudgeRequest) -> None:
        """Show how far it is, and the judgement. Raises what `Engine.judge` does, and UPLOAD_REFUSED."""
        status = StatusMessage(interaction)
        wording = wording_for(interaction.locale)
        async with aclosing(self._engine.judge(request, owner=interaction.user.id)) as steps:
            async for step in steps:
                if isinstance(step, Progress):
                    await status.show_progress(content=_progress_text(step, request, wording))
                else:
                    embed = judgement_embed(step, request, wording)
                    try:
                        await status.edit(content=None, embeds=[embed], files=[(_PICTURE, step.picture)])
                    except DISCORD_FAULTS as error:
                        raise Unavailable(Reason.UPLOAD_REFUSED) from error


async def _read_file(file: discord.Attachment) -> Source | Recording:
    """A MIDI file's music, or what is heard in a recording; told apart by beginning and name."""
    content = await fetched_music(file)
    if is_midi(file.filename, content):
        taken = await read_upload(content, name=file.filename)
        return Source.of(taken.title, taken.score, left_out=taken.left_out)
    return await read_sound(content, name=file.filename)


def _progress_text(progress: Progress, request: JudgeRequest, wording: Wording) -> str:
    name = escaped(request.music.title)
    if progress.stage is Stage.QUEUED and progress.position > 0:
        return wording("progress.queued_at", id=name, position=progress.position)
    return wording("judge.listening", title=name)


def judgement_embed(judgement: Judgement, request: JudgeRequest, wording: Wording) -> discord.Embed:
    """The judgement with its reasons; the picture is attached beside it."""
    verdict = "likely" if judgement.share >= LIKELY else "unlikely" if judgement.share <= UNLIKELY else "even"
    lines = [
        wording("judge.score", bar=bar_of(judgement.share), percent=round(100 * judgement.share)),
        wording(f"judge.{verdict}"),
        "",
        *(wording("judge.reason", sentence=escaped(wording.remark(reason))) for reason in judgement.reasons),
        *(said(remark, wording) for remark in judgement.left_out),
    ]
    embed = discord.Embed(
        title=escaped(_name(request, judgement))[:MAX_TITLE], description="\n".join(lines), colour=COLOUR
    )
    heard = isinstance(request.music, Recording)
    about = "judge.about" if heard else "judge.exactly"
    genres = [
        wording("judge.genre_share", genre=wording.genre(genre), percent=round(100 * share))
        for genre, share in judgement.genres
        if share >= 0.005
    ]
    values = {
        "genre": "\n".join(genres),
        "key": wording(about, value=wording.key_name(judgement.key)),
        "tempo": wording(about, value=wording("clip.tempo_value", tempo=f"{round(judgement.tempo, 1):g}")),
    }
    for name, value in values.items():
        embed.add_field(name=wording(f"clip.{name}"), value=value)
    embed.set_footer(text=wording("judge.footer_sound" if heard else "judge.footer_notes"))
    return embed.set_image(url=f"attachment://{_PICTURE}")


def _name(request: JudgeRequest, judgement: Judgement) -> str:
    music = request.music
    clip_id = music.clip_id if isinstance(music, Source) else None
    return judgement.title if clip_id is None else f"#{clip_id} · {judgement.title}"


async def setup(bot: "Nightingale") -> None:
    await bot.add_cog(Judge(bot.engine, bot.clip_shelf, bot.storage.verses, bot.work_jobs.recent))
