"""What people's music is usually like in each genre: a band for every check, read from one file.

The file is written by `python -m training calibrate`, from works that people wrote.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from domain.genres import Genre

BANDS_FILE = Path(__file__).parent / "bands.json"
SURPRISE = "surprise"
"""The check that depends on the style: nats a note, told as `surprise, STYLE`."""


@dataclass(frozen=True, slots=True)
class Band:
    """Nine in ten human passages lie between `low` and `high`."""

    low: float
    high: float

    def excess(self, value: float) -> float:
        """How far outside a value lies, in widths of the band; 0 within."""
        width = max(self.high - self.low, 0.05 * abs(self.high), 1e-3)
        return max(self.low - value, value - self.high, 0.0) / width


@dataclass(frozen=True, slots=True)
class Bands:
    """Bands by genre and check."""

    genres: Mapping[Genre, Mapping[str, Band]]

    @classmethod
    def load(cls, path: Path = BANDS_FILE) -> Self:
        """Read what `save` wrote. Raises OSError or ValueError when it can't be read."""
        plain = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            {
                Genre(genre): {check: Band(*limits) for check, limits in checks.items()}
                for genre, checks in plain.items()
            }
        )

    def save(self, path: Path) -> None:
        plain = {
            genre: {
                check: [round(band.low, 4), round(band.high, 4)] for check, band in sorted(checks.items())
            }
            for genre, checks in sorted(self.genres.items())
        }
        path.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")

    def excess(self, genre: Genre, figures: Mapping[str, float]) -> dict[str, float]:
        """How far outside its band each figure lies; figures that no band is known for are left out."""
        known = self.genres.get(genre, {})
        return {check: known[check].excess(value) for check, value in figures.items() if check in known}
