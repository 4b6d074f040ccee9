"""Stanzas to be read blind: a network's, a Markov model's and people's in one list, and the key to it.

A person rates the list before opening the key. Every stanza has four lines and says what it is about.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from training.lyrics.evaluation.held_out import LINES
from training.lyrics.evaluation.pieces import Piece

LIST_FILE, KEY_FILE = "blinded.md", "blinded-key.json"

_HEADING = """# Who wrote these?

Rate each stanza from 1 (nonsense) to 5 (I would keep it), before you open the key. Some are by people.
"""


def write_blinded(sources: Mapping[str, Sequence[Piece]], count: int, folder: Path) -> tuple[Path, Path]:
    """Write `count` stanzas, as many of each source, in an order drawn by a fixed seed: list and key."""
    random = np.random.default_rng(5)
    names = sorted(sources)
    entries: list[tuple[str, Piece, tuple[str, ...]]] = []
    for number, name in enumerate(names):
        own = count // len(names) + (number < count % len(names))
        stanzas = [
            (piece, stanza) for piece in sources[name] for stanza in piece.stanzas if len(stanza) == LINES
        ]
        drawn: list[int] = random.choice(len(stanzas), min(own, len(stanzas)), replace=False).tolist()
        entries += [(name, *stanzas[at]) for at in drawn]
    order: list[int] = random.permutation(len(entries)).tolist()
    listed = [entries[at] for at in order]
    sections = [
        f"## {number}. {', '.join(piece.scene)}\n\n" + "  \n".join(stanza) + "\n\nYour rating:\n"
        for number, (_, piece, stanza) in enumerate(listed, start=1)
    ]
    key = {str(number): name for number, (name, _, _) in enumerate(listed, start=1)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LIST_FILE).write_text("\n".join([_HEADING, *sections]), encoding="utf-8")
    (folder / KEY_FILE).write_text(json.dumps(key, indent=1) + "\n", encoding="utf-8")
    return folder / LIST_FILE, folder / KEY_FILE
