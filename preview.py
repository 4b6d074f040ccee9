"""The real bot without an account: SimCord, an in-memory Discord, with a local page to use it in.

`python bot.py --preview` opens the page; `python -m preview --measure N` times N warm commands in it
instead. SimCord, which servers don't install, is imported where it is used.
"""
# ruff: noqa: PLC0415

import argparse
import asyncio
import json
import logging
import multiprocessing
import socket
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from discord import Permissions

if TYPE_CHECKING:
    import simcord

    from bot import Nightingale, Settings

OpenBot = Callable[["Settings"], AbstractAsyncContextManager["Nightingale"]]

SCENES = ("forest birds at dawn", "春江花月夜")
"""What lyrics and songs are measured with, in each language."""

SETTLE_SECONDS = 300.0
"""How long SimCord waits for a command to end: above the longest generation on a slow machine."""


@asynccontextmanager
async def _world(
    open_bot: OpenBot, settings: "Settings"
) -> AsyncGenerator[tuple["Nightingale", "simcord.Env", "simcord.ChannelHandle"], None]:
    """The bot in a new world with an empty library, since each world counts ids anew; and a channel."""
    logging.getLogger("discord").setLevel(logging.ERROR)  # without voice or network there is much to warn of
    import simcord

    with TemporaryDirectory(prefix="nightingale-preview-") as folder:
        settings = settings.model_copy(update={"data_folder": Path(folder), "dev_guild_id": None})
        async with (
            open_bot(settings) as bot,
            simcord.run(bot, shard_count=1, settle_timeout=SETTLE_SECONDS, check_errors=False) as env,
        ):
            if bot.user is not None:
                await bot.user.edit(username="Nightingale")
            yield bot, env, env.create_guild("Nightingale's garden").create_text_channel("music")


async def show(open_bot: OpenBot, settings: "Settings", *, port: int) -> None:
    """Serve the page on 127.0.0.1:`port` (0: any) until it is closed; "you" is an administrator there.

    Raises OSError where the port is taken.
    """
    socket.create_server(("127.0.0.1", port)).close()
    async with _world(open_bot, settings) as (_, env, channel):
        host = env.guild.create_role("host", permissions=Permissions(administrator=True))
        you = env.guild.add_member(env.create_user("you"), roles=[host])
        viewers = [you, env.guild.add_member(env.create_user("a-friend"))]
        async with env.preview(channel, viewers=viewers, layout="channel", port=port) as page:
            print(f"\n  Nightingale is at {page.url}\n  Type /compose there. Ctrl-C ends it.\n", flush=True)
            await page.wait_closed()


async def measure(
    open_bot: OpenBot, settings: "Settings", *, runs: int, styles: Sequence[str] | None = None
) -> dict[str, Any]:
    """The times of some styles, or of all, and of lyrics and songs, from the interaction; the largest memory.

    The engine alone is timed too, with one candidate and with eight.
    """
    import psutil

    from domain.requests import CANDIDATES, ComposeRequest

    async with _world(open_bot, settings) as (bot, env, channel):
        listener = env.guild.add_member(env.create_user("listener"))
        await bot.engine.ready()
        [engine] = [psutil.Process(child.pid) for child in multiprocessing.active_children()]
        acknowledged, memory = list[float](), list[tuple[int, int]]()
        styles = styles or [style.name for style in bot.models.styles]
        finished = {style: list[float]() for style in styles}
        alone = {style: {candidates: list[float]() for candidates in CANDIDATES} for style in styles}
        for seed, style in product(range(runs), styles):
            calls = await _time_command(env, listener, channel, "compose", style=style, length=30, seed=seed)
            acknowledged.append(calls[0])
            finished[style].append(calls[-1])
            memory.append((psutil.Process().memory_info().rss, engine.memory_info().rss))
            for candidates, seconds in alone[style].items():
                began = time.perf_counter()
                request = ComposeRequest(style=style, seed=seed, candidates=candidates)
                _ = [event async for event in bot.engine.compose(request)]
                seconds.append(time.perf_counter() - began)
        words = {name: list[float]() for name in _words(bot)}
        for name, scene, seed in product(words, SCENES, range(1 + runs)):
            lines = {"lines": 8} if name == "lyrics" else {}
            calls = await _time_command(env, listener, channel, name, scene=scene, seed=seed, **lines)
            words[name] += calls[-1:] if seed else []  # the first one of a language is not warm
            memory.append((psutil.Process().memory_info().rss, engine.memory_info().rss))
    return {
        "acknowledged_milliseconds": [round(1000 * seconds, 1) for seconds in acknowledged],
        "styles": {
            style: {
                "finished_seconds": finished[style],
                "one_candidate_seconds": alone[style][CANDIDATES[0]],
                "all_candidates_seconds": alone[style][CANDIDATES[1]],
            }
            for style in styles
        },
        "words": words,
        "bot_megabytes": max(bot for bot, _ in memory) / 1e6,
        "engine_megabytes": max(engine for _, engine in memory) / 1e6,
    }


async def measure_learning(
    open_bot: OpenBot, settings: "Settings", *, runs: int, style: str = "rnn"
) -> dict[str, list[float]]:
    """The seconds of `runs` commands alone, of the same while a version of the style is learned, and of
    cancelling that: after 0, 1, 2 … seconds, and after all commands.

    It is learned from the clips that the commands made, every other one liked, and again for as long as
    commands run.
    """
    from contextlib import aclosing

    from domain.finetuning import FEWEST_LESSONS, Teachable, TeachRequest

    async with _world(open_bot, settings) as (bot, env, channel):
        listener = env.guild.add_member(env.create_user("listener"))
        await bot.engine.ready()
        ids = {"guild_id": env.guild.id, "channel_id": channel.id}

        async def timed() -> list[float]:
            return [
                (await _time_command(env, listener, channel, "compose", style=style, length=30, seed=seed))[
                    -1
                ]
                for seed in range(max(runs, FEWEST_LESSONS))
            ]

        await _time_command(env, listener, channel, "compose", style=style, length=30, seed=0)
        alone, lessons = await timed(), bot.storage.lessons
        for place, clip in enumerate(await bot.storage.clips.newest(**ids, limit=2 * len(alone))):
            for person in (1, 2):
                await bot.storage.ratings.vote(clip.id, user_id=person, value=5 if place % 2 else 1)
        works, preferred = await lessons.load(await lessons.select(env.guild.id, Teachable(style)))
        begun = asyncio.Event()

        async def learn() -> None:
            with TemporaryDirectory(prefix="nightingale-run-") as folder:
                for seed in range(1000):
                    request = TeachRequest(
                        teachable=Teachable(style),
                        works=works,
                        preferred=preferred,
                        seed=seed,
                        run=str(Path(folder) / str(seed)),
                    )
                    async with aclosing(bot.tutor.learn(request)) as steps:
                        async for _ in steps:
                            begun.set()

        async def cancelled(learning: asyncio.Task[None]) -> float:
            asked = time.perf_counter()
            learning.cancel()
            await asyncio.wait([learning])
            begun.clear()
            return time.perf_counter() - asked

        cancelling = list[float]()
        for seconds in range(runs):
            learning = asyncio.create_task(learn())
            await begun.wait()
            await asyncio.sleep(seconds)
            cancelling.append(await cancelled(learning))
        learning = asyncio.create_task(learn())
        await begun.wait()
        meanwhile = await timed()
        cancelling.append(await cancelled(learning))
    return {"alone_seconds": alone, "learning_seconds": meanwhile, "cancelling_seconds": cancelling}


def _words(bot: "Nightingale") -> list[str]:
    """The commands that write words with the models there are."""
    return [*(["lyrics"] if bot.models.poets else []), *(["song"] if bot.models.sings else [])]


async def _time_command(
    env: "simcord.Env", listener: Any, channel: "simcord.ChannelHandle", name: str, **options: object
) -> list[float]:
    """When the bot called Discord, in seconds: first to acknowledge, last with what was asked for."""
    already, began = len(env.http_requests), time.perf_counter()
    command = asyncio.create_task(listener.slash(channel, name, **options))
    calls: list[float] = []
    while not command.done():
        await asyncio.wait([command], timeout=0.002)
        calls += [time.perf_counter() - began] * (len(env.http_requests) - already - len(calls))
    response = (await command).response
    if response is None or not (response.attachments or response.embeds):
        raise RuntimeError(f"nothing came: {response and response.content}")
    return calls


if __name__ == "__main__":
    from bot import Settings, open_bot

    parser = argparse.ArgumentParser(prog="python -m preview", description="Measure bot and engine.")
    parser.add_argument("--measure", type=int, required=True, metavar="N", help="how many commands to run")
    parser.add_argument("--learning", action="store_true", help="alone, and while a version is learned")
    options = parser.parse_args()
    __spec__ = None  # as in bot.py: nothing for `spawn` to import in the engine's process
    del __file__
    measuring = measure_learning if options.learning else measure
    print(json.dumps(asyncio.run(measuring(open_bot, Settings(), runs=options.measure))))
