"""What people ask for, checked once, and the recipe that makes the same thing again."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Self, cast

from domain.ensembles import Ensemble
from domain.errors import Reason
from domain.genres import TUNES
from domain.limits import SEED, check_adapter, check_range
from domain.moods import Mood
from domain.score import Key, Metre
from domain.song_requests import SongRequest
from domain.transformations import TRANSFORMATIONS, Source, Transformation
from domain.verses import LyricsRequest

__all__ = [
    "CANDIDATES",
    "DEFAULT_CANDIDATES",
    "DEFAULT_LENGTH_SECONDS",
    "DEFAULT_TEMPERATURE",
    "LENGTH_SECONDS",
    "RECIPE_FORMAT",
    "SEED",
    "TEMPERATURE",
    "TEMPO",
    "ClipRequest",
    "ComposeRequest",
    "Recipe",
    "WorkRequest",
    "as_in_format_3",
    "read_request",
]

LENGTH_SECONDS = (5, 120)
TEMPO = (40, 240)
TEMPERATURE = (0.5, 1.5)
CANDIDATES = (1, 8)

DEFAULT_LENGTH_SECONDS = 30
DEFAULT_TEMPERATURE = 0.95
DEFAULT_CANDIDATES = 8

RECIPE_FORMAT = 3
"""Raised when a recipe's fields change meaning; older recipes stay readable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeRequest:
    """A piece of its own as asked for. What is None, the composer chooses from the seed.

    `tempo` counts the metre's beats a minute; of `candidates` pieces the best is kept. A piece with an
    `opening` begins with those notes, or the first phrase of them, whatever its seed; key, metre, tempo and
    genre that are not asked for then follow from it. `adapter` names the version of the style that is to make
    it (see domain.finetuning), None the shipped one. Wishes may contradict each other (a jig in 4/4): the
    composer chooses, and remarks on it. Raises BadRequest when a value is out of range; whether the style
    offers the genre is only known to the engine.
    """

    kind: ClassVar[str] = "compose"

    style: str
    seed: int
    length_seconds: float = DEFAULT_LENGTH_SECONDS
    genre: str | None = None
    key: Key | None = None
    metre: Metre | None = None
    tempo: float | None = None
    mood: Mood | None = None
    instruments: Ensemble | None = None
    temperature: float = DEFAULT_TEMPERATURE
    candidates: int = DEFAULT_CANDIDATES
    opening: Source | None = None
    adapter: str | None = None

    def __post_init__(self) -> None:
        check_range(self.length_seconds, LENGTH_SECONDS, Reason.LENGTH_OUT_OF_RANGE)
        check_range(self.temperature, TEMPERATURE, Reason.TEMPERATURE_OUT_OF_RANGE)
        check_range(self.seed, SEED, Reason.SEED_OUT_OF_RANGE)
        check_range(self.candidates, CANDIDATES, Reason.CANDIDATES_OUT_OF_RANGE)
        if self.tempo is not None:
            check_range(self.tempo, TEMPO, Reason.TEMPO_OUT_OF_RANGE)
        check_adapter(self.adapter)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The music that the piece is made from: its opening, where it has one."""
        return () if self.opening is None else (self.opening,)

    def to_json(self) -> str:
        """One line of JSON, key and metre as text; `opening` and `adapter` only where there are any."""
        fields = asdict(replace(self, opening=None)) | {
            "key": None if self.key is None else str(self.key),
            "metre": None if self.metre is None else str(self.metre),
        }
        del fields["opening"]
        if self.opening is not None:
            fields["opening"] = self.opening.to_plain()
        if self.adapter is None:
            del fields["adapter"]
        return json.dumps(fields, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote, now or in an earlier version (without metre, mood, opening, adapter).

        Raises ValueError, KeyError, TypeError or BadRequest otherwise.
        """
        fields: dict[str, Any] = json.loads(text)
        read: dict[str, Callable[[Any], object]] = {
            "key": Key.parse,
            "metre": Metre.parse,
            "mood": Mood,
            "instruments": Ensemble,
            "opening": Source.from_plain,
        }
        for name, parse in read.items():
            if fields.get(name) is not None:
                fields[name] = parse(fields[name])
        return cls(**fields)


ClipRequest = ComposeRequest | Transformation | SongRequest
"""Whatever is asked for that becomes a clip."""

WorkRequest = ClipRequest | LyricsRequest
"""Whatever is asked for that becomes a work of the library: a clip, or verse."""


_READERS: dict[str | None, Callable[[str], WorkRequest]] = {
    None: ComposeRequest.from_json,
    **{kind: made.from_json for kind, made in TRANSFORMATIONS.items()},
    SongRequest.kind: SongRequest.from_json,
    LyricsRequest.kind: LyricsRequest.from_json,
}


def read_request(text: str) -> WorkRequest:
    """Read what any of the requests wrote as JSON; what has no `kind` asks to compose.

    Raises ValueError, KeyError, TypeError or BadRequest otherwise.
    """
    return _READERS[json.loads(text).get("kind")](text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A request with every choice made, and the model version that made them.

    Asking for `recipe.request` with the same `model_version` on the same machine gives the same
    MIDI, byte for byte. What follows is what came of it, to be read: of the MIDI file's tracks, the first
    `parts` are the composition and the others its accompaniment; None, in older recipes, where all are.
    A recipe of an older format can be read and composed, but its piece will be another one.
    """

    request: ClipRequest
    model_version: str
    genre: str
    key: Key
    metre: str
    tempo: float
    bars: int
    parts: int | None = None

    def __post_init__(self) -> None:
        request = self.request
        if isinstance(request, ComposeRequest):
            asked = (request.genre, request.key, request.tempo)
            if None in asked or asked != (self.genre, self.key, self.tempo):
                raise ValueError("a recipe leaves nothing open")

    def to_json(self) -> str:
        """A readable JSON document that ends in a newline."""
        fields = {
            "format": RECIPE_FORMAT,
            "model_version": self.model_version,
            "genre": self.genre,
            "key": str(self.key),
            "metre": self.metre,
            "tempo": self.tempo,
            "bars": self.bars,
            "parts": self.parts,
            "request": json.loads(self.request.to_json()),
        }
        return _readable(fields) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ValueError, KeyError, TypeError or BadRequest otherwise."""
        fields: dict[str, Any] = json.loads(text)
        if fields["format"] > RECIPE_FORMAT:
            raise ValueError(f"recipe format {fields['format']} is newer than {RECIPE_FORMAT}")
        if fields["format"] < 3:
            fields = as_in_format_3(fields)
        request = read_request(json.dumps(fields["request"]))
        if isinstance(request, LyricsRequest):
            raise ValueError("verse has a recipe of its own")
        return cls(
            request=request,
            model_version=fields["model_version"],
            genre=fields["genre"],
            key=Key.parse(fields["key"]),
            metre=fields["metre"],
            tempo=fields["tempo"],
            bars=fields["bars"],
            parts=fields["parts"],
        )


def as_in_format_3(fields: dict[str, Any]) -> dict[str, Any]:
    """Recipes from before there was anything but composing, whose requests said all that came of them.

    Raises KeyError or TypeError where they are none.
    """
    wishes = fields["request"]
    if fields["format"] == 1:  # whose requests had no metre: it followed from the rest
        wishes = wishes | {"metre": fields["metre"]}
    came = {name: wishes.get(name) for name in ("genre", "key", "tempo")}
    return fields | came | {"request": wishes, "parts": 1 if came["genre"] in TUNES else None}


def _readable(plain: object, indent: str = "") -> str:
    """JSON with one entry of an object a line; lists, which are notes by the thousand, on one line."""
    if not isinstance(plain, dict) or not plain:
        return json.dumps(plain, ensure_ascii=False)
    inner = indent + "  "
    entries = cast("dict[str, object]", plain).items()
    lines = (f"{inner}{json.dumps(name)}: {_readable(value, inner)}" for name, value in entries)
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
