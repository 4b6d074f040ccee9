"""What a model's tricks are worth: brief runs with each and without it, kept as figures beside the report.

Knows how to keep and show them; the runs are the models' own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from training.evaluation.tables import Table

PICTURES = Path("docs/quality")


@dataclass(frozen=True, slots=True)
class Arm:
    """One run: the trick it is about, whether it was used, and its figures by name."""

    trick: str
    used: bool
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Ablation:
    """All runs of a model, each under the same `budget` (said in words)."""

    model: str
    budget: str
    arms: Sequence[Arm]

    def save(self, folder: Path = PICTURES) -> Path:
        """Write it into `folder`; the file's path."""
        path = _path(self.model, folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        return path

    def table(self) -> Table:
        """A row for each run."""
        names = list(dict.fromkeys(name for arm in self.arms for name in arm.figures))
        rows = [
            (
                f"{'with' if arm.used else 'without'} {arm.trick}",
                *(_text(arm.figures, name) for name in names),
            )
            for arm in self.arms
        ]
        return Table(f"What the tricks of {self.model} are worth", ("run", *names), tuple(rows), self.budget)


def load_ablation(model: str, folder: Path = PICTURES) -> Ablation | None:
    """What `Ablation.save` wrote; None where there is none."""
    path = _path(model, folder)
    if not path.exists():
        return None
    plain = json.loads(path.read_text(encoding="utf-8"))
    return Ablation(plain["model"], plain["budget"], [Arm(**arm) for arm in plain["arms"]])


def _path(model: str, folder: Path) -> Path:
    return folder / f"{model}-ablation.json"


def _text(figures: Mapping[str, float], name: str) -> str:
    return f"{figures[name]:.3f}" if name in figures else ""
