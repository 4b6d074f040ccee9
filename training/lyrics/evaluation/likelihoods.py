"""How likely people's unseen stanzas are: bits a character, and what it costs to hear another's keywords.

All that a network writes is counted, rhyme classes, syllables and line ends included; what it is told is not.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.lyrics.files import AnyWriter
from models.lyrics.stanzas import read_target
from models.lyrics.vocabulary import Vocabulary
from training.evaluation.ngram import NGram
from training.lyrics.examples import Examples
from training.lyrics.preparing import draw_epoch
from training.lyrics.teaching import total_nats

STANZAS = 3_000


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Figures over the same stanzas. `gap` is in nats a token of the target."""

    network_bits: float
    markov_bits: float
    gap: float
    stanzas: int


def held_out_examples(folder: Path, stanzas: int = STANZAS) -> Examples:
    """Test stanzas drawn by a fixed seed, all alike likely, under their own plans and keywords."""
    drawn = draw_epoch(folder, "test", 0)
    rows = np.random.default_rng(2).permutation(len(drawn))[:stanzas]
    sources, copyable, targets = _rows(drawn)
    return Examples.join(*([side[row] for row in rows] for side in (sources, copyable, targets)))


def measure_likelihood(
    network: AnyWriter, ngram: NGram | None, examples: Examples, vocabulary: Vocabulary
) -> Likelihood:
    """Measure a network, and an n-gram (nan without one) over the same tokens."""
    cpu = torch.device("cpu")
    _, _, targets = _rows(examples)
    bits = math.log(2) * printed_characters(targets, vocabulary)
    own = total_nats(network, examples, cpu).sum()
    told_others = total_nats(network, with_others_keywords(examples), cpu).sum()
    markov = sum(ngram.nll(target.astype(np.int64)) for target in targets) if ngram else math.nan
    return Likelihood(
        network_bits=float(own) / bits,
        markov_bits=markov / bits,
        gap=float(told_others - own) / len(examples.target),
        stanzas=len(examples),
    )


def printed_characters(targets: Sequence[NDArray[np.int32]], vocabulary: Vocabulary) -> int:
    """Characters of the stanzas as printed, spaces and the end of each line among them."""
    return sum(len(read_target(target.tolist(), vocabulary).text()) + 1 for target in targets)


def with_others_keywords(examples: Examples) -> Examples:
    """The same stanzas, each told the keywords of another; those told none stay as they are."""
    sources, copyable, _ = _rows(examples)
    told = [row for row, flags in enumerate(copyable) if any(flags)]
    order = np.random.default_rng(3).permutation(told)
    giver = dict(zip(order.tolist(), np.roll(order, 1).tolist(), strict=True))
    mixed = [
        _swapped(sources[row], copyable[row], sources[giver.get(row, row)], copyable[giver.get(row, row)])
        for row in range(len(sources))
    ]
    return replace(
        examples,
        source=np.concatenate([tokens for tokens, _ in mixed]).astype(np.int32),
        source_ends=np.cumsum([len(tokens) for tokens, _ in mixed], dtype=np.int64),
        copyable=np.concatenate([flags for _, flags in mixed]),
    )


def _swapped(
    source: NDArray[np.int32],
    flags: NDArray[np.bool_],
    others: NDArray[np.int32],
    others_flags: NDArray[np.bool_],
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """A source with another's keywords in the place of its own, and which of its tokens they are."""
    if not flags.any():
        return source, flags
    at = int(np.flatnonzero(flags)[0])
    before, after = source[:at], source[at:][~flags[at:]]
    keywords = others[others_flags]
    told = np.zeros(len(before) + len(keywords) + len(after), np.bool_)
    told[at : at + len(keywords)] = True
    return np.concatenate([before, keywords, after]), told


def _rows(
    examples: Examples,
) -> tuple[list[NDArray[np.int32]], list[NDArray[np.bool_]], list[NDArray[np.int32]]]:
    """Sources, which of their tokens may be copied, and targets, one each."""
    return (
        np.split(examples.source, examples.source_ends[:-1]),
        np.split(examples.copyable, examples.source_ends[:-1]),
        np.split(examples.target, examples.target_ends[:-1]),
    )
