"""Teaches the judge's ear to write notes down, from passages that were played once and kept.

Knows recordings, no critic and no files of weights.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.critic.sound import PITCHES, Ear, EarConfig
from models.critic.spectra import FRAME_SECONDS, LOWEST_PITCH, Spectra
from models.devices import choose_device
from training.critic.recordings import SHARD, Recordings, Sounding
from training.fitting import Fitting, Schedule

CONFIG = EarConfig()
SCHEDULE = Schedule(epochs=240, learning_rate=2e-3, weight_decay=0.01, average_decay=0.998, evaluate_every=5)

BATCH = 4
BATCHES = 100
"""Windows of a batch, and batches of an epoch."""

FIRST_SHARDS, MOST_SHARDS = 60, 400
"""Shards of recordings that the first epoch is drawn from, another with each that follows, and of all."""

_WINDOW_FRAMES = 216
_CHOOSING = 12
_SPARSE = 2.5
"""Of all pitches few sound: those that do weigh so much more."""


@dataclass(frozen=True, slots=True)
class EarBatch:
    """P windows of T frames.

    semitones (P, T, SEMITONES) and mel (P, 2 T, MEL_BANDS), 0 to 1; notes (P, 3, T, PITCHES).
    """

    semitones: Tensor
    mel: Tensor
    notes: Tensor


def as_ear_batch(spectra: list[Spectra], notes: list[NDArray[np.float32]]) -> EarBatch:
    def stacked(arrays: list[NDArray[np.uint8]]) -> Tensor:
        return torch.from_numpy(np.stack(arrays)).float() / 255

    return EarBatch(
        stacked([each.semitones for each in spectra]),
        stacked([each.mel for each in spectra]),
        torch.from_numpy(np.stack(notes)),
    )


def ear_batches(
    recordings: Sequence[Sounding], random: np.random.Generator, *, batches: int
) -> Iterator[EarBatch]:
    """Windows drawn from anywhere in the recordings."""
    for _ in range(batches):
        spectra, notes = list[Spectra](), list[NDArray[np.float32]]()
        for place in random.integers(len(recordings), size=BATCH):
            recording = recordings[int(place)]
            first = int(random.integers(len(recording.spectra.semitones) - _WINDOW_FRAMES + 1))
            spectra.append(_window(recording.spectra, first))
            notes.append(written_notes(recording.notes, first=first, frames=_WINDOW_FRAMES))
        yield as_ear_batch(spectra, notes)


def _window(spectra: Spectra, first: int) -> Spectra:
    end = first + _WINDOW_FRAMES
    return Spectra(spectra.semitones[first:end], spectra.mel[2 * first : 2 * end])


def written_notes(notes: NDArray[np.float32], *, first: int, frames: int) -> NDArray[np.float32]:
    """(3, frames, PITCHES): how far pitches sound in frames from the first on, and begin in their halves.

    `notes` (N, 3): onset and end in seconds, and pitch. A beginning fades over a frame to either side.
    """
    sounding = np.zeros((frames, PITCHES), np.float32)
    beginning = np.zeros((2 * frames, PITCHES), np.float32)
    pitches = notes[:, 2].astype(np.int64) - LOWEST_PITCH
    onsets, ends = notes[:, :2].T / FRAME_SECONDS - first
    inside = (ends > 0) & (onsets < frames) & (pitches >= 0) & (pitches < PITCHES)
    for onset, end, pitch in zip(onsets[inside], ends[inside], pitches[inside], strict=True):
        start = max(0, round(onset))
        sounding[start : max(round(end), start + 1), pitch] = 1
        for half in range(max(0, int(2 * onset) - 1), min(2 * frames, int(2 * onset) + 3)):
            beginning[half, pitch] = max(beginning[half, pitch], 1 - abs(half - 2 * onset) / 1.5)
    return np.stack([sounding, beginning[::2], beginning[1::2]])


def ear_loss(module: nn.Module, batch: EarBatch) -> Tensor:
    """Nats a pitch and frame, over sounding and beginning."""
    logits = module(batch.semitones, batch.mel).float()
    weight = batch.notes.new_tensor(_SPARSE)
    return 20 * functional.binary_cross_entropy_with_logits(logits, batch.notes, pos_weight=weight)


def train_ear(
    learn: Recordings,
    choose: Recordings,
    *,
    folder: Path,
    schedule: Schedule = SCHEDULE,
    config: EarConfig = CONFIG,
    batches: int = BATCHES,
    device_name: str | None = None,
) -> Path:
    """Teach the ear, with a shard more each epoch; where the weights lie that write the unheard down best."""
    device = choose_device(device_name)
    torch.manual_seed(0)
    known: list[Sounding] = []

    def epoch_of(epoch: int) -> Iterator[EarBatch]:
        for number in range(len(known) // SHARD, min(MOST_SHARDS, FIRST_SHARDS + epoch)):
            known.extend(recording.sounding for recording in learn.shard(number))
        for batch in ear_batches(known, np.random.default_rng([epoch, 17]), batches=batches):
            yield _moved(batch, device)

    unheard = [recording.sounding for recording in choose.shard(0)]
    drawn = ear_batches(unheard, np.random.default_rng(17), batches=_CHOOSING)
    chosen = [_moved(batch, device) for batch in drawn]

    @torch.inference_mode()
    def validate(module: nn.Module) -> float:
        return float(np.mean([ear_loss(module, batch).item() for batch in chosen]))

    fitting = Fitting(
        Ear(config),
        schedule,
        folder=folder,
        device=device,
        batches=epoch_of,
        loss=ear_loss,
        validate=validate,
        updates_per_epoch=batches,
    )
    fitting.run()
    return fitting.best


def _moved(batch: EarBatch, device: torch.device) -> EarBatch:
    return EarBatch(batch.semitones.to(device), batch.mel.to(device), batch.notes.to(device))
