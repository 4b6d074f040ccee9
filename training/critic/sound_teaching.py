"""Teaches a judge of its own what to think of music that the ear wrote down.

It begins as the judge of notes and learns from passages that were played, kept and written down as any
recording is. Beside where a passage is from it is told what the judge of notes says of it as it was written
(distillation with privileged information, Lopez-Paz et al. 2016). Knows no files of weights.
"""

import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import torch
from rich.progress import track
from scipy.special import expit

from domain.genres import Genre
from models.critic.network import Critic, Judge
from models.critic.sound import Ear, transcribe
from models.devices import choose_device
from training.corpora.dictation import dictations
from training.critic.corruption import CORRUPTIONS
from training.critic.passages import Example, as_example
from training.critic.recordings import SHARD, Recordings
from training.critic.teaching import BATCH, epoch_batches, genre_shares, loss, mean_loss
from training.fitting import Fitting, Schedule

SCHEDULE = Schedule(epochs=72, learning_rate=6e-4, weight_decay=0.05, average_decay=0.99, warmup_updates=60)
ROUNDS = 1600
SHARDS, CHOOSING_SHARDS = 400, 20
"""Of recordings, those that are learned from and those by which weights are chosen."""

_READINGS, _LEAST_SHARE = 3, 0.15
"""Of a recording, so many ways of counting are learned from, those that are at least so likely."""

_PARTIES = ("people", "spoilt", "written")


class HeardExamples:
    """Draws examples from passages written down by ear: to each of people's others of its genre."""

    def __init__(self, examples: Iterable[Example], shares: Mapping[Genre, float]) -> None:
        self._known: dict[Genre, dict[str, list[Example]]] = defaultdict(lambda: defaultdict(list))
        for example in examples:
            self._known[example.genre][_party(example)].append(example)
        self._genres = sorted(genre for genre, known in self._known.items() if known["people"])
        total = sum(shares[genre] for genre in self._genres)
        self._shares = [shares[genre] / total for genre in self._genres]

    def draw(self, random: np.random.Generator) -> Iterator[Example]:
        """A human passage, and one or two that are none, all of one genre."""
        known = self._known[self._genres[int(random.choice(len(self._genres), p=self._shares))]]
        drawn = [known[party][int(random.integers(len(known[party])))] for party in _PARTIES if known[party]]
        for example in drawn:
            weight = 1.0 if example.is_human else 1 / (len(drawn) - 1)
            yield replace(example, weight=weight)


def _party(example: Example) -> str:
    return "people" if example.is_human else "spoilt" if example.origin in CORRUPTIONS else "written"


def heard_examples(
    ear: Ear, notes: Judge, recordings: Recordings, shards: int, *, readings: int = 1
) -> Iterator[Example]:
    """The recordings of shards as the judge hears them: no bar can be blamed, for there are others.

    Up to so many `readings` of each, where beats may well be counted otherwise.
    """
    for number in track(range(shards), description=f"writing down: {recordings.role}"):
        for recording in recordings.shard(number):
            believed = float(expit(notes.logits([recording.score], [recording.genre])[0]))
            found = dictations(transcribe(ear, recording.sounding.spectra), readings)
            for place, (score, share) in enumerate(found):
                if place and share < _LEAST_SHARE:
                    break
                example = as_example(score, recording.genre, recording.origin, altered=None)
                if example is not None:
                    yield replace(example, believed=believed)


def train_judge(
    ear: Ear,
    notes: Judge,
    learn: Recordings,
    choose: Recordings,
    *,
    folder: Path,
    schedule: Schedule = SCHEDULE,
    device_name: str | None = None,
) -> Path:
    """Teach the judge of notes to judge what was written by ear; where the weights lie that do best."""
    device = choose_device(device_name)
    torch.manual_seed(0)
    examples, unheard = (
        HeardExamples(
            heard_examples(ear, notes, recordings, shards, readings=readings),
            genre_shares(recordings.examples.material),
        )
        for recordings, shards, readings in ((learn, SHARDS, _READINGS), (choose, CHOOSING_SHARDS, 1))
    )
    random = np.random.default_rng(1)
    chosen = [example for _ in range(CHOOSING_SHARDS * SHARD) for example in unheard.draw(random)]
    fitting = Fitting(
        copy.deepcopy(notes.network),
        schedule,
        folder=folder,
        device=device,
        batches=lambda epoch: (batch.to(device) for batch in epoch_batches(examples, epoch, rounds=ROUNDS)),
        loss=loss,
        validate=lambda module: mean_loss(cast(Critic, module), chosen),
        updates_per_epoch=int(ROUNDS * 2.9) // BATCH,
    )
    fitting.run()
    return fitting.best
