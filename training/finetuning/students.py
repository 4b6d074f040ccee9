"""What a run teaches: a network, how it reads works, and the corpora's works that it must not forget."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic

import torch
from torch import nn

from models.adapters import Deltas, adapted
from training.finetuning.gate import MOST_NATS
from training.finetuning.preferring import Passage, Reader, said


@dataclass(frozen=True, slots=True, kw_only=True)
class Student(Generic[Passage]):
    """A network and what it reads.

    `works` are the passages of each lesson, none where the network can't read it; `replayed` passages are of
    works that it learned from, `held_out` of works that it did not. `name` is its weights'. What it learned
    is scaled back until those that are held out cost no more than `aim` times as much as before.
    """

    name: str
    network: nn.Module
    reader: Reader[Passage]
    works: Sequence[Sequence[Passage]]
    replayed: Sequence[Passage]
    held_out: Sequence[Passage]
    aim: float = 1.0 + 0.75 * (MOST_NATS - 1.0)


@torch.no_grad()
def nats_of(student: Student[Passage], network: nn.Module, passage: Passage) -> tuple[float, int]:
    """What a passage costs a network like the student's, in nats, and how many tokens it has."""
    ((likelihoods, targets),) = student.reader.read(network, [passage])
    return -float(said(likelihoods, targets).sum()), len(targets)


def forgotten(student: Student[Any], deltas: Deltas) -> float:
    """How many times as much the held-out works cost with these deltas."""
    costs = [
        [nats_of(student, network, passage) for passage in student.held_out]
        for network in (student.network, adapted(student.network, deltas))
    ]
    before, after = (sum(nats for nats, _ in each) for each in costs)
    return after / before
