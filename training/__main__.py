"""The command line of everything that teaches and measures: `python -m training --help`."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from models.registry import WEIGHTS, available_styles
from training.corpora.archives import ArchiveError
from training.corpora.credits import credits_markdown
from training.corpora.prepare import LICENCES_FILE, prepare
from training.latency import measure_latency, measure_learning
from training.paths import CORPORA, RUNS, WORKS

MODELS = {
    "rnn": "training.rnn.commands",
    "vae": "training.vae.commands",
    "gan": "training.gan.commands",
    "gan_critic": "training.gan.critic",
    "style_transfer": "training.style_transfer.commands",
    "critic": "training.critic.commands",
    "judging": "training.critic.judging",
    "lyrics": "training.lyrics.commands",
    "songs": "training.songs.commands",
    "openings": "training.openings.commands",
    "seeds": "training.seeds",
    "finetune": "training.finetuning.commands",
}
"""The modules that know how each model is trained, evaluated and exported, and what ablations it has."""

_MODEL_COMMANDS = {
    "train": "train a model; goes on from its checkpoint",
    "evaluate": "print every figure of a model's evaluation",
    "export": "evaluate a finished run and ship its weights with a card",
    "ablate": "train briefly with and without each of a model's tricks, and compare",
}

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
    command.add_argument("what", nargs="?", choices=["music", "lyrics"], default="music")
    command.add_argument("--archives", type=Path, required=True, help="a folder of archives or clones")
    command.add_argument(
        "--chinese", type=Path, help="the archive of the npm package chinese-poetry (lyrics)"
    )
    command.add_argument("--language", choices=["en", "zh"], help="of lyrics (default: both)")
    command.set_defaults(run=_prepare)

    for name, meaning in _MODEL_COMMANDS.items():
        command = commands.add_parser(name, help=meaning)
        command.add_argument("model", choices=list(MODELS))
        command.add_argument("--epochs", type=int, help="how long to train, in passes or rounds")
        command.add_argument("--start-from", type=Path, help="begin a new run with these weights")
        command.add_argument("--pieces", type=int, help="pieces or passages to measure, of each genre")
        command.add_argument("--device", help="cuda, mps or cpu (default: the best there is)")
        command.add_argument("--language", choices=["en", "zh"], default="en", help="of lyrics")
        command.add_argument(
            "--network", choices=["seq2seq", "transformer"], default="transformer", help="of lyrics"
        )
        if name == "evaluate":
            _add_verse_options(command)
        command.add_argument(
            "--archives", type=Path, default=Path("archives"), help="for songs: where hymns and Lieder are"
        )
        command.add_argument(
            "--weights",
            type=Path,
            help="for lyrics: another folder to ship to, or to measure what lies there",
        )
        command.set_defaults(run=_run_of_model, command=name)

    command = commands.add_parser("calibrate", help="measure what people's music is like, for the gate")
    command.set_defaults(run=_calibrate)

    command = commands.add_parser("replay", help="ship samples of the corpora, for learning from votes")
    command.set_defaults(run=_replay)

    command = commands.add_parser(
        "report", help="measure every style; write docs/quality.md and its pictures"
    )
    command.add_argument("--pieces", type=int, default=100, help="pieces to generate for each genre")
    command.add_argument("--workers", type=int, default=2, help="processes to use; the figures stay the same")
    command.set_defaults(run=_report)

    command = commands.add_parser("benchmark", help="print one of the figures in docs/figures.md")
    command.add_argument("name", choices=["jsb", "nottingham", "latency", "learning"])
    command.add_argument(
        "--archives", type=Path, default=Path("archives"), help="the folder that holds benchmark/"
    )
    command.add_argument("--runs", type=int, default=15, help="how many commands latency times")
    command.add_argument("--device", help="cuda, mps or cpu (default: the best there is)")
    command.set_defaults(run=_benchmark)
    return parser


def _add_verse_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--samples", action="store_true", help="of lyrics: write docs/lyrics-samples.md instead"
    )
    command.add_argument("--blinded", type=int, help="of lyrics: write so many stanzas to be rated blind")
    command.add_argument(
        "--outputs", type=int, default=0, help="of lyrics: search so many stanzas for slurs instead (10000)"
    )


def _prepare(options: argparse.Namespace) -> None:
    if options.what == "lyrics":
        from training.lyrics.preparing import LANGUAGES, prepare_lyrics

        languages = [options.language] if options.language else LANGUAGES
        prepare_lyrics(archives=options.archives, chinese=options.chinese, languages=languages)
        return
    prepare(archives=options.archives, out=CORPORA)
    Path("CREDITS.md").write_text(credits_markdown(CORPORA / LICENCES_FILE), encoding="utf-8")


def _run_of_model(options: argparse.Namespace) -> None:
    """Hand a command over to the module of the model it names."""
    command = getattr(import_module(MODELS[options.model]), options.command, None)
    if command is None:
        print(f"{options.model} has no tricks to leave out.", file=sys.stderr)
        return
    command(options)


def _calibrate(_: argparse.Namespace) -> None:
    import torch

    from models.composition.norms import NORMS_FILE
    from models.rnn.files import load_rnn
    from training.corpora.works import load_works
    from training.norms import measure_norms

    styles = available_styles()
    told = [style for style in styles if style.family == "rnn"]  # others can't tell how likely music is
    models = {style.name: load_rnn(style, torch.device("cpu")) for style in told}
    genres = sorted({genre for style in styles for genre in style.genres})
    measure_norms(load_works(WORKS), models, genres).save(NORMS_FILE)
    print(f"{NORMS_FILE}: {len(genres)} genres")


def _replay(_: argparse.Namespace) -> None:
    from training.corpora.works import load_works
    from training.finetuning.replay import replay_file, write_replay
    from training.finetuning.verse_replay import sample_name, write_verse_replay
    from training.lyrics.preparing import FOLDER, LANGUAGES

    works = load_works(WORKS)
    for style in available_styles():
        file = replay_file(WEIGHTS, style.name)
        print(f"{file}: {write_replay(works, style.genres, file) / 1000:.0f} kB")
    for language in LANGUAGES:
        file = replay_file(WEIGHTS, sample_name(language))
        print(f"{file}: {write_verse_replay(FOLDER / language, file) / 1000:.0f} kB")


def _report(options: argparse.Namespace) -> None:
    from training.report import write_report

    page = Path("docs/quality.md")
    write_report(
        weights=WEIGHTS,
        works=WORKS,
        page=page,
        kept=RUNS / "report",
        pieces=options.pieces,
        workers=options.workers,
    )
    print(f"{page} is written, its pictures are in {page.with_suffix('')}/.")


def _benchmark(options: argparse.Namespace) -> None:
    if options.name in ("latency", "learning"):
        measure = measure_latency if options.name == "latency" else measure_learning
        table = Table("figure", "measured", "bar", "", title="Latency and memory")
        for figure in measure(runs=options.runs):
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
