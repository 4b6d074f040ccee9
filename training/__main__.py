"""The command line of everything that teaches and measures: `python -m training --help`."""

import argparse
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from models.registry import WEIGHTS, available_styles
from training.corpora.archives import ArchiveError
from training.corpora.credits import credits_markdown
from training.corpora.prepare import LICENCES_FILE, WORKS_FILE, prepare
from training.latency import measure_latency

RUNS = Path("runs")
CORPORA = RUNS / "corpora"

# Torch is imported where it is used, so that --help and typing errors answer at once.
# ruff: noqa: PLC0415


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it went well."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except ArchiveError as error:
        print(error, file=sys.stderr)
        return 2
    except FileNotFoundError as error:
        print(
            f"{error.filename} is missing. Prepare and train first, or name the folder (--archives).",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from the last checkpoint.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("prepare", help="read the corpora into runs/corpora and write CREDITS.md")
    command.add_argument("--archives", type=Path, required=True, help="a folder of archives or clones")
    command.set_defaults(run=_prepare)

    command = commands.add_parser("train", help="train a model; goes on from its checkpoint")
    command.add_argument("model", choices=["rnn", "critic"])
    command.add_argument("--epochs", type=int, help="passes over the corpora")
    command.add_argument("--start-from", type=Path, help="begin a new run with these weights")
    command.add_argument("--device", help="cuda, mps or cpu (default: the best there is)")
    command.set_defaults(run=_train)

    command = commands.add_parser("evaluate", help="print every figure of a model's evaluation")
    command.add_argument("model", choices=["rnn", "critic"])
    command.add_argument("--pieces", type=int, default=200, help="pieces or passages of each genre")
    command.set_defaults(run=_evaluate)

    command = commands.add_parser("export", help="evaluate a finished run and ship its weights with a card")
    command.add_argument("model", choices=["rnn", "critic"])
    command.add_argument("--pieces", type=int, default=200, help="pieces or passages of each genre")
    command.set_defaults(run=_export)

    command = commands.add_parser("calibrate", help="measure what people's music is like, for the gate")
    command.set_defaults(run=_calibrate)

    command = commands.add_parser(
        "report", help="measure every style; write docs/quality.md and its pictures"
    )
    command.add_argument("--pieces", type=int, default=200, help="pieces to generate for each genre")
    command.add_argument("--workers", type=int, default=2, help="processes to use; the figures stay the same")
    command.set_defaults(run=_report)

    command = commands.add_parser("benchmark", help="print one figure of the README")
    command.add_argument("name", choices=["jsb", "nottingham", "latency"])
    command.add_argument(
        "--archives", type=Path, default=Path("archives"), help="the folder that holds benchmark/"
    )
    command.add_argument("--runs", type=int, default=15, help="how many commands latency times")
    command.add_argument("--device", help="cuda, mps or cpu (default: the best there is)")
    command.set_defaults(run=_benchmark)
    return parser


def _prepare(options: argparse.Namespace) -> None:
    prepare(archives=options.archives, out=CORPORA)
    Path("CREDITS.md").write_text(credits_markdown(CORPORA / LICENCES_FILE), encoding="utf-8")


def _train(options: argparse.Namespace) -> None:
    if options.model == "critic":
        _train_critic(options)
        return
    from dataclasses import replace

    from training.corpora.works import load_works
    from training.rnn import SCHEDULE, train

    schedule = SCHEDULE if options.epochs is None else replace(SCHEDULE, epochs=options.epochs)
    best = train(
        load_works(CORPORA / WORKS_FILE),
        folder=RUNS / options.model,
        schedule=schedule,
        start_from=options.start_from,
        device_name=options.device,
    )
    print(f"The best weights are in {best}. `python -m training export {options.model}` ships them.")


def _train_critic(options: argparse.Namespace) -> None:
    from dataclasses import replace

    from training.corpora.works import load_works
    from training.critic import SCHEDULE
    from training.critic_commands import train_critic

    schedule = SCHEDULE if options.epochs is None else replace(SCHEDULE, epochs=options.epochs)
    works = load_works(CORPORA / WORKS_FILE)
    best = train_critic(works, folder=RUNS / "critic", schedule=schedule, device_name=options.device)
    print(f"The best weights are in {best}. `python -m training export critic` ships them.")


def _evaluate(options: argparse.Namespace) -> None:
    if options.model == "critic":
        from training.corpora.works import load_works
        from training.critic_commands import evaluate_critic

        works = load_works(CORPORA / WORKS_FILE)
        evaluate_critic(works, folder=RUNS / "critic", weights=WEIGHTS, passages=options.pieces)
        return
    from models.checkpoints import load_rnn
    from models.devices import choose_device
    from training.corpora.works import load_works
    from training.evaluation.tables import print_evaluation
    from training.rnn import taught
    from training.rnn_evaluation import evaluate

    device = choose_device("cpu")
    styles = {style.name: style for style in available_styles()}
    if options.model not in styles:
        raise FileNotFoundError(2, "no weights", str(WEIGHTS / f"{options.model}.safetensors"))
    style = styles[options.model]
    model = load_rnn(style, device)
    works = taught(load_works(CORPORA / WORKS_FILE))
    looks = evaluate(model.network, model.profiles, works, style.genres, pieces=options.pieces)
    print_evaluation(next(looks))


def _export(options: argparse.Namespace) -> None:
    from training.corpora.works import load_works
    from training.critic_commands import export_critic
    from training.export import export_rnn

    started = time.monotonic()
    if options.model == "critic":
        export_critic(
            load_works(CORPORA / WORKS_FILE),
            folder=RUNS / "critic",
            weights=WEIGHTS,
            command=f"python -m training {shlex.join(sys.argv[1:])}",
            passages=options.pieces,
        )
        print(f"exported in {(time.monotonic() - started) / 60:.1f} minutes")
        return
    export_rnn(
        load_works(CORPORA / WORKS_FILE),
        run=RUNS / options.model,
        weights=WEIGHTS / f"{options.model}.safetensors",
        command=f"python -m training {shlex.join(sys.argv[1:])}",
        pieces=options.pieces,
    )
    print(f"exported in {(time.monotonic() - started) / 60:.1f} minutes")


def _calibrate(_: argparse.Namespace) -> None:
    import torch

    from models.checkpoints import load_rnn
    from models.composition.norms import NORMS_FILE
    from training.corpora.works import load_works
    from training.norms import measure_norms

    styles = available_styles()
    models = {style.name: load_rnn(style, torch.device("cpu")) for style in styles}
    genres = sorted({genre for style in styles for genre in style.genres})
    measure_norms(load_works(CORPORA / WORKS_FILE), models, genres).save(NORMS_FILE)
    print(f"{NORMS_FILE}: {len(genres)} genres")


def _report(options: argparse.Namespace) -> None:
    from training.report import write_report

    page = Path("docs/quality.md")
    write_report(
        weights=WEIGHTS,
        works=CORPORA / WORKS_FILE,
        page=page,
        kept=RUNS / "report",
        pieces=options.pieces,
        workers=options.workers,
    )
    print(f"{page} is written, its pictures are in {page.with_suffix('')}/.")


def _benchmark(options: argparse.Namespace) -> None:
    if options.name == "latency":
        table = Table("figure", "measured", "bar", "", title="Latency and memory")
        for figure in measure_latency(runs=options.runs):
            verdict = "met" if figure.value <= figure.bar else "missed"
            table.add_row(
                figure.name, f"{figure.value:.2f} {figure.unit}", f"≤ {figure.bar:g} {figure.unit}", verdict
            )
        Console().print(table)
        return
    from training.benchmarks import print_benchmark

    print_benchmark(options.name, data=options.archives, runs=RUNS, device_name=options.device)


if __name__ == "__main__":
    sys.exit(main())
