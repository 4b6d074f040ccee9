"""Teaches the judge's ear to write notes down, and a judge of its own what to think of notes written by ear.

The ear learns from passages played as sound, the judge from passages misheard; it begins as the judge of
notes. Knows no files of weights.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from domain.genres import Genre
from domain.score import Score
from models.critic.network import Critic
from models.critic.sound import PITCHES, Ear, EarConfig
from models.critic.spectra import FRAME_SECONDS, LOWEST_PITCH, Spectra, listen
from models.devices import choose_device
from training.critic.misheard import misheard
from training.critic.passages import HUMAN, Example, Examples, Material, as_example
from training.critic.sound_players import Instruments, Setting, draw_setting, played
from training.critic.teaching import BATCH, epoch_batches, genre_shares, loss, mean_loss
from training.fitting import Fitting, Schedule

CONFIG = EarConfig()
EAR_SCHEDULE = Schedule(
    epochs=20, learning_rate=3e-3, weight_decay=0.01, average_decay=0.99, warmup_updates=40, evaluate_every=4
)
JUDGE_SCHEDULE = Schedule(
    epochs=10, learning_rate=1e-3, weight_decay=0.05, average_decay=0.99, warmup_updates=60
)

EAR_BATCH = 8
EAR_BATCHES = 50
"""Windows of a batch, and batches of an epoch."""

JUDGE_ROUNDS = 1000
MOST_SECONDS = 40.0
"""Of a passage, so much is judged by ear."""

_WINDOW_FRAMES = 216
_CHOOSING = 6
_JUDGE_CHOOSING = 250
_SPARSE = 2.5
"""Of all pitches few sound: those that do weigh so much more."""


@dataclass(frozen=True, slots=True)
class EarBatch:
    """P windows of T frames.

    semitones (P, T, SEMITONES) and mel (P, 2 T, MEL_BANDS), 0 to 1; notes (P, 2, T, PITCHES).
    """

    semitones: Tensor
    mel: Tensor
    notes: Tensor


def as_ear_batch(spectra: list[Spectra], notes: list[NDArray[np.bool_]]) -> EarBatch:
    def stacked(arrays: list[NDArray[np.uint8]]) -> Tensor:
        return torch.from_numpy(np.stack(arrays)).float() / 255

    return EarBatch(
        stacked([each.semitones for each in spectra]),
        stacked([each.mel for each in spectra]),
        torch.from_numpy(np.stack(notes)).float(),
    )


def ear_batches(
    examples: Examples, instruments: Instruments, epoch: int, *, batches: int = EAR_BATCHES
) -> Iterator[EarBatch]:
    """An epoch's batches, decided by its number alone."""
    random = np.random.default_rng([epoch, 17])
    seconds = _WINDOW_FRAMES * FRAME_SECONDS
    for _ in range(batches):
        spectra, notes = list[Spectra](), list[NDArray[np.bool_]]()
        while len(spectra) < EAR_BATCH:
            score = examples.human_passage(examples.draw_genre(random), random)
            setting = draw_setting(seconds, random)
            latest = score.seconds / setting.tempo_factor - seconds / 2
            start = float(random.uniform(-0.5, max(0.0, latest)))
            spectra.append(listen(played(score, setting, instruments, start=start, seconds=seconds)))
            notes.append(written_notes(score, setting, start=start, frames=_WINDOW_FRAMES))
        yield as_ear_batch(spectra, notes)


def written_notes(score: Score, setting: Setting, *, start: float, frames: int) -> NDArray[np.bool_]:
    """(2, frames, PITCHES): the pitches that sound, and that begin, in each frame from a second on."""
    notes = np.zeros((2, frames, PITCHES), dtype=np.bool_)
    frames_a_tick = score.seconds_per_tick / setting.tempo_factor / FRAME_SECONDS
    for part in score.parts:
        for note in part.notes:
            first = round(note.onset * frames_a_tick - start / FRAME_SECONDS)
            end = round(note.end * frames_a_tick - start / FRAME_SECONDS)
            pitch = note.pitch - LOWEST_PITCH
            if 0 <= first < frames and 0 <= pitch < PITCHES:
                notes[0, first : max(end, first + 1), pitch] = True
                notes[1, first : first + 2, pitch] = True
    return notes


def ear_loss(module: nn.Module, batch: EarBatch) -> Tensor:
    """Nats a pitch and frame, over sounding and beginning."""
    logits = module(batch.semitones, batch.mel).float()
    weight = batch.notes.new_tensor(_SPARSE)
    return 20 * functional.binary_cross_entropy_with_logits(logits, batch.notes, pos_weight=weight)


def train_ear(
    roles: Mapping[str, Material],
    instruments: Instruments,
    *,
    folder: Path,
    schedule: Schedule = EAR_SCHEDULE,
    config: EarConfig = CONFIG,
    batches: int = EAR_BATCHES,
    device_name: str | None = None,
) -> Path:
    """Teach the ear; where the weights lie that write down unheard works best."""
    device = choose_device(device_name)
    torch.manual_seed(0)
    learn, choose = (Examples(roles[role], genre_shares(roles[role])) for role in ("learn", "choose"))
    chosen = [_moved(each, device) for each in ear_batches(choose, instruments, 10**6, batches=_CHOOSING)]

    @torch.inference_mode()
    def validate(module: nn.Module) -> float:
        return float(np.mean([ear_loss(module, batch).item() for batch in chosen]))

    fitting = Fitting(
        Ear(config),
        schedule,
        folder=folder,
        device=device,
        batches=lambda epoch: (
            _moved(batch, device) for batch in ear_batches(learn, instruments, epoch, batches=batches)
        ),
        loss=ear_loss,
        validate=validate,
        updates_per_epoch=batches,
    )
    fitting.run()
    return fitting.best


def _moved(batch: EarBatch, device: torch.device) -> EarBatch:
    return EarBatch(batch.semitones.to(device), batch.mel.to(device), batch.notes.to(device))


class MisheardExamples(Examples):
    """Draws examples as the ear would write them down: no bar can be blamed, for there are others."""

    def human(self, genre: Genre, random: np.random.Generator) -> Example | None:
        return _misheard(self.human_passage(genre, random), genre, HUMAN, random)

    def written(
        self, genre: Genre, random: np.random.Generator, *, name: str | None = None
    ) -> Example | None:
        found = self.written_passage(genre, random, name=name)
        return None if found is None else _misheard(found[0], genre, found[1], random)

    def spoilt(self, genre: Genre, random: np.random.Generator, kind: str | None = None) -> Example | None:
        pair = self.spoilt_pair(genre, random, kind)
        return None if pair is None else _misheard(pair.after, genre, pair.kind, random)


def _misheard(score: Score, genre: Genre, origin: str, random: np.random.Generator) -> Example | None:
    heard = misheard(score, random, most_seconds=MOST_SECONDS)
    return None if heard is None else as_example(heard, genre, origin, altered=None)


def train_judge(
    roles: Mapping[str, Material],
    beginning: Critic,
    *,
    folder: Path,
    schedule: Schedule = JUDGE_SCHEDULE,
    rounds: int = JUDGE_ROUNDS,
    choosing: int = _JUDGE_CHOOSING,
    device_name: str | None = None,
) -> Path:
    """Teach the judge of notes to judge what was written by ear; where the weights lie that do best."""
    device = choose_device(device_name)
    torch.manual_seed(0)
    learn, choose = (MisheardExamples(roles[role], genre_shares(roles[role])) for role in ("learn", "choose"))
    random = np.random.default_rng(1)
    chosen = [example for _ in range(choosing) for example in choose.draw(random)]
    fitting = Fitting(
        beginning,
        schedule,
        folder=folder,
        device=device,
        batches=lambda epoch: (batch.to(device) for batch in epoch_batches(learn, epoch, rounds=rounds)),
        loss=loss,
        validate=lambda module: mean_loss(cast(Critic, module), chosen),
        updates_per_epoch=int(rounds * 2.9) // BATCH,
    )
    fitting.run()
    return fitting.best
