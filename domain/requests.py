"""What people ask for, checked once, and the recipe that makes the same thing again."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from domain.ensembles import Ensemble
from domain.errors import BadRequest, Reason
from domain.moods import Mood
from domain.score import Key, Metre

LENGTH_SECONDS = (5, 120)
TEMPO = (40, 240)
TEMPERATURE = (0.5, 1.5)
SEED = (0, 2**31 - 1)

CANDIDATES = (1, 8)

DEFAULT_LENGTH_SECONDS = 30
DEFAULT_TEMPERATURE = 0.95
DEFAULT_CANDIDATES = 8

RECIPE_FORMAT = 2
"""Raised when a recipe's fields change meaning; older recipes stay readable."""


def _check_range(value: float, limits: tuple[float, float], reason: Reason) -> None:
    low, high = limits
    if not low <= value <= high:  # also refuses NaN
        raise BadRequest(reason, low=low, high=high, value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeRequest:
    """A clip as asked for. What is None, the composer chooses from the seed.

    `tempo` counts the metre's beats a minute; of `candidates` pieces the best is kept. Wishes may
    contradict each other (a jig in 4/4): the composer chooses, and remarks on it. Raises BadRequest
    when a value is out of range; whether the style offers the genre is only known to the engine.
    """

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

    def __post_init__(self) -> None:
        _check_range(self.length_seconds, LENGTH_SECONDS, Reason.LENGTH_OUT_OF_RANGE)
        _check_range(self.temperature, TEMPERATURE, Reason.TEMPERATURE_OUT_OF_RANGE)
        _check_range(self.seed, SEED, Reason.SEED_OUT_OF_RANGE)
        _check_range(self.candidates, CANDIDATES, Reason.CANDIDATES_OUT_OF_RANGE)
        if self.tempo is not None:
            _check_range(self.tempo, TEMPO, Reason.TEMPO_OUT_OF_RANGE)

    def to_json(self) -> str:
        """One line of JSON, key and metre as text."""
        fields = asdict(self) | {
            "key": None if self.key is None else str(self.key),
            "metre": None if self.metre is None else str(self.metre),
        }
        return json.dumps(fields, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote, now or in an earlier version (without metre, mood, instruments).

        Raises ValueError, KeyError, TypeError or BadRequest otherwise.
        """
        fields: dict[str, Any] = json.loads(text)
        read = {"key": Key.parse, "metre": Metre.parse, "mood": Mood, "instruments": Ensemble}
        for name, parse in read.items():
            if fields.get(name) is not None:
                fields[name] = parse(fields[name])
        return cls(**fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A request with every choice made, and the model version that made them.

    Composing `recipe.request` with the same `model_version` on the same machine gives the same
    MIDI, byte for byte. `metre` and `bars` follow from the request and are here to be read. A recipe
    of an older format can be read and composed, but its piece will be another one.
    """

    request: ComposeRequest
    model_version: str
    metre: str
    bars: int

    def __post_init__(self) -> None:
        request = self.request
        if request.genre is None or request.key is None or request.tempo is None:
            raise ValueError("a recipe leaves nothing open")

    def to_json(self) -> str:
        """A readable JSON document that ends in a newline."""
        fields = {
            "format": RECIPE_FORMAT,
            "model_version": self.model_version,
            "metre": self.metre,
            "bars": self.bars,
            "request": json.loads(self.request.to_json()),
        }
        return json.dumps(fields, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ValueError, KeyError, TypeError or BadRequest otherwise."""
        fields: dict[str, Any] = json.loads(text)
        if fields["format"] > RECIPE_FORMAT:
            raise ValueError(f"recipe format {fields['format']} is newer than {RECIPE_FORMAT}")
        wishes = fields["request"]
        if fields["format"] == 1:  # whose requests had no metre: it followed from the rest
            wishes = wishes | {"metre": fields["metre"]}
        return cls(
            request=ComposeRequest.from_json(json.dumps(wishes)),
            model_version=fields["model_version"],
            metre=fields["metre"],
            bars=fields["bars"],
        )
