"""A stranger's recipe as a request: strictly parsed, its every value checked before it goes on.

Parent side: JSON of this size costs little. What a recipe says came of its request is not read, so that
people may edit the request; and where its music came from is not for a stranger to say, and left out.
"""

import asyncio
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from itertools import pairwise
from types import UnionType
from typing import Any, NoReturn, get_args, get_type_hints

from domain.errors import BadRequest, Reason
from domain.limits import MAX_SOURCE_BARS, MAX_TITLE
from domain.requests import RECIPE_FORMAT, WorkRequest, as_in_format_3, read_request
from domain.score import TICKS_PER_QUARTER, Note, Part, Score, Section
from domain.transformations import Source
from domain.verses import MOST_SCENE, VERSE_FORMAT, LyricsRequest
from engine.intake.names import clean_name

MAX_RECIPE_BYTES = 1_000_000
"""A blend of two pieces of 64 bars, dense with notes, has some 300,000."""

MAX_VERSION = 200
"""Characters of a model version; a song's names several."""

MAX_PARTS = 64
MAX_NOTES = 50_000

_TEMPO = (10.0, 1000.0)
_BAR_TICKS = (TICKS_PER_QUARTER, 12 * TICKS_PER_QUARTER)

MOST_DIGITS = 18
"""Of a whole number, its sign counted."""

_FENCED = re.compile(r"\s*```(?:json)?\s(?P<text>.*)```\s*", re.DOTALL)
"""As recipes stand in messages."""

_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What reading raises for JSON that is none, or that says something else than requests do."""


@dataclass(frozen=True, slots=True)
class HandedRecipe:
    """A recipe that somebody handed in: what to make, and the version of the model that made it then."""

    request: WorkRequest
    model_version: str


async def read_recipe(content: bytes | str) -> HandedRecipe:
    """The recipe in a file's content, or in text that was pasted, read beside the event loop.

    Raises BadRequest: too big, made by a newer version, unreadable, or with a value out of range.
    """
    return await asyncio.to_thread(take_recipe, content)


def take_recipe(content: bytes | str) -> HandedRecipe:
    """As `read_recipe`, here and now."""
    if len(content) > MAX_RECIPE_BYTES:
        raise BadRequest(Reason.RECIPE_TOO_BIG, value=len(content) // 1000, limit=MAX_RECIPE_BYTES // 1000)
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        fenced = _FENCED.fullmatch(text)
        text = fenced["text"] if fenced else text
        plain = json.loads(text, parse_int=_whole, parse_constant=_refuse_constant)
        version = plain["model_version"]
        _check(version, str, most=MAX_VERSION)
        _check_within(len(version), (1, MAX_VERSION))
        request = _sources_cleaned(_read_request(plain))
        _check(request, type(request))
    except _UNREADABLE as error:
        raise BadRequest(Reason.RECIPE_UNREADABLE) from error
    return HandedRecipe(request, version)


def _whole(digits: str) -> int:
    """Raises ValueError for a number that nothing here needs, and that would be long to say."""
    if len(digits) > MOST_DIGITS:
        raise ValueError("too many digits")
    return int(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON's")


def _read_request(plain: Mapping[str, Any]) -> WorkRequest:
    """Raises BadRequest for a newer format and for what is out of range, and `_UNREADABLE`."""
    request = plain["request"]
    if request.get("kind") == LyricsRequest.kind:
        newest = VERSE_FORMAT
    else:
        newest = RECIPE_FORMAT
        if plain["format"] < newest:
            request = as_in_format_3(dict(plain))["request"]
    if plain["format"] > newest:
        raise BadRequest(Reason.RECIPE_TOO_NEW)
    return read_request(json.dumps(request))


def _sources_cleaned(request: WorkRequest) -> WorkRequest:
    """The request, of whose sources only the notes are believed, and names fit to be shown."""
    named = {field.name: getattr(request, field.name) for field in fields(request)}
    cleaned = {name: _cleaned(value) for name, value in named.items() if isinstance(value, Source)}
    return replace(request, **cleaned)


def _cleaned(source: Source) -> Source:
    _check(source.title, str, most=MOST_SCENE)
    _check_score(source.score)
    parts = tuple(replace(part, name=clean_name(part.name)) for part in source.score.parts)
    title = clean_name(source.title) or "MIDI"
    return replace(source, title=title, score=replace(source.score, parts=parts), clip_id=None, left_out=())


def _check(value: object, hint: Any, *, most: int = MAX_TITLE) -> None:
    """Raises TypeError or ValueError unless the value is, all the way down, what its annotation says.

    Text has at most `most` characters, but for a scene. Scores and remarks are checked elsewhere.
    """
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    kind = type(value)
    if kind not in kinds and not (kind is int and float in kinds):
        raise TypeError(f"{kind} is none of {kinds}")
    if isinstance(value, str) and not isinstance(value, Enum):
        value.encode()  # a lone half of a surrogate pair can't be kept
        _check_within(len(value), (0, most))
    elif isinstance(value, int | float) and kind is not bool:
        _check_within(value, (-math.inf, math.inf))
    elif is_dataclass(value):
        hints = get_type_hints(kind)
        for field in fields(value):
            if field.name not in ("score", "left_out"):
                most = MOST_SCENE if field.name == "scene" else MAX_TITLE
                _check(getattr(value, field.name), hints[field.name], most=most)


def _check_within(value: float, limits: tuple[float, float]) -> None:
    """Raises ValueError for what is out of the limits, and TypeError for what is no number."""
    if isinstance(value, bool) or not math.isfinite(value) or not limits[0] <= value <= limits[1]:
        raise ValueError(f"{value!r:.50} is not in {limits}")


def _check_whole(value: int, limits: tuple[int, int]) -> None:
    if type(value) is not int:
        raise TypeError(f"{value!r:.50} is no whole number")
    _check_within(value, limits)


def _check_score(score: Score) -> None:
    """Raises TypeError or ValueError for what no piece is that the bot works on."""
    _check(score.key, type(score.key))
    _check_whole(score.key.tonic, (0, 11))
    _check_within(score.tempo, _TEMPO)
    _check_within(score.metre.bar_ticks, _BAR_TICKS)
    _check_whole(score.bars, (1, MAX_SOURCE_BARS))
    _check_within(len(score.parts), (1, MAX_PARTS))
    _check_within(sum(len(part.notes) for part in score.parts), (1, MAX_NOTES))
    end = score.bars * score.metre.bar_ticks
    for part in score.parts:
        _check_part(part, end=end, ring=2 * score.metre.bar_ticks)
    _check_sections(score.sections, score.bars)


def _check_part(part: Part, *, end: int, ring: int) -> None:
    """`end` is the piece's last tick, behind which a note may ring on for `ring` ticks."""
    _check(part.name, str)
    _check_whole(part.program, (0, 127))
    if part.percussion is not False or not part.notes:
        raise ValueError("a source has parts with pitches, and notes in each")
    if any(later.onset < note.onset for note, later in pairwise(part.notes)):
        raise ValueError("notes out of order")
    if not all(_is_note(note, end, ring) for note in part.notes):
        raise ValueError("there is no such note")


def _is_note(note: Note, end: int, ring: int) -> bool:
    values = (note.onset, note.pitch, note.duration, note.velocity)
    return (
        all(type(value) is int for value in values)
        and 0 <= note.onset < end
        and 0 < note.duration <= end + ring - note.onset
        and 0 <= note.pitch <= 127
        and 0 < note.velocity <= 127
    )


def _check_sections(sections: tuple[Section, ...], bars: int) -> None:
    """They cover all bars in order, or are none."""
    bar = 0
    for section in sections:
        _check(section, Section)
        if section.first_bar != bar or section.bars < 1 or not section.label:
            raise ValueError("sections leave bars out")
        if section.key is not None:
            _check_whole(section.key.tonic, (0, 11))
        bar = section.end_bar
    if sections and bar != bars:
        raise ValueError("sections leave bars out")
