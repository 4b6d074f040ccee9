"""Asking an Engine for clips in one line, and reading what the toys noted down."""

from collections.abc import AsyncGenerator
from pathlib import Path

from domain.clips import Clip, Progress, Stage
from domain.requests import ComposeRequest
from engine.client import Engine

News = AsyncGenerator[Progress | Clip, None]


def ask(engine: Engine, style: str, *, seed: int = 1, owner: int = 0) -> News:
    return engine.compose(ComposeRequest(style=style, seed=seed), owner=owner)


async def until_composing(news: News) -> None:
    async for step in news:
        if isinstance(step, Progress) and step.stage is Stage.COMPOSING:
            return
    raise AssertionError("it ended before it composed")


async def clip_of(news: News) -> Clip:
    steps = [step async for step in news]
    assert isinstance(steps[-1], Clip)
    return steps[-1]


async def pid_of(engine: Engine) -> int:
    return int((await clip_of(ask(engine, "quick"))).title)


def log_of(folder: Path) -> list[str]:
    return (folder / "log").read_text().splitlines()
