"""What the page says of every trained model, whether it is a style or not: bars, training, ablations.

Reads model cards, the ablations and pictures that training wrote; measures nothing.
"""

import json
from pathlib import Path
from typing import Any

from training.ablations import load_ablation
from training.evaluation.checks import Check
from training.evaluation.tables import check_table, markdown

MODELS = ("vae", "gan", "style_transfer")


def model_sections(weights: Path, pictures: Path) -> list[str]:
    """A section for each model that has a card in `weights`."""
    cards = [(name, weights / f"{name}.json") for name in MODELS]
    return [
        _section(name, json.loads(card.read_text(encoding="utf-8")), pictures)
        for name, card in cards
        if card.exists()
    ]


def _section(name: str, card: dict[str, Any], pictures: Path) -> str:
    parts = [
        f"## How {name} was trained, and its bars",
        f"Model `{card['version']}`; `python -m training evaluate {name}` prints these and more.",
    ]
    found = [Check.from_plain(metric) for metric in card["metrics"]]
    parts.append(markdown([check_table(found)]).rstrip())
    plot = pictures / f"{name}-training.png"
    if plot.exists():
        parts.append(
            f"Losses as it trained:\n\n![Losses of {name} as it trained]({pictures.name}/{plot.name})"
        )
    ablation = load_ablation(name, pictures)
    if ablation is not None:
        parts.append(markdown([ablation.table()]).rstrip())
    return "\n\n".join(parts)
