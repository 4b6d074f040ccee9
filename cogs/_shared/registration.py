"""Registers the slash commands with Discord, but only when they are not the ones registered last.

Discord limits how often an application may do so, and a client forgets the commands it had loaded.
"""

import asyncio
import hashlib
import json
import logging
from pathlib import Path

import discord
from discord import app_commands

from cogs._shared.wording import CatalogueTranslator

log = logging.getLogger(__name__)


async def register_commands(
    tree: app_commands.CommandTree, *, guild: discord.Object | None, remembered: Path
) -> None:
    """Register everywhere, or in `guild` alone, where commands change at once.

    The file `remembered` keeps a hash of what was registered. Raises discord.HTTPException.
    """
    translator = CatalogueTranslator()
    await tree.set_translator(translator)
    if guild is not None:
        tree.copy_global_to(guild=guild)
    payload = [
        await command.get_translated_payload(tree, translator) for command in tree.get_commands(guild=guild)
    ]
    scope = [tree.client.application_id, None if guild is None else guild.id]
    digest = hashlib.sha256(json.dumps([scope, payload], sort_keys=True).encode()).hexdigest()
    if digest == await asyncio.to_thread(_read, remembered):
        return
    await tree.sync(guild=guild)
    await asyncio.to_thread(remembered.write_text, digest)
    log.info("Registered %d commands with Discord", len(payload))


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None
