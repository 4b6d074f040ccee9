"""From a finished run to shipped weights: evaluate, offer the genres that hold, write card and weights."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors.torch import load_file

from models.rnn.files import save_rnn
from models.rnn.network import TwoStageRNN
from training.corpora.works import Work
from training.evaluation.checks import checks
from training.evaluation.evaluation import Evaluation
from training.evaluation.tables import print_evaluation
from training.fitting import read_standing
from training.rnn.evaluation import count_profiles, evaluate, failing
from training.rnn.teaching import CONFIG, taught


def export_rnn(works: Sequence[Work], *, run: Path, weights: Path, command: str, pieces: int) -> None:
    """Ship the best weights of a run, offering every genre whose evaluation holds."""
    works = taught(works)
    network = TwoStageRNN(CONFIG)
    # What is evaluated is what is shipped: the weights after their way through fp16.
    tensors = load_file(run / "best.safetensors")
    network.load_state_dict({name: tensor.half().float() for name, tensor in tensors.items()})
    network.eval()
    profiles = count_profiles(works)
    *earlier, evaluation = evaluate(network, profiles, works, sorted(profiles), pieces=pieces)
    for each in (*earlier, evaluation):
        print_evaluation(each)
    if failing(evaluation):
        raise SystemExit("No genre meets every bar, so nothing is shipped.")
    card = save_rnn(network, weights, profiles=profiles, facts=_facts(works, evaluation, run, command))
    megabytes = weights.stat().st_size / 1e6
    print(f"{weights}: {card['version']}, {megabytes:.1f} MB, offers {', '.join(card['genres'])}")


def _facts(works: Sequence[Work], evaluation: Evaluation, run: Path, command: str) -> dict[str, Any]:
    """What the model card tells beside config, hash and profiles."""
    standing = read_standing(run / "checkpoint.safetensors")
    trained = [work for work in works if work.split == "train"]
    return {
        "genres": [str(genre) for genre in evaluation.genres],
        "data": dict(Counter(f"{work.source}, {work.licence}" for work in trained)),
        "split": "by work, hashed: " + json.dumps(dict(Counter(work.split for work in works))),
        "command": f"python -m training train {run.name}; {command}",
        "training": {
            "epochs": standing.epoch,
            "updates": standing.update,
            "minutes": round(standing.seconds / 60, 1),
            "validation_nats_per_token": round(standing.best, 4),
        },
        "metrics": [check.to_plain() for check in checks(evaluation)],
    }
