"""`python -m training.evaluation WORKS`: the evaluation of generators whose worth is known beforehand.

Shows that the figures mean something: human works meet the bars, and copies, Markov chains,
shuffled notes and noise each miss the ones they should.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from domain.genres import Genre
from training.corpora.works import load_works
from training.evaluation.checks import checks
from training.evaluation.controls import control_pieces, set_aside
from training.evaluation.evaluation import Evaluation, evaluate_scores
from training.evaluation.tables import Table, print_evaluation, print_tables


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.evaluation", description=__doc__)
    parser.add_argument("works", type=Path, help="the prepared corpora, works.jsonl.gz")
    parser.add_argument("--genre", type=Genre, action="append", help="only this genre; may be given again")
    parser.add_argument("--bars", type=int, default=16, help="length of the pieces (default: %(default)s)")
    parser.add_argument("--details", action="store_true", help="print every table of every control")
    options = parser.parse_args()
    works = load_works(options.works)
    human, remaining = set_aside(works)
    if options.genre:
        human = {genre: human[genre] for genre in options.genre}
    rows: dict[str, list[str]] = {}
    controls = control_pieces(human, remaining, bars=options.bars)
    for name, pieces in controls.items():
        evaluation = evaluate_scores(pieces, remaining)
        print(f"{name}: measured", flush=True)
        if options.details:
            print_evaluation(evaluation)
        for figure, cell in _summary(evaluation):
            rows.setdefault(figure, []).append(cell)
    table = Table(
        "Controls against the bars",
        ("figure (of human music)", *controls),
        tuple((figure, *cells) for figure, cells in rows.items()),
        "* misses its bar; the last rows have none",
    )
    print_tables([table])


def _summary(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """Rows of the summary: what is measured of whom, and the figure."""
    for check in checks(evaluation):
        human = "" if check.human is None else f" ({check.human:.3f})"
        yield f"{check.figure}, {check.subject}{human}", f"{check.value:.3f}{'' if check.met else ' *'}"
    for genre, found in evaluation.genres.items():
        ours, theirs = found.generated, found.human
        for figure, value, human in (
            ("overlap of single metrics", ours.metric_overlap.area, theirs.metric_overlap.area),
            ("self-similarity", ours.metrics["self-similarity"].mean, theirs.metrics["self-similarity"].mean),
            ("ends on the tonic", ours.endings.melody_on_tonic, theirs.endings.melody_on_tonic),
        ):
            yield f"{figure}, {genre} ({human:.3f})", f"{value:.3f}"
    strict = evaluation.human_confusion.strict_accuracy
    yield f"classifier accuracy, strict ({strict:.3f})", f"{evaluation.confusion.strict_accuracy:.3f}"


if __name__ == "__main__":
    main()
