"""A small sample of the corpora of verse beside the weights: what learning from votes may not forget.

Stanzas that the poets learned from are replayed; those that they did not learn from say how much was
forgotten. `python -m training replay` writes the files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.lyrics.files import LYRICS
from training.finetuning.replay import HELD_OUT, REPLAYED, read_halves, replay_file, write_rows
from training.lyrics.preparing import draw_epoch

LEARNED, HELD = 300, 100
"""Stanzas of each half."""


@dataclass(frozen=True, slots=True)
class Told:
    """A stanza as a network reads it: what it is told, which of that are keywords, and what it writes."""

    source: tuple[int, ...]
    copyable: tuple[bool, ...]
    target: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class VerseReplay:
    """What a language's poets learned from, and stanzas that they did not learn from."""

    replayed: tuple[Told, ...]
    held_out: tuple[Told, ...]


def sample_name(language: str) -> str:
    """What a language's sample is called: `lyrics-en`."""
    return f"{LYRICS}-{language}"


def read_verse_replay(weights: Path, language: str, *, vocabulary: int) -> VerseReplay:
    """Read what `write_verse_replay` wrote for a vocabulary of so many tokens.

    Raises OSError or ValueError where the file is missing, damaged or for another vocabulary.
    """
    halves = read_halves(replay_file(weights, sample_name(language)), _from_plain)
    tokens = [token for half in halves for told in half for token in (*told.source, *told.target)]
    if not 0 <= min(tokens) <= max(tokens) < vocabulary:
        raise ValueError("a sample for another vocabulary")
    return VerseReplay(*halves)


def write_verse_replay(prepared: Path, path: Path) -> int:
    """Write a sample of what was prepared in a folder; its size in bytes.

    Raises FileNotFoundError when nothing was prepared, ValueError where the sample is too large.
    """
    halves = ((REPLAYED, LEARNED), (HELD_OUT, HELD))
    return write_rows(
        (
            {"split": split, **_to_plain(told)}
            for split, count in halves
            for told in stanzas_of(prepared, split, count)
        ),
        path,
    )


def stanzas_of(prepared: Path, split: str, count: int) -> list[Told]:
    """So many stanzas of a split that was prepared in a folder, the same ones each time.

    Raises FileNotFoundError when nothing was prepared.
    """
    examples = draw_epoch(prepared, split, 0, stanzas=count)
    sources = np.split(examples.source, examples.source_ends[:-1])
    copyable = np.split(examples.copyable, examples.source_ends[:-1])
    targets = np.split(examples.target, examples.target_ends[:-1])
    return [
        Told(tuple(source.tolist()), tuple(flags.tolist()), tuple(target.tolist()))
        for source, flags, target in zip(sources, copyable, targets, strict=True)
    ]


def _to_plain(told: Told) -> dict[str, Sequence[int]]:
    return {
        "source": told.source,
        "keywords": [at for at, flag in enumerate(told.copyable) if flag],
        "target": told.target,
    }


def _from_plain(plain: dict[str, Any]) -> Told:
    keywords = set(plain["keywords"])
    copyable = tuple(at in keywords for at in range(len(plain["source"])))
    return Told(tuple(map(int, plain["source"])), copyable, tuple(map(int, plain["target"])))
