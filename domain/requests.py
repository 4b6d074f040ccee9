"""What people ask for, checked once, and the recipe that makes the same thing again."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from domain.errors import BadRequest, Reason
from domain.score import Key

LENGTH_SECONDS = (5, 120)
TEMPO = (40, 240)
TEMPERATURE = (0.5, 1.5)
SEED = (0, 2**31 - 1)

DEFAULT_LENGTH_SECONDS = 30
DEFAULT_TEMPERATURE = 0.95

RECIPE_FORMAT = 1
"""Raised when a recipe's fields change meaning; older recipes stay readable."""


def _check_range(value: float, limits: tuple[float, float], reason: Reason) -> None:
    low, high = limits
    if not low <= value <= high:  # also refuses NaN
        raise BadRequest(reason, low=low, high=high, value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeRequest:
    """A clip as asked for. What is None, the composer chooses from the seed.

    `tempo` counts the metre's beats a minute. Raises BadRequest when a value is out of range;
    whether the style offers the genre is only known to the engine.
    """

    style: str
    seed: int
    length_seconds: float = DEFAULT_LENGTH_SECONDS
    genre: str | None = None
    key: Key | None = None
    tempo: float | None = None
    temperature: float = DEFAULT_TEMPERATURE

    def __post_init__(self) -> None:
        _check_range(self.length_seconds, LENGTH_SECONDS, Reason.LENGTH_OUT_OF_RANGE)
        _check_range(self.temperature, TEMPERATURE, Reason.TEMPERATURE_OUT_OF_RANGE)
        _check_range(self.seed, SEED, Reason.SEED_OUT_OF_RANGE)
        if self.tempo is not None:
            _check_range(self.tempo, TEMPO, Reason.TEMPO_OUT_OF_RANGE)

    def to_json(self) -> str:
        """One line of JSON, the key as text."""
        fields = asdict(self) | {"key": None if self.key is None else str(self.key)}
        return json.dumps(fields, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ValueError, KeyError, TypeError or BadRequest otherwise."""
        fields: dict[str, Any] = json.loads(text)
        key = fields.pop("key")
        return cls(key=None if key is None else Key.parse(key), **fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A request with every choice made, and the model version that made them.

    Composing `recipe.request` with the same `model_version` on the same machine gives the same
    MIDI, byte for byte. `metre` and `bars` follow from the request and are here to be read.
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
        return cls(
            request=ComposeRequest.from_json(json.dumps(fields["request"])),
            model_version=fields["model_version"],
            metre=fields["metre"],
            bars=fields["bars"],
        )
