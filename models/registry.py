"""Which styles can be played: the models whose weights lie beside their model card.

Reads model cards only (JSON), never weights, and imports no torch: the bot's process asks here.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domain.genres import Genre
from domain.score import Metre

log = logging.getLogger(__name__)

WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True, slots=True)
class Style:
    """One row of the registry: weights of a model family, and what their evaluation lets them offer.

    `metres` are those that it learned for each genre, the most usual first.
    """

    name: str
    model_version: str
    genres: tuple[Genre, ...]
    weights: Path
    sha256: str
    family: str = "rnn"
    metres: Mapping[Genre, tuple[Metre, ...]] = field(default_factory=dict)


def available_styles(weights: Path = WEIGHTS) -> tuple[Style, ...]:
    """Every style in `weights` that has both `NAME.json` (its card) and `NAME.safetensors`, by name.

    A card of a `kind` is no style's: it describes a model that does not compose.
    """
    return tuple(style for style, kind in _cards(weights) if kind is None)


def find_model(kind: str, weights: Path = WEIGHTS) -> Style | None:
    """The model in `weights` whose card is of this kind, such as "style_transfer"; None where there is none.

    Its genres are those it can turn music into.
    """
    return next((style for style, other in _cards(weights) if other == kind), None)


def _cards(weights: Path) -> Iterator[tuple[Style, str | None]]:
    """Every model of `weights` that offers genres, by name, and the kind on its card."""
    for card_path in sorted(weights.glob("*.json")):
        tensors = card_path.with_suffix(".safetensors")
        if not tensors.exists():
            continue
        try:
            card = json.loads(card_path.read_text(encoding="utf-8"))
            if "genres" in card or "kind" not in card:
                yield _read_card(card, card_path, tensors), card.get("kind")
        except (ValueError, KeyError, TypeError):
            log.exception("%s is not a model card this program reads; it is left out", card_path)


def _read_card(card: dict[str, Any], card_path: Path, weights: Path) -> Style:
    return Style(
        name=card_path.stem,
        model_version=card["version"],
        genres=tuple(Genre(name) for name in card["genres"]),
        weights=weights,
        sha256=card["sha256"],
        family=card.get("family", card_path.stem),
        metres={
            Genre(name): _metres(profile["habits"]) for name, profile in card.get("profiles", {}).items()
        },
    )


def _metres(habits: list[dict[str, Any]]) -> tuple[Metre, ...]:
    """As models.plans.Profile.metres, which this module can't ask: it would load numpy."""
    works = Counter[str]()
    for habit in habits:
        works[habit["metre"]] += habit["works"]
    return tuple(Metre.parse(metre) for metre, _ in works.most_common())
