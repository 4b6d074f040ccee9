"""An evaluation as tables: plain text on a console, Markdown for a page. Computes nothing but layout."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from rich.console import Console
from rich.table import Table as ConsoleTable

from domain.genres import Genre
from training.evaluation.checks import Check, checks
from training.evaluation.endings import Endings
from training.evaluation.evaluation import Evaluation, GenreFigures, PieceSetFigures
from training.evaluation.genre_classifier import Confusion
from training.evaluation.overlap import Overlap

_FILE_COLUMNS = 300

_FigureRow = tuple[str, Callable[[PieceSetFigures], str]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of ready text. The first column is words, the others are figures."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def evaluation_tables(evaluation: Evaluation) -> list[Table]:
    """Every figure of an evaluation, the bars first."""
    tables = [check_table(checks(evaluation))]
    if evaluation.likelihoods:
        tables.append(_likelihood_table(evaluation))
    return [
        *tables,
        _overlap_table(evaluation),
        _metrics_table(evaluation),
        _copying_table(evaluation),
        _endings_table(evaluation),
        _recognition_table(evaluation),
        _confusion_table("Generated pieces taken for", evaluation.confusion),
        _confusion_table("Unseen human works taken for", evaluation.human_confusion),
    ]


def print_evaluation(evaluation: Evaluation, *, console: Console | None = None) -> None:
    """Print every table."""
    print_tables(evaluation_tables(evaluation), console=console)


def print_tables(tables: Sequence[Table], *, console: Console | None = None) -> None:
    """Print tables; without a console, on standard output."""
    # Into a file or a pipe, rich would cut the tables to 80 columns.
    console = console or Console(width=None if sys.stdout.isatty() else _FILE_COLUMNS)
    for table in tables:
        drawn = ConsoleTable(
            title=table.title, caption=table.note or None, title_justify="left", caption_justify="left"
        )
        for index, name in enumerate(table.header):
            drawn.add_column(name, justify="left" if index == 0 else "right")
        for row in table.rows:
            drawn.add_row(*row)
        console.print(drawn)


def markdown(tables: Sequence[Table], *, level: int = 3) -> str:
    """Tables as Markdown sections with headings of `level`."""
    sections: list[str] = []
    for table in tables:
        lines = [f"{'#' * level} {table.title}", ""]
        lines += [_markdown_row(table.header), _markdown_row(["---", *["---:"] * (len(table.header) - 1)])]
        lines += [_markdown_row(row) for row in table.rows]
        if table.note:
            lines += ["", table.note]
        sections.append("\n".join(lines))
    return "\n\n".join(sections) + "\n"


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def check_table(found: Sequence[Check]) -> Table:
    """Every check beside its bar, met or missed."""
    rows = [
        (
            f"{check.figure}, {check.subject}",
            f"{check.value:.3f}",
            "" if check.human is None else f"{check.human:.3f}",
            f"{'≥' if check.at_least else '≤'} {check.bar:.3f}",
            "met" if check.met else "MISSED",
        )
        for check in found
    ]
    return Table("Bars", ("figure", "generated", "human", "bar", ""), tuple(rows))


def _likelihood_table(evaluation: Evaluation) -> Table:
    rows = [
        (genre, f"{found.model:.3f}", f"{found.floor:.3f}", str(found.floor_order), f"{found.notes:,}")
        for genre, found in evaluation.likelihoods.items()
    ]
    header = ("genre", "model", "n-gram", "its order", "notes")
    return Table("Held-out works, nats a note", header, tuple(rows))


def _overlap_table(evaluation: Evaluation) -> Table:
    rows: list[_FigureRow] = []
    for reader, title in ((_yang_lerch, "Yang and Lerch's features"), (_metric, "the single metrics")):
        first = reader(next(iter(evaluation.genres.values())).generated)
        rows += [(name, _feature_area(reader, name)) for name in first.features]
        rows += [
            (f"mean of {title}", _of(reader, lambda found: f"{found.area:.3f}")),
            ("  nine in ten subsets", _of(reader, _interval)),
            ("  KL divergence, nats", _of(reader, lambda found: f"{found.kl_divergence:.3f}")),
        ]
    rows.append(("pieces in a subset", _of(_yang_lerch, lambda found: str(found.pieces))))
    cells = tuple((name, *_pairs(evaluation, figure)) for name, figure in rows)
    note = "generated vs held-out / training vs held-out (real-vs-real)"
    return Table("Overlapped area of feature distances", _header("feature", evaluation), cells, note)


def _yang_lerch(figures: PieceSetFigures) -> Overlap:
    return figures.overlap


def _metric(figures: PieceSetFigures) -> Overlap:
    return figures.metric_overlap


def _of(
    reader: Callable[[PieceSetFigures], Overlap], text: Callable[[Overlap], str]
) -> Callable[[PieceSetFigures], str]:
    return lambda figures: text(reader(figures))


def _feature_area(
    reader: Callable[[PieceSetFigures], Overlap], name: str
) -> Callable[[PieceSetFigures], str]:
    return _of(reader, lambda found: f"{found.features[name].area:.3f}")


def _interval(found: Overlap) -> str:
    low, high = found.area_interval
    return f"{low:.3f}–{high:.3f}"


def _metrics_table(evaluation: Evaluation) -> Table:
    names = list(next(iter(evaluation.genres.values())).generated.metrics)
    rows = [
        (name, *(_metric_cell(figures, name) for figures in evaluation.genres.values())) for name in names
    ]
    note = (
        "generated / held-out works, mean ± standard deviation; * outside one deviation of the held-out mean"
    )
    return Table("Musical metrics", _header("metric", evaluation), tuple(rows), note)


def _metric_cell(figures: GenreFigures, name: str) -> str:
    ours, theirs = figures.generated.metrics[name], figures.human.metrics[name]
    mark = "" if abs(ours.mean - theirs.mean) <= theirs.deviation else " *"
    return f"{ours.mean:.3f}±{ours.deviation:.3f} / {theirs.mean:.3f}±{theirs.deviation:.3f}{mark}"


def _copying_table(evaluation: Evaluation) -> Table:
    rows: list[_FigureRow] = [
        ("melody: 8-grams in training", lambda figures: _percent(figures.melody_copying.gram_overlap)),
        (
            "melody: longest run, of the line",
            lambda figures: _percent(figures.melody_copying.longest_run_share),
        ),
        (
            "melody: longest run, median notes",
            lambda figures: f"{figures.melody_copying.median_run_notes:.0f}",
        ),
        ("melody: longest run of all, notes", lambda figures: str(figures.melody_copying.longest_run_notes)),
        ("all notes: 8-grams in training", lambda figures: _percent(figures.note_copying.gram_overlap)),
        (
            "all notes: longest run, of the piece",
            lambda figures: _percent(figures.note_copying.longest_run_share),
        ),
        ("all notes: longest run of all, notes", lambda figures: str(figures.note_copying.longest_run_notes)),
    ]
    return _pair_table("Copying from training works, in any key", "", evaluation, rows)


def _endings_table(evaluation: Evaluation) -> Table:
    def share(name: str) -> Callable[[PieceSetFigures], str]:
        return lambda figures: _percent(getattr(figures.endings, name))

    rows: list[_FigureRow] = [(field.name.replace("_", " "), share(field.name)) for field in fields(Endings)]
    return _pair_table("Endings", "share of pieces", evaluation, rows)


def _recognition_table(evaluation: Evaluation) -> Table:
    generated, human = evaluation.confusion, evaluation.human_confusion
    rows = [
        (
            str(genre),
            _percent(generated.recall(genre)),
            _percent(human.recall(genre)),
            _percent(generated.strict_recall(genre)),
            _percent(human.strict_recall(genre)),
        )
        for genre in generated.genres
    ]
    rows.append(
        (
            "mean",
            _percent(generated.accuracy),
            _percent(human.accuracy),
            _percent(generated.strict_accuracy),
            _percent(human.strict_accuracy),
        )
    )
    header = ("genre", "generated", "unseen human", "generated, strict", "unseen human, strict")
    note = "strict: the classifier may also answer that the piece is a jumble of notes and no genre"
    return Table(f"Recognised by the genre classifier ({evaluation.classifier})", header, tuple(rows), note)


def _confusion_table(title: str, confusion: Confusion) -> Table:
    rows = [
        (genre, *(str(count) if count else "·" for count in row))
        for genre, row in zip(confusion.genres, confusion.counts, strict=True)
    ]
    return Table(title, ("true genre", *confusion.genres), tuple(rows))


def _pair_table(
    title: str,
    corner: str,
    evaluation: Evaluation,
    rows: Sequence[_FigureRow],
) -> Table:
    cells = tuple((name, *_pairs(evaluation, figure)) for name, figure in rows)
    return Table(title, _header(corner, evaluation), cells, "generated / held-out works")


def _pairs(evaluation: Evaluation, figure: Callable[[PieceSetFigures], str]) -> list[str]:
    return [f"{figure(found.generated)} / {figure(found.human)}" for found in evaluation.genres.values()]


def _header(corner: str, evaluation: Evaluation) -> tuple[str, ...]:
    def column(genre: Genre, figures: GenreFigures) -> str:
        return f"{genre} ({figures.generated.pieces} / {figures.human.pieces})"

    return (corner, *(column(genre, figures) for genre, figures in evaluation.genres.items()))


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
