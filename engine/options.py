"""The command line's options: every command that there is, and what it may be told."""

import argparse
from collections.abc import Callable
from pathlib import Path

from domain.ensembles import Ensemble
from domain.moods import Mood
from domain.requests import DEFAULT_CANDIDATES, DEFAULT_LENGTH_SECONDS, DEFAULT_TEMPERATURE
from domain.transformations import DEFAULT_AMOUNT
from domain.verses import (
    DEFAULT_VERSE_CANDIDATES,
    DEFAULT_VERSE_TEMPERATURE,
    Language,
    RhymeScheme,
    VerseForm,
)
from models import registry

_JUDGES = "Say how human music sounds to the judge, and why: a score, reasons, genre, key and tempo, printed."

_SOURCE = "a MIDI file; of a clip beside its recipe (the same name, .json), the composition alone is taken"


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    parser = argparse.ArgumentParser(
        prog="python -m engine", description="Make music and write lyrics without Discord."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    compose = _clips(commands.add_parser, "compose", "compose clips")
    compose.add_argument("--list", action="store_true", help="print what there is to choose from, and stop")
    _add_wishes(compose)
    blend = _clips(commands.add_parser, "blend", "make pieces between two others")
    blend.add_argument("first", type=Path, metavar="A.mid", help=_SOURCE)
    blend.add_argument("second", type=Path, metavar="B.mid", help="another")
    blend.add_argument(
        "--ratio", type=float, metavar="R", help="0 is all of A, 1 all of B (default: walk from A to B)"
    )
    vary = _clips(commands.add_parser, "vary", "make pieces that are like another")
    vary.add_argument("source", type=Path, metavar="A.mid", help=_SOURCE)
    vary.add_argument(
        "--amount",
        type=float,
        default=DEFAULT_AMOUNT,
        metavar="X",
        help="0 stays as near as can be, 1 goes far away (default: %(default)s)",
    )
    accompany = _clips(commands.add_parser, "accompany", "keep a tune, and give it new harmony and bass")
    accompany.add_argument("source", type=Path, metavar="A.mid", help=_SOURCE)
    accompany.add_argument("--genre", help="how it is accompanied (default: as its own, or one drawn)")
    restyle = _clips(commands.add_parser, "restyle", "keep a tune, and make it another genre's piece")
    restyle.add_argument("source", type=Path, metavar="A.mid", help=_SOURCE)
    restyle.add_argument("--genre", required=True, help="what it becomes")
    _add_lyrics(commands.add_parser)
    _add_song(commands.add_parser)
    _add_judge(commands.add_parser)
    return parser


_AddParser = Callable[..., argparse.ArgumentParser]


def _clips(add_parser: _AddParser, name: str, does: str) -> argparse.ArgumentParser:
    """A command that makes clips, with the options that all of them have."""
    kind = "STYLE" if name == "compose" else name
    files = f"{kind}-GENRE-SEED.mp3, .mid, .png and .json (the recipe)"
    command = _command(add_parser, name, f"{does}, into a folder", files)
    _add_folder(command, Path("clips"))
    command.add_argument(
        "--sheet", action="store_true", help="sheet music too: ...-sheet-1.png (2, ...) and .musicxml"
    )
    return command


def _command(add_parser: _AddParser, name: str, does: str, gives: str) -> argparse.ArgumentParser:
    """A command with the options that every one has."""
    command = add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}: {gives}.")
    command.add_argument("--seed", type=int, help="of the first one; the next ones count up (default: drawn)")
    command.add_argument("--count", type=_count, default=1, metavar="N", help="how many to make")
    _add_engine(command)
    return command


def _add_judge(add_parser: _AddParser) -> None:
    command = add_parser("judge", help="say how human music sounds, and why", description=_JUDGES)
    command.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help=f"{_SOURCE}; or a recording (WAV, FLAC, OGG, MP3)"
    )
    command.add_argument("--out", type=Path, metavar="DIR", help="where rolls or spectrograms are written")
    _add_engine(command)


def _add_engine(command: argparse.ArgumentParser) -> None:
    command.add_argument("--device", choices=("cpu", "cuda", "mps"), help="default: the fastest there is")
    command.add_argument(
        "--weights", type=Path, default=registry.WEIGHTS, metavar="DIR", help="other weights than the shipped"
    )


def _add_folder(command: argparse.ArgumentParser, usual: Path) -> None:
    command.add_argument("--out", type=Path, default=usual, metavar="DIR", help="default: %(default)s")


def _add_lyrics(add_parser: _AddParser) -> None:
    files = "printed, or written as lyrics-LANGUAGE-SEED.txt and .json (the recipe)"
    command = _command(add_parser, "lyrics", "write verse about a scene", files)
    _add_words(command)
    command.add_argument("--out", type=Path, metavar="DIR", help="write files there too")


def _add_song(add_parser: _AddParser) -> None:
    files = "song-GENRE-SEED.mp3, .mid, .png, .musicxml, .txt and .json (the recipe)"
    command = _command(add_parser, "song", "write songs about a scene, into a folder", files)
    _add_words(command)
    _add_folder(command, Path("songs"))
    command.add_argument(
        "--clip", type=Path, metavar="A.mid", help=f"put the words under this tune: {_SOURCE}"
    )
    command.add_argument("--sheet", action="store_true", help="a picture of every page of the lead sheet too")
    _add_key(command)


def _add_words(command: argparse.ArgumentParser) -> None:
    """What the words are to be about, and like."""
    command.add_argument("scene", help='such as "forest birds at dawn", in English or Chinese')
    command.add_argument(
        "--language", type=Language, choices=list(Language), help="default: that of the scene"
    )
    command.add_argument("--lines", type=int, metavar="N", help="4 to 16 (default: as the form has it)")
    command.add_argument(
        "--form", type=VerseForm, choices=list(VerseForm), help="default: drawn from the seed"
    )
    command.add_argument(
        "--rhyme", type=RhymeScheme, choices=list(RhymeScheme), help="default: drawn from the seed"
    )
    command.add_argument("--tune", help="a Chinese tune pattern (词牌), such as 浣溪沙")
    command.add_argument("--model", help="which network writes (default: the better one of the language)")
    _add_chances(command, DEFAULT_VERSE_TEMPERATURE, DEFAULT_VERSE_CANDIDATES, "stanzas each one")


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
    _add_key(compose)
    compose.add_argument("--opening", type=Path, metavar="A.mid", help=f"begin with this: {_SOURCE}")
    compose.add_argument("--metre", help="such as 6/8 (default: one that the genre has)")
    compose.add_argument("--tempo", type=float, metavar="BPM", help="beats a minute (default: the genre's)")
    _add_chances(compose, DEFAULT_TEMPERATURE, DEFAULT_CANDIDATES, "pieces the best")


def _add_key(command: argparse.ArgumentParser) -> None:
    """Who plays, and in which key."""
    command.add_argument(
        "--instruments",
        choices=[str(ensemble) for ensemble in Ensemble],
        help="who plays (default: the genre's own)",
    )
    command.add_argument("--key", help='such as D, Bb or "F# minor" (default: drawn from the seed)')


def _add_chances(command: argparse.ArgumentParser, temperature: float, candidates: int, chosen: str) -> None:
    command.add_argument(
        "--temperature",
        type=float,
        default=temperature,
        metavar="T",
        help="how daring (default: %(default)s)",
    )
    command.add_argument(
        "--candidates",
        type=int,
        default=candidates,
        metavar="N",
        help=f"of how many {chosen} is chosen (default: %(default)s)",
    )


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return count
