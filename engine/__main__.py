"""The engine without Discord: `python -m engine compose --style rnn --genre reel --count 20 --out clips`.

Goes through the same `Engine` as the bot, so it also shows whether an engine works at all.
"""

import argparse
import asyncio
import errno
import random
import sys
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from domain.clips import Clip, Progress, Stage
from domain.ensembles import Ensemble
from domain.errors import BadRequest, Bug, NightingaleError, Reason, Unavailable
from domain.moods import Mood
from domain.requests import (
    DEFAULT_CANDIDATES,
    DEFAULT_LENGTH_SECONDS,
    DEFAULT_TEMPERATURE,
    SEED,
    ComposeRequest,
)
from domain.score import Key, Metre
from domain.sheets import Sheet, SheetRequest
from engine.client import Engine
from engine.worker import CRAFT
from models import registry


def main(arguments: Sequence[str] | None = None, *, craft: str = CRAFT) -> int:
    """Run a command line and return its exit code: 0, 1 failed, 2 bad request, 130 interrupted."""
    options = _parser().parse_args(arguments)
    console = Console(stderr=True, highlight=False)
    if options.list:
        print(_offers(options.weights))
        return 0
    try:
        requests = _requests(options)
        if options.seed is None:
            console.print(f"Seed {requests[0].seed}")
        options.out.mkdir(parents=True, exist_ok=True)
        asyncio.run(_compose_all(requests, options, console, craft=craft))
    except NightingaleError as error:
        if isinstance(error, Bug):
            console.print(error.trace, markup=False)
        console.print(str(error), markup=False, style="red")
        return 2 if isinstance(error, BadRequest) else 1
    except OSError as error:
        console.print(f"I can't write {error.filename}: {error.strerror}.", markup=False, style="red")
        return 1
    except KeyboardInterrupt:
        console.print("Stopped. The clips finished so far are kept.")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description="Compose without Discord.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    compose = commands.add_parser(
        "compose",
        help="compose clips into a folder",
        description="Compose clips into a folder: STYLE-GENRE-SEED.mp3, .mid, .png and .json (the recipe).",
    )
    compose.add_argument("--list", action="store_true", help="print what there is to choose from, and stop")
    _add_wishes(compose)
    compose.add_argument(
        "--seed", type=int, help="of the first clip; the next ones count up (default: drawn)"
    )
    compose.add_argument("--count", type=_count, default=1, metavar="N", help="how many clips")
    compose.add_argument(
        "--out", type=Path, default=Path("clips"), metavar="DIR", help="default: %(default)s"
    )
    compose.add_argument(
        "--sheet", action="store_true", help="sheet music too: ...-sheet-1.png (2, ...) and .musicxml"
    )
    compose.add_argument("--device", choices=("cpu", "cuda", "mps"), help="default: the fastest there is")
    compose.add_argument(
        "--weights", type=Path, default=registry.WEIGHTS, metavar="DIR", help="other weights than the shipped"
    )
    return parser


def _add_wishes(compose: argparse.ArgumentParser) -> None:
    """What the music is to be like."""
    compose.add_argument("--style", default="rnn", help="which model composes (default: %(default)s)")
    compose.add_argument("--genre", help="one of the style's genres (default: drawn from the seed)")
    compose.add_argument(
        "--length", type=float, default=DEFAULT_LENGTH_SECONDS, metavar="SECONDS", help="default: %(default)s"
    )
    compose.add_argument(
        "--mood", choices=[str(mood) for mood in Mood], help="sets mode, tempo, density and register together"
    )
    compose.add_argument(
        "--instruments",
        choices=[str(ensemble) for ensemble in Ensemble],
        help="who plays (default: the genre's own)",
    )
    compose.add_argument("--key", help='such as D, Bb or "F# minor" (default: drawn from the seed)')
    compose.add_argument("--metre", help="such as 6/8 (default: one that the genre has)")
    compose.add_argument("--tempo", type=float, metavar="BPM", help="beats a minute (default: the genre's)")
    compose.add_argument(
        "--temperature",
        type=float,
        default=DEFAULT_TEMPERATURE,
        metavar="T",
        help="how daring (default: %(default)s)",
    )
    compose.add_argument(
        "--candidates",
        type=int,
        default=DEFAULT_CANDIDATES,
        metavar="N",
        help="how many pieces the best is chosen from (default: %(default)s)",
    )


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return count


def _offers(weights: Path) -> str:
    """A line for each style (its name, model version and genres), one for moods, one for instruments."""
    styles = registry.available_styles(weights)
    if not styles:
        return str(Unavailable(Reason.NO_STYLES))
    lines = [f"{style.name} ({style.model_version}): {', '.join(style.genres)}" for style in styles]
    return "\n".join([*lines, f"moods: {', '.join(Mood)}", f"instruments: {', '.join(Ensemble)}"])


def _requests(options: argparse.Namespace) -> list[ComposeRequest]:
    """One request a clip, all checked before anything starts. Raises BadRequest."""
    seed = options.seed
    if seed is None:
        seed = random.randint(SEED[0], SEED[1] - options.count)
    try:
        key = None if options.key is None else Key.parse(options.key)
    except ValueError as error:
        raise BadRequest(Reason.UNKNOWN_KEY, value=options.key) from error
    try:
        metre = None if options.metre is None else Metre.parse(options.metre)
    except ValueError as error:
        raise BadRequest(Reason.UNKNOWN_METRE, value=options.metre) from error
    first = ComposeRequest(
        style=options.style,
        seed=seed,
        length_seconds=options.length,
        genre=options.genre,
        mood=None if options.mood is None else Mood(options.mood),
        instruments=None if options.instruments is None else Ensemble(options.instruments),
        key=key,
        metre=metre,
        tempo=options.tempo,
        temperature=options.temperature,
        candidates=options.candidates,
    )
    return [replace(first, seed=seed + index) for index in range(options.count)]


async def _compose_all(
    requests: list[ComposeRequest], options: argparse.Namespace, console: Console, *, craft: str
) -> None:
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
                async with aclosing(engine.compose(request)) as news:
                    async for step in news:
                        if isinstance(step, Clip):
                            sheet = await _engraved(step, engine) if options.sheet else None
                            name = _write(step, sheet, options.out)
                            bar.update(task, completed=index + 1)
                            for line in _account(step, options.out / f"{name}.mp3"):
                                bar.console.print(line, markup=False, soft_wrap=True)
                        else:
                            done = _share(step)
                            bar.update(
                                task, completed=index + done, description=f"seed {request.seed}: {step.stage}"
                            )


async def _engraved(clip: Clip, engine: Engine) -> Sheet:
    async with aclosing(engine.engrave(SheetRequest(title=clip.title, midi=clip.midi))) as news:
        async for step in news:
            if isinstance(step, Sheet):
                return step
    raise RuntimeError("the engine ended without a sheet")


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
    name = f"{request.style}-{request.genre}-{request.seed}".replace(" ", "-")
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
