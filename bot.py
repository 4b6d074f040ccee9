"""Nightingale's start: settings, the bot, and who lives how long.

Opens storage and engine, hands them to the cogs, and closes all in turn. What the bot does is in
`cogs`; nothing imports this module at run time.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import discord
from discord.ext import commands
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from cogs import COGS
from cogs._shared.clip_shelf import ClipShelf
from cogs._shared.registration import register_commands
from cogs._shared.work_jobs import WorkJobs
from domain.errors import NightingaleError
from engine.client import Engine
from engine.tutor import Tutor
from models import registry
from storage import ADAPTERS, DatabaseTooNew, Storage, open_storage

WHAT_TO_DO = """\
There is no DISCORD_TOKEN, so I can't go to Discord.
To try me in your browser, without an account: python bot.py --preview
To run me on Discord: copy .env.example to .env and put your bot's token in it (README.md says how)."""

log = logging.getLogger("nightingale")


class Settings(BaseSettings):
    """Read once, from the environment and `.env`. README.md explains each."""

    model_config = SettingsConfigDict(
        env_file=".env", env_prefix="NIGHTINGALE_", env_ignore_empty=True, extra="forbid", frozen=True
    )

    discord_token: SecretStr | None = Field(default=None, validation_alias="DISCORD_TOKEN")
    data_folder: Path = Path("data")
    max_clip_megabytes: int = Field(default=2000, ge=1)
    weights_folder: Path = registry.WEIGHTS
    device: Literal["cpu", "cuda", "mps"] | None = None
    soundfont: Path | None = Field(default=None, validation_alias="SOUNDFONT")
    max_waiting: int = Field(default=50, ge=1)
    dev_guild_id: int | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Nightingale(commands.AutoShardedBot):
    """The bot with what its cogs need. It closes neither `engine` nor `storage`."""

    def __init__(self, settings: Settings, *, engine: Engine, tutor: Tutor, storage: Storage) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,  # required, and the one that needs no message content
            help_command=None,
            intents=discord.Intents(guilds=True, guild_reactions=True, dm_reactions=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
        )
        self.engine = engine
        self.tutor = tutor
        self.storage = storage
        self.models = registry.available_models(settings.weights_folder)
        self.work_jobs = WorkJobs(engine, storage, models=self.models)
        self.clip_shelf = ClipShelf(engine, storage)
        self._dev_guild = discord.Object(settings.dev_guild_id) if settings.dev_guild_id else None
        self._registered_commands = settings.data_folder / "commands.sha256"

    async def setup_hook(self) -> None:
        for cog in COGS:
            await self.load_extension(cog)
        await register_commands(self.tree, guild=self._dev_guild, remembered=self._registered_commands)


@asynccontextmanager
async def open_bot(settings: Settings) -> AsyncGenerator[Nightingale, None]:
    """The bot, not yet logged in, with its engine, tutor and storage; all are closed at the end."""
    if settings.soundfont is not None:  # perhaps from `.env`; the engine's process looks in its environment
        os.environ["SOUNDFONT"] = str(settings.soundfont)
    async with (
        open_storage(settings.data_folder, max_clip_bytes=settings.max_clip_megabytes * 1_000_000) as storage,
        Engine(
            weights=settings.weights_folder,
            device=settings.device,
            adapters=settings.data_folder / ADAPTERS,
            max_waiting=settings.max_waiting,
        ) as engine,
        Tutor(weights=settings.weights_folder) as tutor,
        Nightingale(settings, engine=engine, tutor=tutor, storage=storage) as bot,
    ):
        yield bot


async def run(settings: Settings, token: str) -> None:
    async with open_bot(settings) as bot:
        await bot.start(token)


def _interrupt(*_: object) -> None:
    """Let a service manager's stop close everything in turn, as Ctrl-C does."""
    signal.raise_signal(signal.SIGINT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run on Discord, or as a preview; the exit code: 0, 1 stopped by a fault, 2 not set up."""
    parser = argparse.ArgumentParser(prog="bot.py", description="Nightingale, a bot that composes music.")
    parser.add_argument("--preview", action="store_true", help="run in a local page, without Discord")
    parser.add_argument("--port", type=int, default=8765, help="of the preview's page (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = ".".join(map(str, problem["loc"])).upper()
            print(f"Setting {name}: {problem['msg']}. See .env.example.", file=sys.stderr)
        return 2
    discord.utils.setup_logging(level=logging.getLevelNamesMapping()[settings.log_level])
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's "&" has it ignored
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if options.preview:
            from preview import show  # noqa: PLC0415  SimCord is not installed on servers

            asyncio.run(show(open_bot, settings, port=options.port))
        elif settings.discord_token is None:
            print(WHAT_TO_DO, file=sys.stderr)
            return 2
        else:
            asyncio.run(run(settings, settings.discord_token.get_secret_value()))
    except KeyboardInterrupt:
        log.info("Stopped.")
    except discord.LoginFailure:
        print("Discord refused DISCORD_TOKEN. Copy it again from the bot's page.", file=sys.stderr)
        return 1
    except (NightingaleError, DatabaseTooNew, OSError) as error:
        log.debug("stopped by", exc_info=True)
        print(f"I can't run: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    # The engine's process is spawned, and `spawn` imports its parent's main file first, if there is
    # one: without, the engine starts faster and holds none of Discord's library.
    del __file__
    sys.exit(main())
