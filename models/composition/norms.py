"""What people's music is usually like in each genre: a norm for every check, read from one file.

The file is written by `python -m training calibrate`, from works that people wrote.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from domain.genres import Genre

NORMS_FILE = Path(__file__).parent / "norms.json"
_LEAST_SPREAD = 0.02
"""Of a figure's size, or of 1 where it is small: what hardly varies in a few works is not an iron law."""


def surprise_of(style: str) -> str:
    """The check that depends on the style: how unlikely it finds a piece, in nats a note."""
    return f"surprise, {style}"


@dataclass(frozen=True, slots=True)
class Norm:
    """Mean and standard deviation of a figure over people's passages."""

    mean: float
    deviation: float

    def distance(self, value: float) -> float:
        """How far off a value is, in standard deviations."""
        return abs(value - self.mean) / max(self.deviation, _LEAST_SPREAD * max(abs(self.mean), 1.0))


@dataclass(frozen=True, slots=True)
class Norms:
    """Norms by genre and check."""

    genres: Mapping[Genre, Mapping[str, Norm]]

    @classmethod
    def load(cls, path: Path = NORMS_FILE) -> Self:
        """Read what `save` wrote. Raises OSError or ValueError when it can't be read."""
        plain = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            {
                Genre(genre): {check: Norm(*values) for check, values in checks.items()}
                for genre, checks in plain.items()
            }
        )

    def save(self, path: Path) -> None:
        plain = {
            genre: {
                check: [round(norm.mean, 4), round(norm.deviation, 4)]
                for check, norm in sorted(checks.items())
            }
            for genre, checks in sorted(self.genres.items())
        }
        path.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")

    def distances(self, genre: Genre, figures: Mapping[str, float]) -> dict[str, float]:
        """How far each figure is from its norm, in deviations; those without a norm are left out."""
        known = self.genres.get(genre, {})
        return {check: known[check].distance(value) for check, value in figures.items() if check in known}
