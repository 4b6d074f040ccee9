"""`/finetune plan`: what there is to learn from, and what would change, which is tried out for the occasion.

Changes nothing, and never waits for a run.
"""

import asyncio
from contextlib import aclosing

import discord

from cogs._shared.failures import log_failure
from cogs._shared.wording import Wording, wording_for
from cogs.finetune.messages import foreseen_text, plan_embed
from domain.errors import BadRequest, NightingaleError
from domain.finetuning import Foreseen, ForeseeRequest, Survey, Teachable
from engine.tutor import Tutor
from storage import Storage

SECONDS_BETWEEN_SIGNS = 2.0
"""Of life, while it is tried out."""

USUAL_SECONDS = (60.0, 2.0)
"""How long a run takes where none has been yet: for itself, and for each lesson."""


class Plans:
    """Tells of what there is at once, and of what would change as soon as that is known."""

    def __init__(self, tutor: Tutor, storage: Storage) -> None:
        self._tutor = tutor
        self._storage = storage

    async def tell(self, interaction: discord.Interaction, guild_id: int, teachable: Teachable) -> None:
        """Answer an interaction that has been acknowledged."""
        wording = wording_for(interaction.locale)
        survey = await self._storage.lessons.survey(guild_id, teachable)
        seconds = await self._expected_seconds(teachable, survey.works)
        embed = plan_embed(teachable, survey, wording, seconds=seconds)
        if not _is_enough(survey):
            await interaction.edit_original_response(embed=embed)
            return
        attempt = _Attempt(self._tutor, self._storage)
        trying = asyncio.create_task(attempt.told(guild_id, teachable, wording))
        try:
            while not trying.done():
                percent = round(attempt.fraction * 100)
                await _show(interaction, embed, wording("finetune.foreseeing", percent=percent), wording)
                await asyncio.wait([trying], timeout=SECONDS_BETWEEN_SIGNS)
        finally:
            trying.cancel()
        await _show(interaction, embed, await trying, wording)

    async def _expected_seconds(self, teachable: Teachable, works: int) -> float:
        """As long as the last run took, for as many lessons; an estimate where there was none."""
        taken = await self._storage.runs.seconds_taken(teachable)
        if taken is None:
            first, each = USUAL_SECONDS
            return first + each * works
        seconds, lessons = taken
        return seconds * max(works, 1) / max(lessons, 1)


class _Attempt:
    """Votes being tried out; `fraction` is how far that is."""

    def __init__(self, tutor: Tutor, storage: Storage) -> None:
        self._tutor = tutor
        self._storage = storage
        self.fraction = 0.0

    async def told(self, guild_id: int, teachable: Teachable, wording: Wording) -> str:
        """What would change, or why that can't be said."""
        try:
            foreseen = await self._foreseen(guild_id, teachable)
        except NightingaleError as error:
            return log_failure(error, about=f"a plan for {guild_id}").text(wording)
        return foreseen_text(foreseen, wording)

    async def _foreseen(self, guild_id: int, teachable: Teachable) -> Foreseen:
        lessons = self._storage.lessons
        works, preferred = await lessons.load(await lessons.select(guild_id, teachable))
        async with aclosing(self._tutor.foresee(ForeseeRequest(works=works, preferred=preferred))) as steps:
            async for step in steps:
                if isinstance(step, Foreseen):
                    return step
                self.fraction = step.fraction
        raise RuntimeError("what was foreseen was not said")


def _is_enough(survey: Survey) -> bool:
    try:
        survey.check()
    except BadRequest:
        return False
    return True


async def _show(interaction: discord.Interaction, embed: discord.Embed, text: str, wording: Wording) -> None:
    """The plan, and this of what would change."""
    shown = embed.copy().add_field(name=wording("finetune.would_change"), value=text, inline=False)
    await interaction.edit_original_response(embed=shown)
