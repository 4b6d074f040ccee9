"""The command line's options, and the requests they make. Reads the MIDI files that are named there."""

import argparse
import random
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from domain.ensembles import Ensemble
from domain.errors import BadRequest, Reason
from domain.genres import Genre
from domain.moods import Mood
from domain.requests import (
    DEFAULT_CANDIDATES,
    DEFAULT_LENGTH_SECONDS,
    DEFAULT_TEMPERATURE,
    SEED,
    ClipRequest,
    ComposeRequest,
    Recipe,
)
from domain.score import Key, Metre
from domain.transformations import (
    DEFAULT_AMOUNT,
    AccompanyRequest,
    BlendRequest,
    RestyleRequest,
    Source,
    VaryRequest,
)
from engine.intake.reader import read_clip, read_upload
from models import registry

_SOURCE = "a MIDI file; of a clip beside its recipe (the same name, .json), the composition alone is taken"


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    parser = argparse.ArgumentParser(prog="python -m engine", description="Make music without Discord.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    compose = _command(commands.add_parser, "compose", "compose clips")
    compose.add_argument("--list", action="store_true", help="print what there is to choose from, and stop")
    _add_wishes(compose)
    blend = _command(commands.add_parser, "blend", "make pieces between two others")
    blend.add_argument("first", type=Path, metavar="A.mid", help=_SOURCE)
    blend.add_argument("second", type=Path, metavar="B.mid", help="another")
    blend.add_argument(
        "--ratio", type=float, metavar="R", help="0 is all of A, 1 all of B (default: walk from A to B)"
    )
    vary = _command(commands.add_parser, "vary", "make pieces that are like another")
    vary.add_argument("source", type=Path, metavar="A.mid", help=_SOURCE)
    vary.add_argument(
        "--amount",
        type=float,
        default=DEFAULT_AMOUNT,
        metavar="X",
        help="0 stays as near as can be, 1 goes far away (default: %(default)s)",
    )
    accompany = _command(commands.add_parser, "accompany", "keep a tune, and give it new harmony and bass")
    accompany.add_argument("source", type=Path, metavar="A.mid", help=_SOURCE)
    accompany.add_argument("--genre", help="how it is accompanied (default: as its own, or one drawn)")
    restyle = _command(commands.add_parser, "restyle", "keep a tune, and make it another genre's piece")
    restyle.add_argument("source", type=Path, metavar="A.mid", help=_SOURCE)
    restyle.add_argument("--genre", required=True, help="what it becomes")
    return parser


async def read_requests(options: argparse.Namespace) -> list[ClipRequest]:
    """One request a clip, all checked before anything starts.

    Raises BadRequest, Unavailable where no file can be read in, and OSError for a file that isn't there.
    """
    seed = options.seed
    if seed is None:
        seed = random.randint(SEED[0], SEED[1] - options.count)
    first = await _FIRST[options.command](options, seed)
    return [replace(first, seed=seed + index) for index in range(options.count)]


def _command(
    add_parser: Callable[..., argparse.ArgumentParser], name: str, does: str
) -> argparse.ArgumentParser:
    """A command that makes clips, with the options that all of them have."""
    kind = "STYLE" if name == "compose" else name
    command = add_parser(
        name,
        help=f"{does}, into a folder",
        description=f"{does[0].upper()}{does[1:]}, into a folder: {kind}-GENRE-SEED.mp3, .mid, .png and .json"
        " (the recipe).",
    )
    command.add_argument(
        "--seed", type=int, help="of the first clip; the next ones count up (default: drawn)"
    )
    command.add_argument("--count", type=_count, default=1, metavar="N", help="how many clips")
    command.add_argument(
        "--out", type=Path, default=Path("clips"), metavar="DIR", help="default: %(default)s"
    )
    command.add_argument(
        "--sheet", action="store_true", help="sheet music too: ...-sheet-1.png (2, ...) and .musicxml"
    )
    command.add_argument("--device", choices=("cpu", "cuda", "mps"), help="default: the fastest there is")
    command.add_argument(
        "--weights", type=Path, default=registry.WEIGHTS, metavar="DIR", help="other weights than the shipped"
    )
    return command


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


async def _composing(options: argparse.Namespace, seed: int) -> ComposeRequest:
    try:
        key = None if options.key is None else Key.parse(options.key)
    except ValueError as error:
        raise BadRequest(Reason.UNKNOWN_KEY, value=options.key) from error
    try:
        metre = None if options.metre is None else Metre.parse(options.metre)
    except ValueError as error:
        raise BadRequest(Reason.UNKNOWN_METRE, value=options.metre) from error
    return ComposeRequest(
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


async def _blending(options: argparse.Namespace, seed: int) -> BlendRequest:
    first, second = await _source(options.first), await _source(options.second)
    return BlendRequest(first=first, second=second, ratio=options.ratio, seed=seed)


async def _varying(options: argparse.Namespace, seed: int) -> VaryRequest:
    return VaryRequest(source=await _source(options.source), amount=options.amount, seed=seed)


async def _accompanying(options: argparse.Namespace, seed: int) -> AccompanyRequest:
    return AccompanyRequest(source=await _source(options.source), genre=options.genre, seed=seed)


async def _restyling(options: argparse.Namespace, seed: int) -> RestyleRequest:
    return RestyleRequest(source=await _source(options.source), genre=options.genre, seed=seed)


_FIRST: dict[str, Callable[[argparse.Namespace, int], Coroutine[Any, Any, ClipRequest]]] = {
    "compose": _composing,
    "blend": _blending,
    "vary": _varying,
    "accompany": _accompanying,
    "restyle": _restyling,
}
"""What makes the request of the first clip, by the command's name."""


async def _source(path: Path) -> Source:
    """The music of a file: of a clip, where its recipe lies beside it, its composition alone."""
    content, recipe = _read(path)
    if recipe is None:
        taken = await read_upload(content, name=path.name)
        return Source.of(taken.title, taken.score, left_out=taken.left_out)
    taken = await read_clip(content, parts=recipe.parts)
    return Source.of(path.stem, taken.score, genre=Genre(recipe.genre), left_out=taken.left_out)


def _read(path: Path) -> tuple[bytes, Recipe | None]:
    """A file's content, and the recipe of the same name, where there is one."""
    content = path.read_bytes()
    try:
        return content, Recipe.from_json(path.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, BadRequest):
        return content, None
