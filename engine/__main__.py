"""The engine without Discord: `python -m engine compose --style rnn --genre reel --count 20 --out clips`.

Also `blend`, `vary`, `accompany` and `restyle`, which work on MIDI files. Goes through the same `Engine`
as the bot, so it also shows whether an engine works at all.
"""

import argparse
import asyncio
import errno
import signal
import sys
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from domain.clips import Clip, Progress, Stage
from domain.ensembles import Ensemble
from domain.errors import BadRequest, Bug, NightingaleError, Reason, Unavailable
from domain.moods import Mood
from domain.requests import ComposeRequest
from domain.sheets import Sheet, SheetRequest
from domain.transformations import RestyleRequest
from engine.client import Engine, outcome_of
from engine.options import build_parser, read_requests
from engine.worker import CRAFT
from models import registry


def main(arguments: Sequence[str] | None = None, *, craft: str = CRAFT) -> int:
    """Run a command line and return its exit code: 0, 1 failed, 2 bad request, 130 interrupted."""
    # A shell starts what it runs in the background with Ctrl-C ignored, and so would this be.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    options = build_parser().parse_args(arguments)
    console = Console(stderr=True, highlight=False)
    if options.command == "compose" and options.list:
        print(_offers(options.weights))
        return 0
    try:
        asyncio.run(_run(options, console, craft=craft))
    except NightingaleError as error:
        if isinstance(error, Bug):
            console.print(error.trace, markup=False)
        console.print(str(error), markup=False, style="red")
        return 2 if isinstance(error, BadRequest) else 1
    except OSError as error:
        console.print(f"I can't open {error.filename}: {error.strerror}.", markup=False, style="red")
        return 1
    except KeyboardInterrupt:
        console.print("Stopped. The clips finished so far are kept.")
        return 130
    return 0


def _offers(weights: Path) -> str:
    """A line for each style (its name, model version and genres), one for moods, one for instruments."""
    styles = registry.available_styles(weights)
    if not styles:
        return str(Unavailable(Reason.NO_STYLES))
    lines = [f"{style.name} ({style.model_version}): {', '.join(style.genres)}" for style in styles]
    if restyler := registry.find_model(RestyleRequest.style, weights):
        lines.append(f"restyle ({restyler.model_version}): {', '.join(restyler.genres)}")
    return "\n".join([*lines, f"moods: {', '.join(Mood)}", f"instruments: {', '.join(Ensemble)}"])


async def _run(options: argparse.Namespace, console: Console, *, craft: str) -> None:
    """Make all the clips. Raises NightingaleError, and OSError for files that can't be opened."""
    requests = await read_requests(options)
    if options.seed is None:
        console.print(f"Seed {requests[0].seed}")
    options.out.mkdir(parents=True, exist_ok=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn() if len(requests) > 1 else TextColumn("{task.percentage:.0f}%"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    engine = Engine(weights=options.weights, device=options.device, craft=craft)
    async with engine:
        with ProgressBar(*columns, console=console) as bar:
            task = bar.add_task("starting", total=len(requests))
            await engine.ready()
            for index, request in enumerate(requests):
                async with aclosing(engine.make(request)) as news:
                    async for step in news:
                        if isinstance(step, Clip):
                            sheet = None
                            if options.sheet:
                                engraving = engine.engrave(SheetRequest(title=step.title, midi=step.midi))
                                sheet = await outcome_of(engraving)
                            name = _write(step, sheet, options.out)
                            bar.update(task, completed=index + 1)
                            for line in _account(step, options.out / f"{name}.mp3"):
                                bar.console.print(line, markup=False, soft_wrap=True)
                        else:
                            done = _share(step)
                            bar.update(
                                task, completed=index + done, description=f"seed {request.seed}: {step.stage}"
                            )


def _account(clip: Clip, path: Path) -> list[str]:
    """What is printed of a clip: where it is, how long, what the judge thinks; and each remark."""
    judgement = "" if clip.judgement is None else f"  judge {clip.judgement:.0%}"
    return [f"{path}  {clip.seconds:.1f} s{judgement}", *(f"  {remark}" for remark in clip.remarks)]


def _share(progress: Progress) -> float:
    """How much of a clip is done, for the bar: rendering is about the last tenth."""
    match progress.stage:
        case Stage.QUEUED:
            return 0.0
        case Stage.COMPOSING:
            return 0.9 * progress.fraction
        case Stage.RENDERING:
            return 0.9


def _write(clip: Clip, sheet: Sheet | None, folder: Path) -> str:
    """Write a clip's files and return their common name. Raises OSError; Unavailable when full."""
    request = clip.recipe.request
    does = request.style if isinstance(request, ComposeRequest) else request.kind
    name = f"{does}-{clip.recipe.genre}-{request.seed}".replace(" ", "-")
    files = {
        ".mp3": clip.audio,
        ".mid": clip.midi,
        ".png": clip.picture,
        ".json": clip.recipe.to_json().encode(),
    }
    if sheet is not None:
        files |= {f"-sheet-{page}.png": picture for page, picture in enumerate(sheet.pages, 1)}
        files[".musicxml"] = sheet.musicxml
    try:
        for ending, content in files.items():
            (folder / f"{name}{ending}").write_bytes(content)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Unavailable(Reason.DISK_FULL) from error
        raise
    return name


if __name__ == "__main__":
    sys.exit(main())
