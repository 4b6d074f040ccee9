"""The report's pictures: few, plain, and small enough to be committed beside the page.

Draws figures that are already measured; a picture of the same figures is the same file.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from domain.genres import Genre
from models.features import SINGLE_NUMBERS, YANG_LERCH
from models.note_table import bar_similarity, tabulate
from training.report.figures import Column, Reader, StyleFigures
from training.report.measures import OVERLAP
from training.report.measuring import EXAMPLE_SEED
from training.report.sources import Source

SHOWN_GENRES = 4
"""Matrices and samples are shown of the first so many genres by name, never of chosen ones."""

_COLUMNS: Sequence[Column] = (None, *Source)
_COLOURS: dict[Column, str] = {
    None: "#30343c",
    Source.MARKOV: "#b9bec9",
    Source.RAW: "#6f9ceb",
    Source.FORMED: "#3aa99f",
    Source.GATED: "#e08a1e",
}
_STYLE: dict[Any, Any] = {
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e8ec",
    "figure.dpi": 110,
}


def name_of(column: Column) -> str:
    return "people" if column is None else str(column)


def draw_plots(figures: StyleFigures, folder: Path) -> list[tuple[str, Path]]:
    """Draw every picture that there is something to draw for; what each shows, and its file."""
    plots: list[tuple[str, str, Callable[[StyleFigures], Figure]]] = [
        (
            "Overlapped area in each genre; people's is real-vs-real, training against held-out works",
            "overlap",
            draw_overlap,
        ),
        ("Overlapped area of each feature, mean over genres", "features", draw_features),
        (
            "Metrics of people's held-out works and of what is played, mean and standard deviation",
            "metrics",
            draw_metrics,
        ),
        (
            f"How alike the bars of a piece are (seed {EXAMPLE_SEED}, the first genres by name); dark is the "
            "same, orange lines are where sections begin",
            "similarity",
            draw_similarity,
        ),
    ]
    if figures.judge_version is not None:
        caption = (
            "What the judge says of people's test works and of generated pieces, genres as many as people's"
        )
        plots.append((caption, "judge", draw_judgements))
    folder.mkdir(parents=True, exist_ok=True)
    drawn: list[tuple[str, Path]] = []
    for caption, name, draw in plots:
        with mpl.rc_context(_STYLE):
            figure = draw(figures)
            path = folder / f"{figures.style}-{name}.png"
            figure.savefig(path, metadata={"Software": None}, bbox_inches="tight")
        drawn.append((caption, path))
    return drawn


def draw_overlap(figures: StyleFigures) -> Figure:
    """Dots: a row a genre, a colour a source."""
    rows = {str(genre): _of_genre(figures, genre) for genre in figures.genres}
    rows["mean"] = {column: OVERLAP.total(figures, column) for column in _COLUMNS}
    return _dots(rows, "overlapped area")


def draw_features(figures: StyleFigures) -> Figure:
    """Dots: a row a feature, a colour a source."""
    rows = {
        name: {column: figures.mean(column, _feature_area(name)) for column in _COLUMNS}
        for name in YANG_LERCH
    }
    return _dots(rows, "overlapped area, mean over genres")


def draw_metrics(figures: StyleFigures) -> Figure:
    """A panel a metric, a row a genre: people's mean and deviation, and those of what goes out."""
    figure, panels = _panels(2, 4, width=12, height=2 + 0.42 * len(figures.genres), sharey=True)
    places = np.arange(len(figures.genres))
    for panel, name in zip(panels, SINGLE_NUMBERS, strict=False):
        for column, shift in ((None, -0.14), (Source.GATED, 0.14)):
            spreads = [figures.pieces_of(column, genre).metrics[name] for genre in figures.genres]
            panel.errorbar(
                [spread.mean for spread in spreads],
                places + shift,
                xerr=[spread.deviation for spread in spreads],
                fmt="o",
                markersize=4,
                color=_COLOURS[column],
                label=name_of(column),
            )
        panel.set_title(name)
        low, high = panel.get_xlim()
        panel.set_xlim(max(low, -0.02 * high), high)  # no metric falls below zero
        panel.set_yticks(places, [str(genre) for genre in figures.genres])
    panels[0].invert_yaxis()
    for panel in panels[len(SINGLE_NUMBERS) :]:
        panel.set_axis_off()
    handles, labels = panels[0].get_legend_handles_labels()
    panels[-1].legend(handles, labels, frameon=False, loc="center left")
    return figure


def draw_similarity(figures: StyleFigures) -> Figure:
    """Matrices of bars against bars, without form above, with form below."""
    genres = sorted(figures.genres)[:SHOWN_GENRES]
    rows = (Source.RAW, Source.FORMED)
    figure, panels = _panels(len(rows), len(genres), width=2.6 * len(genres), height=5.4)
    for panel, (source, genre) in zip(
        panels, [(row, genre) for row in rows for genre in genres], strict=True
    ):
        score = figures.sources[source].examples[genre]
        similarity = bar_similarity(tabulate(score))
        panel.imshow(similarity, cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
        panel.set_title(f"{genre}, {source if source is Source.FORMED else 'without'}", fontsize=9)
        panel.grid(visible=False)
        panel.set_xticks([])
        panel.set_yticks([])
        if source is Source.FORMED:
            starts = [section.first_bar for section in score.sections]
            centres = [section.first_bar + section.bars / 2 - 0.5 for section in score.sections]
            panel.set_xticks(centres, [section.label for section in score.sections], fontsize=7)
            for start in starts[1:]:
                panel.axhline(start - 0.5, color=_COLOURS[Source.GATED], linewidth=0.7)
                panel.axvline(start - 0.5, color=_COLOURS[Source.GATED], linewidth=0.7)
    return figure


def draw_judgements(figures: StyleFigures) -> Figure:
    """Histograms of the judge's verdicts, a panel a source, genres weighted as people's works have them."""
    columns = (None, Source.RAW, Source.FORMED, Source.GATED)
    figure, panels = _panels(len(columns), 1, width=7, height=5.6, sharex=True)
    for panel, column in zip(panels, columns, strict=True):
        values: list[float] = []
        weights: list[float] = []
        for genre in figures.genres:
            judged = figures.judged(column, genre)
            values += judged
            weights += [len(figures.judged(None, genre)) / max(len(judged), 1)] * len(judged)
        shares = np.asarray(weights) / max(sum(weights), 1)
        panel.hist(values, bins=np.linspace(0, 1, 26).tolist(), weights=shares, color=_COLOURS[column])
        panel.set_title(name_of(column))
        panel.grid(visible=False, axis="x")
    panels[-1].set_xlabel("how likely a person's, as the judge says")
    return figure


def _feature_area(name: str) -> Reader:
    return lambda figures, column, genre: figures.pieces_of(column, genre).overlap.features[name].area


def _of_genre(figures: StyleFigures, genre: Genre) -> dict[Column, float]:
    return {column: OVERLAP.read(figures, column, genre) for column in _COLUMNS}


def _dots(rows: dict[str, dict[Column, float]], label: str) -> Figure:
    """A row a name, from top to bottom, a dot a source."""
    figure, (panel,) = _panels(1, 1, width=8, height=1.2 + 0.32 * len(rows))
    places = np.arange(len(rows))
    for column in _COLUMNS:
        panel.plot(
            [row[column] for row in rows.values()],
            places,
            marker="D" if column is None else "o",
            linestyle="none",
            zorder=4 if column is None else 3,
            color=_COLOURS[column],
            label=name_of(column),
        )
    panel.set_yticks(places, list(rows))
    panel.invert_yaxis()
    panel.set_xlabel(label)
    panel.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def _panels(
    rows: int, columns: int, *, width: float, height: float, **shared: Any
) -> tuple[Figure, list[Axes]]:
    # Without pyplot: no window, no backend to choose, and nothing to close.
    figure = Figure(figsize=(width, height), layout="constrained")
    panels: Any = figure.subplots(rows, columns, squeeze=False, **shared)
    return figure, list(panels.flat)
