"""Writes the page: bars, figures, plots and samples of every style, in Markdown.

The same figures give the same page, letter by letter: no date, no duration, no name of a machine.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from pathlib import Path

from domain.genres import Genre
from domain.requests import DEFAULT_LENGTH_SECONDS
from models.registry import available_styles
from training.evaluation.tables import Table, check_table, markdown
from training.report.bars import genre_remarks, is_steady, style_checks
from training.report.families import model_sections
from training.report.figures import Column, StyleFigures, measure_style
from training.report.measures import MEASURES, Measure
from training.report.plots import SHOWN_GENRES, draw_plots, name_of
from training.report.samples import make_sample, sample_command, sample_name, shrink_picture
from training.report.sources import Source, Study
from training.report.workers import Workers

_COLUMNS: Sequence[Column] = (None, *Source)

_INTRODUCTION = """# Quality

What the music is worth, measured. `python -m training report` writes this page and its pictures again, with
the same numbers: the seeds are fixed, nothing is chosen by hand. How quickly the bot answers is measured by
`python -m training benchmark latency` ([figures](figures.md)).

Each table has a column for

- **people**: works held out from training, cut to the length of the pieces; where a figure compares with
  held-out works, training works are compared (real-vs-real); the chorales among them are JS Fake Chorales,
  which an algorithm wrote after Bach, so there "people" means the corpus,
- **Markov floor**: an n-gram of notes, what the statistics of a few notes can do,
- **without form and gate**: what the network writes by itself, from the first bar to the last,
- **with form**: the same seeds under a plan of sections, with varied returns and cadences,
- **with form and gate**: what the bot plays, the best of eight candidates.

Pieces are notes only, before instruments and accompaniment: those that `/compose length:30` starts from,
seeds from 0 on, under the same keys, metres and tempos in every column."""


def write_report(
    *,
    weights: Path,
    works: Path,
    page: Path,
    kept: Path,
    pieces: int,
    workers: int,
    length_seconds: float = DEFAULT_LENGTH_SECONDS,
) -> list[StyleFigures]:
    """Measure every style whose weights are in `weights`; write `page`, and its pictures beside it.

    Pieces and samples are kept under `kept`; an interrupted report goes on from there. What was measured is
    given back.
    """
    pictures = page.with_suffix("")
    sections: list[str] = [_INTRODUCTION]
    measured: list[StyleFigures] = []
    with Workers(workers) as pool:
        for style in available_styles(weights):
            study = Study(style.name, weights, works, kept / "pieces", pieces, length_seconds)
            figures = measure_style(study, pool)
            measured.append(figures)
            sections.append(style_section(figures, pictures))
            samples = kept / "samples"
            jobs = [(make_sample, style.name, genre, samples, weights) for genre in style.genres]
            pool.run(jobs, f"samples of {style.name}")
            sections.append(_sample_section(figures, samples, pictures))
    sections += model_sections(weights, pictures)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return measured


def style_section(figures: StyleFigures, pictures: Path) -> str:
    """All of a style but its samples. Draws its plots into `pictures`, beside the page."""
    parts = [
        f"## {figures.style}",
        _what_was_measured(figures),
        markdown([replace(check_table(style_checks(figures)), note=genre_remarks(figures))]).rstrip(),
        markdown([_overview(figures)]).rstrip(),
        "### Pictures",
    ]
    parts += [
        f"{caption}:\n\n![{caption}]({pictures.name}/{path.name})"
        for caption, path in draw_plots(figures, pictures)
    ]
    if figures.likelihoods:
        parts.append(markdown([_likelihood_table(figures)]).rstrip())
    parts.append("### Genre by genre")
    parts.append(markdown([_genre_table(figures, measure) for measure in MEASURES], level=4).rstrip())
    return "\n\n".join(parts)


def _what_was_measured(figures: StyleFigures) -> str:
    judge = f"judge `{figures.judge_version}`" if figures.judge_version else "no judge"
    bars = ", ".join(f"{genre} {figures.excerpt_bars(genre)}" for genre in figures.genres)
    return (
        f"Model `{figures.model_version}`, {judge}; {figures.pieces} pieces of each of "
        f"{len(figures.genres)} genres in every column but people's. People's works are cut to so many bars: "
        f"{bars}."
    )


def _overview(figures: StyleFigures) -> Table:
    rows = [
        (measure.title, *(_text(measure, measure.total(figures, column)) for column in _COLUMNS))
        for measure in MEASURES
    ]
    return Table(
        "All genres", _header("mean over genres"), tuple(rows), "What each figure means is said below."
    )


def _genre_table(figures: StyleFigures, measure: Measure) -> Table:
    rows = [
        (str(genre), *(_cell(figures, measure, column, genre) for column in _COLUMNS))
        for genre in figures.genres
    ]
    rows.append(("**all**", *(_text(measure, measure.total(figures, column)) for column in _COLUMNS)))
    note = measure.note
    if measure.spread is not None:
        note += " Mean ± standard deviation; * outside one deviation of people's mean."
    return Table(measure.title[0].upper() + measure.title[1:], _header("genre"), tuple(rows), note)


def _cell(figures: StyleFigures, measure: Measure, column: Column, genre: Genre) -> str:
    text = _text(measure, measure.read(figures, column, genre))
    if measure.spread is None:
        return text
    mark = "" if column is None or is_steady(figures, column, genre, measure.title) else " *"
    return f"{text} ± {measure.text(measure.spread(figures, column, genre).deviation)}{mark}"


def _likelihood_table(figures: StyleFigures) -> Table:
    rows = [
        (str(genre), f"{found.model:.3f}", f"{found.floor:.3f}", f"{found.notes:,}")
        for genre, found in figures.likelihoods.items()
    ]
    note = (
        "Negative log-likelihood of the test works, on the same tokens; the n-gram is the best of several "
        "orders, chosen on the validation works. Form and gate play no part in it."
    )
    return Table("Nats a note", ("genre", "model", "n-gram", "notes"), tuple(rows), note)


def _sample_section(figures: StyleFigures, samples: Path, pictures: Path) -> str:
    shown = sorted(figures.genres)[:SHOWN_GENRES]
    command = " ".join(["python", *sample_command(figures.style, shown[0], samples)])
    parts = [
        "### Samples",
        "Seed 1 of the first genres by name, as the bot would play it. The report makes one of each genre, "
        f"with its sound and MIDI, in `{samples}`; so does",
        f"```console\n$ {command}\n```",
    ]
    for genre in shown:
        name = sample_name(figures.style, genre)
        shrink_picture(samples / f"{name}.png", pictures / f"{name}.png")
        parts.append(f"![{genre}]({pictures.name}/{name}.png)")
    return "\n\n".join(parts)


def _header(corner: str) -> tuple[str, ...]:
    return (corner, *map(name_of, _COLUMNS))


def _text(measure: Measure, value: float) -> str:
    return "–" if isnan(value) else measure.text(value)
