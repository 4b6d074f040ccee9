"""The requests that the command line's options make. Reads the MIDI files that are named there."""

import argparse
import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from domain.ensembles import Ensemble
from domain.errors import BadRequest, Reason
from domain.genres import Genre
from domain.judgements import JudgeRequest
from domain.moods import Mood
from domain.requests import SEED, ComposeRequest, Recipe, WorkRequest
from domain.score import Key, Metre
from domain.song_requests import SongRequest
from domain.transformations import AccompanyRequest, BlendRequest, RestyleRequest, Source, VaryRequest
from domain.verses import LyricsRequest
from engine.intake.names import is_midi
from engine.intake.reader import read_clip, read_sound, read_upload


async def read_requests(options: argparse.Namespace) -> Sequence[WorkRequest]:
    """One request a work, all checked before anything starts.

    Raises BadRequest, Unavailable where no file can be read in, and OSError for a file that isn't there.
    """
    seed = options.seed
    if seed is None:
        seed = random.randint(SEED[0], SEED[1] - options.count)
    first = await _FIRST[options.command](options, seed)
    return [_seeded(first, seed + index) for index in range(options.count)]


def _seeded(request: WorkRequest, seed: int) -> WorkRequest:
    if isinstance(request, SongRequest):
        return replace(request, words=replace(request.words, seed=seed))
    return replace(request, seed=seed)


async def _composing(options: argparse.Namespace, seed: int) -> ComposeRequest:
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
        instruments=_instruments(options),
        key=_key(options),
        metre=metre,
        tempo=options.tempo,
        temperature=options.temperature,
        candidates=options.candidates,
        opening=None if options.opening is None else await _source(options.opening),
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


async def _writing(options: argparse.Namespace, seed: int) -> LyricsRequest:
    return LyricsRequest(
        scene=options.scene,
        seed=seed,
        language=options.language,
        lines=options.lines,
        form=options.form,
        rhyme=options.rhyme,
        tune=options.tune,
        model=options.model,
        temperature=options.temperature,
        candidates=options.candidates,
    )


async def _singing(options: argparse.Namespace, seed: int) -> SongRequest:
    return SongRequest(
        words=await _writing(options, seed),
        source=None if options.clip is None else await _source(options.clip),
        key=_key(options),
        instruments=_instruments(options),
    )


_FIRST: dict[str, Callable[[argparse.Namespace, int], Coroutine[Any, Any, WorkRequest]]] = {
    "compose": _composing,
    "blend": _blending,
    "vary": _varying,
    "accompany": _accompanying,
    "restyle": _restyling,
    "lyrics": _writing,
    "song": _singing,
}
"""What makes the request of the first work, by the command's name."""


def _key(options: argparse.Namespace) -> Key | None:
    try:
        return None if options.key is None else Key.parse(options.key)
    except ValueError as error:
        raise BadRequest(Reason.UNKNOWN_KEY, value=options.key) from error


def _instruments(options: argparse.Namespace) -> Ensemble | None:
    return None if options.instruments is None else Ensemble(options.instruments)


async def read_judged(path: Path) -> JudgeRequest:
    """The music of a MIDI file, or what is heard in a recording. Raises as `read_requests`."""
    content = await asyncio.to_thread(path.read_bytes)
    if is_midi(path.name, content):
        return JudgeRequest(music=await _source(path))
    return JudgeRequest(music=await read_sound(content, name=path.name))


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
