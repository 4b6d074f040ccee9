"""A run that is stopped and resumed ends where an undisturbed one does."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from training.fitting import Fitting, Schedule, read_standing

CPU = torch.device("cpu")
SCHEDULE = Schedule(epochs=4, learning_rate=0.05, warmup_updates=2, average_decay=0.5)


def fitting(
    folder: Path, schedule: Schedule = SCHEDULE, *, stop_after: int | None = None
) -> Fitting[torch.Tensor]:
    torch.manual_seed(0)
    done = 0

    def batches(epoch: int):
        nonlocal done
        if stop_after is not None and done == stop_after:
            raise KeyboardInterrupt
        done += 1
        random = torch.Generator().manual_seed(epoch)
        return [torch.randn(8, 3, generator=random) for _ in range(5)]

    def loss(module: nn.Module, batch: torch.Tensor) -> torch.Tensor:
        return (module(batch).squeeze(-1) - batch.sum(-1)).pow(2).mean()

    return Fitting(
        nn.Linear(3, 1),
        schedule,
        folder=folder,
        device=CPU,
        batches=batches,
        loss=loss,
        validate=lambda module: loss(module, torch.eye(3)).item(),
        updates_per_epoch=5,
    )


def test_it_learns_and_keeps_the_averaged_weights_that_validate_best(tmp_path: Path) -> None:
    run = fitting(tmp_path, Schedule(epochs=30, learning_rate=0.05, warmup_updates=2, average_decay=0.5))
    best = run.run()
    assert best < 0.05
    module = nn.Linear(3, 1)
    module.load_state_dict(load_file(run.best))
    assert (module(torch.eye(3)).squeeze(-1) - 1).pow(2).mean().item() == pytest.approx(best)


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    whole = fitting(tmp_path / "whole")
    whole.run()
    with pytest.raises(KeyboardInterrupt):
        fitting(tmp_path / "parts", stop_after=2).run()
    assert read_standing(tmp_path / "parts" / "checkpoint.safetensors").epoch == 2
    resumed = fitting(tmp_path / "parts")
    resumed.run()
    for name, tensor in load_file(whole.checkpoint).items():
        assert torch.allclose(tensor, load_file(resumed.checkpoint)[name], atol=1e-6), name


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    best = fitting(tmp_path).run()
    assert fitting(tmp_path, stop_after=0).run() == best
