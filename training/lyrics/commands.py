"""The writers' commands: teach one of a language, measure it, ship its weights with a card."""

import argparse
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import torch

from domain.verses import Language
from models.devices import choose_device
from models.lyrics import seq2seq, transformer
from models.lyrics.files import LANGUAGES, AnyConfig, AnyWriter, name_of, save_poet
from models.lyrics.tongues import save_tongue
from models.lyrics.vocabulary import VOCABULARY_FILE, Vocabulary
from models.registry import WEIGHTS
from training.ablations import Ablation, Arm
from training.evaluation.tables import Table, print_tables
from training.fitting import read_standing
from training.lyrics.evaluation.evaluating import list_blinded, measure, write_samples
from training.lyrics.evaluation.free_running import measure_free_running
from training.lyrics.evaluation.prompts import PROMPTS
from training.lyrics.evaluation.searching import search
from training.lyrics.evaluation.study import Study
from training.lyrics.examples import Examples
from training.lyrics.preparing import draw_epoch
from training.lyrics.teaching import Epochs, Recipe, finished, total_nats
from training.lyrics.teaching import train as teach
from training.paths import RUNS

FOLDER = RUNS / "lyrics"
ABLATION_EPOCHS = 6
FREE_PROMPTS = 100
OWN_SHARE = 0.25
"""The share of its own words that a network hears at the end of a run with scheduled sampling."""


def config_of(language: str, network: str, vocabulary: Vocabulary) -> AnyConfig:
    """The sizes shipped: rivals of a language have about as many parameters."""
    size, first = len(vocabulary), vocabulary.first_piece
    if network == "seq2seq":
        if language == "en":
            return seq2seq.Config(size, first, embedding=256, encoder=192, decoder=384)
        return seq2seq.Config(size, first, embedding=192, encoder=144, decoder=288)
    if language == "en":
        return transformer.Config(size, first, width=256, encoder_layers=2, decoder_layers=3, inner=768)
    return transformer.Config(size, first, width=192, encoder_layers=2, decoder_layers=3, inner=576)


EPOCHS = {"en": 48, "zh": 30}
"""Of 300,000 tokens each; a run is stopped and resumed as there is time."""

LEARNING_RATES = {"seq2seq": 1.5e-3, "transformer": 1.5e-3}
PASS_STANZAS = {"en": 50_000, "zh": 20_000}
"""How many stanzas are drawn, by their weight, before keywords and stanzas are drawn anew."""

VALID_STANZAS = 600

FURTHER_RATE = 2 / 3
"""A run that begins with a finished one's weights learns slower than one from nothing, and without dropout:
after five passes, what a writer was taught and what it was not cost it as much."""

FURTHER_PASS = 1_000
"""The draws such a run begins with: no other run comes so far."""


def train(options: argparse.Namespace) -> None:
    device = choose_device(options.device)
    if device.type == "cpu":
        torch.set_num_threads(1)
    epochs, valid = _material(options.language, further=options.start_from is not None)
    folder = _run(options)
    print(f"{epochs.parts} epochs of {epochs.batches_per_epoch} batches are a pass over the stanzas drawn")
    recipe = _recipe(options)
    if options.start_from is not None:
        recipe = replace(
            recipe,
            config=replace(recipe.config, dropout=0.0),
            learning_rate=recipe.learning_rate * FURTHER_RATE,
        )
    best = teach(epochs, valid, recipe, folder=folder, device=device, start_from=options.start_from)
    command = f"python -m training export lyrics --language {options.language} --network {options.network}"
    print(f"{best:.4f} nats a token; the best weights are in {folder}. `{command}` ships them.")


def evaluate(options: argparse.Namespace) -> None:
    """Print every figure of the shipped verse, or search much of it for slurs, or write its page of samples,
    or a list to be read blind.

    Raises FileNotFoundError without weights.
    """
    torch.set_num_threads(1)
    if options.samples:
        studies = [_study(options, language=language) for language in LANGUAGES]
        write_samples([study for study in studies if study.has_weights])
    elif options.outputs:
        print_tables([search(_study(options), options.outputs).table()])
    elif options.blinded:
        print(*list_blinded(_study(options), options.blinded))
    else:
        study = _study(options)
        standings = measure(study)
        study.keep_table(standings.table())
        print_tables([standings.table()])


def export(options: argparse.Namespace) -> None:
    """Measure the best network of a run and write it with its card, and its language's files beside it.

    Into another folder than the shipped weights' it goes unmeasured: that is for trying a run's verse.
    """
    folder = _run(options)
    weights: Path = options.weights or WEIGHTS
    weights.mkdir(parents=True, exist_ok=True)
    network = finished(folder)
    figures = _measure(network, options.language) if options.weights is None else {}
    print_tables([_table(figures)] if figures else [])
    standing = read_standing(folder / "checkpoint.safetensors")
    named = f"--language {options.language} --network {options.network}"
    facts = {
        "command": f"python -m training train lyrics {named}; python -m training {shlex.join(sys.argv[1:])}",
        "training": {"updates": standing.update, "minutes": round(standing.seconds / 60, 1)},
        "metrics": figures,
    }
    vocabulary = FOLDER / options.language / VOCABULARY_FILE
    card = save_poet(network, weights, vocabulary=vocabulary, facts=facts)
    save_tongue(FOLDER / options.language, weights, Language(options.language))
    print(f"{card['version']} shipped")


def ablate(options: argparse.Namespace) -> None:
    """Train briefly by teacher forcing alone and with scheduled sampling, and let both write freely.

    With `--start-from` both go on from the same weights, where own words matter most. The last epoch's
    weights are measured: on people's words, the first ones, which heard few of their own, would be the best.
    """
    torch.set_num_threads(1)
    study = _study(options)
    free = study.answered[:FREE_PROMPTS]
    device = choose_device(options.device)
    epochs, valid = _material(options.language)
    budget = options.epochs or ABLATION_EPOCHS
    name = name_of(options.language, options.network)
    arms: list[Arm] = []
    for own in (0.0, OWN_SHARE):
        recipe = replace(_recipe(options), epochs=budget, own=own, evaluate_every=budget)
        folder = RUNS / f"{name}-ablation" / ("own-words" if own else "teacher-forced")
        best = teach(epochs, valid, recipe, folder=folder, device=device, start_from=options.start_from)
        freely = measure_free_running(finished(folder), study.author.tongue, free, study.ngram)
        arms.append(Arm("scheduled sampling", own > 0, {"valid, nats a token": best, **freely}))
    ablation = Ablation(name, f"{budget} epochs of {epochs.batches_per_epoch} batches", arms)
    print_tables([ablation.table()])
    print(ablation.save())


def _study(options: argparse.Namespace, *, language: str | None = None) -> Study:
    return Study(
        Language(language or options.language),
        options.network,
        options.weights or WEIGHTS,
        prompts=options.pieces or PROMPTS,
    )


def _run(options: argparse.Namespace) -> Path:
    return FOLDER / options.language / options.network


def _material(language: str, *, further: bool = False) -> tuple[Epochs, Examples]:
    """What is taught (other draws in `further` teaching) and what it is validated on, the same each time."""
    folder = FOLDER / language
    first = FURTHER_PASS if further else 0

    def draw(number: int) -> Examples:
        return draw_epoch(folder, "train", first + number, stanzas=PASS_STANZAS[language])

    return Epochs(draw), draw_epoch(folder, "valid", 0, stanzas=VALID_STANZAS)


def _recipe(options: argparse.Namespace) -> Recipe:
    vocabulary = Vocabulary.load(FOLDER / options.language / VOCABULARY_FILE)
    return Recipe(
        config_of(options.language, options.network, vocabulary),
        epochs=options.epochs or EPOCHS[options.language],
        learning_rate=LEARNING_RATES[options.network],
    )


def _measure(network: AnyWriter, language: str) -> dict[str, float]:
    """Nats a token of each split's stanzas, under their own plans."""
    cpu = torch.device("cpu")
    figures: dict[str, float] = {}
    for split in ("valid", "test"):
        examples = draw_epoch(FOLDER / language, split, 0)
        figures[f"{split}, nats a token"] = float(total_nats(network, examples, cpu).sum()) / len(
            examples.target
        )
    return figures


def _table(figures: dict[str, float]) -> Table:
    rows = tuple((name, f"{value:.4f}") for name, value in figures.items())
    return Table("How likely unseen stanzas are", ("figure", "measured"), rows)
