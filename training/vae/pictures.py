"""What a run shows while it goes on: its terms as curves, and music beside what became of it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from domain.genres import Genre
from domain.score import Mode
from models.vae.units import Units, from_units
from training.adversarial_plots import draw_history, draw_lanes

_CURVES = {
    "nats a unit": ("reconstruction", "divergence"),
    "held-out notes, F1": ("melody f1", "trio f1", "phrase melody f1", "phrase trio f1"),
}


MOST = 500.0
"""Nats; a young conductor runs away at times, and its means would leave nothing else to be seen."""


def draw_curves(history: Path, path: Path) -> None:
    """The terms of both stages, one after the other, an epoch a line of the history."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in history.read_text("utf-8").splitlines()]
    panels: dict[str, Sequence[Mapping[str, Any]]] = {
        title: [
            {"epoch": epoch, **{name: min(line[name], MOST) for name in names if name in line}}
            for epoch, line in enumerate(lines, start=1)
        ]
        for title, names in _CURVES.items()
    }
    draw_history(panels, path)


def draw_reconstruction(pairs: Mapping[Genre, tuple[Units, Units]], path: Path) -> None:
    """Rolls of music as it was heard and as it was decoded, genre by genre."""
    rolls = {}
    for genre, (heard, written) in pairs.items():
        rolls[f"{genre}, heard"] = from_units(heard, Mode.MAJOR)
        rolls[f"{genre}, reconstructed"] = from_units(written, Mode.MAJOR)
    draw_lanes(rolls, path)
