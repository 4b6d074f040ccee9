"""Make music, write lyrics and judge without Discord: `python -m engine compose --count 20`, and so on.

Goes through the same Engine and the same process as the bot, so it also shows that an engine works at all.
"""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from domain.clips import Clip, Progress, Stage, Work
from domain.ensembles import Ensemble
from domain.errors import BadRequest, Bug, NightingaleError, Reason, Unavailable
from domain.moods import Mood
from domain.sheets import SheetRequest
from domain.transformations import RestyleRequest
from domain.verses import Verse
from engine.asked import read_judged, read_requests
from engine.client import Engine, outcome_of
from engine.options import build_parser
from engine.results import account_of, account_of_judgement, text_of, write
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
        console.print(str(error), markup=False, style="red", soft_wrap=True)
        return 2 if isinstance(error, BadRequest) else 1
    except OSError as error:
        complaint = f"I can't open {error.filename}: {error.strerror}."
        console.print(complaint, markup=False, style="red", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped. What was finished so far is kept.")
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
    """Make all the works. Raises NightingaleError, and OSError for files that can't be opened."""
    if options.command == "judge":
        await _judge(options, console, craft=craft)
        return
    requests = await read_requests(options)
    if options.seed is None:
        console.print(f"Seed {requests[0].seed}")
    if options.out is not None:
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
                        if isinstance(step, Progress):
                            stage = f"seed {request.seed}: {step.stage}"
                            bar.update(task, completed=index + _share(step), description=stage)
                        else:
                            lines = await _keep(step, options, engine)
                            bar.update(task, completed=index + 1)
                            for line in lines:
                                bar.console.print(line, markup=False, soft_wrap=True)


async def _judge(options: argparse.Namespace, console: Console, *, craft: str) -> None:
    """Print what the judge thinks of files, and how long each took. Raises as `_run`."""
    async with Engine(weights=options.weights, device=options.device, craft=craft) as engine:
        await engine.ready()
        for path in options.files:
            began = time.perf_counter()
            judgement = await outcome_of(engine.judge(await read_judged(path)))
            for line in account_of_judgement(judgement):
                print(line)
            console.print(f"Read and judged in {time.perf_counter() - began:.1f} s")
            if options.out is not None:
                options.out.mkdir(parents=True, exist_ok=True)
                (options.out / f"{path.stem}-judged.png").write_bytes(judgement.picture)


async def _keep(work: Work, options: argparse.Namespace, engine: Engine) -> list[str]:
    """Write a work into its folder, or print it where there is none; what is to be said of it."""
    if isinstance(work, Verse):
        print(text_of(work), flush=True)
        sheet = None
    else:
        sheet = await outcome_of(engine.engrave(_sheet_of(work))) if options.sheet else None
    return account_of(work, None if options.out is None else write(work, sheet, options.out))


def _sheet_of(clip: Clip) -> SheetRequest:
    return SheetRequest(title=clip.title, midi=clip.midi, lead_sheet=clip.lead_sheet)


def _share(progress: Progress) -> float:
    """How much of a work is done, for the bar: rendering is about the last tenth."""
    match progress.stage:
        case Stage.QUEUED:
            return 0.0
        case Stage.COMPOSING:
            return 0.9 * progress.fraction
        case Stage.RENDERING:
            return 0.9


if __name__ == "__main__":
    sys.exit(main())
