"""Pictures of a run: how its losses went, and what becomes of a piece."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from models.lanes import LANES, LOWEST, Lanes
from training.adversarial import read_history

mpl.use("Agg")

_CRITICS = ("critic genre", "critic mixed", "critic recognition")
_COLOURS = ("#c0392b", "#2980b9", "#27ae60", "#8e44ad")


def plot_history(folder: Path, picture: Path) -> None:
    """Write the losses of the run in `folder`, a line for each term; nothing where it has no history."""
    history = read_history(folder)
    if not history:
        return
    terms = [name for name in history[-1] if name not in ("epoch", "seconds")]
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, names, title in (
        (left, [name for name in terms if name in _CRITICS], "critics"),
        (right, [name for name in terms if name not in _CRITICS], "writer, weighted"),
    ):
        for name in names:
            axes.plot(
                [line["epoch"] for line in history], [line.get(name, np.nan) for line in history], label=name
            )
        axes.set_title(title, fontsize=9)
        axes.set_xlabel("epoch", fontsize=8)
        axes.tick_params(labelsize=7)
        axes.legend(fontsize=6)
        axes.grid(alpha=0.3)
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=80)


def plot_lanes(pieces: dict[str, Lanes], picture: Path) -> None:
    """Write piano rolls one under the other, each lane in its colour."""
    figure = Figure(figsize=(9, 1.6 * len(pieces)), layout="constrained")
    for axes, (title, lanes) in zip(
        np.atleast_1d(figure.subplots(len(pieces), 1)), pieces.items(), strict=True
    ):
        _draw(axes, lanes)
        axes.set_title(title, fontsize=8)
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=80)


def _draw(axes: Axes, lanes: Lanes) -> None:
    for lane in range(LANES):
        columns = np.flatnonzero(lanes.pitch[lane] > 0)
        pitches = lanes.pitch[lane, columns].astype(int) - 1 + LOWEST
        axes.scatter(columns, pitches, marker="s", s=3, color=_COLOURS[lane], alpha=0.5, linewidths=0)
        struck = np.flatnonzero(lanes.onset[lane])
        axes.scatter(
            struck, lanes.pitch[lane, struck].astype(int) - 1 + LOWEST, marker="s", s=5, color=_COLOURS[lane]
        )
    axes.tick_params(labelsize=6)
