"""Seeds as people name them: suggested while they type, found, and ready to make something of."""

import re
from dataclasses import replace

import discord
from discord import app_commands

from cogs._shared.suggestions import MAX_CHOICES, MAX_NAME, Choices
from domain.errors import Unavailable
from domain.transformations import Source
from storage import Seeds, StoredSeed

SeedName = app_commands.Range[str, 1, MAX_NAME]

_BY_ID = re.compile(r"seed:(?P<id>[0-9]{1,18})")
"""What stands behind a suggestion of somebody else's seed: names alone may be several people's."""


async def named_seed(interaction: discord.Interaction, called: str, *, seeds: Seeds) -> StoredSeed:
    """The seed that was typed or picked: the person's own, or one that is shared where they ask.

    Raises BadRequest (NO_SEED, SEEDS_ALIKE), Unavailable (DATABASE_BUSY).
    """
    user_id, guild_id = interaction.user.id, interaction.guild_id
    picked = _BY_ID.fullmatch(called.strip())
    if picked is not None:
        seed = await seeds.get(int(picked["id"]), user_id=user_id, guild_id=guild_id)
        if seed is not None:
            return seed
    return await seeds.find(called, user_id=user_id, guild_id=guild_id)


async def own_seed(interaction: discord.Interaction, called: str, *, seeds: Seeds) -> StoredSeed:
    """The person's own. Raises BadRequest (NO_OWN_SEED), Unavailable (DATABASE_BUSY)."""
    return await seeds.find_own(called, user_id=interaction.user.id, guild_id=interaction.guild_id)


async def seed_source(interaction: discord.Interaction, called: str, *, seeds: Seeds) -> Source:
    """The music of the seed that was typed or picked. Raises as `named_seed`."""
    return seed_music(await named_seed(interaction, called, seeds=seeds))


def seed_music(seed: StoredSeed) -> Source:
    """The music of a seed, under the seed's name.

    The clip that it may have come from need not be one of this place, and what reading it left out was told
    when it was saved: neither goes along.
    """
    return replace(seed.source, title=seed.name, clip_id=None, left_out=(), is_seed=True)


async def seeds_like(
    typed: str, interaction: discord.Interaction, *, seeds: Seeds, mine_only: bool = False
) -> Choices:
    """The seeds that the person sees here, their own first."""
    try:
        names = await seeds.names(
            typed,
            user_id=interaction.user.id,
            guild_id=interaction.guild_id,
            limit=MAX_CHOICES,
            mine_only=mine_only,
        )
    except Unavailable:  # nobody waits for a suggestion
        return []
    return [
        app_commands.Choice(name=seed.name, value=seed.name)
        if seed.user_id == interaction.user.id
        else app_commands.Choice(name=seed.full_name[:MAX_NAME], value=f"seed:{seed.id}")
        for seed in names
    ]
