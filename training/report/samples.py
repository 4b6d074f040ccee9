"""Clips to listen to, made by the product's own command line: seed 1 of each genre, never chosen.

Runs `python -m engine` as a process of its own, since training knows nothing of how music is made to sound.
"""

import subprocess
import sys
from pathlib import Path

from PIL import Image

from domain.genres import Genre

SAMPLE_SECONDS = 15
SAMPLE_SEED = 1
_WIDTH = 1000
_COLOURS = 64
"""A piano roll has few; a palette makes the file small."""


def sample_command(style: str, genre: Genre, out: Path) -> list[str]:
    """The arguments of `python` that make a sample's files in `out`."""
    options = {
        "--style": style,
        "--genre": str(genre),
        "--seed": str(SAMPLE_SEED),
        "--length": str(SAMPLE_SECONDS),
        "--out": str(out),
    }
    return ["-m", "engine", "compose", *(word for option in options.items() for word in option)]


def sample_name(style: str, genre: Genre) -> str:
    """The name of a sample's files, as the command line gives it, without what they end in."""
    return f"{style}-{genre}-{SAMPLE_SEED}".replace(" ", "-")


def make_sample(style: str, genre: Genre, out: Path, weights: Path) -> None:
    """Write a genre's sample (.mp3, .mid, .png, .json). Raises CalledProcessError when it can't be made."""
    arguments = [*sample_command(style, genre, out), "--weights", str(weights)]
    quiet = subprocess.DEVNULL
    subprocess.run([sys.executable, *arguments], check=True, stdout=quiet, stderr=quiet)  # noqa: S603 – our own module


def shrink_picture(picture: Path, target: Path) -> None:
    """Write a piano roll again, small enough to be committed."""
    with Image.open(picture) as whole:
        height = round(whole.height * _WIDTH / whole.width)
        small = whole.convert("RGB").resize((_WIDTH, height), Image.Resampling.LANCZOS)
    small.quantize(_COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
