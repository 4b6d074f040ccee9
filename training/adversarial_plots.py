"""Pictures of an adversarial run: how its terms went, and what its music looks like."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from models.lanes import LANES, LOWEST, Lanes

mpl.use("Agg")

_COLOURS = ("#c0392b", "#d98e04", "#2e86ab", "#1b4965")


def draw_history(panels: Mapping[str, Sequence[Mapping[str, Any]]], path: Path) -> None:
    """A panel for each stage of a run: its terms, epoch by epoch."""
    figure = Figure(figsize=(5 * len(panels), 3.2), dpi=90, layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axis, (title, lines) in zip(axes, panels.items(), strict=True):
        for name in dict.fromkeys(name for line in lines for name in line):
            if name not in ("epoch", "seconds"):
                known = [line for line in lines if name in line]
                axis.plot([line["epoch"] for line in known], [line[name] for line in known], label=name)
        axis.set_title(title)
        axis.set_xlabel("epoch")
        axis.grid(visible=True, alpha=0.3)
        axis.legend(fontsize=7)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def draw_lanes(pieces: Mapping[str, Lanes], path: Path) -> None:
    """Piano rolls, one under the other, a colour for each lane; onsets are dark."""
    figure = Figure(figsize=(11, 2.1 * len(pieces)), dpi=80, layout="constrained")
    axes = figure.subplots(len(pieces), 1, squeeze=False)[:, 0]
    for axis, (title, lanes) in zip(axes, pieces.items(), strict=True):
        for lane in range(LANES):
            for begins, alpha in ((False, 0.5), (True, 1.0)):
                columns = np.flatnonzero((lanes.pitch[lane] > 0) & (lanes.onset[lane] == begins))
                bottom = lanes.pitch[lane, columns].astype(np.int64) + LOWEST - 1
                colour = _COLOURS[lane]
                axis.bar(columns, 1, bottom=bottom, width=1, align="edge", color=colour, alpha=alpha)
        axis.set_title(title, fontsize=8)
        axis.set_xlim(0, lanes.pitch.shape[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
