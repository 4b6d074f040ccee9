"""Which styles can be played: the models whose weights lie beside their model card.

Reads model cards only (JSON), never weights, and imports no torch: the bot's process asks here.
"""

import json
import logging
from dataclasses import dataclass
from pathlib import Path

from domain.genres import Genre

log = logging.getLogger(__name__)

WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True, slots=True)
class Style:
    """One row of the registry: a model family with weights, and what its evaluation lets it offer."""

    name: str
    model_version: str
    genres: tuple[Genre, ...]
    weights: Path
    sha256: str


def available_styles(weights: Path = WEIGHTS) -> tuple[Style, ...]:
    """Every style in `weights` that has both `NAME.json` (its card) and `NAME.safetensors`, by name."""
    styles: list[Style] = []
    for card_path in sorted(weights.glob("*.json")):
        tensors = card_path.with_suffix(".safetensors")
        if not tensors.exists():
            continue
        try:
            styles.append(_read_card(card_path, tensors))
        except (ValueError, KeyError, TypeError):
            log.exception("%s is not a model card this program reads; its style is left out", card_path)
    return tuple(styles)


def _read_card(card_path: Path, weights: Path) -> Style:
    card = json.loads(card_path.read_text(encoding="utf-8"))
    return Style(
        name=card_path.stem,
        model_version=card["version"],
        genres=tuple(Genre(name) for name in card["genres"]),
        weights=weights,
        sha256=card["sha256"],
    )
