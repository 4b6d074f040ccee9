"""Recipes that people hand in, as a file or as text; how they are read is `engine.intake`'s matter."""

import discord

from cogs._shared.failures import DISCORD_FAULTS
from domain.errors import BadRequest, Reason, Unavailable
from engine.intake.recipes import MAX_RECIPE_BYTES, HandedRecipe, read_recipe


async def read_handed(file: discord.Attachment | None, text: str | None) -> HandedRecipe:
    """The recipe in the file, or in the text.

    Raises BadRequest where both are given or it can't be read, and Unavailable (UPLOAD_LOST).
    """
    if file is None:
        return await read_recipe(text or "")
    if text is not None:
        raise BadRequest(Reason.RECIPE_TWICE)
    if file.size > MAX_RECIPE_BYTES:  # not even fetched
        limit = MAX_RECIPE_BYTES // 1000
        raise BadRequest(Reason.RECIPE_TOO_BIG, value=file.size // 1000, limit=limit)
    try:
        content = await file.read()
    except DISCORD_FAULTS as error:
        raise Unavailable(Reason.UPLOAD_LOST) from error
    return await read_recipe(content)
