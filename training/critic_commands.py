"""The judge's commands: gather its material, teach it, measure it and ship its weights with a card."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from models.checkpoints import RNNModel, load_critic, load_rnn, save_critic
from models.critic import Critic, Judge
from models.registry import Style, available_styles
from training.corpora.works import Work
from training.critic import CONFIG, calibrate, draw_rounds, judge_examples, train
from training.critic_evaluation import CriticFigures, critic_tables, evaluate_judge
from training.critic_passages import Material, sort_out
from training.critic_sources import SOURCES, Materials, load_source
from training.evaluation.tables import print_tables
from training.fitting import Schedule, read_standing

_GENERATOR = "rnn"
_CALIBRATION_ROUNDS = 1000


def gather(works: Sequence[Work], folder: Path) -> dict[str, Material]:
    """Material for learning, choosing, calibrating and testing; what sources write is kept in `folder`.

    Raises FileNotFoundError where the generator has no weights.
    """
    torch.set_num_threads(1)
    style, model = _generator()

    @cache
    def materials() -> Materials:
        return Materials.of(style, model, works)

    written = {source.name: load_source(source, materials, folder) for source in SOURCES}
    return sort_out(works, written, {genre: model.profiles[genre] for genre in style.genres})


def train_critic(works: Sequence[Work], *, folder: Path, schedule: Schedule, device_name: str | None) -> Path:
    """Train, or go on training, in `folder`; where the best weights lie."""
    return train(gather(works, folder), folder=folder, schedule=schedule, device_name=device_name)


def evaluate_critic(works: Sequence[Work], *, folder: Path, weights: Path, passages: int) -> None:
    """Print every figure of the shipped judge. Raises FileNotFoundError where there is none."""
    judge = load_critic(weights, torch.device("cpu"))
    if judge is None:
        raise FileNotFoundError(2, "no weights", str(weights / "critic.safetensors"))
    test = gather(works, folder)["test"]
    figures = evaluate_judge(judge, test, passages=passages)
    print_tables(critic_tables(figures, list(test.sources)))


def export_critic(works: Sequence[Work], *, folder: Path, weights: Path, command: str, passages: int) -> None:
    """Calibrate the best weights of a run, measure them and write them with their card."""
    roles = gather(works, folder)
    network = Critic(CONFIG)
    # What is measured is what is shipped: the weights after their way through fp16.
    tensors = load_file(folder / "best.safetensors")
    network.load_state_dict({name: tensor.half().float() for name, tensor in tensors.items()})
    network.eval()
    unheard = draw_rounds(roles["calibrate"], _CALIBRATION_ROUNDS, seed=2)
    judge = Judge("", network, calibrate(judge_examples(network, unheard), unheard))
    figures = evaluate_judge(judge, roles["test"], passages=passages)
    print_tables(critic_tables(figures, list(roles["test"].sources)))
    facts = _facts(works, roles, figures, folder, command)
    card = save_critic(network, weights, calibration=judge.calibration, facts=facts)
    print(f"{card['version']} shipped: {judge.calibration}")


def _generator() -> tuple[Style, RNNModel]:
    for style in available_styles():
        if style.name == _GENERATOR:
            return style, load_rnn(style, torch.device("cpu"))
    raise FileNotFoundError(2, "no weights", f"{_GENERATOR}.safetensors")


def _facts(
    works: Sequence[Work],
    roles: dict[str, Material],
    figures: CriticFigures,
    folder: Path,
    command: str,
) -> dict[str, Any]:
    """What the model card tells beside config, calibration and hash."""
    standing = read_standing(folder / "checkpoint.safetensors")
    heard = [work for work in works if work.split in ("train", "judge")]
    return {
        "data": dict(Counter(f"{work.source}, {work.licence}" for work in heard)),
        "works": {role: sum(map(len, material.human.values())) for role, material in roles.items()},
        "written": {name: sum(map(len, pieces.values())) for name, pieces in roles["learn"].sources.items()},
        "generator": _generator()[0].model_version,
        "command": f"python -m training train critic; {command}",
        "training": {
            "epochs": standing.epoch,
            "updates": standing.update,
            "minutes": round(standing.seconds / 60, 1),
            "validation_nats_per_passage": round(standing.best, 4),
        },
        "metrics": {
            "auc": {kind: round(figures.mean_area(kind), 4) for kind in figures.areas},
            "auc by genre": {
                source: {str(genre): round(area, 4) for genre, area in sorted(figures.areas[source].items())}
                for source in roles["test"].sources
            },
            "expected calibration error": round(figures.calibration_error, 4),
            "brier": round(figures.brier, 4),
            "milliseconds for eight candidates of 16 bars": round(figures.milliseconds, 1),
        },
    }
