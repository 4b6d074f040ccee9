"""Which styles can be played: the models whose weights lie beside their model card.

Reads model cards only (JSON), never weights, and imports no torch: the bot's process asks here.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from domain.genres import Genre

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
        card = json.loads(card_path.read_text(encoding="utf-8"))
        styles.append(
            Style(
                name=card_path.stem,
                model_version=card["version"],
                genres=tuple(Genre(name) for name in card["genres"]),
                weights=tensors,
                sha256=card["sha256"],
            )
        )
    return tuple(styles)
